//! Coming in, and one's own devices.

use beseda_engine::Notice;
use beseda_engine::api::command::{Command, Outcome};
use beseda_model::Code;
use serde_json::json;

use super::ask;
use super::session::Session;
use super::trip::Trip;
use crate::args::{DeviceCommand, Joining};
use crate::host::Heard;
use crate::safe;
use crate::text::{Label, Sentence};
use crate::tui::server_address;

impl Session {
    pub(super) fn server(&self, joining: &Joining) -> Result<String, Trip> {
        server_address(&joining.server).ok_or_else(|| Trip::Usage(self.label(Label::ServerNeeded)))
    }

    pub(super) async fn sign_up(
        &self,
        joining: Joining,
        username: Option<String>,
        invite: Option<String>,
        no_password: bool,
    ) -> Result<(), Trip> {
        let server = self.server(&joining)?;
        let password = match &username {
            Some(_) if !no_password => ask::optional_new_password(self.lang, "BESEDA_PASSWORD")?,
            _ => None,
        };
        let username = username.map(|name| name.trim_start_matches('@').to_owned());
        let device_name = device_name(joining.device_name);
        let name = username.clone();
        self.join(Command::SignUp { server, username, password, invite, phone: false, device_name }, name).await
    }

    pub(super) async fn recover(&self, joining: Joining) -> Result<(), Trip> {
        let server = self.server(&joining)?;
        let typed = ask::secret(self.lang, "BESEDA_PHRASE", Label::PromptPhrase)?;
        let phrase = typed.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if phrase.split(' ').count() != 24 {
            return Err(Trip::Usage(self.label(Label::PhraseNeeded)));
        }
        self.join(Command::Recover { server, phrase, device_name: device_name(joining.device_name) }, None).await
    }

    pub(super) async fn reset_identity(&self, joining: Joining, username: String) -> Result<(), Trip> {
        let server = self.server(&joining)?;
        let password = ask::secret(self.lang, "BESEDA_PASSWORD", Label::PromptPassword)?;
        let username = username.trim_start_matches('@').to_owned();
        let device_name = device_name(joining.device_name);
        let name = Some(username.clone());
        self.join(Command::ResetIdentity { server, username, password, device_name }, name).await
    }

    pub(super) async fn link(&self, joining: Joining) -> Result<(), Trip> {
        let server = self.server(&joining)?;
        let mut notices = self.host.notices();
        let progress = async {
            while let Some(heard) = notices.next().await {
                if let Heard::Notice(Notice::LinkProgress { link, comparison }) = heard {
                    let object = json!({ "code": link, "comparison": comparison });
                    self.say("link", &object, || match &comparison {
                        None => self.words(&Sentence::LinkCode(&safe::line(&link))),
                        Some(digits) => self.words(&Sentence::Comparison(&safe::line(digits))),
                    })?;
                }
            }
            std::future::pending::<Result<(), Trip>>().await
        };
        let command = Command::StartLink { server, device_name: device_name(joining.device_name) };
        // People need minutes for this; the request itself expires on the server.
        let outcome = tokio::select! {
            outcome = self.host.command(command) => outcome?,
            trip = progress => return trip,
        };
        self.joined(outcome, None).await
    }

    pub(super) async fn join(&self, command: Command, username: Option<String>) -> Result<(), Trip> {
        let by_phrase = matches!(command, Command::Recover { .. });
        let outcome = match self.patiently(false, async { Ok(self.host.command(command).await?) }).await {
            Err(Trip::Unreachable { queued, .. }) => {
                return Err(Trip::Unreachable { trouble: self.host.link().borrow().trouble, queued });
            }
            Err(trip) if by_phrase && trip.code() == Some(Code::NotFound) => {
                return Err(Trip::NotFound(self.label(Label::PhraseUnknown)));
            }
            outcome => outcome?,
        };
        self.joined(outcome, username).await
    }

    async fn joined(&self, outcome: Outcome, username: Option<String>) -> Result<(), Trip> {
        match outcome {
            Outcome::SignedUp { account, device, phrase } => {
                let name = username.map_or_else(|| account.to_string(), |name| format!("@{}", safe::line(&name)));
                let object = json!({ "account": account, "device": device, "phrase": phrase });
                self.say("signed_up", &object, || {
                    let made = self.words(&Sentence::AccountMade(&name));
                    format!("{made}\n\n{}\n\n{}", self.label(Label::PhraseOnce), numbered(&phrase))
                })?;
            }
            Outcome::SignedIn { account, device } => {
                let name = account.to_string();
                self.say("signed_in", &json!({ "account": account, "device": device }), || {
                    self.words(&Sentence::SignedInAs(&name))
                })?;
            }
            _ => self.done()?,
        }
        // Keys are on the server when this ends, so that others can begin a conversation at once.
        if self.waits() {
            self.online().await?;
            self.settled(None).await?;
        }
        Ok(())
    }

    pub(super) async fn phrase(&self, confirm: bool) -> Result<(), Trip> {
        self.me().await?;
        if confirm {
            self.change(None, Command::ConfirmPhrase { words: Vec::new() }).await?;
            return self.say("done", &json!({}), || self.label(Label::PhraseForgotten));
        }
        match self.host.read(|core, _| core.phrase()).await? {
            Some(phrase) => self.say("phrase", &json!({ "phrase": phrase }), || {
                format!("{}\n\n{}", self.label(Label::PhraseOnce), numbered(&phrase))
            }),
            None => Err(Trip::NotFound(self.label(Label::PhraseGone))),
        }
    }

    pub(super) async fn sign_out(&self) -> Result<(), Trip> {
        self.ask(Command::SignOut).await?;
        self.done()
    }

    pub(super) async fn devices(&self, command: DeviceCommand) -> Result<(), Trip> {
        match command {
            DeviceCommand::List => {
                self.me().await?;
                for device in self.host.read(|core, _| core.devices()).await? {
                    self.say("device", &device, || self.device_line(&device))?;
                }
                Ok(())
            }
            DeviceCommand::Approve { code, comparison } => self.approve(code, comparison).await,
            DeviceCommand::Refuse { code } => {
                self.ask(Command::RefuseLink { code }).await?;
                self.done()
            }
            DeviceCommand::Remove { device } => {
                let device = self.device(&device).await?.device;
                self.online().await?;
                self.change(None, Command::RemoveDevice { device }).await?;
                self.done()
            }
        }
    }

    /// Takes the request up, waits for the digits, compares them, and approves or refuses.
    async fn approve(&self, code: String, expected: Option<String>) -> Result<(), Trip> {
        let mut notices = self.host.notices();
        let unknown = |trip: Trip| match trip.code() {
            Some(Code::NotFound) => Trip::NotFound(self.label(Label::CodeUnknown)),
            _ => trip,
        };
        self.ask(Command::OpenLink { code }).await.map_err(unknown)?;
        let (link, digits) = self
            .patiently(false, async {
                loop {
                    match notices.next().await {
                        Some(Heard::Notice(Notice::LinkCode { link, comparison, .. })) => {
                            return Ok((link, comparison));
                        }
                        Some(_) => {}
                        None => return Err(beseda_engine::api::failure::Failure::Store.into()),
                    }
                }
            })
            .await?;
        let object = json!({ "code": link, "comparison": digits });
        self.say("link_request", &object, || self.words(&Sentence::Comparison(&digits)))?;
        let same = match &expected {
            Some(expected) => only_digits(expected) == only_digits(&digits),
            None => ask::yes(self.lang, Label::PromptSame)?,
        };
        if !same {
            self.ask(Command::RefuseLink { code: link }).await?;
            return Err(Trip::Refused(match expected {
                Some(theirs) => self.words(&Sentence::DigitsDiffer { theirs: &theirs, ours: &digits }),
                None => self.label(Label::LinkRefused),
            }));
        }
        self.ask(Command::ApproveLink { code: link }).await?;
        self.done()
    }
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Four words to a line, with their numbers.
fn numbered(phrase: &str) -> String {
    let words: Vec<String> =
        phrase.split_whitespace().enumerate().map(|(at, word)| format!("{:>2} {word:<10}", at + 1)).collect();
    words.chunks(4).map(|line| line.join(" ").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The name given, else the machine's.
pub fn device_name(given: Option<String>) -> String {
    let machine = || std::fs::read_to_string("/etc/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    given
        .or_else(machine)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "terminal".to_owned())
}

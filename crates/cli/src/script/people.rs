//! Oneself and others.

use beseda_engine::api::command::{Command, Outcome, ProfileDraft};
use beseda_wire::state::Audience;
use serde_json::json;

use super::ask;
use super::session::Session;
use super::trip::Trip;
use crate::args::{PrivacyArgs, ProfileArgs, Wrong};
use crate::calendar::parse_duration;
use crate::safe;
use crate::text::{Label, Sentence};

impl Session {
    pub(super) async fn show_me(&self) -> Result<(), Trip> {
        let me = self.me().await?;
        self.say("me", &me, || {
            let name = me.username.as_ref().map_or_else(String::new, |name| format!("@{name}  "));
            let mut lines = vec![format!("{name}{}", safe::line(&me.profile.name)).trim().to_owned()];
            lines.push(format!("{}: {}", self.label(Label::FieldServer), me.server));
            lines.extend(
                me.phone.as_ref().map(|phone| format!("{}: {}", self.label(Label::FieldPhone), safe::line(phone))),
            );
            lines.push(format!("id: {}", me.account));
            if me.signed_out {
                lines.push(self.label(Label::SignedOutHere));
            }
            lines.join("\n")
        })
    }

    pub(super) async fn profile(&self, args: ProfileArgs) -> Result<(), Trip> {
        let old = self.me().await?.profile;
        if args.name.is_none() && args.bio.is_none() && args.status.is_none() {
            return self.say("profile", &old, || {
                let lines = [&old.name, &old.bio, &old.status].map(|text| safe::line(text));
                lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
            });
        }
        let status_until = match &args.status_for {
            Some(time) => {
                let seconds = parse_duration(time).ok_or_else(|| Trip::Usage(self.label(Label::TimeExpected)))?;
                Some(self.host.now().plus_millis(u64::from(seconds) * 1000))
            }
            None if args.status.is_some() => None,
            None => old.status_until,
        };
        let profile = ProfileDraft {
            name: args.name.unwrap_or(old.name),
            bio: args.bio.unwrap_or(old.bio),
            status: args.status.unwrap_or(old.status),
            status_until,
        };
        self.change(None, Command::SetProfile { profile }).await?;
        self.done()
    }

    pub(super) async fn privacy(&self, args: PrivacyArgs) -> Result<(), Trip> {
        let old = self.me().await?.privacy;
        let mut privacy = old;
        for (field, circle) in [
            (&mut privacy.requests, args.requests),
            (&mut privacy.group_adds, args.group_adds),
            (&mut privacy.presence, args.presence),
        ] {
            if let Some(circle) = circle {
                *field = circle.into();
            }
        }
        privacy.read_marks = args.read_marks.unwrap_or(old.read_marks);
        privacy.searchable = args.searchable.unwrap_or(old.searchable);
        if privacy != old {
            self.online().await?;
            self.change(None, Command::SetPrivacy { privacy }).await?;
            self.seen_of_me(|me| me.privacy == privacy).await?;
        }
        let circle = |audience: Audience| match audience {
            Audience::Everyone => "everyone",
            Audience::Contacts => "contacts",
            Audience::Nobody => "nobody",
        };
        let yes = |on: bool| self.label(if on { Label::Yes } else { Label::No });
        self.say("privacy", &privacy, || {
            format!(
                "requests: {}\ngroup-adds: {}\npresence: {}\nread-marks: {}\nsearchable: {}",
                circle(privacy.requests),
                circle(privacy.group_adds),
                circle(privacy.presence),
                yes(privacy.read_marks),
                yes(privacy.searchable),
            )
        })
    }

    pub(super) async fn username(&self, name: Option<String>, off: bool) -> Result<(), Trip> {
        let username = name.map(|name| name.trim_start_matches('@').to_owned());
        if username.is_none() && !off {
            let present = self.me().await?.username;
            return self.say("username", &json!({ "username": present }), || match &present {
                Some(name) => format!("@{name}"),
                None => self.label(Label::NoUsername),
            });
        }
        let wanted = username.clone().map(|name| name.to_lowercase());
        self.ask(Command::SetUsername { username }).await?;
        self.seen_of_me(|me| me.username == wanted).await?;
        self.done()
    }

    pub(super) async fn password(&self, forgotten: bool) -> Result<(), Trip> {
        let (current, phrase) = if forgotten {
            (None, Some(ask::secret(self.lang, "BESEDA_PHRASE", Label::PromptPhrase)?))
        } else {
            let current = match std::env::var("BESEDA_PASSWORD") {
                Ok(value) => value,
                Err(_) => ask::secret(self.lang, "BESEDA_PASSWORD", Label::PromptPasswordOptional).unwrap_or_default(),
            };
            (Some(current).filter(|current| !current.is_empty()), None)
        };
        let new = ask::new_password(self.lang, "BESEDA_NEW_PASSWORD")?;
        self.ask(Command::SetPassword { current, phrase, new }).await?;
        self.done()
    }

    pub(super) async fn find(&self, username: String) -> Result<(), Trip> {
        let username = username.trim_start_matches('@').to_owned();
        let Outcome::Accounts { accounts } = self.ask(Command::FindAccounts { username }).await? else {
            return self.done();
        };
        if accounts.is_empty() {
            self.out.note(self.lang.label(Label::NothingFound))?;
        }
        for card in accounts {
            self.say("card", &card, || {
                let name = card.username.as_ref().map_or_else(String::new, |name| format!("@{name}  "));
                format!("{name}{}", card.account)
            })?;
        }
        Ok(())
    }

    pub(super) async fn list_people(&self, person: Option<String>) -> Result<(), Trip> {
        self.me().await?;
        let people = match person {
            None => self.host.read(|core, now| core.people(now)).await?,
            Some(typed) => {
                let account = self.person(&typed).await?;
                let found = self.host.read(move |core, now| core.person(account, now)).await?;
                let nobody = || Trip::NotFound(self.words(&Sentence::NoSuchPerson(&typed)));
                vec![found.ok_or_else(nobody)?]
            }
        };
        for person in people {
            self.say("person", &person, || self.person_line(&person))?;
        }
        Ok(())
    }

    pub(super) async fn block(&self, person: &str, blocked: bool) -> Result<(), Trip> {
        let account = self.person(person).await?;
        self.online().await?;
        self.change(None, Command::Block { account, blocked }).await?;
        self.seen_of_me(|me| me.blocked.contains(&account) == blocked).await?;
        self.done()
    }

    pub(super) async fn delete_account(&self, confirm: String) -> Result<(), Trip> {
        self.ask(Command::DeleteAccount { confirm }).await?;
        self.done()
    }

    pub(super) async fn report(
        &self,
        person: &str,
        reason: Wrong,
        conversation: Option<&str>,
        messages: &[String],
        note: String,
    ) -> Result<(), Trip> {
        let about = self.person(person).await?;
        let mut chosen = Vec::new();
        let place = match conversation {
            Some(typed) => Some(self.conversation(typed).await?),
            None => None,
        };
        if let Some(place) = &place {
            for typed in messages {
                chosen.push(self.message(place, typed).await?.message);
            }
        }
        let conversation = place.map(|place| place.conversation);
        let command = Command::Report { about, conversation, messages: chosen, reason: reason.into(), note };
        self.ask(command).await?;
        self.done()
    }

    pub(super) async fn safety(&self, person: &str) -> Result<(), Trip> {
        let account = self.person(person).await?;
        let number = self.host.read(move |core, _| core.safety_number(account)).await?;
        let Some(number) = number else {
            return Err(Trip::NotFound(self.words(&Sentence::NoSuchPerson(person))));
        };
        let known = self.host.read(move |core, now| core.person(account, now)).await?;
        let verified = known.is_some_and(|person| person.verified);
        let history = self.host.read(move |core, _| core.key_history(account)).await?;
        let object = json!({ "account": account, "number": number, "verified": verified, "history": history });
        self.say("safety", &object, || {
            let groups: Vec<&str> = number.split_whitespace().collect();
            let rows: Vec<String> = groups.chunks(6).map(|row| row.join(" ")).collect();
            let mark = self.label(if verified { Label::Verified } else { Label::NotVerified });
            format!("{}\n({mark}) {}", rows.join("\n"), self.label(Label::VerifyHint))
        })
    }

    pub(super) async fn verify(&self, person: &str, verified: bool) -> Result<(), Trip> {
        let account = self.person(person).await?;
        self.change(None, Command::Verify { account, verified }).await?;
        self.done()
    }

    pub(super) async fn nickname(&self, person: &str, name: Option<String>) -> Result<(), Trip> {
        let account = self.person(person).await?;
        self.change(None, Command::Nickname { account, name: name.unwrap_or_default() }).await?;
        self.done()
    }

    pub(super) async fn show_presence(&self, people: Vec<String>) -> Result<(), Trip> {
        let accounts = self.persons(&people).await?;
        let mut notices = self.host.notices();
        self.ask(Command::WatchPresence { accounts: accounts.clone() }).await?;
        // Answers come one by one and may not come at all: those who do not show it look like those who are away.
        let answered = async {
            let mut missing = accounts.clone();
            while !missing.is_empty() {
                let Some(heard) = notices.next().await else { return };
                if let crate::host::Heard::Notice(beseda_engine::Notice::Account(account)) = heard {
                    missing.retain(|other| *other != account);
                }
            }
        };
        drop(tokio::time::timeout(std::time::Duration::from_secs(2), answered).await);
        for account in accounts {
            let Some(person) = self.host.read(move |core, now| core.person(account, now)).await? else { continue };
            let object = json!({ "account": account, "online": person.online, "last_seen": person.last_seen });
            self.say("presence", &object, || {
                let state = self.presence(&person).unwrap_or_else(|| self.label(Label::NoPresence));
                format!("{}: {state}", safe::line(&person.name))
            })?;
        }
        Ok(())
    }
}

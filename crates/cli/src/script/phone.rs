//! Joining by phone number, and one's own number.

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::NumberHolder;
use serde_json::json;

use super::ask;
use super::join::device_name;
use super::session::Session;
use super::trip::Trip;
use crate::args::{Numbered, OwnPhone, PhoneJoining};
use crate::safe;
use crate::text::{Label, Sentence};

impl Session {
    pub(super) async fn join_by_phone(&self, args: PhoneJoining) -> Result<(), Trip> {
        let PhoneJoining { joining, number, username, invite, afresh, reset } = args;
        let server = self.server(&joining)?;
        let holder = self.verify_phone(Some(server.clone()), &number).await?;
        let device_name = device_name(joining.device_name);
        let username = username.map(|name| name.trim_start_matches('@').to_owned());
        match holder {
            Some(NumberHolder { can_reset: true }) if reset => {
                self.join(Command::ResetByPhone { device_name }, None).await
            }
            Some(holder) if !afresh => Err(Trip::Refused(self.label(match holder.can_reset {
                true => Label::NumberHeldUnused,
                false => Label::NumberHeld,
            }))),
            _ => {
                let name = username.clone();
                let sign_up = Command::SignUp { server, username, password: None, invite, phone: true, device_name };
                self.join(sign_up, name).await
            }
        }
    }

    pub(super) async fn phone(&self, args: OwnPhone) -> Result<(), Trip> {
        let OwnPhone { phone, region, code_sent, off, take } = args;
        let me = self.me().await?;
        if off {
            self.ask(Command::RemovePhone).await?;
            self.seen_of_me(|me| !me.has_phone).await?;
            return self.done();
        }
        let Some(phone) = phone else {
            let object = json!({ "has_phone": me.has_phone, "phone": me.phone });
            return self.say("phone", &object, || match (&me.phone, me.has_phone) {
                (Some(number), _) => safe::line(number),
                (None, true) => self.label(Label::PhoneUnknown),
                (None, false) => self.label(Label::NoPhone),
            });
        };
        let number = Numbered { phone, region, code_sent };
        // It could also be this very account that has it.
        if self.verify_phone(None, &number).await?.is_some() && !take && !me.has_phone {
            return Err(Trip::Refused(self.label(Label::NumberHeldByOther)));
        }
        self.ask(Command::SetPhone).await?;
        self.seen_of_me(|me| me.has_phone).await?;
        self.done()
    }

    /// Has a code sent, takes it, and tells who has the number.
    async fn verify_phone(&self, server: Option<String>, number: &Numbered) -> Result<Option<NumberHolder>, Trip> {
        if !number.code_sent {
            let command = Command::RequestCode {
                server,
                phone: number.phone.clone(),
                region: number.region.as_ref().map(|region| region.to_uppercase()),
                language: Some(self.lang.code().to_owned()),
            };
            let outcome = self.patiently(false, async { Ok(self.host.command(command).await?) }).await?;
            if let Outcome::CodeSent { phone, digits, resend_after_s, expires_after_s } = outcome {
                let object = json!({
                    "phone": phone,
                    "digits": digits,
                    "resend_after_s": resend_after_s,
                    "expires_after_s": expires_after_s,
                });
                self.say("code_sent", &object, || {
                    self.words(&Sentence::CodeSent { phone: &safe::line(&phone), seconds: resend_after_s })
                })?;
            }
        }
        let outcome = loop {
            let code = ask::secret(self.lang, "BESEDA_CODE", Label::PromptCode)?;
            let checked = self.patiently(false, async { Ok(self.host.command(Command::CheckCode { code }).await?) });
            match checked.await {
                // A person may try again at once; a script decides for itself.
                Err(trip @ Trip::Failure(Failure::WrongCode { tries_left: 1.. })) if ask::can_repeat("BESEDA_CODE") => {
                    super::report(&trip, false, self.lang);
                }
                outcome => break outcome?,
            }
        };
        let Outcome::PhoneVerified { phone, holder } = outcome else { return Ok(None) };
        let object = json!({ "phone": phone, "holder": holder });
        self.say("phone_verified", &object, || self.words(&Sentence::PhoneVerified(&safe::line(&phone))))?;
        Ok(holder)
    }
}

//! A phone number on its way to be verified. It is an identifier, like a username: it opens no account, and what it is good
//! for once it is verified (a sign-up, one's own account, a reset) are steps of their own.
//!
//! Both questions to the server are asked under the attempt's secret, which is made here, so that they may be repeated when
//! an answer was lost.

use beseda_model::{AccountId, Timestamp};
use beseda_wire::Encoding;
use beseda_wire::http::{CheckPhoneCode, PhoneCodeSent, PhoneVerified, RequestPhoneCode};
use beseda_wire::{Problem, Reply, Request};
use data_encoding::BASE64URL_NOPAD;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::ask::{Ask, Asks, Purpose, done, refusal};
use super::join::http::{Answer, read, send};
use super::{me, rules};
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::{HttpResponse, Notice};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::{NumberHolder, PhoneView};
use crate::store::me::Me;
use crate::store::{StoreError, meta};
use crate::timeline;
use crate::view::View;

const PHONE: &str = "identity.phone";

/// How often in a row the server may be out of reach before a person is told.
const TRIES: u8 = 3;

/// The pause before the first repetition, in milliseconds; each further one is twice as long.
const PAUSE: u64 = 1_000;

/// Most characters of a number as typed.
const TYPED: usize = 40;

/// What is under way, and the last code that was sent.
#[derive(Default, Serialize, Deserialize)]
struct Phone {
    asking: Option<Asking>,
    sent: Option<Sent>,
}

/// A question to the server.
#[derive(Serialize, Deserialize)]
struct Asking {
    /// Who waits for the end; none after the engine was opened again.
    command: Option<u64>,
    what: What,
    /// The request whose answer is awaited.
    http: Option<u64>,
    /// When it is made again.
    at: Option<Timestamp>,
    /// How often in a row the server could not be reached.
    failures: u8,
}

#[derive(Serialize, Deserialize)]
enum What {
    /// A code is wanted.
    Code { server: String, attempt: String, phone: String, region: Option<String>, language: Option<String> },
    /// A code has come.
    Check { code: String },
}

/// A code that was sent.
#[derive(Serialize, Deserialize)]
struct Sent {
    server: String,
    attempt: String,
    phone: String,
    digits: u8,
    resend_at: Timestamp,
    expires_at: Timestamp,
    /// Once it was right: who has the number.
    verified: Option<Holder>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Holder {
    Nobody,
    Somebody { reset: Option<AccountId> },
}

impl Holder {
    const fn shown(self) -> Option<NumberHolder> {
        match self {
            Self::Nobody => None,
            Self::Somebody { reset } => Some(NumberHolder { can_reset: reset.is_some() }),
        }
    }
}

/// A number that is one's own, for a short time.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Verified {
    /// The secret that stands for it.
    pub(super) attempt: String,
    /// The number, in E.164.
    pub(super) number: String,
    /// The account that it allows to reset.
    pub(super) reset: Option<AccountId>,
}

impl Phone {
    fn load(conn: &Connection) -> Result<Self, StoreError> {
        Ok(meta::get(conn, PHONE)?.unwrap_or_default())
    }

    fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        meta::put(conn, PHONE, self)
    }
}

/// The number on its way, as it is shown.
///
/// # Errors
/// When the database fails.
pub fn shown(view: &View<'_>) -> Result<Option<PhoneView>, StoreError> {
    let sent = Phone::load(view.conn)?.sent.filter(|sent| sent.expires_at > view.now);
    Ok(sent.map(|sent| PhoneView {
        server: sent.server,
        phone: sent.phone,
        digits: sent.digits,
        resend_at: sent.resend_at,
        expires_at: sent.expires_at,
        verified: sent.verified.is_some(),
        holder: sent.verified.and_then(Holder::shown),
    }))
}

/// The number that was verified with this server.
pub(super) fn verified(step: &Step<'_>, server: &str) -> Result<Option<Verified>, StoreError> {
    Ok(any_verified(step)?.filter(|(with, _)| with == server).map(|(_, verified)| verified))
}

/// The number that was verified, and with which server.
pub(super) fn any_verified(step: &Step<'_>) -> Result<Option<(String, Verified)>, StoreError> {
    let Some(sent) = Phone::load(step.tx)?.sent.filter(|sent| sent.expires_at > step.now) else { return Ok(None) };
    Ok(sent.verified.map(|holder| {
        let reset = match holder {
            Holder::Somebody { reset } => reset,
            Holder::Nobody => None,
        };
        (sent.server, Verified { attempt: sent.attempt, number: sent.phone, reset })
    }))
}

/// It has served.
pub(super) fn forget(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, PHONE)
}

pub(super) fn on_command(step: &mut Step<'_>, id: u64, command: &Command) -> Result<Option<Asks>, StoreError> {
    match command {
        Command::RequestCode { server, phone, region, language } => {
            let server = match server {
                Some(server) => rules::server(server),
                None => Me::find(step.tx)?.map(|me| me.server).ok_or(Failure::NotSignedIn),
            };
            match server.and_then(|server| Ok((server, typed(phone)?))) {
                Ok((server, phone)) => request_code(step, id, server, phone, region.as_deref(), language.as_deref())?,
                Err(failure) => done(step, id, Err(failure)),
            }
        }
        Command::CheckCode { code } => check_code(step, id, code)?,
        Command::SetPhone | Command::RemovePhone if !me::is_signed_in(step.tx)? => {
            done(step, id, Err(Failure::NotSignedIn));
        }
        Command::SetPhone => {
            let server = Me::find(step.tx)?.map(|me| me.server).unwrap_or_default();
            let Some(Verified { attempt, number, .. }) = verified(step, &server)? else {
                done(step, id, Err(Failure::CodeExpired));
                return Ok(Some(Asks::new()));
            };
            let purpose = Purpose::Phone { id, number: Some(number) };
            return Ok(Some(vec![Ask::new(Request::SetPhone { attempt: Some(attempt) }, purpose)]));
        }
        Command::RemovePhone => {
            timeline::phone_leaves(step)?;
            let purpose = Purpose::Phone { id, number: None };
            return Ok(Some(vec![Ask::new(Request::SetPhone { attempt: None }, purpose)]));
        }
        _ => return Ok(None),
    }
    Ok(Some(Asks::new()))
}

fn typed(phone: &str) -> Result<String, Failure> {
    let phone = phone.trim();
    if !phone.contains(|c: char| c.is_ascii_digit()) || phone.chars().count() > TYPED {
        return Err(Failure::invalid(Field::Phone, Reason::NumberCharacters));
    }
    Ok(phone.to_owned())
}

fn request_code(
    step: &mut Step<'_>,
    id: u64,
    server: String,
    phone: String,
    region: Option<&str>,
    language: Option<&str>,
) -> Result<(), StoreError> {
    let known = Phone::load(step.tx)?.asking;
    let attempt = match known.map(|asking| asking.what) {
        // The answer to the same question was lost: the code may be on its way.
        Some(What::Code { server: with, attempt, phone: same, .. }) if with == server && same == phone => attempt,
        _ => {
            let mut secret = [0; 32];
            step.rng.fill(&mut secret);
            BASE64URL_NOPAD.encode(&secret)
        }
    };
    let (region, language) = (region.map(str::to_owned), language.map(str::to_owned));
    ask(step, id, What::Code { server, attempt, phone, region, language })
}

fn check_code(step: &mut Step<'_>, id: u64, code: &str) -> Result<(), StoreError> {
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let alive = Phone::load(step.tx)?.sent.is_some_and(|sent| sent.expires_at > step.now);
    if !alive {
        done(step, id, Err(Failure::CodeExpired));
        return Ok(());
    }
    if code.is_empty() || !code.chars().all(|c| c.is_ascii_digit()) {
        done(step, id, Err(Failure::invalid(Field::Code, Reason::DigitsOnly)));
        return Ok(());
    }
    ask(step, id, What::Check { code })
}

/// Puts a question in the place of one that is still under way.
fn ask(step: &mut Step<'_>, id: u64, what: What) -> Result<(), StoreError> {
    let mut phone = Phone::load(step.tx)?;
    if let Some(other) = phone.asking.as_ref().and_then(|asking| asking.command) {
        done(step, other, Err(Failure::NotReady { reason: Reason::Overtaken }));
    }
    phone.asking = Some(Asking { command: Some(id), what, http: None, at: None, failures: 0 });
    post(step, &mut phone);
    phone.save(step.tx)
}

/// Makes the question's request.
fn post(step: &mut Step<'_>, phone: &mut Phone) {
    let Some(asking) = &mut phone.asking else { return };
    asking.at = None;
    asking.http = match (&asking.what, &phone.sent) {
        (What::Code { server, attempt, phone, region, language }, _) => {
            let (phone, attempt) = (phone.clone(), attempt.clone());
            let body = RequestPhoneCode { phone, region: region.clone(), language: language.clone(), attempt };
            Some(send(step, server, "POST", "phone-codes", Some(Encoding::Json.encode(&body))))
        }
        (What::Check { code }, Some(sent)) => {
            let body = CheckPhoneCode { attempt: sent.attempt.clone(), code: code.clone() };
            Some(send(step, &sent.server, "POST", "phone-codes/check", Some(Encoding::Json.encode(&body))))
        }
        (What::Check { .. }, None) => None,
    };
}

pub(super) fn on_http(step: &mut Step<'_>, id: u64, response: Option<&HttpResponse>) -> Result<(), StoreError> {
    let mut phone = Phone::load(step.tx)?;
    let Some(mut asking) = phone.asking.take_if(|asking| asking.http == Some(id)) else { return Ok(()) };
    asking.http = None;
    let result = match Answer::of(response) {
        Answer::Done(body) => match &asking.what {
            What::Code { server, attempt, .. } => {
                read(&body).map(|answer| took(step, &mut phone, server, attempt, answer))
            }
            What::Check { .. } => read(&body).map(|answer| proved(step, &mut phone, answer)),
        },
        Answer::Refused(problem) => Err(problem),
        Answer::Lost if asking.failures < TRIES => {
            let pause = PAUSE.saturating_mul(1 << u32::from(asking.failures));
            asking.failures = asking.failures.saturating_add(1);
            asking.at = Some(step.now.plus_millis(pause));
            phone.asking = Some(asking);
            return phone.save(step.tx);
        }
        Answer::Lost => {
            end(step, asking.command, Err(Failure::Unreachable));
            // The same question again is the same attempt.
            phone.asking = Some(Asking { command: None, failures: 0, ..asking });
            return phone.save(step.tx);
        }
    };
    let result = result.map_err(|problem: Problem| refusal(problem));
    if matches!((&result, &asking.what), (Err(Failure::CodeExpired), What::Check { .. })) {
        phone.sent = None;
    }
    phone.save(step.tx)?;
    step.notice(Notice::Me);
    end(step, asking.command, result);
    Ok(())
}

fn end(step: &mut Step<'_>, command: Option<u64>, result: Result<Outcome, Failure>) {
    if let Some(id) = command {
        done(step, id, result);
    }
}

/// The code is on its way.
fn took(step: &Step<'_>, phone: &mut Phone, server: &str, attempt: &str, answer: PhoneCodeSent) -> Outcome {
    let PhoneCodeSent { phone: number, digits, resend_after_s, expires_after_s } = answer;
    phone.sent = Some(Sent {
        server: server.to_owned(),
        attempt: attempt.to_owned(),
        phone: number.clone(),
        digits,
        resend_at: step.now.plus_millis(resend_after_s.saturating_mul(1_000)),
        expires_at: step.now.plus_millis(expires_after_s.saturating_mul(1_000)),
        verified: None,
    });
    Outcome::CodeSent { phone: number, digits, resend_after_s, expires_after_s }
}

/// The code is right.
fn proved(step: &Step<'_>, phone: &mut Phone, answer: PhoneVerified) -> Outcome {
    let holder = answer.holder.map_or(Holder::Nobody, |holder| Holder::Somebody { reset: holder.reset });
    let mut number = String::new();
    if let Some(sent) = &mut phone.sent {
        sent.verified = Some(holder);
        sent.expires_at = step.now.plus_millis(answer.expires_after_s.saturating_mul(1_000));
        number.clone_from(&sent.phone);
    }
    Outcome::PhoneVerified { phone: number, holder: holder.shown() }
}

/// The server has bound the number to the account, or taken it away.
pub(super) fn answered(
    step: &mut Step<'_>,
    id: u64,
    number: Option<&str>,
    answer: Result<Reply, Problem>,
) -> Result<(), StoreError> {
    let result = match answer {
        Ok(_) => {
            timeline::say_phone(step, number.unwrap_or_default())?;
            if number.is_some() {
                forget(step)?;
            }
            step.notice(Notice::Me);
            Ok(Outcome::Done)
        }
        Err(problem) => Err(refusal(problem)),
    };
    done(step, id, result);
    Ok(())
}

/// When [`on_tick`] has something to do.
pub(super) fn next_wake(conn: &Connection) -> Result<Option<Timestamp>, StoreError> {
    Ok(Phone::load(conn)?.asking.and_then(|asking| asking.at))
}

/// What was to be repeated after `latest` is repeated now.
pub(super) fn relax(step: &Step<'_>, latest: Timestamp) -> Result<(), StoreError> {
    let mut phone = Phone::load(step.tx)?;
    let Some(asking) = phone.asking.as_mut().filter(|asking| asking.at.is_some_and(|at| at > latest)) else {
        return Ok(());
    };
    asking.at = Some(step.now);
    phone.save(step.tx)
}

pub(super) fn on_tick(step: &mut Step<'_>) -> Result<(), StoreError> {
    let mut phone = Phone::load(step.tx)?;
    if phone.asking.as_ref().and_then(|asking| asking.at).is_none_or(|at| at > step.now) {
        return Ok(());
    }
    post(step, &mut phone);
    phone.save(step.tx)
}

/// The engine was opened: nobody waits any more. A question whose answer may be lost is kept, to be asked again as the same.
pub(super) fn on_open(step: &Step<'_>) -> Result<(), StoreError> {
    let mut phone = Phone::load(step.tx)?;
    let Some(asking) = &mut phone.asking else { return Ok(()) };
    (asking.command, asking.http, asking.at, asking.failures) = (None, None, None, 0);
    phone.save(step.tx)
}

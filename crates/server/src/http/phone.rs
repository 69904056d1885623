//! Codes to phone numbers. The answer is the same, and takes the same, whether or not somebody has the number.

use std::sync::Arc;

use axum::Extension;
use axum::Json as Answer;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use beseda_app::domain::phone::CODE_DIGITS;
use beseda_app::domain::{PhoneNumber, PhoneNumberError, TokenHash};
use beseda_app::port::{Sms, StoreError};
use beseda_app::usecase::phone::{self, Checked, PhoneError};
use beseda_model::{AccountId, Code};
use beseda_wire::Problem;
use beseda_wire::error::ProblemData;
use beseda_wire::http::{
    CheckPhoneCode, PhoneCodeSent, PhoneHolder, PhoneOffer, PhoneVerified, Registration, RequestPhoneCode,
};

use super::body::Json;
use super::error::Failure;
use super::gate::Origin;
use crate::context::Context;
use crate::phone::{Language, Phones, words};
use crate::problem;

type Shared = State<Arc<Context>>;

/// Characters of an attempt's secret: 32 bytes in base64url.
const ATTEMPT: usize = 43;

/// A code is to be sent.
pub(super) async fn request(
    State(context): Shared,
    Extension(origin): Extension<Origin>,
    Json(body): Json<RequestPhoneCode>,
) -> Result<Answer<PhoneCodeSent>, Failure> {
    let phones = offered(&context)?;
    let attempt = attempt(&body.attempt)?;
    let region = body.region.as_deref().or(context.config.phone_region.as_deref());
    let number = PhoneNumber::parse(&body.phone, region).map_err(no_number)?;
    if !context.config.sends_to(&number) {
        return Err(Problem::new(Code::PhoneNotServed, "no messages are sent to numbers of this country").into());
    }
    // Before anything is written: what is promised can be kept.
    let place = phones.sending.reserve().ok_or_else(problem::overloaded)?;
    let code = new_code(&context);
    let cmd = phone::RequestCode {
        number: phones.key.number(&number),
        attempt,
        code: phones.key.code(&body.attempt, &code),
        address: phones.key.address(origin.0),
        for_strangers: context.config.registration != Registration::Closed,
        at: context.clock.now(),
    };
    let requested = context.write(move |uow| phone::request_code(uow, &cmd)).await;
    let requested = requested.map_err(|error: PhoneError| context.refuse("request_phone_code", &error))?;
    if requested.deliver {
        let language = Language::of(body.language.as_deref(), &number);
        let text = words(language, &context.config.name, &code, context.config.sms_host.as_deref());
        place.send(Sms { id: context.request_id(), to: number.as_str().to_owned(), text, code });
    }
    Ok(Answer(PhoneCodeSent {
        phone: number.as_str().to_owned(),
        digits: u8::try_from(CODE_DIGITS).unwrap_or(u8::MAX),
        resend_after_s: requested.wait_ms.div_ceil(1_000),
        expires_after_s: requested.valid_ms / 1_000,
    }))
}

/// A code has come.
pub(super) async fn check(
    State(context): Shared,
    Json(body): Json<CheckPhoneCode>,
) -> Result<Answer<PhoneVerified>, Failure> {
    let phones = offered(&context)?;
    let code: String = body.code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let (attempt, code) = (attempt(&body.attempt)?, phones.key.code(&body.attempt, &code));
    let cmd = phone::CheckCode { attempt, code, at: context.clock.now() };
    let checked = context.write(move |uow| phone::check_code(uow, &cmd)).await;
    match checked.map_err(|error: PhoneError| context.refuse("check_phone_code", &error))? {
        Checked::Right { holder, valid_ms } => {
            let holder = match holder {
                Some(holder) => Some(PhoneHolder { reset: resettable(&context, holder).await? }),
                None => None,
            };
            Ok(Answer(PhoneVerified { expires_after_s: valid_ms / 1_000, holder }))
        }
        Checked::Wrong { tries_left } => {
            let data = ProblemData { tries_left: Some(tries_left), ..ProblemData::default() };
            Err(Problem { data: Some(data), ..Problem::new(Code::WrongDigits, "the code is another one") }.into())
        }
    }
}

/// The account, if the number alone allows to reset it.
async fn resettable(context: &Context, holder: AccountId) -> Result<Option<AccountId>, Failure> {
    if context.hub.is_online(holder) {
        return Ok(None);
    }
    let now = context.clock.now();
    let found = context.read(move |view| phone::resettable(view, holder, now)).await;
    found.map_err(|error: StoreError| context.refuse("check_phone_code", &error).into())
}

fn offered(context: &Context) -> Result<&Phones, Problem> {
    let phones = context.phones.as_ref().filter(|_| context.config.phone != PhoneOffer::Off);
    phones.ok_or_else(|| Problem::new(Code::NotFound, "this server takes no phone numbers"))
}

fn attempt(secret: &str) -> Result<TokenHash, Problem> {
    let is_secret = data_encoding::BASE64URL_NOPAD.decode(secret.as_bytes()).is_ok_and(|bytes| bytes.len() == 32);
    if secret.len() != ATTEMPT || !is_secret {
        return Err(problem::bad_request("an attempt's secret is 32 bytes in base64url"));
    }
    Ok(TokenHash::of(secret.as_bytes()))
}

fn no_number(error: PhoneNumberError) -> Problem {
    Problem::new(Code::InvalidPhone, error.to_string())
}

/// Each number with so many digits is as likely as any other, as far as 64 bits of chance can be told from that.
fn new_code(context: &Context) -> String {
    let digits = CODE_DIGITS as usize;
    format!("{:0digits$}", u64::from_be_bytes(context.chance()) % 10_u64.pow(CODE_DIGITS))
}

/// What was sent, for who develops: there is nothing at this place unless the operator chose so.
pub(super) async fn outbox(State(context): Shared) -> Result<Response, Failure> {
    let outbox = context.phones.as_ref().and_then(|phones| phones.outbox.as_ref());
    let outbox = outbox.ok_or_else(|| Problem::new(Code::NotFound, "there is nothing at this path"))?;
    let rows: String = outbox
        .messages()
        .iter()
        .map(|sms| format!("<h2>{}</h2>\n<pre>{}</pre>\n", escaped(&sms.to), escaped(&sms.text)))
        .collect();
    let rows = if rows.is_empty() { "<p>Nothing was sent yet.</p>\n".to_owned() } else { rows };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta http-equiv=\"refresh\" content=\"5\">\n\
         <title>Text messages</title>\n<h1>Text messages, the newest first</h1>\n\
         <p>They are sent to nobody: this server keeps them here (<code>sms = \"outbox\"</code>).</p>\n{rows}</html>\n"
    );
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

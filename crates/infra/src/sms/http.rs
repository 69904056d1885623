//! A service that takes messages over HTTP, as most do: address, headers and body are the operator's templates.

use std::collections::BTreeMap;
use std::time::Duration;

use beseda_app::port::{Sms, SmsError, SmsSender, SmsSending};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, redirect};

use super::template::{self, Escape};
use crate::environment::{TemplateError, with_environment};

/// What the operator says of the service. In all texts `${NAME}` stands for a variable of the environment; in address,
/// header values and body `{to}`, `{text}`, `{code}` and `{id}` stand for the message's.
#[derive(Debug, Clone)]
pub struct HttpSmsOptions {
    /// Its address.
    pub url: String,
    /// `POST` mostly.
    pub method: String,
    /// Headers; `content-type` says how the body is written.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// How long to wait for an answer.
    pub timeout: Duration,
}

/// Why the service can't be used. Says nothing of what is secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpSmsError {
    /// A text has a hole that can't be filled.
    #[error("`{key}`: {reason}")]
    Template {
        /// Which setting.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The address is none.
    #[error("`url` is not an address that begins with https:// or http://")]
    Url,
    /// There is no such method.
    #[error("`method` is not one of HTTP")]
    Method,
    /// The header's name or value is none.
    #[error("the header `{0}` can't be sent")]
    Header(String),
    /// TLS could not be set up.
    #[error("the HTTP client can't be made")]
    Client,
}

/// Hands messages to a service over HTTP.
pub struct HttpSms {
    client: Client,
    method: Method,
    url: String,
    headers: Vec<(HeaderName, String)>,
    body: String,
    escape: Escape,
}

impl std::fmt::Debug for HttpSms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSms").finish_non_exhaustive()
    }
}

impl HttpSms {
    /// With everything that is secret taken from `environment`.
    ///
    /// # Errors
    /// When the service can't be used so; better now than at the first message.
    pub fn new(options: &HttpSmsOptions, environment: impl Fn(&str) -> Option<String>) -> Result<Self, HttpSmsError> {
        let fill = |key: &str, text: &str| {
            with_environment(text, &environment).map_err(|error: TemplateError| HttpSmsError::Template {
                key: key.to_owned(),
                reason: error.to_string(),
            })
        };
        let url = fill("url", &options.url)?;
        let sample = Sms { id: "1".into(), to: "+1".into(), text: "1".into(), code: "1".into() };
        let is_http = |url: reqwest::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        if !template::with_message(&url, &sample, Escape::Percent).parse().is_ok_and(is_http) {
            return Err(HttpSmsError::Url);
        }
        let method = Method::from_bytes(options.method.as_bytes()).map_err(|_| HttpSmsError::Method)?;
        let mut headers = Vec::new();
        for (name, value) in &options.headers {
            let unusable = || HttpSmsError::Header(name.clone());
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable())?;
            let value = fill(&format!("headers.{name}"), value)?;
            HeaderValue::from_str(&template::with_message(&value, &sample, Escape::Nothing)).map_err(|_| unusable())?;
            headers.push((parsed, value));
        }
        let escape = headers.iter().find(|(name, _)| name == CONTENT_TYPE).map_or(Escape::Nothing, |(_, kind)| {
            match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
                "application/x-www-form-urlencoded" => Escape::Percent,
                kind if kind.ends_with("json") => Escape::Json,
                _ => Escape::Nothing,
            }
        });
        let body = fill("body", &options.body)?;
        let client = Client::builder()
            .timeout(options.timeout)
            .http1_only()
            // A redirect would take the operator's secrets somewhere else.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|_| HttpSmsError::Client)?;
        Ok(Self { client, method, url, headers, body, escape })
    }

    fn headers(&self, sms: &Sms) -> HeaderMap {
        self.headers
            .iter()
            .filter_map(|(name, value)| {
                let mut value = HeaderValue::from_str(&template::with_message(value, sms, Escape::Nothing)).ok()?;
                value.set_sensitive(true);
                Some((name.clone(), value))
            })
            .collect()
    }
}

impl SmsSender for HttpSms {
    fn send<'a>(&'a self, sms: &'a Sms) -> SmsSending<'a> {
        Box::pin(async move {
            let url = template::with_message(&self.url, sms, Escape::Percent);
            let mut request = self.client.request(self.method.clone(), url).headers(self.headers(sms));
            if !self.body.is_empty() {
                request = request.body(template::with_message(&self.body, sms, self.escape));
            }
            // The driver's errors quote the address, which may hold the number and a secret.
            let answer = request.send().await.map_err(|error| match error.is_timeout() {
                true => SmsError::TimedOut,
                false => SmsError::Unreachable,
            })?;
            let status = answer.status();
            match status.as_u16() {
                200..300 => Ok(()),
                code @ (408 | 425 | 429 | 500..) => Err(SmsError::Failed { status: code }),
                code => Err(SmsError::Refused { status: code }),
            }
        })
    }
}

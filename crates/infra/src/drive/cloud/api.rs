//! Requests to a provider, and what its answers mean.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Body, Method, Request, Response, Url};
use serde_json::Value;

use super::super::transport::{self, Transport};
use super::{DriveError, Reading};

/// Most bytes of an answer that is read whole.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes of a refusal that are looked at.
const REFUSAL_BYTES: usize = 64 * 1024;
/// How often something is asked of a provider that asks for patience.
const TRIES: u32 = 4;
/// The most patience that one request has; who asks for more is told to the person.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a provider means by a refusal, where that differs from what its status says.
type Judge = fn(status: u16, body: &Value) -> Option<DriveError>;

/// The way to a provider's interface, for one person.
#[derive(Debug)]
pub(super) struct Api {
    transport: Transport,
    authorization: HeaderValue,
    judge: Judge,
}

/// One request. Its body is at hand, so that it can be sent again.
pub(super) struct Ask {
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
    is_ours: bool,
}

impl Ask {
    pub(super) fn new(method: Method, url: &str) -> Result<Self, DriveError> {
        let url = Url::parse(url).map_err(|_| DriveError::Address)?;
        Ok(Self { method, url, headers: Vec::new(), body: None, is_ours: true })
    }

    /// With values in the address, encoded.
    pub(super) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.url.query_pairs_mut().extend_pairs(pairs);
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Result<Self, DriveError> {
        let value = HeaderValue::from_str(value).map_err(|_| DriveError::Path)?;
        self.headers.push((HeaderName::from_static(name), value));
        Ok(self)
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.body("application/json", Bytes::from(body.to_string()))
    }

    pub(super) fn body(mut self, kind: &'static str, body: Bytes) -> Self {
        self.headers.push((CONTENT_TYPE, HeaderValue::from_static(kind)));
        self.body = Some(body);
        self
    }

    /// From a byte on.
    pub(super) fn range(self, at: u64) -> Result<Self, DriveError> {
        if at == 0 { Ok(self) } else { self.header("range", &format!("bytes={at}-")) }
    }

    /// To an address that opens something by itself: the token is not for whoever is there.
    pub(super) fn anonymous(mut self) -> Self {
        self.is_ours = false;
        self
    }

    fn request(&self, authorization: &HeaderValue) -> Request {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        let headers = request.headers_mut();
        headers.extend(self.headers.iter().cloned());
        if self.is_ours {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        // Said even where it is nothing: some providers refuse what might bring something and does not say how much.
        if let Some(length) = self.body.as_ref().map(Bytes::len).or((self.method == Method::POST).then_some(0)) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        if let Some(body) = &self.body {
            *request.body_mut() = Some(Body::from(body.clone()));
        }
        request
    }
}

impl Api {
    pub(super) fn new(transport: Transport, token: &str, judge: Judge) -> Result<Self, DriveError> {
        let authorization = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut authorization = authorization.map_err(|_| DriveError::Expired)?;
        authorization.set_sensitive(true);
        Ok(Self { transport, authorization, judge })
    }

    /// Sends something that is answered with success.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Response, DriveError> {
        let answer = self.send_on(ask).await?;
        if answer.status().is_success() { Ok(answer) } else { Err(DriveError::Unreachable) }
    }

    /// Sends something that is answered with success, or with what leads on to it (status 3xx).
    pub(super) async fn send_on(&self, ask: &Ask) -> Result<Response, DriveError> {
        for attempt in 0..TRIES {
            let answer = self.transport.send(ask.request(&self.authorization)).await?;
            let status = answer.status().as_u16();
            if (200..400).contains(&status) {
                return Ok(answer);
            }
            let told = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let body = read(answer, REFUSAL_BYTES).await.unwrap_or_default();
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let why = (self.judge)(status, &body).or_else(|| judge(status)).unwrap_or(DriveError::Unreachable);
            if why != DriveError::Busy {
                return Err(why);
            }
            let wait = Duration::from_secs(told.unwrap_or(1_u64 << attempt));
            if wait > PATIENCE {
                return Err(DriveError::Later { millis: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) });
            }
            tokio::time::sleep(wait).await;
        }
        Err(DriveError::Busy)
    }

    /// The same, where the answer is JSON.
    pub(super) async fn ask(&self, ask: &Ask) -> Result<Value, DriveError> {
        let answer = self.send(ask).await?;
        let body = read(answer, ANSWER_BYTES).await?;
        serde_json::from_slice(&body).map_err(|_| DriveError::Unreachable)
    }

    /// The same, where nothing may be there.
    pub(super) async fn ask_for(&self, ask: &Ask) -> Result<Option<Value>, DriveError> {
        match self.ask(ask).await {
            Err(DriveError::NotFound) => Ok(None),
            answer => answer.map(Some),
        }
    }
}

/// What a status means of a provider: it knows the token or does not, where others know a password.
fn judge(status: u16) -> Option<DriveError> {
    match status {
        401 => Some(DriveError::Expired),
        409 => Some(DriveError::Exists),
        400 => Some(DriveError::Path),
        _ => transport::judge(status),
    }
}

/// Where an answer leads.
pub(super) fn location(answer: &Response) -> Result<&str, DriveError> {
    answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or(DriveError::Unreachable)
}

/// Whether an address that a provider gave is on a host of its own.
pub(super) fn is_at(url: &str, host: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    origin(url).is_some_and(|of| Some(of) == origin(host))
}

/// The whole of an answer, up to `most` bytes.
pub(super) async fn read(answer: Response, most: usize) -> Result<Vec<u8>, DriveError> {
    let mut bytes = Vec::new();
    let mut stream = answer.bytes_stream();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| DriveError::Unreachable)?;
        if bytes.len().saturating_add(part.len()) > most {
            return Err(DriveError::Unreachable);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// A file, as it comes.
pub(super) fn reading(answer: Response) -> Reading {
    Box::pin(answer.bytes_stream().map_err(|_| io::Error::other(DriveError::Unreachable)))
}

//! Writing by WebDAV: under another name first, so that a half file is never taken for a whole one, and as a stream, which
//! the library can't.

use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use futures_util::{Stream, StreamExt as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue};
use reqwest::{Body, Method, Request, Url};

use super::DriveError;
use super::transport::{Transport, judge};

/// What stands for itself in a path (RFC 3986, section 2.3).
pub(super) const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A folder that is written to.
pub(super) struct Dav {
    transport: Transport,
    address: String,
    authorization: Option<HeaderValue>,
}

impl std::fmt::Debug for Dav {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dav(…)")
    }
}

impl Dav {
    pub(super) fn new(transport: Transport, address: String, user: &str, password: &str) -> Self {
        let authorization = (!user.is_empty()).then(|| BASE64.encode(format!("{user}:{password}").as_bytes()));
        let authorization = authorization.and_then(|text| {
            let mut value = HeaderValue::from_str(&format!("Basic {text}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Self { transport, address, authorization }
    }

    pub(super) async fn write<E>(
        &self,
        path: &str,
        size: u64,
        replace: bool,
        chance: [u8; 8],
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<(), DriveError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let beside = format!("{folder}.beseda-{}.part", HEXLOWER.encode(&chance));
        let outcome = match self.put(&beside, size, body).await {
            Ok(()) => self.rename(&beside, path, replace).await,
            Err(why) => Err(why),
        };
        if outcome.is_err() {
            // What remains is seen to be a part of something by its name.
            let _ = self.send(self.request(Method::DELETE, &beside)?).await;
        }
        outcome
    }

    async fn put<E>(
        &self,
        path: &str,
        size: u64,
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<(), DriveError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut left = size;
        // Both too little and too much end the request as one that has failed.
        let body = body.map(move |part| {
            let part = part.map_err(|_| DriveError::Cut)?;
            left = left.checked_sub(part.len() as u64).ok_or(DriveError::Cut)?;
            Ok::<_, DriveError>(part)
        });
        let mut request = self.request(Method::PUT, path)?;
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
        *request.body_mut() = Some(Body::wrap_stream(body));
        self.send(request).await
    }

    async fn rename(&self, from: &str, to: &str, replace: bool) -> Result<(), DriveError> {
        let mut request = self.request(Method::from_bytes(b"MOVE").map_err(|_| DriveError::Address)?, from)?;
        let target = HeaderValue::from_str(self.url(to)?.as_str()).map_err(|_| DriveError::Address)?;
        request.headers_mut().insert("destination", target);
        request.headers_mut().insert("overwrite", HeaderValue::from_static(if replace { "T" } else { "F" }));
        self.send(request).await
    }

    fn url(&self, path: &str) -> Result<Url, DriveError> {
        let path = utf8_percent_encode(path, ENCODED);
        Url::parse(&format!("{}/{path}", self.address)).map_err(|_| DriveError::Address)
    }

    fn request(&self, method: Method, path: &str) -> Result<Request, DriveError> {
        let mut request = Request::new(method, self.url(path)?);
        if let Some(value) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, value.clone());
        }
        Ok(request)
    }

    async fn send(&self, request: Request) -> Result<(), DriveError> {
        let response = self.transport.send(request).await?;
        judge(response.status().as_u16()).map_or(Ok(()), Err)
    }
}

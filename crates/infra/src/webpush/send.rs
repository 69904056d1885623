//! One message to one push service.

use std::sync::Arc;
use std::time::Duration;

use beseda_model::{Rng, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;

use super::encrypt::{ReceiverKeys, encrypt};
use super::endpoint::{Endpoint, Guard, Reach, retry_after_ms};
use super::vapid::ServerKey;
use crate::roots::tls;

/// A service that takes longer has failed.
const CONNECT_TIME: Duration = Duration::from_secs(5);
const WHOLE_TIME: Duration = Duration::from_secs(10);
/// Connections to one service that are kept for the next message.
const IDLE_PER_SERVICE: usize = 8;
const IDLE_TIME: Duration = Duration::from_secs(60);

/// How urgent a message is (RFC 8030, section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A device may wait until it has power and a good network.
    Low,
    /// Somebody is to be called.
    High,
}

/// A message.
#[derive(Debug, Clone)]
pub struct WebPush {
    /// Where to.
    pub endpoint: Endpoint,
    /// For whom.
    pub keys: ReceiverKeys,
    /// What it says; the receiver alone reads it, but the service sees how long it is.
    pub text: Vec<u8>,
    /// How long the service keeps it for a device that is away.
    pub keep: Duration,
    /// How urgent it is.
    pub urgency: Urgency,
    /// A later message of the same topic takes the place of one that was not delivered yet.
    pub topic: &'static str,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The service has it.
    Taken,
    /// There is no such subscription any more.
    Gone,
    /// The service refuses it and would do so again.
    Refused {
        /// Its status.
        status: u16,
    },
    /// Another attempt may succeed, after the time that the service asked for, if any.
    Later {
        /// In milliseconds.
        after_ms: Option<u64>,
    },
}

/// Sends messages.
#[derive(Debug, Clone)]
pub struct Sender {
    client: reqwest::Client,
    key: ServerKey,
    contact: Arc<str>,
}

impl Sender {
    /// Sends as the holder of `key`, who is reached at `contact` (`mailto:…` or `https://…`).
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(key: ServerKey, contact: &str, reach: Reach) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .dns_resolver(Arc::new(Guard(reach)))
            .redirect(Policy::none())
            .http1_only()
            // A proxy would reach what this server can't, and resolve names by itself.
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIME)
            .timeout(WHOLE_TIME)
            .pool_max_idle_per_host(IDLE_PER_SERVICE)
            .pool_idle_timeout(IDLE_TIME)
            .user_agent("beseda")
            .build()?;
        Ok(Self { client, key, contact: contact.into() })
    }

    /// What clients subscribe with.
    pub const fn public_key(&self) -> &[u8] {
        self.key.public()
    }

    /// A message on its way; `rng` and `now` are used before this returns.
    pub fn send(
        &self,
        message: WebPush,
        rng: &mut dyn Rng,
        now: Timestamp,
    ) -> impl Future<Output = Outcome> + Send + 'static {
        let (mut key_chance, mut salt) = ([0; 32], [0; 16]);
        rng.fill(&mut key_chance);
        rng.fill(&mut salt);
        let body = encrypt(&message.keys, &key_chance, &salt, &message.text);
        let authorization = self.key.authorization(&message.endpoint.origin(), &self.contact, now);
        let client = self.client.clone();
        async move {
            let Some(body) = body else { return Outcome::Later { after_ms: None } };
            let request = client
                .post(message.endpoint.url())
                .header(AUTHORIZATION, authorization)
                .header(CONTENT_ENCODING, "aes128gcm")
                .header(CONTENT_TYPE, "application/octet-stream")
                .header("ttl", message.keep.as_secs())
                .header("topic", message.topic)
                .header("urgency", message.urgency.word())
                .body(body);
            // The answer's body is of no interest and is not read, however long it may be.
            match request.send().await {
                Ok(answer) => {
                    judge(answer.status(), retry_after_ms(answer.headers().get(RETRY_AFTER), now.as_millis()))
                }
                Err(_) => Outcome::Later { after_ms: None },
            }
        }
    }
}

impl Urgency {
    const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::High => "high",
        }
    }
}

fn judge(status: StatusCode, after_ms: Option<u64>) -> Outcome {
    match status {
        status if status.is_success() => Outcome::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Outcome::Later { after_ms },
        status if status.is_server_error() => Outcome::Later { after_ms },
        status => Outcome::Refused { status: status.as_u16() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_answers_decides_whether_to_try_again() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).unwrap(), Some(7));
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), Outcome::Taken, "{status}");
        }
        for status in [404, 410] {
            assert_eq!(judged(status), Outcome::Gone, "{status}");
        }
        for status in [408, 429, 500, 502, 503] {
            assert_eq!(judged(status), Outcome::Later { after_ms: Some(7) }, "{status}");
        }
        // A redirect is an answer like any other: nothing is sent where it points.
        for status in [301, 302, 307, 308, 400, 401, 403, 413] {
            assert_eq!(judged(status), Outcome::Refused { status }, "{status}");
        }
    }
}

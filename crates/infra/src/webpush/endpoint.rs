//! Where messages may go. The address of an endpoint is chosen by a client: nothing may be sent to what only this server
//! can reach.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderValue;
use url::Host;

use crate::address::is_public;

/// Ports below this are services of a host's own, but for 443.
const FIRST_FREE_PORT: u16 = 1_024;

/// How far messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses over HTTPS.
    Public,
    /// Also to this very machine, over HTTP too: for development and tests.
    Loopback,
}

/// Why an endpoint is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadEndpoint {
    /// It is not the address of anything.
    #[error("the endpoint is not an address")]
    Malformed,
    /// Another scheme than `https`.
    #[error("the endpoint is not reached over HTTPS")]
    NotHttps,
    /// It holds a name or a password.
    #[error("the endpoint holds a name or a password")]
    Credentials,
    /// A port of the host's own services.
    #[error("the endpoint has a port that is not used for pushes")]
    Port,
    /// An address that is not public.
    #[error("the endpoint is not at a public address")]
    NotPublic,
}

/// An address that messages may be posted to, as far as that can be told before its name is resolved.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

/// The path of an endpoint is what lets anybody send to it.
impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Endpoint(…)")
    }
}

impl Endpoint {
    /// Looks at an endpoint.
    ///
    /// # Errors
    /// Why it is not used.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, BadEndpoint> {
        let url = Url::parse(text).map_err(|_| BadEndpoint::Malformed)?;
        let host = url.host().ok_or(BadEndpoint::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadEndpoint::Credentials);
        }
        let literal = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        let local = reach == Reach::Loopback
            && (literal.is_some_and(|address| address.is_loopback()) || host == Host::Domain("localhost"));
        if local && matches!(url.scheme(), "http" | "https") {
            return Ok(Self { url });
        }
        if url.scheme() != "https" {
            return Err(BadEndpoint::NotHttps);
        }
        if url.port().is_some_and(|port| port < FIRST_FREE_PORT) {
            return Err(BadEndpoint::Port);
        }
        if literal.is_some_and(|address| !is_public(address)) {
            return Err(BadEndpoint::NotPublic);
        }
        Ok(Self { url })
    }

    /// The service: what a token is signed for, and what shares its patience.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_fragment(None);
        url
    }
}

/// Resolves names to addresses that may be reached; the connection is made to those and no others, so that a name that
/// changes its mind in between gains nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard(pub(super) Reach);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let Self(reach) = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(BadEndpoint::NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self == Self::Loopback && address.to_canonical().is_loopback())
    }
}

/// The seconds or the date of a `Retry-After`, as milliseconds from `now_ms` on.
pub(super) fn retry_after_ms(value: Option<&HeaderValue>, now_ms: u64) -> Option<u64> {
    let text = value?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let at = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(u64::try_from(at.as_millis()).ok()?.saturating_sub(now_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_services_as_they_are_found_today_are_taken() {
        for text in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QGuQyavXutnMH",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d%3d",
            "https://ntfy.example.org:8443/upABCDEF?up=1",
            "https://[2606:4700::1111]/x",
            "https://1.1.1.1/x",
        ] {
            assert!(Endpoint::parse(text, Reach::Public).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_only_this_server_can_reach_is_refused() {
        use BadEndpoint::{Credentials, Malformed, NotHttps, NotPublic, Port};
        for (text, why) in [
            ("", Malformed),
            ("nonsense", Malformed),
            ("https://", Malformed),
            ("http://push.example.org/x", NotHttps),
            ("file:///etc/passwd", Malformed),
            ("gopher://push.example.org/x", NotHttps),
            ("https://me:secret@push.example.org/x", Credentials),
            ("https://push.example.org:22/x", Port),
            ("https://push.example.org:25/x", Port),
            ("https://127.0.0.1/x", NotPublic),
            ("https://2130706433/x", NotPublic),
            ("https://0x7f.1/x", NotPublic),
            ("https://0/x", NotPublic),
            ("https://10.0.0.1/x", NotPublic),
            ("https://172.16.3.4/x", NotPublic),
            ("https://192.168.1.1/x", NotPublic),
            ("https://169.254.169.254/latest/meta-data", NotPublic),
            ("https://100.64.0.1/x", NotPublic),
            ("https://224.0.0.1/x", NotPublic),
            ("https://255.255.255.255/x", NotPublic),
            ("https://[::1]/x", NotPublic),
            ("https://[::ffff:10.0.0.1]/x", NotPublic),
            ("https://[fe80::1]/x", NotPublic),
            ("https://[fd00::1]/x", NotPublic),
            ("https://[64:ff9b::a00:1]/x", NotPublic),
            ("https://[2002:a00:1::]/x", NotPublic),
            ("https://[2001:db8::1]/x", NotPublic),
        ] {
            assert_eq!(Endpoint::parse(text, Reach::Public).err(), Some(why), "{text}");
        }
    }

    #[test]
    fn development_reaches_this_machine_and_no_other() {
        for text in ["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x", "https://127.0.0.1:9/x"] {
            assert!(Endpoint::parse(text, Reach::Loopback).is_ok(), "{text}");
            assert!(Endpoint::parse(text, Reach::Public).is_err(), "{text}");
        }
        for text in ["http://10.0.0.1/x", "https://10.0.0.1/x", "http://push.example.org/x", "ftp://127.0.0.1/x"] {
            assert!(Endpoint::parse(text, Reach::Loopback).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_resolved_for_development_only() {
        let resolve = |reach| Guard(reach).resolve("localhost".parse().unwrap());
        let Err(error) = resolve(Reach::Public).await else { panic!("it was resolved") };
        assert_eq!(error.downcast_ref(), Some(&BadEndpoint::NotPublic));
        assert!(resolve(Reach::Loopback).await.is_ok());
    }

    #[test]
    fn both_forms_of_a_wish_to_be_left_alone_are_understood() {
        let after = |text: &str| retry_after_ms(Some(&HeaderValue::from_str(text).unwrap()), 784_111_767_000);
        assert_eq!(after("120"), Some(120_000));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(10_000));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0), "it has passed");
        assert_eq!(after("soon"), None);
        assert_eq!(retry_after_ms(None, 0), None);
    }
}

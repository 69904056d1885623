use std::net::{IpAddr, SocketAddr};

use beseda_app::port::FetchError;
use ipnet::IpNet;
use reqwest::Url;
use url::Host;

use super::names::Names;
use crate::address::is_public;

/// An address of the web, as far as that can be told before its name is resolved.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Target {
    url: Url,
    port: u16,
}

impl Target {
    /// Looks at an address.
    pub(super) fn parse(text: &str, ports: &[u16]) -> Result<Self, FetchError> {
        Url::parse(text).map_err(|_| FetchError::Address).and_then(|url| Self::of(url, ports))
    }

    /// Where it leads on.
    pub(super) fn redirected(&self, to: &str, ports: &[u16]) -> Result<Self, FetchError> {
        let next = Self::of(self.url.join(to).map_err(|_| FetchError::Redirect)?, ports)?;
        let is_downgrade = self.url.scheme() == "https" && next.url.scheme() != "https";
        if is_downgrade { Err(FetchError::Redirect) } else { Ok(next) }
    }

    fn of(mut url: Url, ports: &[u16]) -> Result<Self, FetchError> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        let has_credentials = !url.username().is_empty() || url.password().is_some();
        let port = url.port_or_known_default().filter(|port| ports.contains(port));
        let (true, false, Some(port)) = (is_web, has_credentials, port) else { return Err(FetchError::Address) };
        url.set_fragment(None);
        Ok(Self { url, port })
    }

    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    /// The addresses at which it is, of which none is given that is not public. A name that has some of both kinds is
    /// refused: nobody needs one who means well.
    pub(super) async fn addresses(&self, names: &dyn Names, allow: &[IpNet]) -> Result<Vec<SocketAddr>, FetchError> {
        let found = match self.url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => names.addresses(name).await.map_err(|_| FetchError::Unreachable)?,
            None => return Err(FetchError::Address),
        };
        let may_be_reached = |address: &IpAddr| {
            is_public(*address) || allow.iter().any(|network| network.contains(&address.to_canonical()))
        };
        match found.iter().all(may_be_reached) {
            _ if found.is_empty() => Err(FetchError::Unreachable),
            false => Err(FetchError::NotPublic),
            true => Ok(found.into_iter().map(|address| SocketAddr::new(address, self.port)).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: &[u16] = &[80, 443];

    #[test]
    fn only_addresses_of_the_web_are_targets() {
        for text in
            ["http://example.org", "https://example.org/a?b#c", "https://пример.рф/", "http://1.1.1.1/", "http://a:80/"]
        {
            assert!(Target::parse(text, PORTS).is_ok(), "{text}");
        }
        for text in [
            "",
            "example.org",
            "//example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://a/",
            "data:,x",
            "http://me@example.org/",
            "http://me:x@example.org/",
            "http://:x@example.org/",
            "http://example.org:22/",
            "https://example.org:8443/",
            "http://",
        ] {
            assert_eq!(Target::parse(text, PORTS).err(), Some(FetchError::Address), "{text}");
        }
        assert!(Target::parse("https://example.org:8443/", &[8443]).is_ok());
    }

    #[test]
    fn a_redirect_is_judged_like_the_first_address_and_leads_to_nothing_weaker() {
        let from = |text: &str, to: &str| Target::parse(text, PORTS).unwrap().redirected(to, PORTS);
        assert_eq!(from("http://a/b/c", "../d").unwrap().url().as_str(), "http://a/d");
        assert!(from("http://a/", "https://b/").is_ok());
        assert_eq!(from("https://a/", "http://a/").err(), Some(FetchError::Redirect));
        assert_eq!(from("http://a/", "ftp://a/").err(), Some(FetchError::Address));
        assert_eq!(from("http://a/", "http://a:25/").err(), Some(FetchError::Address));
        assert_eq!(from("http://a/", "http://me@a/").err(), Some(FetchError::Address));
    }
}

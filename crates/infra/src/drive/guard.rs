//! Where drives may be.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use super::DriveError;
use crate::address::is_public;

/// Ports below this are services of a host's own, but for those of the web.
const FIRST_FREE_PORT: u16 = 1_024;

/// A range of addresses, as `10.20.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is not a network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a network, such as 10.20.0.0/16")]
pub struct NetworkError;

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        text.parse().map(Self).map_err(|_| NetworkError)
    }
}

/// How far one may go: to everybody's addresses over HTTPS, and to these networks by any way.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Networks that are not everybody's, as those of an intranet.
    pub allow: Vec<Network>,
}

impl Reach {
    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allow.iter().any(|Network(network)| network.contains(&address))
    }

    fn reaches(&self, address: IpAddr) -> bool {
        is_public(address) || self.is_allowed(address)
    }

    /// Whether a request may go there, as far as that can be told before the connection is made: [`Guard`] does the rest.
    pub(super) async fn check(&self, url: &Url) -> Result<(), DriveError> {
        let port = url.port_or_known_default().ok_or(DriveError::Address)?;
        if !matches!(port, 80 | 443) && port < FIRST_FREE_PORT {
            return Err(DriveError::NotPublic);
        }
        let literal = match url.host().ok_or(DriveError::Address)? {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        let is_plain = url.scheme() != "https";
        let may = |address: IpAddr| if is_plain { self.is_allowed(address) } else { self.reaches(address) };
        let may = match (literal, url.host_str()) {
            (Some(address), _) => may(address),
            // A password goes without encryption to a neighbour at most.
            (None, Some(name)) if is_plain => {
                let found = tokio::net::lookup_host((name, port)).await.map_err(|_| DriveError::Unreachable)?;
                found.map(|address| address.ip()).all(may)
            }
            (None, _) => true,
        };
        if may { Ok(()) } else { Err(DriveError::NotPublic) }
    }
}

/// Resolves names to addresses that may be reached; the connection is made to those and no others, so that a name that
/// changes its mind in between gains nothing.
#[derive(Debug, Clone)]
pub(super) struct Guard(pub(super) Arc<Reach>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let Self(reach) = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.reaches(address.ip())).collect();
            if allowed.is_empty() {
                return Err(DriveError::NotPublic.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allow: &[&str]) -> Reach {
        Reach { allow: allow.iter().map(|text| text.parse().expect("a network")).collect() }
    }

    #[tokio::test]
    async fn only_everybodys_addresses_are_gone_to_and_only_over_https() {
        let check = async |text: &str| reach(&[]).check(&Url::parse(text).expect("an address")).await;
        for text in ["https://1.1.1.1/dav", "https://1.1.1.1:8443/", "https://[2606:4700::1111]/", "https://a.example/"]
        {
            assert_eq!(check(text).await, Ok(()), "{text}");
        }
        for text in [
            "http://1.1.1.1/",
            "https://1.1.1.1:22/",
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://2130706433/",
            "http://localhost/",
        ] {
            assert_eq!(check(text).await, Err(DriveError::NotPublic), "{text}");
        }
    }

    #[tokio::test]
    async fn the_operator_may_allow_networks() {
        let here = reach(&["127.0.0.1/32", "::1/128"]);
        let check = async |text: &str| here.check(&Url::parse(text).expect("an address")).await;
        assert_eq!(check("http://127.0.0.1:8080/").await, Ok(()));
        assert_eq!(check("http://localhost:8080/").await, Ok(()));
        assert_eq!(check("http://127.0.0.2:8080/").await, Err(DriveError::NotPublic));
        assert_eq!(check("http://127.0.0.1:25/").await, Err(DriveError::NotPublic));
        assert!("intranet".parse::<Network>().is_err() && "10.0.0.1".parse::<Network>().is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_resolved() {
        let resolve = |reach| Guard(Arc::new(reach)).resolve("localhost".parse().expect("a name"));
        let Err(error) = resolve(reach(&[])).await else { panic!("it was resolved") };
        assert_eq!(error.downcast_ref(), Some(&DriveError::NotPublic));
        assert!(resolve(reach(&["127.0.0.1/32", "::1/128"])).await.is_ok());
    }
}

//! The names and addresses that a certificate is for, and those that an authority may vouch for.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};
use rustls::pki_types::DnsName;
use x509_cert::ext::pkix::NameConstraints as Encoded;
use x509_cert::ext::pkix::name::GeneralName;

use super::Machine;

/// A name or an address by which the server is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    /// In lower case.
    Dns(String),
    /// Of version 4 or 6.
    Address(IpAddr),
}

/// Neither a name nor an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAName;

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let name = text.to_ascii_lowercase();
        DnsName::try_from(name.as_str()).map_err(|_| NotAName)?;
        Ok(Self::Dns(name))
    }
}

/// By which names the server may be called: those of the machine, as far as it listens there.
pub(super) fn of_machine(machine: &dyn Machine, listen: SocketAddr) -> BTreeSet<Name> {
    let mut names: BTreeSet<Name> = [Name::Dns("localhost".to_owned())].into();
    names.extend([IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)].map(Name::Address));
    if let Some(name) = machine.name().and_then(|name| name.parse().ok()) {
        if let Name::Dns(host) = &name
            && !host.contains('.')
        {
            // As it is called where names are not given by a router but announced in the network.
            names.insert(Name::Dns(format!("{host}.local")));
        }
        names.insert(name);
    }
    if listen.ip().is_unspecified() {
        names.extend(machine.addresses().into_iter().filter(is_reachable).map(Name::Address));
    } else {
        names.insert(Name::Address(listen.ip()));
    }
    names
}

/// No browser can open an address that needs the name of an interface beside it.
fn is_reachable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_unicast_link_local(),
    }
}

/// What is never found in the public internet, so that whoever steals the authority's key can't pose as a bank.
const PRIVATE_DOMAINS: &[&str] = &["localhost", "local", "lan", "home.arpa", "internal", "test"];
const PRIVATE_NETWORKS: &[(&str, u8)] = &[
    ("127.0.0.0", 8),
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("100.64.0.0", 10),
    ("::1", 128),
    ("fc00::", 7),
];

/// What an authority may vouch for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    domains: Vec<String>,
    networks: Vec<CidrSubnet>,
}

impl Scope {
    /// Private networks, and these names.
    pub(super) fn around(names: &BTreeSet<Name>) -> Self {
        let network = |&(address, prefix): &(&str, u8)| {
            CidrSubnet::from_addr_prefix(address.parse().expect("the table has addresses"), prefix)
        };
        let mut scope = Self {
            domains: PRIVATE_DOMAINS.iter().map(|&domain| domain.to_owned()).collect(),
            networks: PRIVATE_NETWORKS.iter().map(network).collect(),
        };
        for name in names {
            if scope.permits(name) {
                continue;
            }
            match name {
                Name::Dns(name) => scope.domains.push(name.clone()),
                Name::Address(address @ IpAddr::V4(_)) => {
                    scope.networks.push(CidrSubnet::from_addr_prefix(*address, 32));
                }
                Name::Address(address @ IpAddr::V6(_)) => {
                    scope.networks.push(CidrSubnet::from_addr_prefix(*address, 128));
                }
            }
        }
        scope
    }

    /// As it is written in the authority's certificate.
    pub(super) fn constraints(&self) -> NameConstraints {
        let domains = self.domains.iter().cloned().map(GeneralSubtree::DnsName);
        let networks = self.networks.iter().copied().map(GeneralSubtree::IpAddress);
        NameConstraints { permitted_subtrees: domains.chain(networks).collect(), excluded_subtrees: Vec::new() }
    }

    /// As it stands there.
    pub(super) fn read(constraints: &Encoded) -> Self {
        let mut scope = Self { domains: Vec::new(), networks: Vec::new() };
        for subtree in constraints.permitted_subtrees.iter().flatten() {
            match &subtree.base {
                GeneralName::DnsName(domain) => scope.domains.push(domain.to_string()),
                GeneralName::IpAddress(bytes) => scope.networks.extend(network(bytes.as_bytes())),
                _ => {}
            }
        }
        scope
    }

    /// Whether this name is within.
    pub(super) fn permits(&self, name: &Name) -> bool {
        match name {
            Name::Dns(name) => self.domains.iter().any(|domain| {
                name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }),
            Name::Address(address) => self.networks.iter().any(|network| contains(network, *address)),
        }
    }
}

fn network(bytes: &[u8]) -> Option<CidrSubnet> {
    let (address, mask) = bytes.split_at_checked(bytes.len() / 2)?;
    match (address.try_into(), mask.try_into()) {
        (Ok(address), Ok(mask)) => Some(CidrSubnet::V4(address, mask)),
        _ => Some(CidrSubnet::V6(address.try_into().ok()?, mask.try_into().ok()?)),
    }
}

fn contains(network: &CidrSubnet, address: IpAddr) -> bool {
    let within = |network: &[u8], mask: &[u8], address: &[u8]| {
        network.iter().zip(mask).zip(address).all(|((network, mask), address)| network & mask == address & mask)
    };
    match (network, address) {
        (CidrSubnet::V4(network, mask), IpAddr::V4(address)) => within(network, mask, &address.octets()),
        (CidrSubnet::V6(network, mask), IpAddr::V6(address)) => within(network, mask, &address.octets()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nas(&'static str);

    impl Machine for Nas {
        fn name(&self) -> Option<String> {
            Some(self.0.to_owned())
        }

        fn addresses(&self) -> Vec<IpAddr> {
            ["127.0.0.1", "192.168.1.5", "169.254.3.4", "fe80::1", "fd00::5"].map(|text| text.parse().unwrap()).into()
        }
    }

    fn names(texts: &[&str]) -> BTreeSet<Name> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_machine_is_called_by_what_can_be_typed_into_a_browser() {
        let everywhere = of_machine(&Nas("NAS"), "0.0.0.0:1".parse().unwrap());
        let expected = ["localhost", "127.0.0.1", "::1", "nas", "nas.local", "192.168.1.5", "fd00::5"];
        assert_eq!(everywhere, names(&expected));
        let here = of_machine(&Nas("nas.example.org"), "127.0.0.1:1".parse().unwrap());
        assert_eq!(here, names(&["localhost", "127.0.0.1", "::1", "nas.example.org"]));
        let nameless = of_machine(&Nas("not a name"), "192.168.1.5:1".parse().unwrap());
        assert_eq!(nameless, names(&["localhost", "127.0.0.1", "::1", "192.168.1.5"]));
    }

    #[test]
    fn an_authority_may_vouch_for_the_neighbourhood_and_for_what_it_was_made_for() {
        let scope = Scope::around(&names(&["chat.example.org", "203.0.113.5", "nas"]));
        for inside in [
            "chat.example.org",
            "a.chat.example.org",
            "nas",
            "tv.lan",
            "10.1.2.3",
            "172.31.0.1",
            "fd12::1",
            "203.0.113.5",
        ] {
            assert!(scope.permits(&inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "example.org",
            "bank.example",
            "chat.example.org.evil.example",
            "xnas",
            "vlan",
            "172.32.0.1",
            "203.0.113.6",
            "2001:db8::1",
        ] {
            assert!(!scope.permits(&outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn what_is_no_name_is_told_apart() {
        for text in ["", "a b", "*.example.org", "https://example.org", "example.org:443", "-a", "имя"] {
            assert_eq!(text.parse::<Name>(), Err(NotAName), "{text}");
        }
    }
}

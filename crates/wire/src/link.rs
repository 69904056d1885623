//! Links that people pass on, as text or as a QR code: one format for all. What a server may know stands in the path; what
//! it must not know, or what it is to be checked by, stands behind the `#`, which no program sends to a server.
//!
//! | address | leads to |
//! | --- | --- |
//! | `https://host/i/<token>#<key>` | a group: its preview, and asking to join it |
//! | `https://host/u/<username>#<fingerprint>` | a person with a username |
//! | `https://host/p/<token>#<fingerprint>` | a person by a link of their making, which they can take back |
//! | `https://host/stickers/<blob>#<key>` | a pack of stickers, which only those can open who have the link |
//! | `https://host/stickers/<blob>/<key>` | a pack of stickers for all: the server may read it as well |
//! | `https://host/join/<invite>` | an account on a server that asks for an invitation |
//!
//! Token and key are 16 random bytes, the fingerprint 32, all as base64url without padding. The key of a pack is that of its
//! file, 32 bytes, and the file's size in four, big-endian.

use std::fmt;
use std::str::FromStr;

use beseda_model::{BlobId, DeviceId, Fingerprint, GroupLinkId, Timestamp, Username};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::Bytes;
use crate::content::{FileKey, FileRef};

/// The longest link that is looked at.
const LONGEST: usize = 512;
/// The longest invitation.
const LONGEST_INVITE: usize = 64;

/// A secret of a link: its token or its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkSecret(pub [u8; 16]);

/// A secret is of no use in a log.
impl fmt::Debug for LinkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecret(…)")
    }
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `http(s)://host[:port]`.
    pub server: String,
    /// What it leads to.
    pub target: Target,
}

/// What a link leads to.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A group.
    Group {
        /// By which the server finds the link.
        token: LinkSecret,
        /// What opens the preview and proves that one has the link.
        key: LinkSecret,
    },
    /// A person with a username.
    Username {
        /// The username.
        username: Username,
        /// The root key that they say they have; without one nothing can be checked.
        root: Option<Fingerprint>,
    },
    /// A person by a link of their making.
    Person {
        /// By which the server finds them.
        token: LinkSecret,
        /// The root key that they say they have.
        root: Fingerprint,
    },
    /// A pack of stickers.
    Stickers {
        /// The pack's file.
        file: FileRef,
        /// Whether its key stands in the path, where servers see it.
        public: bool,
    },
    /// An account on that server.
    Join {
        /// The invitation.
        invite: String,
    },
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group { .. } => "Group(…)",
            Self::Username { .. } => "Username(…)",
            Self::Person { .. } => "Person(…)",
            Self::Stickers { .. } => "Stickers(…)",
            Self::Join { .. } => "Join(…)",
        })
    }
}

/// The text is not a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a link of a Beseda server")]
pub struct LinkError;

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let Self { server, target } = self;
        match target {
            Target::Group { token, key } => write!(f, "{server}/i/{}#{}", text(&token.0), text(&key.0)),
            Target::Username { username, root: Some(root) } => {
                write!(f, "{server}/u/{}#{}", username.as_str(), text(root.as_bytes()))
            }
            Target::Username { username, root: None } => write!(f, "{server}/u/{}", username.as_str()),
            Target::Person { token, root } => write!(f, "{server}/p/{}#{}", text(&token.0), text(root.as_bytes())),
            Target::Stickers { file, public } => {
                let mark = if *public { '/' } else { '#' };
                write!(f, "{server}/stickers/{}{mark}{}", file.blob, text(&pack_key(file)))
            }
            Target::Join { invite } => write!(f, "{server}/join/{invite}"),
        }
    }
}

impl FromStr for Link {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(LinkError);
        }
        let (scheme, rest) = text.split_once("://").ok_or(LinkError)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return Err(LinkError);
        }
        let (address, fragment) = match rest.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (rest, None),
        };
        let mut parts = address.split('/');
        let host = parts.next().filter(|host| is_host(host)).ok_or(LinkError)?;
        let (kind, name) = (parts.next().ok_or(LinkError)?, parts.next().ok_or(LinkError)?);
        // Some programs add a slash to what they pass on.
        let more = parts.next().filter(|part| !part.is_empty());
        if !matches!((parts.next(), parts.next()), (None | Some(""), None)) || (more.is_some() && kind != "stickers") {
            return Err(LinkError);
        }
        let target = match kind {
            "i" => Target::Group { token: secret(name)?, key: secret(fragment.ok_or(LinkError)?)? },
            "u" => Target::Username {
                username: name.to_ascii_lowercase().parse().map_err(|_| LinkError)?,
                root: fragment.map(fingerprint).transpose()?,
            },
            "p" => Target::Person { token: secret(name)?, root: fingerprint(fragment.ok_or(LinkError)?)? },
            "stickers" => match (more, fragment) {
                (None, Some(key)) => Target::Stickers { file: pack_file(name, key)?, public: false },
                (Some(key), None) => Target::Stickers { file: pack_file(name, key)?, public: true },
                _ => return Err(LinkError),
            },
            "join" if is_invite(name) && fragment.is_none() => Target::Join { invite: name.to_owned() },
            _ => return Err(LinkError),
        };
        Ok(Self { server: format!("{scheme}://{}", host.to_ascii_lowercase()), target })
    }
}

/// Letters, digits, dots, hyphens and underscores, or an IPv6 address in brackets; perhaps a port. Nobody's name and password, and no
/// letters that look like others.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => {
                let sound = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
                return sound && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
            }
            None => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let sound = !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    sound && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_invite(text: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.len() <= LONGEST_INVITE && text.bytes().all(sound)
}

fn secret(text: &str) -> Result<LinkSecret, LinkError> {
    bytes(text).map(LinkSecret)
}

fn fingerprint(text: &str) -> Result<Fingerprint, LinkError> {
    bytes(text).map(Fingerprint::from_bytes)
}

/// A file's key and size, as one word. Packs are small: a size that four bytes don't hold is cut to what no reader takes.
fn pack_key(file: &FileRef) -> [u8; 36] {
    let mut bytes = [0; 36];
    let (key, size) = bytes.split_at_mut(32);
    key.copy_from_slice(&file.key.0);
    size.copy_from_slice(&u32::try_from(file.size).unwrap_or(u32::MAX).to_be_bytes());
    bytes
}

fn pack_file(blob: &str, key: &str) -> Result<FileRef, LinkError> {
    let bytes: [u8; 36] = bytes(key)?;
    let (key, size) = bytes.split_first_chunk::<32>().ok_or(LinkError)?;
    let size = u32::from_be_bytes(size.try_into().map_err(|_| LinkError)?);
    let blob: BlobId = blob.to_ascii_lowercase().parse().map_err(|_| LinkError)?;
    Ok(FileRef { blob, key: FileKey(*key), size: size.into() })
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], LinkError> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| LinkError)?;
    bytes.try_into().map_err(|_| LinkError)
}

/// What the server keeps of a link to a group for those who have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLinkBody {
    /// A [`GroupLinkStatement`] in CBOR.
    pub statement: Bytes,
    /// By the maker's device, over the statement.
    pub signature: Bytes,
    /// A [`GroupPreview`] in CBOR, padded and sealed under a key that is made of the link's.
    pub preview: Bytes,
}

/// What the maker's device says of a link: the members' devices judge requests by it, whatever the server tells them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLinkStatement {
    /// Which link.
    pub link: GroupLinkId,
    /// Into which group.
    pub conversation: beseda_model::ConversationId,
    /// Which device says so.
    pub device: DeviceId,
    /// Whose it is.
    pub account: beseda_model::AccountId,
    /// The public key whose private part is made of the link's key: requests are signed by it.
    pub verifier: Bytes,
    /// Whether a device that may add people does so without asking its person.
    pub automatic: bool,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// What people see of a group before they belong to it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPreview {
    /// Its title.
    #[serde(rename = "t")]
    pub title: String,
    /// Its description.
    #[serde(rename = "d", default)]
    pub description: String,
    /// How many members it had when the link was made.
    #[serde(rename = "m", default)]
    pub members: u32,
}

impl fmt::Debug for GroupPreview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupPreview(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn targets() -> impl Strategy<Value = Target> {
        let secret = || any::<[u8; 16]>().prop_map(LinkSecret);
        let root = || any::<[u8; 32]>().prop_map(Fingerprint::from_bytes);
        let username = "[a-z][a-z0-9_]{2,31}".prop_filter_map("no username", |name| name.parse::<Username>().ok());
        prop_oneof![
            (secret(), secret()).prop_map(|(token, key)| Target::Group { token, key }),
            (username, prop::option::of(root())).prop_map(|(username, root)| Target::Username { username, root }),
            (secret(), root()).prop_map(|(token, root)| Target::Person { token, root }),
            (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<u32>(), any::<bool>()).prop_map(
                |(blob, key, size, public)| {
                    let file = FileRef { blob: BlobId::from_bytes(blob), key: FileKey(key), size: size.into() };
                    Target::Stickers { file, public }
                }
            ),
            "[A-Za-z0-9_-]{1,64}".prop_map(|invite| Target::Join { invite }),
        ]
    }

    fn servers() -> impl Strategy<Value = String> {
        prop_oneof![
            "https://[a-z][a-z0-9-]{0,20}\\.example",
            "http://localhost:[1-9][0-9]{0,3}",
            Just("https://[2001:db8::1]:8443".to_owned()),
            Just("http://192.0.2.7".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn a_link_survives_being_written_and_read(server in servers(), target in targets()) {
            let link = Link { server, target };
            prop_assert_eq!(link.to_string().parse(), Ok(link.clone()));
            prop_assert_eq!(format!("  {link}\n").parse(), Ok(link), "as people paste it");
        }

        #[test]
        fn whatever_is_read_as_a_link_is_one(text in "(?s).{0,200}") {
            if let Ok(link) = text.parse::<Link>() {
                prop_assert_eq!(link.to_string().parse(), Ok(link));
            }
        }

        #[test]
        fn a_damaged_link_is_another_or_none(target in targets(), at: prop::sample::Index, with in 1_u8..128) {
            let link = Link { server: "https://beseda.example".to_owned(), target };
            let mut bytes = link.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            // Case does not matter in names, so that a change of it may be none.
            if let Some(other) = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<Link>().ok()) {
                prop_assert!(other != link || with == 0x20 || bytes[at].is_ascii_whitespace());
            }
        }
    }

    #[test]
    fn what_is_no_link_is_none() {
        let token = "AAAAAAAAAAAAAAAAAAAAAA";
        let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(format!("https://host/i/{token}#{token}").parse::<Link>().is_ok());
        assert!(format!("HTTPS://HOST/u/Alice/#{root}").parse::<Link>().is_ok());
        for text in [
            String::new(),
            "https://".to_owned(),
            format!("javascript://host/i/{token}#{token}"),
            format!("https://bank@host/i/{token}#{token}"),
            format!("https://host:0/i/{token}#{token}"),
            format!("https://host:+80/i/{token}#{token}"),
            format!("https://host:99999/i/{token}#{token}"),
            format!("https://h\u{43e}st/i/{token}#{token}"),
            format!("https:///i/{token}#{token}"),
            format!("https://[::1/i/{token}#{token}"),
            format!("https://host/i/{token}"),
            format!("https://host/i/{token}#"),
            format!("https://host/i/{token}#{token}#{token}"),
            format!("https://host/i/{token}/more#{token}"),
            format!("https://host/i/{token}?x#{token}"),
            format!("https://host/i/{token}=#{token}"),
            format!("https://host/p/{token}#{token}"),
            "https://host/u/a#".to_owned(),
            "https://host/u/../i".to_owned(),
            format!("https://host/join/{}", "a".repeat(65)),
            "https://host/join/a#b".to_owned(),
            format!("https://{}/join/a", "h".repeat(600)),
        ] {
            assert_eq!(text.parse::<Link>(), Err(LinkError), "{text}");
        }
    }
}

//! Usernames: how people are found on a server, apart from any name they show.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Fewer than 3 or more than 32 characters.
    #[error("a username has 3 to 32 characters")]
    Length,
    /// A character that is not allowed, or a first one that is not a letter.
    #[error("a username starts with a letter and holds only letters a-z, digits and single underscores")]
    Characters,
}

/// 3 to 32 of `a-z 0-9 _`, starting with a letter, without a doubled or final underscore. Upper case is folded on entry,
/// so two names never differ by case alone. Latin only: look-alike letters of other scripts cannot imitate a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "ts", ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

impl Username {
    /// Fewest characters.
    pub const MIN: usize = 3;
    /// Most characters.
    pub const MAX: usize = 32;

    /// The folded name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let name = text.to_ascii_lowercase();
        if !(Self::MIN..=Self::MAX).contains(&name.chars().count()) {
            return Err(UsernameError::Length);
        }
        let allowed = name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'));
        let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !allowed || !starts_well || name.ends_with('_') || name.contains("__") {
            return Err(UsernameError::Characters);
        }
        Ok(Self(name))
    }
}

impl TryFrom<String> for Username {
    type Error = UsernameError;

    fn try_from(text: String) -> Result<Self, UsernameError> {
        text.parse()
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name belongs to a person: debug output, which may reach a log, does not show it.
impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_at_its_edges() {
        assert_eq!("ab".parse::<Username>(), Err(UsernameError::Length));
        assert!("abc".parse::<Username>().is_ok());
        assert!("a".repeat(32).parse::<Username>().is_ok());
        assert_eq!("a".repeat(33).parse::<Username>(), Err(UsernameError::Length));
    }

    #[test]
    fn case_is_folded_and_odd_characters_are_refused() {
        assert_eq!("Alice_1".parse::<Username>().map(|n| n.as_str().to_owned()), Ok("alice_1".to_owned()));
        for bad in ["1alice", "_alice", "alice_", "al__ice", "аlice", "al ice", "alice!", "ali\0ce"] {
            assert_eq!(bad.parse::<Username>(), Err(UsernameError::Characters), "{bad:?}");
        }
    }
}

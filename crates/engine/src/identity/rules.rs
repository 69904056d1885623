//! What a person may give when joining a server.

use beseda_model::{LIMITS, Username};

use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};

/// A server's address as it is kept: `http(s)://host[:port]`, without a path or a final slash.
///
/// # Errors
/// When it is not such an address.
pub(super) fn server(text: &str) -> Result<String, Failure> {
    let wrong = |reason: Reason| Failure::invalid(Field::Server, reason);
    let text = text.trim().trim_end_matches('/');
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").ok_or_else(|| wrong(Reason::Scheme))?;
    if !matches!(scheme, "http" | "https") {
        return Err(wrong(Reason::Scheme));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    if rest.is_empty() || !rest.chars().all(allowed) {
        return Err(wrong(Reason::Host));
    }
    Ok(lower)
}

/// A username that people may be found by; none stays none.
///
/// # Errors
/// When it does not follow the rules for usernames.
pub(super) fn username(text: Option<&str>) -> Result<Option<Username>, Failure> {
    text.map(|text| text.trim().parse().map_err(|error| Failure::invalid(Field::Username, error))).transpose()
}

/// A new password.
///
/// # Errors
/// When it is too short or too long.
pub(super) fn password(text: &str) -> Result<(), Failure> {
    let (least, most) = (LIMITS.password_min, LIMITS.password_bytes);
    // Spaces around it are taken as typed, but protect nothing.
    if (text.trim().chars().count() as u64) < least {
        return Err(Failure::invalid(Field::Password, Reason::AtLeastInside { least }));
    }
    if text.len() as u64 > most {
        return Err(Failure::invalid(Field::Password, Reason::AtMostBytes { most }));
    }
    Ok(())
}

/// What a device is called in the list of one's devices.
pub(super) fn device_name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        assert_eq!(server(" HTTPS://Chat.Example/ "), Ok("https://chat.example".to_owned()));
        assert_eq!(server("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".to_owned()));
        assert_eq!(server("http://[::1]:8080"), Ok("http://[::1]:8080".to_owned()));
        for bad in ["", "chat.example", "ftp://chat.example", "https://", "https://a/b", "https://a b", "https://u@a"] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_has_a_length() {
        assert!(password("1234567").is_err() && password("  1234567  ").is_err() && password("        ").is_err());
        assert!(password("12345678").is_ok() && password(" four words are good ").is_ok());
        assert!(password("пароль12").is_ok());
        assert!(password(&"a".repeat(256)).is_ok());
        assert!(password(&"a".repeat(257)).is_err());
        assert!(password(&"ж".repeat(129)).is_err(), "bytes count");
    }

    #[test]
    fn a_name_of_a_device_is_one_short_line() {
        assert_eq!(device_name("  laptop\n\u{1b}[2J "), "laptop[2J");
        assert_eq!(device_name(&"x".repeat(100)).len(), 64);
    }
}

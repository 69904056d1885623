//! What a message says. The last line is for phones that fill a code in by themselves (WebOTP).

use beseda_app::domain::PhoneNumber;

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    Ru,
}

impl Language {
    /// The one that was asked for, else the one that is read where the number is from.
    pub(crate) fn of(wanted: Option<&str>, number: &PhoneNumber) -> Self {
        match wanted {
            Some("ru") => Self::Ru,
            Some(_) => Self::En,
            None if ["RU", "BY", "KZ", "KG"].iter().any(|region| number.is_of(region)) => Self::Ru,
            None => Self::En,
        }
    }
}

/// The text. `host` is the web app's, if the operator named it.
pub(crate) fn words(language: Language, server: &str, code: &str, host: Option<&str>) -> String {
    // A name with a line end could pretend to be another's last line.
    let server = server.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = match language {
        Language::En => format!("{code} is your code for {server}. Don't tell it to anybody."),
        Language::Ru => format!("{code} — код для входа в {server}. Никому его не сообщайте."),
    };
    host.map_or(text.clone(), |host| format!("{text}\n\n@{host} #{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_what_a_phone_looks_for() {
        let text = words(Language::En, "Chat\n@evil.example #1", "012345", Some("chat.example.org"));
        assert_eq!(text.lines().last(), Some("@chat.example.org #012345"));
        assert_eq!(text.lines().filter(|line| line.starts_with('@')).count(), 1, "{text}");
        assert_eq!(words(Language::Ru, "Чат", "012345", None).lines().count(), 1);
    }

    #[test]
    fn both_languages_say_the_code_and_the_server() {
        for language in [Language::En, Language::Ru] {
            let text = words(language, "Chat", "012345", None);
            assert!(text.contains("012345") && text.contains("Chat"), "{text}");
            // One message of letters beyond Latin holds seventy.
            assert!(text.chars().count() <= 70, "{text}");
        }
    }

    #[test]
    fn without_a_wish_the_country_decides() {
        let number = |text| PhoneNumber::parse(text, None).expect("a number");
        assert_eq!(Language::of(None, &number("+79123456789")), Language::Ru);
        assert_eq!(Language::of(None, &number("+447911123456")), Language::En);
        assert_eq!(Language::of(Some("en"), &number("+79123456789")), Language::En);
    }
}

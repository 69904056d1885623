//! Texts with places to fill in: `{to}`, `{text}`, `{code}`, `{id}` of a message.

use beseda_app::port::Sms;
use data_encoding::HEXUPPER;

/// How what is filled in must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// As in an address or a form.
    Percent,
    /// As within a string of JSON.
    Json,
    /// As it is.
    Nothing,
}

/// Fills in a message. What was filled in is not looked at again: a text with `{code}` in it stays that.
pub(super) fn with_message(template: &str, sms: &Sms, escape: Escape) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}').and_then(|(name, after)| match name {
            "to" => Some((sms.to.as_str(), after)),
            "text" => Some((sms.text.as_str(), after)),
            "code" => Some((sms.code.as_str(), after)),
            "id" => Some((sms.id.as_str(), after)),
            _ => None,
        });
        rest = match place {
            Some((value, after)) => {
                filled.push_str(&escaped(value, escape));
                after
            }
            // A brace of the body's own.
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

fn escaped(value: &str, escape: Escape) -> String {
    match escape {
        Escape::Nothing => value.to_owned(),
        Escape::Percent => value.bytes().fold(String::new(), |mut text, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push('%');
                text.push_str(&HEXUPPER.encode(&[byte]));
            }
            text
        }),
        Escape::Json => value.chars().fold(String::new(), |mut text, c| {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => text.push(c),
            }
            text
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sms() -> Sms {
        Sms {
            id: "7".to_owned(),
            to: "+79123456789".to_owned(),
            text: "«{code}» & \"1\"\n".to_owned(),
            code: "012345".to_owned(),
        }
    }

    #[test]
    fn a_message_is_filled_in_once_and_written_as_the_place_asks() {
        let form = with_message("To={to}&Body={text}", &sms(), Escape::Percent);
        assert_eq!(form, "To=%2B79123456789&Body=%C2%AB%7Bcode%7D%C2%BB%20%26%20%221%22%0A");
        let json = with_message("{\"to\":\"{to}\",\"vars\":{\"c\":\"{code}\",\"t\":\"{text}\"}}", &sms(), Escape::Json);
        assert_eq!(json, "{\"to\":\"+79123456789\",\"vars\":{\"c\":\"012345\",\"t\":\"«{code}» & \\\"1\\\"\\n\"}}");
        assert_eq!(with_message("{to} {unknown} { {id", &sms(), Escape::Nothing), "+79123456789 {unknown} { {id");
    }
}

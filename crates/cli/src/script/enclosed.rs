//! Places and people's cards.

use std::path::Path;

use beseda_engine::api::place::PlaceDraft;
use beseda_engine::api::view::Body;
use beseda_engine::vcard;
use beseda_wire::content::ContactCard;
use serde_json::json;

use super::session::Session;
use super::trip::Trip;
use crate::text::Label;

impl Session {
    /// A place as it was typed: degrees north and east.
    pub(super) fn place(&self, typed: &str, name: Option<&str>) -> Result<PlaceDraft, Trip> {
        let (latitude, longitude) = degrees(typed).ok_or_else(|| Trip::Usage(self.label(Label::NoPlace)))?;
        Ok(PlaceDraft { latitude, longitude, accuracy: None, name: name.unwrap_or_default().to_owned(), seconds: None })
    }

    /// The cards of a file.
    pub(super) fn cards(&self, path: &Path) -> Result<Vec<ContactCard>, Trip> {
        let is_small = self.check_file(path)? <= vcard::MAX_BYTES as u64;
        let bytes =
            if is_small { std::fs::read(path).map_err(|error| self.unreadable(path, &error))? } else { Vec::new() };
        let cards = vcard::read(&bytes);
        if cards.is_empty() { Err(Trip::Usage(self.label(Label::NoCards))) } else { Ok(cards) }
    }

    pub(super) async fn vcf(&self, at: &str, message: &str) -> Result<(), Trip> {
        let row = self.conversation(at).await?;
        let found = self.message(&row, message).await?;
        let Body::Text { contacts, .. } = &found.body else { return Err(Trip::Usage(self.label(Label::NoCards))) };
        if contacts.is_empty() {
            return Err(Trip::Usage(self.label(Label::NoCards)));
        }
        let file = vcard::write(contacts);
        self.say("vcf", &json!({ "vcf": file }), || file.trim_end().to_owned())
    }
}

/// `55.7558,37.6173` in ten-millionths of a degree. What is not on earth the engine refuses.
fn degrees(typed: &str) -> Option<(i32, i32)> {
    let (latitude, longitude) = typed.split_once(',')?;
    Some((fixed(latitude)?, fixed(longitude)?))
}

fn fixed(typed: &str) -> Option<i32> {
    let typed = typed.trim();
    let (is_negative, digits) = match typed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, typed),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let part: String = part.chars().chain(std::iter::repeat('0')).take(7).collect();
    let value = whole.parse::<i64>().ok()? * 10_000_000 + part.parse::<i64>().ok()?;
    i32::try_from(if is_negative { -value } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_to_the_last_digit() {
        for (typed, read) in [
            ("55.7558,37.6173", Some((557_558_000, 376_173_000))),
            ("-33.85, 151", Some((-338_500_000, 1_510_000_000))),
            ("-0.00000019,0.1234567", Some((-1, 1_234_567))),
            ("90,180", Some((900_000_000, 1_800_000_000))),
            ("999,0", None),
            ("55.7558", None),
            ("1e3,0", None),
            ("--1,0", None),
            (",", None),
        ] {
            assert_eq!(degrees(typed), read, "{typed}");
        }
    }
}

//! What people's cards may be.

use beseda_wire::content::ContactCard;
use beseda_wire::link::{Link, Target};

use super::Broken;
use super::attachment::safe_line;

/// Most cards of one message.
pub const MAX_CONTACTS: usize = 20;
/// Most characters of a name, or of what an organisation is called.
pub const MAX_NAME: usize = 200;
/// Most numbers, and most addresses, of one card.
pub const MAX_WAYS: usize = 10;
const MAX_PHONE: usize = 40;
const MAX_EMAIL: usize = 254;

/// Cards as they may be shown: what can't be a number, an address or a link to a person is taken out, and so is a card
/// in which nothing is left.
///
/// # Errors
/// When there are too many.
pub fn accept(cards: &[ContactCard]) -> Result<Vec<ContactCard>, Broken> {
    if cards.len() > MAX_CONTACTS {
        return Err(Broken::TooMany);
    }
    Ok(cards.iter().map(tidy).filter(|card| *card != ContactCard::default()).collect())
}

/// One card as it may be shown. One without a name is called by what else is known.
pub fn tidy(card: &ContactCard) -> ContactCard {
    let phones: Vec<String> = card.phones.iter().filter_map(|phone| phone_number(phone)).take(MAX_WAYS).collect();
    let emails: Vec<String> = card.emails.iter().filter_map(|email| email_address(email)).take(MAX_WAYS).collect();
    let organisation = safe_line(&card.organisation, MAX_NAME);
    let mut name = safe_line(&card.name, MAX_NAME);
    if name.is_empty() {
        let known = [Some(&organisation).filter(|called| !called.is_empty()), emails.first(), phones.first()];
        name = known.into_iter().flatten().next().cloned().unwrap_or_default();
    }
    let link = if name.is_empty() { String::new() } else { person_link(&card.link) };
    ContactCard { name, organisation, phones, emails, link }
}

/// A number that may stand behind `tel:`: none if it has anything else than people write numbers with.
fn phone_number(typed: &str) -> Option<String> {
    let number = typed.trim().strip_prefix("tel:").unwrap_or(typed.trim());
    let is_number = number.len() <= MAX_PHONE
        && number.bytes().filter(u8::is_ascii_digit).count() >= 2
        && number.bytes().all(|byte| byte.is_ascii_digit() || b" ()-.+*#/,;".contains(&byte));
    is_number.then(|| number.to_owned())
}

/// An address that may stand behind `mailto:`, without anything that would add to it.
fn email_address(typed: &str) -> Option<String> {
    let address = typed.trim();
    let (before, host) = address.rsplit_once('@')?;
    let is_plain = |part: &str, more: &[char]| {
        !part.is_empty() && part.chars().all(|char| char.is_alphanumeric() || more.contains(&char))
    };
    let is_address = address.len() <= MAX_EMAIL
        && is_plain(before, &['.', '_', '-', '+', '\'', '~', '!', '#', '$', '*', '=', '^', '{', '}', '|', '/'])
        && is_plain(host, &['.', '-'])
        && !host.starts_with(['.', '-'])
        && !host.ends_with(['.', '-']);
    is_address.then(|| address.to_owned())
}

/// A link that leads to a person; empty if it does not.
fn person_link(typed: &str) -> String {
    match typed.parse::<Link>() {
        Ok(link) if matches!(link.target, Target::Username { .. } | Target::Person { .. }) => link.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn card(name: &str) -> ContactCard {
        ContactCard { name: name.to_owned(), ..ContactCard::default() }
    }

    #[test]
    fn what_would_do_more_than_call_or_write_is_taken_out() {
        let shown = tidy(&ContactCard {
            phones: ["+7 (999) 123-45-67", "tel:+15550100", "javascript:alert(1)", "+7?x=1", "1", ""]
                .map(str::to_owned)
                .to_vec(),
            emails: ["anna@example.org", "a@b?bcc=c@d.org", "a@b&body=x", "no address", "я@почта.рф", "a@-b.org"]
                .map(str::to_owned)
                .to_vec(),
            link: "https://evil.example/join/abc".to_owned(),
            ..card("Anna\u{202e}\n")
        });
        assert_eq!(shown.name, "Anna");
        assert_eq!(shown.phones, ["+7 (999) 123-45-67", "+15550100"]);
        assert_eq!(shown.emails, ["anna@example.org", "я@почта.рф"]);
        assert_eq!(shown.link, "");
    }

    #[test]
    fn a_link_to_a_person_stays() {
        let link = "https://beseda.example/u/anna".to_owned();
        assert_eq!(tidy(&ContactCard { link: link.clone(), ..card("Anna") }).link, link);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_eq!(accept(&vec![card("a"); MAX_CONTACTS]).map(|cards| cards.len()), Ok(MAX_CONTACTS));
        assert_eq!(accept(&vec![card("a"); MAX_CONTACTS + 1]), Err(Broken::TooMany));
        assert_eq!(tidy(&card(&"ё".repeat(MAX_NAME + 1))), card(&"ё".repeat(MAX_NAME)));
        let many = ContactCard { phones: vec!["112".to_owned(); MAX_WAYS + 1], ..card("a") };
        assert_eq!(tidy(&many).phones.len(), MAX_WAYS);
        let number = |digits: usize| tidy(&ContactCard { phones: vec!["1".repeat(digits)], ..card("a") }).phones.len();
        assert_eq!((number(MAX_PHONE), number(MAX_PHONE + 1)), (1, 0));
        let address = |len: usize| format!("{}@a.org", "a".repeat(len - 6));
        let kept = |len| tidy(&ContactCard { emails: vec![address(len)], ..card("a") }).emails.len();
        assert_eq!((kept(MAX_EMAIL), kept(MAX_EMAIL + 1)), (1, 0));
    }

    #[test]
    fn a_card_is_called_by_what_is_known_and_an_empty_one_is_none() {
        let nameless = ContactCard { phones: vec!["112".to_owned()], ..ContactCard::default() };
        assert_eq!(tidy(&nameless).name, "112");
        assert_eq!(accept(&[card(" "), card("a")]), Ok(vec![card("a")]));
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_as_it_is(name in ".{0,300}", phone in "[0-9 +a-z]{0,50}", email in "[a-z@.?&]{0,20}") {
            let once = tidy(&ContactCard { name, phones: vec![phone], emails: vec![email], ..ContactCard::default() });
            prop_assert_eq!(tidy(&once), once);
        }
    }
}

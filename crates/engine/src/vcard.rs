//! People's cards as files: vCard 4.0 (RFC 6350) is written; 3.0 and 2.1 are read, too. Of a card is kept what a
//! [`ContactCard`] holds.

use beseda_wire::content::ContactCard;

use crate::timeline::rules::contact;

/// Most bytes that are looked at; pictures in cards make them long.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Most cards of one file.
pub const MAX_CARDS: usize = 1_000;

/// A line of a written card is folded behind so many bytes.
const FOLD: usize = 75;

/// Reads the cards of a file, as they may be shown. What is none is passed over; a file without cards has none.
#[must_use]
pub fn read(bytes: &[u8]) -> Vec<ContactCard> {
    let text = decode(bytes.get(..MAX_BYTES).unwrap_or(bytes));
    let mut cards = Vec::new();
    let mut open: Option<Card> = None;
    for line in unfold(&text) {
        let Some(line) = Line::parse(&line) else { continue };
        match line.name.as_str() {
            "BEGIN" if line.value.eq_ignore_ascii_case("VCARD") => open = Some(Card::default()),
            "END" if line.value.eq_ignore_ascii_case("VCARD") => cards.extend(open.take().and_then(Card::finish)),
            _ => {
                if let Some(card) = &mut open {
                    card.take(&line);
                }
            }
        }
        if cards.len() == MAX_CARDS {
            break;
        }
    }
    cards
}

/// Writes cards as a file.
#[must_use]
pub fn write(cards: &[ContactCard]) -> String {
    let mut file = String::new();
    for card in cards {
        put(&mut file, "BEGIN:VCARD");
        put(&mut file, "VERSION:4.0");
        put(&mut file, &format!("FN:{}", escape(&card.name)));
        if !card.organisation.is_empty() {
            put(&mut file, &format!("ORG:{}", escape(&card.organisation)));
        }
        for phone in &card.phones {
            put(&mut file, &format!("TEL:{}", escape(phone)));
        }
        for email in &card.emails {
            put(&mut file, &format!("EMAIL:{}", escape(email)));
        }
        if !card.link.is_empty() {
            put(&mut file, &format!("IMPP:{}", card.link));
        }
        put(&mut file, "END:VCARD");
    }
    file
}

/// A line, folded between characters.
fn put(file: &mut String, line: &str) {
    let mut used = 0;
    for char in line.chars() {
        if used + char.len_utf8() > FOLD {
            file.push_str("\r\n ");
            used = 1;
        }
        file.push(char);
        used += char.len_utf8();
    }
    file.push_str("\r\n");
}

fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for char in value.chars() {
        match char {
            '\n' => escaped.push_str("\\n"),
            ',' | ';' | '\\' => escaped.extend(['\\', char]),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// UTF-8 or UTF-16 with its mark, UTF-8 without one; what is neither was most likely written by an old program in
/// Windows-1251.
fn decode(bytes: &[u8]) -> String {
    let wide = |unit: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        _ => narrow(bytes),
    }
}

fn narrow(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().map(|byte| cyrillic(*byte)).collect())
}

/// A byte of Windows-1251, as far as it has letters.
fn cyrillic(byte: u8) -> char {
    match byte {
        0..0x80 => char::from(byte),
        0xa8 => 'Ё',
        0xb8 => 'ё',
        0xb9 => '№',
        0xab => '«',
        0xbb => '»',
        0xa0 => ' ',
        0xc0.. => char::from_u32(0x410 + u32::from(byte - 0xc0)).unwrap_or('\u{fffd}'),
        _ => '\u{fffd}',
    }
}

/// Lines may be folded: continued on the next one behind a space or, as quoted-printable, behind a `=`.
fn unfold(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split(['\n', '\r']) {
        match (lines.last_mut(), line.strip_prefix([' ', '\t'])) {
            (Some(last), Some(more)) => last.push_str(more),
            (Some(last), None) if last.ends_with('=') && is_printable(last) => {
                last.pop();
                last.push_str(line);
            }
            // Between the two characters that end a line stands nothing.
            (_, None) if line.is_empty() => {}
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn is_printable(line: &str) -> bool {
    line.split_once(':').is_some_and(|(head, _)| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

/// One line of a card: `group.NAME;PARAMETERS:value`.
struct Line {
    name: String,
    value: String,
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.char_indices().find_map(|(at, char)| {
            quoted ^= char == '"';
            (char == ':' && !quoted).then_some(at)
        })?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let name = head.split(';').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
        let value = if is_printable(line) { printable(value) } else { value.to_owned() };
        Some(Self { name, value })
    }
}

fn printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        let code = more.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match code.filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => bytes.push(*first),
        }
    }
    narrow(&bytes)
}

/// The parts of a value between `;`, without what escapes them.
fn parts(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        let plain = match char {
            ';' => {
                parts.push(String::new());
                continue;
            }
            '\\' => match chars.next() {
                Some('n' | 'N') => '\n',
                Some(escaped) => escaped,
                None => '\\',
            },
            other => other,
        };
        if let Some(last) = parts.last_mut() {
            last.push(plain);
        }
    }
    parts
}

/// What was read of a card.
#[derive(Default)]
struct Card {
    card: ContactCard,
    /// The name in parts, where it is not given as a whole.
    name: String,
}

impl Card {
    fn take(&mut self, line: &Line) {
        let whole = || parts(&line.value).join(";");
        // What a card can't show is not gathered: a hostile file may have any number of it.
        let has_room = |list: &Vec<String>| list.len() < contact::MAX_WAYS;
        match line.name.as_str() {
            "FN" if self.card.name.is_empty() => self.card.name = whole(),
            "N" if self.name.is_empty() => {
                let parts = parts(&line.value);
                let said = [parts.get(1), parts.get(2), parts.first()];
                let said: Vec<&str> = said.into_iter().flatten().map(|part| part.trim()).collect();
                self.name = said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            }
            "ORG" if self.card.organisation.is_empty() => {
                let parts: Vec<String> = parts(&line.value).into_iter().filter(|part| !part.is_empty()).collect();
                self.card.organisation = parts.join(", ");
            }
            "TEL" if has_room(&self.card.phones) => self.card.phones.push(whole()),
            "EMAIL" if has_room(&self.card.emails) => self.card.emails.push(whole()),
            "IMPP" | "URL" | "X-BESEDA" if self.card.link.is_empty() => {
                let card = ContactCard { name: "?".to_owned(), link: whole(), ..ContactCard::default() };
                self.card.link = contact::tidy(&card).link;
            }
            _ => {}
        }
    }

    fn finish(self) -> Option<ContactCard> {
        let name = if self.card.name.trim().is_empty() { self.name } else { self.card.name };
        let card = contact::tidy(&ContactCard { name, ..self.card });
        (card != ContactCard::default()).then_some(card)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> ContactCard {
        let cards = read(text.as_bytes());
        assert_eq!(cards.len(), 1, "{text}");
        cards.into_iter().next().unwrap()
    }

    #[test]
    fn a_card_of_each_version_is_read() {
        let four = one("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\\, Maria\r\nORG:Bees\\; Co;Honey\r\n\
            TEL;VALUE=uri;TYPE=\"cell,home\":tel:+1-555-0100\r\nEMAIL;TYPE=work:anna@example.org\r\nEND:VCARD\r\n");
        assert_eq!((four.name.as_str(), four.organisation.as_str()), ("Anna, Maria", "Bees; Co, Honey"));
        assert_eq!((four.phones, four.emails), (vec!["+1-555-0100".to_owned()], vec!["anna@example.org".to_owned()]));
        let three = one("begin:vcard\nversion:3.0\nn:Петрова;Анна;;;\nitem1.TEL:8 800 555 35 35\nend:vcard");
        assert_eq!((three.name.as_str(), three.phones.len()), ("Анна Петрова", 1));
        let two = one(
            "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;=D0=90=D0=BD=\n=D0=BD=D0=B0;;;\nTEL;CELL:112\nEND:VCARD",
        );
        assert_eq!(two.name, "Анна");
    }

    #[test]
    fn folded_lines_and_other_encodings_are_read() {
        assert_eq!(one("BEGIN:VCARD\r\nFN:An\r\n na\r\nEND:VCARD").name, "Anna");
        let text = "BEGIN:VCARD\nFN:Ёж Анна\nEND:VCARD";
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide), read(text.as_bytes()));
        let old = b"BEGIN:VCARD\nFN:\xa8\xe6 \xc0\xed\xed\xe0\nEND:VCARD";
        assert_eq!(read(old), read(text.as_bytes()));
    }

    #[test]
    fn hostile_files_give_what_can_be_had_of_them() {
        for text in
            ["", ":", "BEGIN:VCARD", "END:VCARD", "BEGIN:VCARD\nEND:VCARD", "BEGIN:VCARD\nFN\nTEL:\\\nEND:VCARD"]
        {
            assert_eq!(read(text.as_bytes()), [], "{text:?}");
        }
        let nested = "BEGIN:VCARD\nFN:outer\nBEGIN:VCARD\nFN:inner\nEND:VCARD\nEND:VCARD";
        assert_eq!(one(nested).name, "inner");
        assert_eq!(one("BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:=G=4=\nEND:VCARD\nEND:VCARD").name, "=GNND:VCARD");
        let phones = "TEL:112\n".repeat(contact::MAX_WAYS + 1);
        assert_eq!(one(&format!("BEGIN:VCARD\nFN:a\n{phones}END:VCARD")).phones.len(), contact::MAX_WAYS);
        let many = "BEGIN:VCARD\nFN:a\nEND:VCARD\n".repeat(MAX_CARDS + 1);
        assert_eq!(read(many.as_bytes()).len(), MAX_CARDS);
    }

    #[test]
    fn written_lines_are_short_and_end_as_the_standard_wants() {
        let card = ContactCard { name: "ё".repeat(200), ..ContactCard::default() };
        let file = write(&[card]);
        assert!(file.split("\r\n").all(|line| line.len() <= FOLD && !line.contains('\n')));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            name in "\\PC{1,80}", organisation in "\\PC{0,80}", phones in prop::collection::vec("[+]?[0-9]{3,15}", 0..4),
            emails in prop::collection::vec("[a-z]{1,9}@[a-z]{1,9}\\.org", 0..4), linked in any::<bool>(),
        ) {
            let link = if linked { "https://beseda.example/u/anna".to_owned() } else { String::new() };
            let card = contact::tidy(&ContactCard { name, organisation, phones, emails, link });
            prop_assume!(card != ContactCard::default());
            prop_assert_eq!(read(write(std::slice::from_ref(&card)).as_bytes()), vec![card]);
        }

        #[test]
        fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "(BEGIN:VCARD\n)?([A-Z]{1,5}[;:.=\\\\\"]?\\PC{0,9}\n){0,9}") {
            let _ = read(&bytes);
            let _ = read(text.as_bytes());
        }
    }
}

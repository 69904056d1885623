//! Phone numbers, and the codes by which somebody shows that they receive what is sent to one.

use beseda_model::Timestamp;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use super::{KeyedHash, TokenHash};

/// Most characters of a number as people type it, with spaces and brackets.
const TYPED: usize = 40;

/// Digits of a code.
pub const CODE_DIGITS: u32 = 6;

/// Seconds until the next code may be asked for, after the first, the second and so on.
const COOL_DOWNS: [u64; 6] = [30, 60, 120, 300, 900, 3_600];

/// After so long without a code the next one is a first one again.
const FORGOTTEN_MILLIS: u64 = 86_400_000;

/// Why a text is not a number to which a code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// It can't be read, or no such number is given out.
    #[error("this is not a phone number; with its country's code it begins with a plus")]
    Malformed,
    /// It is one that takes no messages, or costs whoever calls it.
    #[error("this number takes no text messages")]
    WrongKind,
}

/// A number in the form of E.164: a plus, the country's code, digits. A person's own: debug output does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    text: String,
    region: Option<Id>,
}

impl PhoneNumber {
    /// Reads what a person typed. `region`, the two letters of a country, says what a number without a country's code
    /// means.
    ///
    /// # Errors
    /// When it is not a number that can get a text message.
    pub fn parse(typed: &str, region: Option<&str>) -> Result<Self, PhoneNumberError> {
        let is_part = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-.()/\u{2010}\u{2011}\u{2013}".contains(c);
        // Letters would be read as the digits beside them on a keypad.
        if typed.chars().count() > TYPED || !typed.chars().all(is_part) {
            return Err(PhoneNumberError::Malformed);
        }
        let region = region.and_then(|region| region.parse::<Id>().ok());
        let number = phonenumber::parse(region, typed.trim()).map_err(|_| PhoneNumberError::Malformed)?;
        if !number.is_valid() || number.extension().is_some() {
            return Err(PhoneNumberError::Malformed);
        }
        match number.number_type(&DATABASE) {
            Type::Mobile | Type::FixedLineOrMobile | Type::PersonalNumber | Type::Voip | Type::Unknown => {}
            _ => return Err(PhoneNumberError::WrongKind),
        }
        let text = number.format().mode(Mode::E164).to_string();
        Ok(Self { text, region: number.country().id() })
    }

    /// As in `+79123456789`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it belongs to this country, by its two letters.
    pub fn is_of(&self, region: &str) -> bool {
        region.parse::<Id>().is_ok_and(|region| Some(region) == self.region)
    }

    /// Whether two letters name a country with numbers of its own.
    pub fn is_region(region: &str) -> bool {
        region.parse::<Id>().is_ok()
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// A code that was sent to a number, for one attempt to show that one receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneCode {
    /// The hash of the attempt's secret, which only the asker has.
    pub attempt: TokenHash,
    /// To which number.
    pub number: KeyedHash,
    /// The code, hashed together with the attempt.
    pub code: KeyedHash,
    /// How often a code may still be tried.
    pub tries_left: u32,
    /// Until when the code may be tried, or, once it was right, what follows from that be done.
    pub expires_at: Timestamp,
    /// Whether the right code was given.
    pub verified: bool,
}

impl PhoneCode {
    /// Whether it still holds. `life` is the longest that one does: a clock that was set back makes none live for ever.
    pub fn is_alive(&self, now: Timestamp, life: u64) -> bool {
        let left = self.expires_at.millis_since(now);
        left > 0 && left <= life.saturating_mul(2)
    }
}

/// The last codes that were sent to a number, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhoneWait {
    /// How many.
    pub sent: u32,
    /// When the last one was.
    pub last_at: Timestamp,
}

impl PhoneWait {
    /// One more was sent.
    pub fn after(last: Option<Self>, now: Timestamp) -> Self {
        let in_a_row =
            last.filter(|last| now.millis_since(last.last_at) < FORGOTTEN_MILLIS).map_or(0, |last| last.sent);
        Self { sent: in_a_row.saturating_add(1), last_at: now }
    }

    /// Milliseconds until the next one; zero when it may be sent. After a clock was set back nobody waits for it to come
    /// to where it was.
    pub fn left(&self, now: Timestamp) -> u64 {
        if self.last_at > now {
            return 0;
        }
        let place = usize::try_from(self.sent.saturating_sub(1)).unwrap_or(usize::MAX);
        let seconds = COOL_DOWNS.get(place).or(COOL_DOWNS.last()).copied().unwrap_or_default();
        (seconds * 1_000).saturating_sub(now.millis_since(self.last_at))
    }

    /// When it may be forgotten: before this moment.
    pub const fn forgotten_before(now: Timestamp) -> Timestamp {
        Timestamp::from_millis(now.as_millis().saturating_sub(FORGOTTEN_MILLIS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str, region: Option<&str>) -> Result<String, PhoneNumberError> {
        PhoneNumber::parse(typed, region).map(|number| number.as_str().to_owned())
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let mobile = Ok("+79123456789".to_owned());
        for typed in ["+7 912 345-67-89", " +7 (912) 345-67-89", "+79123456789"] {
            assert_eq!(parsed(typed, None), mobile, "{typed}");
        }
        for typed in ["8 912 345-67-89", "912 345 67 89", "8(912)3456789"] {
            assert_eq!(parsed(typed, Some("RU")), mobile, "{typed}");
        }
        assert_eq!(parsed("07911 123456", Some("GB")), Ok("+447911123456".to_owned()));
        assert_eq!(parsed("(201) 555-0123", Some("US")), Ok("+12015550123".to_owned()));
        assert_eq!(parsed("+49 1512 3456789", Some("RU")), Ok("+4915123456789".to_owned()), "the plus counts for more");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let long = "1".repeat(41);
        for typed in
            ["", "+", "hello", "1-800-FLOWERS", "12", "+7 912", "+999 123 456 789", "912 345 67 89", &long, "+7\0"]
        {
            assert_eq!(parsed(typed, None), Err(PhoneNumberError::Malformed), "{typed:?}");
        }
        assert_eq!(parsed("912 345 67 89", Some("nowhere")), Err(PhoneNumberError::Malformed));
    }

    #[test]
    fn numbers_that_cost_or_take_no_messages_are_refused() {
        for typed in ["+7 800 555-35-35", "+7 809 123-45-67", "+44 20 7946 0018", "+7 495 123-45-67"] {
            assert!(parsed(typed, None).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_number_knows_its_country() {
        let number = PhoneNumber::parse("+7 701 123 45 67", None).expect("a number of Kazakhstan");
        assert!(number.is_of("KZ") && !number.is_of("RU") && !number.is_of("nowhere"));
        assert!(PhoneNumber::is_region("RU") && !PhoneNumber::is_region("ru") && !PhoneNumber::is_region("XX"));
    }

    #[test]
    fn the_cool_down_grows_and_is_forgotten_after_a_day() {
        let mut now = Timestamp::from_millis(1_800_000_000_000);
        let mut last = None;
        for seconds in [30, 60, 120, 300, 900, 3_600, 3_600] {
            let wait = PhoneWait::after(last, now);
            assert_eq!(wait.left(now), seconds * 1_000);
            now = now.plus_millis(seconds * 1_000 - 1);
            assert_eq!(wait.left(now), 1);
            now = now.plus_millis(1);
            assert_eq!(wait.left(now), 0);
            last = Some(wait);
        }
        now = now.plus_millis(FORGOTTEN_MILLIS);
        assert_eq!(PhoneWait::after(last, now).sent, 1);
    }

    #[test]
    fn a_clock_that_is_set_back_neither_makes_wait_nor_keeps_a_code_alive() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let before = Timestamp::from_millis(now.as_millis() - 86_400_000);
        let wait = PhoneWait::after(None, now);
        assert_eq!(wait.left(before), 0);
        let (hash, life) = (KeyedHash::from_bytes([1; 32]), 600_000);
        let code = PhoneCode {
            attempt: TokenHash::of(b"attempt"),
            number: hash,
            code: hash,
            tries_left: 5,
            expires_at: now.plus_millis(life),
            verified: false,
        };
        assert!(code.is_alive(now, life) && !code.is_alive(now.plus_millis(life), life));
        assert!(
            code.is_alive(Timestamp::from_millis(now.as_millis() - 1_000), life),
            "clocks are set by seconds daily"
        );
        assert!(!code.is_alive(before, life));
    }
}

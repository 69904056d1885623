//! JSON as JavaScript can read it.

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// The greatest integer that a JavaScript number holds exactly. What is greater, a moment that means "for ever" or a
/// number that a hostile server made up, becomes this: it would come back as another one, or as no integer at all.
const GREATEST: u64 = (1 << 53) - 1;

/// The value's JSON.
pub fn json(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    // Into memory, and the types here have no maps with keys that JSON can't hold.
    value.serialize(&mut Serializer::with_formatter(&mut out, Safe)).expect("views and outcomes have a JSON form");
    String::from_utf8(out).expect("JSON is text")
}

struct Safe;

impl Formatter for Safe {
    fn write_u64<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, value: u64) -> std::io::Result<()> {
        CompactFormatter.write_u64(writer, value.min(GREATEST))
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::Timestamp;
    use beseda_wire::content::OwnState;

    #[test]
    fn for_ever_comes_back_as_a_moment_that_is_for_ever() {
        let state = OwnState { muted_until: Some(Timestamp::from_millis(u64::MAX)), ..OwnState::default() };
        let text = super::json(&state);
        let back: OwnState = serde_json::from_str(&text).unwrap();
        assert_eq!(back.muted_until, Some(Timestamp::from_millis(9_007_199_254_740_991)), "{text}");
    }
}

//! People's cards as files.

use beseda_engine::vcard;

/// Any file is read, and what was read of it is written and read again as it is.
pub(crate) fn survives(input: &[u8]) {
    let cards = vcard::read(input);
    assert_eq!(vcard::read(vcard::write(&cards).as_bytes()), cards, "a card changes on its way");
}

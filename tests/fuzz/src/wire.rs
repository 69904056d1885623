//! What either side of the wire reads: decoding never panics, and what was decoded survives both encodings.

use std::fmt::Debug;

use beseda_wire::content::Authored;
use beseda_wire::http::{
    AccountByRoot, AddDevice, Challenge, LinkReveal, LinkStarted, LinkState, PollLink, Proof, ResetIdentity,
    ServerInfo, Session, SignIn, SignInTicket, SignUp, StartLink, Wake, Woken,
};
use beseda_wire::{ClientFrame, Encoding, Problem, ServerFrame};
use serde::Serialize;
use serde::de::DeserializeOwned;

const BOTH: [Encoding; 2] = [Encoding::Cbor, Encoding::Json];

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(encoding: Encoding, input: &[u8]) {
    let Ok(value) = encoding.decode::<T>(input) else { return };
    for encoding in BOTH {
        let bytes = encoding.encode(&value);
        let again = encoding.decode::<T>(&bytes);
        assert!(again.as_ref() == Ok(&value), "{value:?} came back from {encoding:?} as {again:?}");
        assert_eq!(encoding.encode(&value), bytes, "two encodings of the same");
    }
}

/// The first byte says in which encoding the rest is.
fn in_encoding<T: Serialize + DeserializeOwned + PartialEq + Debug>(input: &[u8]) {
    if let Some((first, rest)) = input.split_first() {
        survives::<T>(BOTH[usize::from(first % 2)], rest);
    }
}

/// What the server reads from the socket.
pub(crate) fn client_frame(input: &[u8]) {
    in_encoding::<ClientFrame>(input);
}

/// What a client reads from the socket.
pub(crate) fn server_frame(input: &[u8]) {
    in_encoding::<ServerFrame>(input);
}

/// Bodies of the HTTP part. The first byte says which.
pub(crate) fn http(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let bodies: &[fn(Encoding, &[u8])] = &[
        survives::<ServerInfo>,
        survives::<Challenge>,
        survives::<Proof>,
        survives::<SignUp>,
        survives::<Session>,
        survives::<AccountByRoot>,
        survives::<AddDevice>,
        survives::<SignIn>,
        survives::<SignInTicket>,
        survives::<ResetIdentity>,
        survives::<StartLink>,
        survives::<LinkStarted>,
        survives::<PollLink>,
        survives::<LinkReveal>,
        survives::<LinkState>,
        survives::<Problem>,
        survives::<Wake>,
        survives::<Woken>,
    ];
    bodies[usize::from(*first) % bodies.len()](Encoding::Json, rest);
}

/// What members read from each other.
pub(crate) fn content(input: &[u8]) {
    let Ok(authored) = Authored::decode(input) else { return };
    let bytes = authored.encode();
    assert!(Authored::decode(&bytes).as_ref() == Ok(&authored), "{authored:?} did not survive");
    assert!(Authored::decode(&authored.item()).as_ref() == Ok(&authored), "{authored:?} did not survive unpadded");
    assert!(bytes.starts_with(&authored.item()), "the padding follows the item");
}

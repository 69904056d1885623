//! Any frame survives both encodings, and a client survives a newer server.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

mod newer;
mod strategies;

use std::fmt::Debug;

use beseda_wire::Encoding;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::strategies::{client_frame, http_body, server_frame};

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    for encoding in [Encoding::Cbor, Encoding::Json] {
        let bytes = encoding.encode(value);
        let read = encoding.decode::<T>(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(value), "{:?}", encoding);
        let cut = bytes.split_last().unwrap().1;
        prop_assert!(encoding.decode::<T>(cut).is_err(), "{:?} without its last byte", encoding);
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_client_frame_survives(frame in client_frame()) {
        survives(&frame)?;
    }

    #[test]
    fn any_server_frame_survives(frame in server_frame()) {
        survives(&frame)?;
    }

    #[test]
    fn any_http_body_survives(body in http_body()) {
        survives(&body)?;
    }
}

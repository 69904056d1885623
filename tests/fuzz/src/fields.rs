//! Small formats, each with exactly one encoding: what is read is written as the same bytes.

use beseda_crypto::aad::{CommitAad, MessageAad};
use beseda_crypto::credential::Credential;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::{policy_ext, pow};
use beseda_model::Username;
use beseda_model::device_log::DeviceLogEntry;

/// The first byte says which format the rest is in.
pub(crate) fn one_encoding(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let written = match first % 8 {
        0 => MessageAad::from_bytes(rest).ok().map(MessageAad::to_bytes),
        1 => CommitAad::from_bytes(rest).ok().map(|aad| aad.to_bytes()),
        2 => Credential::from_bytes(rest).ok().map(Credential::to_bytes),
        3 => GroupId::from_bytes(rest).ok().map(|id| id.to_bytes().to_vec()),
        4 => policy_ext::decode(rest).ok().map(|policy| policy_ext::encode(&policy)),
        5 => DeviceLogEntry::decode(rest).ok().map(|entry| entry.encode()),
        6 => pow::Challenge::from_bytes(rest).map(|challenge| {
            let _ = pow::verify(&challenge, u32::from(*first), 0);
            challenge.to_bytes().to_vec()
        }),
        _ => return username(rest),
    };
    if let Some(written) = written {
        assert_eq!(written, rest, "format {}", first % 8);
    }
}

fn username(bytes: &[u8]) {
    let Ok(name) = std::str::from_utf8(bytes).unwrap_or_default().parse::<Username>() else { return };
    assert_eq!(name.as_str().parse(), Ok(name.clone()), "a name is folded once");
}

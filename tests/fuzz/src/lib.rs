//! What fuzzing calls, one function for each target: it takes any bytes and panics if a promise is broken. The same
//! functions are run over the committed corpora by an ordinary test, so that a crash found once stays mended.
//!
//! Readers of bare bytes are given the input as it is. Where signatures and hashes stand in the way, the input is a script:
//! which real message to start from, what to change in it, and what to sign again.

mod device_log;
mod edit;
mod fields;
mod forge;
mod group;
mod header;
mod key_package;
mod markup;
mod page;
mod scenes;
mod search;
mod sticker_pack;
mod vcard;
mod wire;

/// A target's body.
type Body = fn(&[u8]);

/// All targets by name; `fuzz_targets` and `corpus` have one entry for each.
pub const TARGETS: &[(&str, Body)] = &[
    ("wire_client_frame", wire::client_frame),
    ("wire_server_frame", wire::server_frame),
    ("wire_http", wire::http),
    ("wire_content", wire::content),
    ("mls_header", header::differs_not),
    ("mls_fields", fields::one_encoding),
    ("device_log", device_log::follows),
    ("key_package", key_package::verify),
    ("group_commit", group::commit),
    ("group_proposal", group::proposal),
    ("group_load", group::load),
    ("markup", markup::survives),
    ("page", page::says_little),
    ("search", search::finds),
    ("vcard", vcard::survives),
    ("sticker_pack", sticker_pack::in_bounds),
];

/// Runs the target of that name.
///
/// # Panics
/// If there is none, or if the input breaks a promise.
pub fn run(target: &str, input: &[u8]) {
    let (_, body) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of that name");
    body(input);
}

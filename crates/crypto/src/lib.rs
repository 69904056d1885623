//! What both sides prove: device logs, commits, the state of groups, proofs of work.
//!
//! Server and client engine must compute all of this alike, so it is here once. It knows no I/O, no database, no sockets
//! and takes no time from the air; what OpenMLS reads of the clock for lifetimes has no effect on our groups, whose leaves
//! live for good (see [`suite::lifetime`]).
//!
//! Where to look: [`header`] and [`aad`] for what stands on a message, [`public_group`] for the server's view of a group,
//! [`facts`] and [`beseda_model::commit`] for whether a commit is valid.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic,
        clippy::allow_attributes,
        reason = "a test that panics has failed, which is its job"
    )
)]

pub mod aad;
pub mod chain;
pub mod credential;
pub mod device_key;
pub mod facts;
pub mod group_id;
pub mod group_info;
pub mod header;
pub mod key_package;
pub mod link_key;
mod null_storage;
pub mod policy_ext;
pub mod possession;
pub mod pow;
pub mod public_group;
pub mod root;
pub mod signature;
pub mod suite;
mod tls;

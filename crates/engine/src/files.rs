//! Files: sealed on this device, brought to the server and fetched from there, kept for as long as something refers to
//! them.
//!
//! The host keeps the sealed bytes, each file under its number, and moves them in portions as the engine asks; the engine
//! never sees more of them than a test does. What is on the way stands in the table `files`, so that a transfer goes on
//! after whatever has ended the program.

pub mod chunks;
pub(crate) mod command;
mod costs;
mod down;
pub(crate) mod drives;
pub(crate) mod grants;
pub(crate) mod keep;
pub(crate) mod previews;
mod row;
pub(crate) mod rules;
pub(crate) mod speed;
mod transfer;
mod up;
mod uses;

pub(crate) use command::MAX_PICTURE;
pub use down::{Source, source};
pub(crate) use keep::{let_go_told, tend};
pub(crate) use row::File;
pub use row::reference;
pub(crate) use transfer::{
    Transfers, advance, checked, connection_lost, keep_answered, keep_refused, next_wake, on_lost_account, on_open,
    transferred,
};
pub(crate) use uses::{
    Attached, attach, attach_unseen, attachments, called, detach, kept_for_account, picture, set_picture,
};

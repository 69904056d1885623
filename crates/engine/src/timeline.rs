//! What messages mean: how content becomes rows of a timeline, what people do to them, and what they keep for themselves.
//!
//! The core of the engine calls in here with what it has decrypted, in the order of each conversation's log; what people
//! want comes in by [`on_command`] and goes out by [`crate::outbox::enqueue`]. What is shown is read by [`crate::view`].

pub mod markup;
pub mod rules;

pub(crate) mod access;
mod apply;
pub(crate) mod column;
mod command;
pub(crate) mod enclosed;
mod expiry;
pub(crate) mod infos;
pub(crate) mod live;
pub(crate) mod message_row;
pub(crate) mod once;
pub(crate) mod own;
pub(crate) mod own_event;
pub(crate) mod presence;
pub(crate) mod profile;
pub(crate) mod receipt;
mod relocate;
mod reread;

pub use apply::{
    apply_content, apply_system, apply_unreadable, blanked, failed, group_state, sending, sent, unrecoverable,
};
pub use command::on_command;
pub(crate) use command::{may_set_info, send_sticker, set_info};
pub use expiry::{expire, next_expiry};
pub use infos::created;
pub use live::shares as live_shares;
pub use once::close_left_open;
pub(crate) use own::say_phone;
pub(crate) use own::{device_name, name_device};
pub use own::{folders, own_device_joined, set_removed, verified};
pub use own_event::own_content;
pub(crate) use presence::forget_presence;
pub use presence::{apply_presence, apply_typing};
pub(crate) use profile::set_picture as set_own_picture;
pub use profile::{apply_profile, joined, request_accepted};
pub(crate) use receipt::phone_leaves;
pub use receipt::{apply_receipt, apply_settings};
pub use relocate::{displaced, moved, rewound};
pub use reread::reprocess_unsupported;

pub(crate) use apply::log_forked;
pub(crate) use message_row::is_empty;

#[cfg(test)]
mod tests;

//! What messages mean: content applied to the rows that are shown.

pub mod markup;
pub mod rules;

use beseda_model::{AccountId, ConversationId, MessageId, Timestamp};
use beseda_wire::content::{Authored, GroupState};
use beseda_wire::state::{Presence, PrivacySettings};
use rusqlite::Connection;

use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::failure::{Failure, Healing, Unreadable};
use crate::api::view::SystemEvent;
use crate::log::arrival::{Arrival, ArrivalMeta};
use crate::store::StoreError;

/// Applies a decrypted message. State requests and repair requests have been seen by the core already.
pub fn apply_content(_: &mut Step<'_>, _: &Arrival, _: Authored) -> Result<(), StoreError> {
    Ok(())
}

/// Keeps a place for an entry that can't be read.
pub fn apply_unreadable(_: &mut Step<'_>, _: &ArrivalMeta, _: Unreadable, _: Healing) -> Result<(), StoreError> {
    Ok(())
}

/// Shows that something happened.
pub fn apply_system(
    _: &mut Step<'_>,
    _: ConversationId,
    _seq: u64,
    _at: Timestamp,
    _actor: AccountId,
    _: SystemEvent,
) -> Result<(), StoreError> {
    Ok(())
}

/// The server has no bodies for these entries any more (deleted or expired).
pub fn blanked(_: &mut Step<'_>, _: ConversationId, _seqs: &[u64]) -> Result<(), StoreError> {
    Ok(())
}

/// An own message is on its way to the server.
pub fn sending(_: &mut Step<'_>, _: ConversationId, _: MessageId) -> Result<(), StoreError> {
    Ok(())
}

/// An own message is durable in the log; its content comes (or came) by `apply_content` as well.
pub fn sent(_: &mut Step<'_>, _: ConversationId, _: MessageId, _seq: u64, _at: Timestamp) -> Result<(), StoreError> {
    Ok(())
}

/// An own message was refused for good.
pub fn failed(_: &mut Step<'_>, _: ConversationId, _: MessageId, _: &Failure) -> Result<(), StoreError> {
    Ok(())
}

/// An account's marks in a conversation.
pub fn apply_receipt(
    _: &mut Step<'_>,
    _: ConversationId,
    _: AccountId,
    _delivered: u64,
    _read: u64,
) -> Result<(), StoreError> {
    Ok(())
}

/// Somebody's sealed profile.
pub fn apply_profile(_: &mut Step<'_>, _: AccountId, _version: u64, _sealed: &[u8]) -> Result<(), StoreError> {
    Ok(())
}

/// One's own settings as the server has them.
pub fn apply_settings(
    _: &mut Step<'_>,
    _: PrivacySettings,
    _blocked: &[AccountId],
    _username: Option<&str>,
) -> Result<(), StoreError> {
    Ok(())
}

/// Whether somebody is there.
pub fn apply_presence(_: &mut Step<'_>, _: Presence) -> Result<(), StoreError> {
    Ok(())
}

/// Somebody is typing, or has stopped.
pub fn apply_typing(_: &mut Step<'_>, _: ConversationId, _: AccountId, _typing: bool) -> Result<(), StoreError> {
    Ok(())
}

/// The encrypted state of a conversation as it stands here, for those who join; none if it is not known here itself.
pub fn group_state(_: &Connection, _: ConversationId) -> Result<Option<GroupState>, StoreError> {
    Ok(None)
}

/// The content item of an own message that is still there, to be sent again to a device that could not decrypt it.
pub fn own_content(_: &Connection, _: ConversationId, _: MessageId) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(None)
}

/// When something here disappears next.
pub fn next_expiry(_: &Connection, _now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    Ok(None)
}

/// Wipes what has to disappear by now.
pub fn expire(_: &mut Step<'_>) -> Result<(), StoreError> {
    Ok(())
}

/// Carries out commands about content; none if it is not one.
pub fn on_command(_: &mut Step<'_>, _: &Command) -> Option<Result<Outcome, Failure>> {
    None
}

/// This account or device has just joined a conversation and may send there: what has to be told to the others (such as
/// one's profile key) is enqueued here.
pub fn joined(_: &mut Step<'_>, _: ConversationId) -> Result<(), StoreError> {
    Ok(())
}

/// A group was made here with this title; it stands in the state that is told to those who join.
pub fn created(_: &mut Step<'_>, _: ConversationId, _title: &str) -> Result<(), StoreError> {
    Ok(())
}

/// A conversation never came to be, as the other one was there first: whatever was said in it is said there.
pub fn moved(_: &mut Step<'_>, _from: ConversationId, _to: ConversationId) -> Result<(), StoreError> {
    Ok(())
}

/// Another device of this account has come into a conversation; in notes-to-self it has to be told what all own devices
/// keep alike.
pub fn own_device_joined(_: &mut Step<'_>, _: ConversationId, _: beseda_model::DeviceId) -> Result<(), StoreError> {
    Ok(())
}

/// Nobody could send this message again: final.
pub fn unrecoverable(_: &mut Step<'_>, _: ConversationId, _: MessageId) -> Result<(), StoreError> {
    Ok(())
}

/// The server was restored from a backup: entries after `seq` are not there any more, and their places will be taken by
/// others. Own messages among them are sent again under their ids, those of others will come again.
pub fn rewound(_: &mut Step<'_>, _: ConversationId, _seq: u64) -> Result<(), StoreError> {
    Ok(())
}

//! One entry.

use beseda_crypto::chain;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header::{self, HeaderError, Kind, Wire};
use beseda_wire::state::{Entry, EntryClass};

use super::arrival::ArrivalMeta;
use super::{commit, generation, message};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::{Healing, Unreadable};
use crate::store::conversations::Conversation;
use crate::store::{StoreError, entries};
use crate::{outbox, timeline};

/// Whether the log goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// The entry was processed.
    Next,
    /// Something must come first; the entry was not touched and will be fetched again.
    Park,
}

/// Processes the entry that follows the last one. What can't be read is kept with its reason; nothing but the database
/// itself stops the log.
pub(super) fn apply(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    live: bool,
) -> Result<Flow, StoreError> {
    let Some(before) = row.chain else { return Ok(Flow::Park) };
    let Some(hash) = body_hash(entry) else { return Ok(Flow::Park) };
    let after = chain::next(&before, entry.seq, &hash);
    entries::insert(step.tx, row.id, entry.seq, &after, entry.count)?;
    let flow = match &entry.body {
        Some(body) => framed(step, row, entry, &body.0, &hash, live)?,
        None => {
            gone(step, row, entry, &hash)?;
            Flow::Next
        }
    };
    if flow == Flow::Park {
        entries::truncate(step.tx, row.id, row.applied)?;
        return Ok(Flow::Park);
    }
    outbox::passed(step, row, entry)?;
    row.applied = entry.seq;
    if row.applied >= row.reread {
        row.reread = 0;
    }
    row.chain = Some(after);
    row.last_seq = row.last_seq.max(entry.seq);
    row.count = row.count.max(entry.count);
    row.save(step.tx)?;
    step.notice(Notice::Conversation(row.id));
    Ok(Flow::Next)
}

/// The hash of an entry's body, which outlives the body; none if the server gives neither.
pub(super) fn body_hash(entry: &Entry) -> Option<[u8; 32]> {
    match (&entry.body, &entry.body_hash) {
        (Some(body), _) => Some(chain::body_hash(&body.0)),
        (None, Some(hash)) => hash.0.as_slice().try_into().ok(),
        (None, None) => None,
    }
}

fn framed(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    body: &[u8],
    hash: &[u8; 32],
    live: bool,
) -> Result<Flow, StoreError> {
    let header = match header::peek(body) {
        Ok(header) => header,
        Err(HeaderError::WireFormat) => return generation::start(step, row, entry, body, hash),
        Err(_) => {
            unreadable(step, row, entry, Unreadable::Damaged)?;
            return Ok(Flow::Next);
        }
    };
    let group = GroupId::from_bytes(header.group_id).ok().filter(|group| group.conversation == row.id);
    let Some(group) = group else {
        unreadable(step, row, entry, Unreadable::Forged)?;
        return Ok(Flow::Next);
    };
    match (header.kind, header.wire) {
        (Kind::Application, Wire::Private) => {
            message::apply(step, row, entry, group, &header, body, hash, live)?;
            Ok(Flow::Next)
        }
        (Kind::Commit, Wire::Public) => commit::apply(step, row, entry, group, &header, body, hash),
        (Kind::Proposal, Wire::Public) => {
            commit::propose(step, row, entry, group, &header, body, hash)?;
            Ok(Flow::Next)
        }
        _ => {
            unreadable(step, row, entry, Unreadable::Forged)?;
            Ok(Flow::Next)
        }
    }
}

/// The body is gone: deleted, or its time is over.
fn gone(step: &mut Step<'_>, row: &mut Conversation, entry: &Entry, hash: &[u8; 32]) -> Result<(), StoreError> {
    if entry.class == EntryClass::Handshake {
        // Handshakes are never purged: without this one the group can't be followed.
        return commit::break_group(step, row, entry.seq, "the server has deleted a commit");
    }
    // An own message that was deleted from elsewhere before this device saw it come.
    if outbox::recognise(step, row.id, entry, hash)? {
        return Ok(());
    }
    // Not only what is for reading: the class is the server's word.
    let expired = entry.expires_at.is_some_and(|at| at <= step.now);
    if !expired && !entries::stands_at(step.tx, row.id, entry.seq)? {
        unreadable(step, row, entry, Unreadable::RemovedByServer)?;
    }
    Ok(())
}

fn unreadable(step: &mut Step<'_>, row: &Conversation, entry: &Entry, why: Unreadable) -> Result<(), StoreError> {
    let meta = meta(row, entry);
    timeline::apply_unreadable(step, &meta, why, Healing::NotNeeded)
}

/// What is known of an entry before it is read.
pub(super) fn meta(row: &Conversation, entry: &Entry) -> ArrivalMeta {
    ArrivalMeta {
        conversation: row.id,
        seq: entry.seq,
        class: entry.class,
        at: entry.at,
        sender: None,
        message_id: None,
    }
}

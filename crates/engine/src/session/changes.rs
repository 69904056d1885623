//! What the server says has changed, in pages of a sync or pushed.

use beseda_model::{ConversationId, ConversationKind};
use beseda_wire::state::{Change, ConversationState, Entry};
use beseda_wire::{Bytes, Push};

use super::people::{self, About};
use super::{Asked, connection};
use crate::Step;
use crate::api::event::{Effect, Notice};
use crate::api::view::WarningKind;
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::{StoreError, meta, warnings};
use crate::{desk, healing, links, log, timeline};

pub(crate) const CURSOR: &str = "cursor";

/// A live row may come a moment before the Welcome that belongs to it: an external join waits this long for it.
const WELCOME_COMES_WITHIN: u64 = 2_000;

/// Asks for what has changed.
pub(crate) fn sync(step: &mut Step<'_>) -> Result<(), StoreError> {
    let cursor: Option<Bytes> = meta::get(step.tx, CURSOR)?;
    step.memory.session.sync_wanted = false;
    step.memory.session.synced_at = step.now;
    step.ask(beseda_wire::Request::Sync { cursor, limit: 500 }, Asked::Sync);
    Ok(())
}

/// Whether something but everything would be asked for.
pub(super) fn has_cursor(step: &Step<'_>) -> Result<bool, StoreError> {
    Ok(meta::get::<Bytes>(step.tx, CURSOR)?.is_some())
}

/// A page of changes.
pub(crate) fn page(step: &mut Step<'_>, changes: Vec<Change>, cursor: &Bytes, more: bool) -> Result<(), StoreError> {
    for change in changes {
        apply(step, change, false)?;
    }
    meta::put(step.tx, CURSOR, cursor)?;
    if more {
        return sync(step);
    }
    if step.memory.session.synced {
        return Ok(());
    }
    step.memory.session.synced = true;
    for conversation in Conversation::all(step.tx)? {
        step.touch(conversation.id);
    }
    crate::conversation::advance::see_to_notes(step)
}

/// Something that the server tells unasked.
pub(crate) fn pushed(step: &mut Step<'_>, push: Push) -> Result<(), StoreError> {
    match push {
        Push::Entry { conversation, entry } => pushed_entry(step, conversation, &entry),
        Push::Blanked { conversation, seqs } => timeline::blanked(step, conversation, &seqs),
        Push::Change(change) => apply(step, change, true),
        Push::Whisper { conversation, device, body } => crate::ephemeral::heard(step, conversation, device, &body),
        Push::Presence(presence) => timeline::apply_presence(step, presence),
        push @ Push::LinkRevealed { .. } => desk::identity_push(step, &push),
        Push::Resync => {
            step.memory.session.sync_wanted = true;
            Ok(())
        }
        Push::SignedOut => connection::signed_out(step),
        Push::Closing { reconnect_ms } => {
            step.effect(Effect::Disconnect);
            step.memory.session.failures = 0;
            connection::lose(step, Some(u64::from(reconnect_ms)))
        }
        Push::Unknown => Ok(()),
    }
}

fn pushed_entry(step: &mut Step<'_>, id: ConversationId, entry: &Entry) -> Result<(), StoreError> {
    let Some(mut conversation) = Conversation::find(step.tx, id)? else {
        step.memory.session.sync_wanted = true;
        return Ok(());
    };
    if conversation.last_seq < entry.seq {
        conversation.last_seq = entry.seq;
        conversation.count = conversation.count.max(entry.count);
        conversation.save(step.tx)?;
    }
    log::run(step, id, std::slice::from_ref(entry)).map(drop)
}

fn apply(step: &mut Step<'_>, change: Change, live: bool) -> Result<(), StoreError> {
    match change {
        Change::Conversation(state) => conversation(step, state, live),
        Change::Receipt { conversation, account, delivered, read } => {
            receipt(step, conversation, account, delivered, read)
        }
        Change::Welcome { conversation, seq } => welcome(step, conversation, seq),
        change @ (Change::DeviceLog { .. } | Change::KeysLow { .. }) => desk::identity_change(step, &change),
        Change::Profile { account, .. } => people::want(step, account, About::Profile),
        Change::Asked { conversation, at, outcome } => links::own::told(step, conversation, at, outcome),
        Change::Settings { privacy, blocked, username, phone } => {
            timeline::apply_settings(step, privacy, &blocked, username.as_ref().map(|name| name.as_str()), phone)
        }
    }
}

fn conversation(step: &mut Step<'_>, state: ConversationState, live: bool) -> Result<(), StoreError> {
    let id = state.conversation;
    let found = Conversation::find(step.tx, id)?;
    let is_new = found.as_ref().is_none_or(|conversation| !conversation.known);
    if live && let Some(row) = &found {
        // Pushes may overtake each other; the answer to a sync may not. Who may be looking at the past asks.
        if state.last_seq < row.last_seq {
            step.memory.session.sync_wanted = true;
            return Ok(());
        }
        let told = (state.generation, state.epoch, state.member, &state.due, state.request_from);
        if state.last_seq == row.last_seq && told != (row.generation, row.epoch, row.member, &row.due, row.request_from)
        {
            step.memory.session.sync_wanted = true;
        }
    }
    let mut row = found.unwrap_or_else(|| Conversation::new(id, state.kind));
    // Only who was out and was added again may read from later on; they may be out once more.
    let was_out = row.known && state.first_seq > row.first_seq;
    let is_accepted = row.request_from.is_some() && state.request_from.is_none();
    row.kind = state.kind;
    row.known = true;
    row.generation = state.generation;
    row.epoch = state.epoch;
    row.first_seq = state.first_seq;
    row.last_seq = row.last_seq.max(state.last_seq);
    row.count = row.count.max(state.count);
    row.member = state.member;
    row.joined = state.joined;
    row.delivered = row.delivered.max(state.delivered);
    row.read = row.read.max(state.read);
    row.read_count = row.read_count.max(state.read_count);
    row.due = state.due;
    row.request_from = state.request_from;
    if was_out {
        if !row.member && row.mls_generation.is_some() {
            // It may read from where it was added again, but not what ended that: it has to take the server's word.
            let reason = "the log does not show to this device who removed this account".to_owned();
            warnings::add(step, Some(id), &WarningKind::InvalidCommit { seq: row.applied, reason })?;
        }
        crate::conversation::advance::begin_anew(step, &mut row)?;
    }
    let is_back = was_out && row.member;
    if (is_new || is_back) && live {
        row.join_after = step.now.plus_millis(WELCOME_COMES_WITHIN);
    }
    row.save(step.tx)?;
    links::waiting::told(step, id, state.asking)?;
    if is_accepted {
        timeline::request_accepted(step, id)?;
    }
    healing::restore::compare(step, &row, state.last_seq)?;
    step.touch(id);
    step.notice(Notice::Conversation(id));
    Ok(())
}

fn welcome(step: &mut Step<'_>, id: ConversationId, seq: u64) -> Result<(), StoreError> {
    let mut row = Conversation::find(step.tx, id)?.unwrap_or_else(|| Conversation::new(id, ConversationKind::Group));
    // A log that has yet to be compared with the server's says nothing of its places; and who is out may have been shown the
    // commit that lets them back in before they are told that they are.
    if row.chain.is_some() && seq <= row.applied && !row.verify && row.standing != Standing::Left {
        step.ask(beseda_wire::Request::WelcomeDone { conversation: id, seq }, Asked::Other);
        return Ok(());
    }
    row.welcome_seq = row.welcome_seq.max(seq);
    row.save(step.tx)?;
    step.touch(id);
    Ok(())
}

fn receipt(
    step: &mut Step<'_>,
    id: ConversationId,
    account: beseda_model::AccountId,
    delivered: u64,
    read: u64,
) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    if account == me.account
        && let Some(mut row) = Conversation::find(step.tx, id)?
    {
        row.delivered = row.delivered.max(delivered);
        if read > row.read {
            row.read = read;
            row.read_count = crate::store::entries::find(step.tx, id, read)?.map_or(row.read_count, |(_, count)| count);
        }
        row.save(step.tx)?;
        step.notice(Notice::Conversation(id));
    }
    timeline::apply_receipt(step, id, account, delivered, read)
}

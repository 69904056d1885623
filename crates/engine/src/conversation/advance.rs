//! What a conversation needs next. Looked at whenever something about it has changed; every answer is derived from its
//! rows, so that it is the same after a crash.

use beseda_crypto::group_id::GroupId;
use beseda_model::device_log::DeviceLogOp;
use beseda_model::{Code, ConversationId, ConversationKind, Timestamp};
use beseda_wire::Request;
use rusqlite::OptionalExtension;

use super::{change, prepare};
use crate::api::reason::Reason;
use crate::api::view::WarningKind;
use crate::mls::group;
use crate::session::{Asked, pump};
use crate::store::conversations::{Conversation, Standing};
use crate::store::intents::{self, Wish};
use crate::store::me::Me;
use crate::store::pending::{Pending, PendingKind};
use crate::store::{StoreError, warnings};
use crate::{Step, healing, links, log, outbox};

/// Entries in one page of a log.
const PAGE: u32 = 200;

/// The delivery mark is told this long after the first entry that it covers, so that a burst costs one mark.
const MARK_AFTER: u64 = 300;

/// The own leaf is renewed after so many messages, or so long.
const RENEW_AFTER_SENDS: u64 = 500;
const RENEW_AFTER: u64 = 7 * 86_400_000;

/// Takes the next step in a conversation, as far as one is due.
pub(crate) fn look(step: &mut Step<'_>, id: ConversationId) -> Result<(), StoreError> {
    let Some(mut row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let now = step.now;
    if step.place(id).hold_until > now {
        return Ok(());
    }
    if !row.known {
        return begin(step, &mut row);
    }
    if row.verify {
        return healing::restore::ask(step, &row, row.applied);
    }
    if row.waits_for.is_none() && row.chain.is_some() && !row.is_caught_up() && !is_welcome_next(&row) {
        let place = step.place(id);
        if !place.log {
            place.log = true;
            let from = row.applied.saturating_add(1);
            step.ask(Request::Log { conversation: id, from, limit: PAGE }, Asked::Log { conversation: id, from });
        }
        return Ok(());
    }
    if !row.member {
        return out(step, &mut row);
    }
    if matches!(row.standing, Standing::UpdateRequired | Standing::Left) {
        return Ok(());
    }
    if row.mls_generation.is_none() {
        if let Some(wish) = intents::renewal(step.tx, id)? {
            return lead_out(step, &mut row, wish);
        }
        if row.standing == Standing::Broken {
            return wishes(step, &mut row);
        }
        return come_in(step, &mut row);
    }
    if row.mls_generation < Some(row.generation) {
        // A generation begins in the log, which shows none: this device stays where it is.
        let reason = "the log does not show how the generation of which the server speaks began".to_owned();
        return warnings::add(step, Some(id), &WarningKind::InvalidCommit { seq: row.applied, reason });
    }
    if !row.is_caught_up() || row.waits_for.is_some() {
        return Ok(());
    }
    marks(step, &mut row)?;
    if !row.is_current() {
        return Ok(());
    }
    act(step, &mut row)
}

/// The commit of a Welcome comes next: that is opened first.
fn is_welcome_next(row: &Conversation) -> bool {
    row.welcome_seq > 0 && row.welcome_seq == row.applied.saturating_add(1) && row.mls_generation.is_none()
}

/// A conversation that is only a wish yet.
fn begin(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)? {
        resend(step, &pending);
        return Ok(());
    }
    wishes(step, row)
}

/// The server says that this account is no longer a member. Where this device holds the group, everything up to the end is
/// read first, and the end must be somebody's decision: a commit, which would have been followed by now, or the wish to
/// leave of a device of this account.
fn out(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    if row.waits_for.is_some() || row.standing == Standing::Left {
        return Ok(());
    }
    if row.mls_generation.is_some() && !wants_to_leave(step, row)? {
        let reason = "the log shows nobody who removed this account, as the server says".to_owned();
        return warnings::add(step, Some(row.id), &WarningKind::InvalidCommit { seq: row.applied, reason });
    }
    leave(step, row)
}

/// Whether a device of this account has said in the log that the account leaves.
fn wants_to_leave(step: &mut Step<'_>, row: &Conversation) -> Result<bool, StoreError> {
    let own = Me::get(step.tx)?.account;
    let Some(generation) = row.mls_generation else { return Ok(false) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mls) = group::take(step, id)? else { return Ok(true) };
    let leaving = group::leaving(&mls);
    group::keep(step, id, mls);
    Ok(leaving.contains(&own))
}

/// A new generation is the way out for those, too, who can't come into the present one.
fn lead_out(step: &mut Step<'_>, row: &mut Conversation, wish: Wish) -> Result<(), StoreError> {
    match Pending::find(step.tx, row.id)? {
        Some(pending) if pending.kind == PendingKind::Join => change::abandon(step, row, &pending)?,
        Some(pending) => {
            resend(step, &pending);
            return Ok(());
        }
        None => {}
    }
    prepare::wish(step, row, wish)
}

/// This account is no longer a member: nothing more is done here, and whoever waits for something is told.
pub(crate) fn leave(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    drop_group(step, row, u64::MAX)?;
    row.standing = Standing::Left;
    for intent in intents::ids(step.tx, row.id)? {
        change::give_up(step, intent, &crate::api::failure::Failure::NotReady { reason: Reason::Left })?;
    }
    row.save(step.tx)?;
    outbox::fail_all(step, row.id, Reason::Left)?;
    step.notice(crate::api::event::Notice::Conversation(row.id));
    Ok(())
}

/// This account was out, and was added again at the entry that is its first now: this device begins anew there, with
/// whatever Welcome or join there will be, or is out there. What waits to be sent goes on waiting. What was said since is asked for as ever:
/// the log may have told it before the server said that the account is back.
pub(crate) fn begin_anew(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    drop_group(step, row, row.first_seq)?;
    if row.standing == Standing::Left {
        // It has seen itself go: what was agreed since then is not for it to follow, and whoever adds it answers for it.
        row.policy = None;
    }
    row.standing = Standing::Joining;
    row.chain = None;
    row.applied = 0;
    row.waits_for = None;
    row.verify = false;
    row.reread = 0;
    if row.welcome_seq < row.first_seq {
        row.welcome_seq = 0;
    }
    outbox::epoch_changed(step, row)
}

/// Nothing that this device has in the group is of any use, and nobody answers what it has asked about entries before
/// `before`.
fn drop_group(step: &mut Step<'_>, row: &mut Conversation, before: u64) -> Result<(), StoreError> {
    if let Some(generation) = row.mls_generation.take() {
        group::delete(step, GroupId { conversation: row.id, generation })?;
    }
    Pending::delete(step.tx, row.id)?;
    healing::repair::give_up(step, row.id, before)
}

/// This device has no group here yet.
fn come_in(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)? {
        resend(step, &pending);
        return Ok(());
    }
    if let Some(offer) = step.place(row.id).joining.take() {
        return log::join::offered(step, row.id, offer);
    }
    let busy = step.memory.session.places.values().filter(|place| place.join || place.joining.is_some()).count();
    if step.place(row.id).join || !step.memory.session.synced {
        return Ok(());
    }
    let place = row.id;
    if row.welcome_seq > 0 && (row.chain.is_none() || is_welcome_next(row)) {
        step.place(place).join = true;
        step.ask(Request::Welcome { conversation: place }, Asked::Welcome { conversation: place });
    } else if row.join_after <= step.now && busy < pump::JOINS_AT_ONCE {
        step.place(place).join = true;
        step.ask(Request::GroupInfo { conversation: place }, Asked::GroupInfo { conversation: place });
    } else if row.join_after <= step.now {
        // Its turn comes when one of the others is done.
        row.join_after = step.now.plus_millis(1_000);
        row.save(step.tx)?;
    }
    Ok(())
}

/// The group is at hand and everything is processed: whatever people want is done.
fn act(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    let held = row.mls_generation.map(|generation| GroupId { conversation: row.id, generation });
    if let Some(id) = held
        && !group::is_there(step, id)?
    {
        return log::lose(step, row);
    }
    if row.standing == Standing::Forked {
        return Ok(());
    }
    if let Some(pending) = Pending::find(step.tx, row.id)? {
        resend(step, &pending);
        return Ok(());
    }
    if intents::first(step.tx, row.id)?.is_some() {
        wishes(step, row)?;
        if Pending::find(step.tx, row.id)?.is_some() {
            return Ok(());
        }
    }
    if prepare::due(step, row)? || renew(step, row)? {
        return Ok(());
    }
    links::waiting::look(step, row)?;
    healing::state::act(step, row)?;
    healing::repair::act(step, row)?;
    outbox::send(step, row)
}

fn wishes(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    if let Some(pending) = Pending::find(step.tx, row.id)? {
        resend(step, &pending);
        return Ok(());
    }
    // One after the other: a wish that is fulfilled already, or can't be, makes room for the next.
    let mut looked_at = None;
    while let Some(wish) = intents::first(step.tx, row.id)?.filter(|wish| looked_at != Some(wish.id)) {
        looked_at = Some(wish.id);
        prepare::wish(step, row, wish)?;
        if Pending::find(step.tx, row.id)?.is_some() {
            break;
        }
    }
    Ok(())
}

/// Sends the pending request, unless its answer is awaited.
pub(crate) fn resend(step: &mut Step<'_>, pending: &Pending) {
    let place = step.place(pending.conversation);
    if !place.group {
        place.group = true;
        let about = Asked::Group { conversation: pending.conversation, message: pending.message };
        step.ask(pending.request.clone(), about);
    }
}

/// Renews the own leaf when it is time, and nothing else is going on.
fn renew(step: &mut Step<'_>, row: &mut Conversation) -> Result<bool, StoreError> {
    let due = if row.updated_at == Timestamp::default() {
        // A newcomer's leaf: soon, but not all at once.
        let members = row.policy.as_ref().map_or(1, |policy| policy.roster.len());
        match step.place(row.id).renew_at {
            Some(at) => at,
            None => {
                let mut byte = [0; 2];
                step.rng.fill(&mut byte);
                let spread = u64::try_from(members).unwrap_or(u64::MAX).saturating_mul(1_000);
                let wait = 2_000 + spread * u64::from(u16::from_be_bytes(byte)) / u64::from(u16::MAX);
                let at = step.now.plus_millis(wait);
                step.place(row.id).renew_at = Some(at);
                at
            }
        }
    } else if row.own_sends >= RENEW_AFTER_SENDS {
        step.now
    } else {
        row.updated_at.plus_millis(RENEW_AFTER)
    };
    if due > step.now || row.request_from.is_some() {
        if row.request_from.is_some() {
            step.place(row.id).renew_at = None;
        }
        return Ok(false);
    }
    step.place(row.id).renew_at = None;
    prepare::renew_leaf(step, row)
}

/// Tells how far this account has received and read. That a request was read is told once it is accepted.
fn marks(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    let delivered = row.applied > row.delivered_sent.max(row.delivered);
    let read = row.read_wanted > row.read && row.request_from.is_none();
    if !delivered && !read {
        step.place(row.id).mark_at = None;
        return Ok(());
    }
    let now = step.now;
    let place = step.place(row.id);
    if place.marking {
        return Ok(());
    }
    let at = *place.mark_at.get_or_insert(now.plus_millis(MARK_AFTER));
    if at > now && !read {
        return Ok(());
    }
    place.mark_at = None;
    place.marking = true;
    row.delivered_sent = row.applied;
    if read {
        place.read_before = Some(row.read);
        row.read = row.read_wanted;
    }
    row.save(step.tx)?;
    let request = Request::Mark {
        conversation: row.id,
        delivered: delivered.then_some(row.applied),
        read: read.then_some(row.read),
    };
    step.ask(request, Asked::Mark { conversation: row.id });
    Ok(())
}

/// The server has taken a mark.
pub(crate) fn marked(step: &mut Step<'_>, id: ConversationId) -> Result<(), StoreError> {
    let place = step.place(id);
    place.marking = false;
    place.read_before = None;
    if let Some(mut row) = Conversation::find(step.tx, id)? {
        row.delivered = row.delivered.max(row.delivered_sent);
        row.save(step.tx)?;
    }
    step.touch(id);
    Ok(())
}

/// A mark was refused, or lost with its connection: it is told again.
pub(crate) fn not_marked(step: &mut Step<'_>, id: ConversationId) -> Result<(), StoreError> {
    let place = step.place(id);
    place.marking = false;
    let before = place.read_before.take();
    if let Some(mut row) = Conversation::find(step.tx, id)? {
        row.delivered_sent = row.delivered;
        row.read = before.unwrap_or(row.read);
        row.save(step.tx)?;
    }
    Ok(())
}

/// Conversations that this device could join now.
pub(crate) fn joinable(step: &Step<'_>) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = step.tx.prepare_cached(
        "SELECT conversation FROM conversations \
         WHERE mls_generation = -1 AND member = 1 AND known = 1 AND standing = 0 AND join_after <= ?1 \
         ORDER BY conversation DESC LIMIT 16",
    )?;
    let mut rows = statement.query([step.now.as_millis().cast_signed()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        all.push(ConversationId::try_from(id.as_slice()).map_err(|_| StoreError::damaged("conversations"))?);
    }
    Ok(all)
}

/// When this device may try to join the next conversation.
pub(crate) fn next_join(step: &Step<'_>) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = step
        .tx
        .prepare_cached(
            "SELECT min(join_after) FROM conversations \
             WHERE mls_generation = -1 AND member = 1 AND known = 1 AND standing = 0 AND join_after > ?1",
        )?
        .query_row([step.now.as_millis().cast_signed()], |row| row.get(0))
        .optional()?
        .flatten();
    Ok(at.map(crate::store::accounts::timestamp))
}

/// Makes notes-to-self, once everything that the server has is known and they are not among it. That is for the device
/// that made the account: all others find them.
pub(crate) fn see_to_notes(step: &mut Step<'_>) -> Result<(), StoreError> {
    let me = Me::get(step.tx)?;
    step.memory.logs.load(step.tx, [me.account])?;
    let first = step.memory.logs.get(me.account).and_then(|log| log.entries().first()).map(|entry| entry.op);
    let made_here = matches!(first, Some(DeviceLogOp::Add { device, .. }) if device == me.device);
    if made_here && Conversation::notes(step.tx)?.is_none() {
        super::commands::make(step, &me, ConversationKind::Notes, Vec::new())?;
    }
    Ok(())
}

/// Codes after which the same request is worth another try.
pub(crate) const fn is_passing(code: Code) -> bool {
    matches!(code, Code::RateLimited | Code::Overloaded | Code::Internal | Code::JoinLater)
}

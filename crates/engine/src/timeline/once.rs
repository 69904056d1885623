//! Messages that can be looked at once: opened on one of a person's devices, gone from all of them.
//!
//! That it was opened is written down before it is shown, told to the other own devices and to who sent it, and kept for
//! good: whatever comes later, in whatever order and however often, finds it opened. What was left open when a program
//! ended is erased when the next one begins.

use beseda_model::{AccountId, ConversationId, MessageId};
use beseda_wire::content::{Attachment, Authored, Content, Message, MessageRef, Opened, OwnSync};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};

use super::access::Here;
use super::apply::shown;
use super::message_row::{Kind, TABLE};
use super::rules::once::{WAITS_MILLIS, accept, lapses_at};
use super::{column, own};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::failure::Failure;
use crate::api::file::FileNumber;
use crate::api::once::{OnceKind, OnceState};
use crate::api::reason::Reason;
use crate::files::{self, File};
use crate::outbox::{self, EnqueueOptions};
use crate::store::StoreError;
use crate::store::conversations::{Conversation, Standing};

const KINDS: [OnceKind; 4] = [OnceKind::Photo, OnceKind::Video, OnceKind::Round, OnceKind::Voice];
const STATES: [OnceState; 4] = [OnceState::Closed, OnceState::Open, OnceState::Opened, OnceState::Lapsed];

fn column_of<T: PartialEq>(all: &[T], one: &T) -> i64 {
    all.iter().position(|known| known == one).and_then(|at| i64::try_from(at).ok()).map_or(0, |at| at + 1)
}

fn of_column<T: Copy>(all: &[T], column: i64) -> Option<T> {
    usize::try_from(column).ok()?.checked_sub(1).and_then(|at| all.get(at)).copied()
}

pub(crate) fn kind_column(kind: OnceKind) -> i64 {
    column_of(&KINDS, &kind)
}

pub(crate) fn state_column(state: OnceState) -> i64 {
    column_of(&STATES, &state)
}

/// What a row holds of such a message; none of an ordinary one.
pub(crate) fn read(state: i64, kind: i64) -> Option<(OnceState, OnceKind)> {
    // A kind that is not known is a damaged row: of a photo it shows least.
    Some((of_column(&STATES, state)?, of_column(&KINDS, kind).unwrap_or(OnceKind::Photo)))
}

/// A row as far as this is concerned.
struct Place {
    row: i64,
    own: bool,
    seq: u64,
    state: OnceState,
    at: i64,
}

impl Place {
    fn find(conn: &Connection, conversation: ConversationId, target: MessageRef) -> Result<Option<Self>, StoreError> {
        let raw: Option<(i64, bool, i64, i64, i64)> = conn
            .prepare_cached(
                "SELECT row, own, seq, once, at FROM messages WHERE conversation = ?1 AND author = ?2 \
                 AND message = ?3 AND kind = 0 AND hidden = 0 AND deleted_seq = 0 AND once > 0",
            )?
            .query_row((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        Ok(raw.and_then(|(row, own, seq, once, at)| {
            of_column(&STATES, once).map(|state| Self { row, own, seq: seq.cast_unsigned(), state, at })
        }))
    }
}

/// Nothing of it is left here; what only it refers to goes when the step ends.
fn erase(step: &mut Step<'_>, conversation: ConversationId, row: i64, state: OnceState) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("UPDATE messages SET once = ?2, text = '', entities = x'', content = x'' WHERE row = ?1")?
        .execute((row, state_column(state)))?;
    files::detach(step.tx, row)?;
    shown(step, conversation);
    Ok(())
}

/// Whether somebody has opened it, as far as is known here.
pub(crate) fn was_opened_by(
    conn: &Connection,
    conversation: ConversationId,
    target: MessageRef,
    account: AccountId,
) -> Result<bool, StoreError> {
    Ok(conn
        .prepare_cached(
            "SELECT 1 FROM opened WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND account = ?4",
        )?
        .exists((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes(), account.as_bytes()))?)
}

/// Who has opened it.
pub(crate) fn opened_by(
    conn: &Connection,
    conversation: ConversationId,
    target: MessageRef,
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT account FROM opened WHERE conversation = ?1 AND author = ?2 AND message = ?3 ORDER BY account",
    )?;
    let mut rows = statement.query((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::account(&row.get::<_, Vec<u8>>(0)?, "opened")?);
    }
    Ok(all)
}

/// Whether all have opened it who were there when it was sent, but this person.
fn all_opened(
    conn: &Connection,
    conversation: ConversationId,
    target: MessageRef,
    seq: u64,
) -> Result<bool, StoreError> {
    let (there, waiting): (i64, i64) = conn
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM opened o WHERE o.conversation = ?1 \
             AND o.author = ?2 AND o.message = ?3 AND o.account = m.account)) FROM members m \
             WHERE m.conversation = ?1 AND m.account <> ?2 AND m.since <= ?4",
        )?
        .query_row(
            (conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes(), column::place(seq)),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    Ok(there > 0 && waiting == 0)
}

/// Erases a message that was opened, or that nobody has opened in time. One that is shown at this moment stays until it is
/// closed.
pub(super) fn judge(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<(), StoreError> {
    let me = Here::get(step.tx)?.account;
    let Some(place) = Place::find(step.tx, conversation, target)?.filter(|place| place.state == OnceState::Closed)
    else {
        return Ok(());
    };
    let is_opened = if place.own {
        place.seq > 0 && all_opened(step.tx, conversation, target, place.seq)?
    } else {
        was_opened_by(step.tx, conversation, target, me)?
    };
    let is_sent = place.seq > 0 || !place.own;
    if is_opened {
        erase(step, conversation, place.row, OnceState::Opened)?;
    } else if is_sent && lapses_at(column::moment(place.at)) <= step.now {
        erase(step, conversation, place.row, OnceState::Lapsed)?;
    }
    Ok(())
}

/// The row of such a message has been written: its file is known here, but is not fetched.
pub(super) fn came(
    step: &mut Step<'_>,
    conversation: ConversationId,
    target: MessageRef,
    row: i64,
    attachment: &Attachment,
) -> Result<(), StoreError> {
    files::attach_unseen(step, row, attachment)?;
    judge(step, conversation, target)
}

/// Somebody has opened a message: the person of this device on another one of theirs, or whom this person has sent it to.
pub(super) fn opened(
    step: &mut Step<'_>,
    conversation: ConversationId,
    target: MessageRef,
    by: AccountId,
) -> Result<(), StoreError> {
    let me = Here::get(step.tx)?.account;
    // Nobody else needs to know; and what one has sent oneself is never opened.
    let concerns = by == me || target.author == me;
    if target.author == by || !concerns {
        return Ok(());
    }
    step.tx
        .prepare_cached(
            "INSERT OR IGNORE INTO opened (conversation, author, message, account) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes(), by.as_bytes()))?;
    judge(step, conversation, target)?;
    shown(step, conversation);
    Ok(())
}

/// The file and the words of a message that is not opened or is shown at this moment.
pub(crate) fn content(conn: &Connection, row: i64) -> Result<Option<(FileNumber, Attachment, Message)>, StoreError> {
    let found: Option<(Vec<u8>, FileNumber)> = conn
        .prepare_cached(
            "SELECT m.content, u.file FROM messages m JOIN message_files u ON u.row = m.row \
             WHERE m.row = ?1 AND m.once IN (1, 2)",
        )?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((item, file)) = found else { return Ok(None) };
    let Ok(Authored { content: Content::Message(message), .. }) = Authored::decode(&item) else {
        return Err(StoreError::damaged(TABLE));
    };
    let accepted = super::rules::attachment::accept(&message.attachments).and_then(|all| accept(&all));
    let Ok((_, attachment)) = accepted else { return Err(StoreError::damaged(TABLE)) };
    Ok(Some((file, attachment, message)))
}

/// Opens a message whose file is here. From now on it is opened, whatever happens.
pub(super) fn open(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<Outcome, Failure> {
    let here = Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    let place = Place::find(step.tx, conversation, target)?.ok_or(Failure::NotFound)?;
    if place.own {
        return Err(Failure::NotAllowed { reason: Reason::OnceOwn });
    }
    if place.state != OnceState::Closed || lapses_at(column::moment(place.at)) <= step.now {
        return Err(Failure::NotReady { reason: Reason::OnceOver });
    }
    let (number, ..) = content(step.tx, place.row)?.ok_or(Failure::NotFound)?;
    File::find(step.tx, number)?.filter(File::is_here).ok_or(Failure::NotReady { reason: Reason::FileElsewhere })?;
    step.tx
        .prepare_cached("UPDATE messages SET once = ?2 WHERE row = ?1")
        .and_then(|mut update| update.execute((place.row, state_column(OnceState::Open))))
        .map_err(StoreError::from)?;
    opened(step, conversation, target, here.account)?;
    own::say(step, OwnSync::Opened { conversation, message: target })?;
    tell(step, here, conversation, target)?;
    Ok(Outcome::Done)
}

/// Tells who sent it, as far as this person still has a part in the conversation.
fn tell(step: &mut Step<'_>, here: Here, conversation: ConversationId, target: MessageRef) -> Result<(), StoreError> {
    let Some(place) = Conversation::find(step.tx, conversation)? else { return Ok(()) };
    let is_part = place.member && matches!(place.standing, Standing::Joining | Standing::Ready | Standing::Broken);
    let is_asked = place.request_from.is_some_and(|from| from != here.account);
    if is_part && !is_asked && !place.is_deserted(step.tx)? {
        let authored = Authored { at: step.now, content: Content::Opened(Opened { target }) };
        let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
        outbox::enqueue(step, conversation, &authored, options)?;
    }
    Ok(())
}

/// It is not shown any more, and never will be. Closing what is not open is no mistake.
pub(super) fn close(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<Outcome, Failure> {
    let place = Place::find(step.tx, conversation, target)?;
    if let Some(place) = place.filter(|place| place.state == OnceState::Open) {
        erase(step, conversation, place.row, OnceState::Opened)?;
    }
    Ok(Outcome::Done)
}

fn rows(step: &Step<'_>, which: &str, before: i64) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let mut statement = step
        .tx
        .prepare_cached(&format!("SELECT row, conversation FROM messages WHERE {which} AND at <= ?1 LIMIT 1000"))?;
    let rows = statement.query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// A program has begun: what another one has left open is erased.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn close_left_open(step: &mut Step<'_>) -> Result<(), StoreError> {
    for (row, conversation) in rows(step, "once = 2", i64::MAX)? {
        erase(step, column::conversation(&conversation, TABLE)?, row, OnceState::Opened)?;
    }
    Ok(())
}

/// What was sent, or came from others.
const LAPSING: &str = "once = 1 AND (seq > 0 OR own = 0)";

/// When the next message that can be looked at once can't any more.
pub(super) fn next_lapse(conn: &Connection) -> Result<Option<beseda_model::Timestamp>, StoreError> {
    let first: Option<i64> = conn
        .prepare_cached(&format!("SELECT min(at) FROM messages WHERE {LAPSING}"))?
        .query_row((), |row| row.get(0))?;
    Ok(first.map(|at| lapses_at(column::moment(at))))
}

/// Erases what nobody has opened in time.
pub(super) fn lapse(step: &mut Step<'_>) -> Result<(), StoreError> {
    let before = column::millis(step.now).saturating_sub(i64::try_from(WAITS_MILLIS).unwrap_or(i64::MAX));
    for (row, conversation) in rows(step, LAPSING, before)? {
        erase(step, column::conversation(&conversation, TABLE)?, row, OnceState::Lapsed)?;
    }
    Ok(())
}

/// Whether an own message may be sent again to a device of this account: not if that person has opened it.
pub(crate) fn may_be_told_again(
    conn: &Connection,
    conversation: ConversationId,
    id: MessageId,
    to: AccountId,
) -> Result<bool, StoreError> {
    let Some(here) = Here::find(conn)? else { return Ok(false) };
    Ok(!was_opened_by(conn, conversation, MessageRef { author: here.account, id }, to)?)
}

/// Whether a row is an ordinary message: text to be quoted, changed and said again.
pub(crate) fn is_ordinary(kind: Kind, once: i64) -> bool {
    kind == Kind::Text && once == 0
}

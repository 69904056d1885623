//! Places that are told live: where somebody is, for as long as they want others to know.
//!
//! A message says until when. What comes after it is heard by who is there and kept by no server: ephemeral frames, signed
//! by the device that tells. That it was stopped is a message again, so that everybody learns of it.

use beseda_model::{AccountId, Action, ConversationId, MessageId, Timestamp};
use beseda_wire::content::{Authored, Content, LiveEnd, MessageRef, Place, Spot};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};

use super::access::Here;
use super::apply::shown;
use super::column::{self, decode, encode};
use super::rules::Broken;
use super::rules::place::is_on_earth;
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::place::{LivePlace, LiveShare, PlaceView};
use crate::api::reason::{Field, Reason};
use crate::ephemeral::{self, Told};
use crate::outbox::{self, EnqueueOptions};
use crate::store::StoreError;
use crate::store::conversations::Conversation;

const TABLE: &str = "places";

/// The shortest and the longest time for which somebody tells where they are, in seconds.
pub(crate) const SECONDS: std::ops::RangeInclusive<u32> = 60..=8 * 3_600;

/// Where somebody is is not told more often than this.
const TELL_EVERY: u64 = 5_000;

/// Until when a place is told that came at this time: none if it stays as it is.
pub(super) fn until(place: &Place, sent_at: Timestamp) -> Option<Timestamp> {
    // Clocks differ; but nobody is shown for longer than can be asked for.
    let longest = sent_at.plus_millis(u64::from(*SECONDS.end()).saturating_mul(1_000));
    place.until.filter(|until| *until > sent_at).map(|until| until.min(longest))
}

/// The row of a message with such a place has been written, which was sent at that time. `here`: it is this device that tells.
pub(super) fn begin(
    step: &mut Step<'_>,
    conversation: ConversationId,
    target: MessageRef,
    row: i64,
    (sent_at, until): (Timestamp, Timestamp),
    here: bool,
) -> Result<(), StoreError> {
    let ended = step
        .tx
        .prepare_cached("SELECT 1 FROM live_ended WHERE conversation = ?1 AND author = ?2 AND message = ?3")?
        .exists((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
    step.tx
        .prepare_cached(
            "UPDATE places SET until = ?2, told_at = ?3, ended = ?4, here = ?5 WHERE row = ?1 AND until = 0",
        )?
        .execute((row, column::millis(until), column::millis(sent_at), ended, here))?;
    step.notice(Notice::LivePlaces);
    Ok(())
}

/// The place of a row as people see it.
pub(crate) fn view(conn: &Connection, row: i64) -> Result<Option<PlaceView>, StoreError> {
    let found: Option<(Vec<u8>, i64, i64, bool, bool)> = conn
        .prepare_cached("SELECT body, until, told_at, ended, here FROM places WHERE row = ?1")?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    let Some((body, until, told_at, ended, here)) = found else { return Ok(None) };
    let place: Place = decode(&body, TABLE)?;
    let live =
        (until > 0).then(|| LivePlace { until: column::moment(until), told_at: column::moment(told_at), ended, here });
    Ok(Some(PlaceView { live, ..PlaceView::from(place) }))
}

/// A place that is still told, and has a message that is shown.
struct Going {
    row: i64,
    place: Place,
    said_at: i64,
}

fn going(
    conn: &Connection,
    conversation: ConversationId,
    target: MessageRef,
    now: Timestamp,
) -> Result<Option<Going>, StoreError> {
    let found: Option<(i64, Vec<u8>, i64)> = conn
        .prepare_cached(
            "SELECT p.row, p.body, p.said_at FROM messages m JOIN places p ON p.row = m.row WHERE m.conversation = ?1 \
             AND m.author = ?2 AND m.message = ?3 AND m.hidden = 0 AND m.deleted_seq = 0 AND p.ended = 0 \
             AND p.until > ?4",
        )?
        .query_row(
            (conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes(), column::millis(now)),
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((row, body, said_at)) = found else { return Ok(None) };
    Ok(Some(Going { row, place: decode(&body, TABLE)?, said_at }))
}

fn set(
    step: &mut Step<'_>,
    conversation: ConversationId,
    going: Going,
    spot: Spot,
    at: Timestamp,
) -> Result<(), StoreError> {
    let place = super::rules::place::accept(&Place { spot, ..going.place });
    step.tx.prepare_cached("UPDATE places SET body = ?2, told_at = ?3, said_at = ?4 WHERE row = ?1")?.execute((
        going.row,
        encode(&place),
        // No clock makes a place newer than now.
        column::millis(at.min(step.now)),
        column::millis(at),
    ))?;
    shown(step, conversation);
    Ok(())
}

/// Somebody's device tells where they are. What is older than what is known changes nothing.
pub(crate) fn heard(
    step: &mut Step<'_>,
    conversation: ConversationId,
    author: AccountId,
    told: &Told,
) -> Result<(), StoreError> {
    let target = MessageRef { author, id: told.message };
    let Some(going) = going(step.tx, conversation, target, step.now)? else { return Ok(()) };
    // By the sender's clock: what the server holds back or brings twice does not take them back.
    if is_on_earth(&told.spot) && column::millis(told.at) > going.said_at {
        set(step, conversation, going, told.spot, told.at)?;
    }
    Ok(())
}

/// Where this device is now, for all who are to know. Too often is not told.
pub(super) fn tell(step: &mut Step<'_>, spot: Spot) -> Result<Outcome, Failure> {
    let here = Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    if !is_on_earth(&spot) {
        return Err(Failure::invalid(Field::Place, Reason::NotOnEarth));
    }
    for share in shares(step.tx, step.now)? {
        let now = step.now;
        let told = step.place(share.conversation).live_at;
        if told.is_some_and(|at| now.millis_since(at) < TELL_EVERY) {
            continue;
        }
        let target = MessageRef { author: here.account, id: share.message };
        let Some(going) = going(step.tx, share.conversation, target, now)? else { continue };
        set(step, share.conversation, going, spot, now)?;
        if ephemeral::place(step, share.conversation, share.message, spot)? {
            step.place(share.conversation).live_at = Some(now);
        }
    }
    Ok(Outcome::Done)
}

/// What this device tells at this moment.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn shares(conn: &Connection, now: Timestamp) -> Result<Vec<LiveShare>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT m.conversation, m.message, p.until FROM places p JOIN messages m ON m.row = p.row \
         WHERE p.here = 1 AND p.ended = 0 AND p.until > ?1 AND m.hidden = 0 AND m.deleted_seq = 0 ORDER BY p.row",
    )?;
    let mut rows = statement.query([column::millis(now)])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let message: Vec<u8> = row.get(1)?;
        all.push(LiveShare {
            conversation: column::conversation(&row.get::<_, Vec<u8>>(0)?, TABLE)?,
            message: MessageId::try_from(message.as_slice()).map_err(|_| StoreError::damaged(TABLE))?,
            until: column::moment(row.get(2)?),
        });
    }
    Ok(all)
}

/// This person tells no more where they are: here at once, and on all devices of all who see the message.
pub(super) fn stop(step: &mut Step<'_>, conversation: ConversationId, message: MessageId) -> Result<Outcome, Failure> {
    let here = Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    let target = MessageRef { author: here.account, id: message };
    if going(step.tx, conversation, target, step.now)?.is_none() {
        return Ok(Outcome::Done);
    }
    end(step, conversation, target)?;
    // Who may say nothing any more is heard by nobody anyway.
    let place = Conversation::find(step.tx, conversation)?.ok_or(Failure::NotFound)?;
    if place.check(here.account, Action::Send).is_ok() && !place.is_deserted(step.tx)? {
        let authored = Authored { at: step.now, content: Content::LiveEnd(LiveEnd { target }) };
        let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
        outbox::enqueue(step, conversation, &authored, options)?;
    }
    Ok(Outcome::Done)
}

/// Somebody says that they tell no more.
pub(super) fn ended(
    step: &mut Step<'_>,
    conversation: ConversationId,
    target: MessageRef,
    by: AccountId,
) -> Result<Option<Broken>, StoreError> {
    if target.author != by {
        return Ok(Some(Broken::EditOfOthers));
    }
    end(step, conversation, target)?;
    Ok(None)
}

fn end(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<(), StoreError> {
    let place = (conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes());
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO live_ended (conversation, author, message) VALUES (?1, ?2, ?3)")?
        .execute(place)?;
    step.tx
        .prepare_cached(
            "UPDATE places SET ended = 1 WHERE row IN \
             (SELECT row FROM messages WHERE conversation = ?1 AND author = ?2 AND message = ?3)",
        )?
        .execute(place)?;
    shown(step, conversation);
    step.notice(Notice::LivePlaces);
    Ok(())
}

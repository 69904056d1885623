//! The list of conversations.

use beseda_model::{Action, ConversationId, ConversationKind, Timestamp};
use rusqlite::OptionalExtension;

use super::message::{COLUMNS, Reader};
use super::{StoreError, View, account, deeds};
use crate::api::view::{ConversationView, MessageView, Readiness};
use crate::files;
use crate::links::waiting;
use crate::store::conversations::Conversation;
use crate::timeline::{column, infos, own, presence};

/// All conversations but those that were removed: pinned ones first, then by last activity. One that was left and has nothing
/// to show is not missed, and neither is a stranger's who has not said anything yet.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn conversations(view: &View<'_>) -> Result<Vec<ConversationView>, StoreError> {
    let mut all = Vec::new();
    for place in Conversation::all(view.conn)? {
        let row = row(view, &place)?;
        let is_silent = place.count == 0 && place.request_from.is_some_and(|from| view.me != Some(from));
        if !row.own.removed && !is_silent && (place.member || row.last.is_some()) {
            all.push(row);
        }
    }
    all.sort_by(|one, next| {
        (next.own.pinned, next.at, next.conversation).cmp(&(one.own.pinned, one.at, one.conversation))
    });
    Ok(all)
}

/// One conversation, if it is known here.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn conversation(view: &View<'_>, id: ConversationId) -> Result<Option<ConversationView>, StoreError> {
    Conversation::find(view.conn, id)?.map(|place| row(view, &place)).transpose()
}

fn row(view: &View<'_>, place: &Conversation) -> Result<ConversationView, StoreError> {
    let conn = view.conn;
    let id = place.id;
    let mut reader = Reader::new(view, id)?;
    let info = infos::load(conn, id)?;
    let (mut title, mut description, mut timer) =
        (info.title().to_owned(), info.description().to_owned(), info.timer());
    for change in reader.overlay.infos() {
        title = change.title.clone().unwrap_or(title);
        description = change.description.clone().unwrap_or(description);
        timer = change.timer.unwrap_or(timer);
    }
    if let (ConversationKind::Direct, Some(peer)) = (place.kind, place.peer) {
        title = account::name(conn, peer)?;
    }
    let last = last(view, id, &mut reader)?;
    Ok(ConversationView {
        conversation: id,
        kind: place.kind,
        title,
        description,
        peer: place.peer,
        picture: match place.peer {
            Some(peer) if place.kind == ConversationKind::Direct => files::picture(conn, peer.as_bytes())?,
            _ => files::picture(conn, id.as_bytes())?,
        },
        timer,
        readiness: view.me.map_or(Ok(Readiness::Left), |me| place.readiness(conn, me))?,
        role: view.me.and_then(|me| place.role(me)),
        may_send: deeds::may(view, place, Action::Send)?,
        may_remove: own::may_be_removed(place).is_ok(),
        unread: unread(view, place)?,
        mentions: mentions(view, place)?,
        // For lack of anything said in it: when it was made, as its id says.
        at: last.as_ref().map_or_else(|| made_at(id), |last| last.at),
        last,
        last_seq: place.last_seq,
        read: place.seen(),
        own: own::state(conn, id)?,
        failed: failed(view, id)?,
        asks: waiting::count(view.conn, id, view.now)?,
        draft: draft(view, id)?,
        typing: presence::typing(conn, id, view.now)?,
    })
}

fn last(view: &View<'_>, id: ConversationId, reader: &mut Reader<'_>) -> Result<Option<MessageView>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE conversation = ?1 AND hidden = 0 ORDER BY pos DESC, row DESC LIMIT 1"
    );
    let mut statement = view.conn.prepare_cached(&sql)?;
    let mut rows = statement.query([id.as_bytes()])?;
    rows.next()?.map(|row| reader.read(row)).transpose()
}

/// What the server counts and this person has not read, without what they wrote themselves and what is gone.
fn unread(view: &View<'_>, place: &Conversation) -> Result<u64, StoreError> {
    let nothing_new: i64 = view
        .conn
        .prepare_cached(
            "SELECT count(*) FROM messages INDEXED BY messages_nothing_new WHERE conversation = ?1 AND seq > ?2 \
             AND seq <= ?3 AND counted = 1 AND (own = 1 OR deleted_seq > 0 OR hidden > 0)",
        )?
        .query_row((place.id.as_bytes(), column::place(place.seen()), column::place(place.last_seq)), |row| {
            row.get(0)
        })?;
    Ok(place.count.saturating_sub(place.read_count).saturating_sub(nothing_new.cast_unsigned()))
}

fn mentions(view: &View<'_>, place: &Conversation) -> Result<u64, StoreError> {
    let count: i64 = view
        .conn
        .prepare_cached(
            "SELECT count(*) FROM messages INDEXED BY messages_mention \
             WHERE conversation = ?1 AND seq > ?2 AND mentions_me = 1 AND hidden = 0 AND deleted_seq = 0",
        )?
        .query_row((place.id.as_bytes(), column::place(place.seen())), |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn failed(view: &View<'_>, id: ConversationId) -> Result<u32, StoreError> {
    Ok(view
        .conn
        .prepare_cached(
            "SELECT (SELECT count(*) FROM messages WHERE conversation = ?1 AND seq = 0 AND state <> 2 AND state = 3) \
             + (SELECT count(*) FROM own_events WHERE conversation = ?1 AND state = 2)",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))?)
}

fn draft(view: &View<'_>, id: ConversationId) -> Result<String, StoreError> {
    let text: Option<String> = view
        .conn
        .prepare_cached("SELECT text FROM drafts WHERE conversation = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(text.unwrap_or_default())
}

fn made_at(id: ConversationId) -> Timestamp {
    let [a, b, c, d, e, f, ..] = *id.as_bytes();
    Timestamp::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
}

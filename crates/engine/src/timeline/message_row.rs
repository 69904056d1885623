//! Rows of the table of messages.

use beseda_model::{AccountId, ConversationId, Timestamp};
use beseda_wire::content::{Attachment, Entity, Message, MessageRef, Timer};
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::column::{self, encode, millis, place};
use super::once;
use crate::api::failure::{Healing, Unreadable};
use crate::api::once::{OnceKind, OnceState};
use crate::store::StoreError;

/// Rows that are not sent yet stand after all others, in the order in which they were written.
pub(crate) const UNSENT: i64 = 1 << 62;

pub(crate) const TABLE: &str = "messages";

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text = 0,
    System = 1,
    Unsupported = 2,
    Unreadable = 3,
}

impl Kind {
    pub(crate) const fn from_column(column: i64) -> Self {
        match column {
            0 => Self::Text,
            1 => Self::System,
            2 => Self::Unsupported,
            _ => Self::Unreadable,
        }
    }
}

/// Why a row is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    No = 0,
    Disappeared = 1,
    ForMe = 2,
    NotForReading = 3,
}

/// How far a message of this device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Queued = 0,
    Sending = 1,
    Sent = 2,
    Failed = 3,
}

/// What is needed of a row to apply something to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) row: i64,
    pub(crate) seq: u64,
    pub(crate) kind: Kind,
    /// Disappeared or deleted for oneself.
    pub(crate) hidden: bool,
    pub(crate) deleted: bool,
    pub(crate) own: bool,
    pub(crate) timer: Option<Timer>,
    /// Whether it is an ordinary message, with a text that can be changed and found.
    pub(crate) ordinary: bool,
}

const KNOWN: &str = "SELECT row, seq, kind, hidden, deleted_seq, own, timer_seconds, timer_from, once FROM messages";

impl Known {
    /// The row of a message.
    pub(crate) fn find(
        conn: &Connection,
        conversation: ConversationId,
        target: MessageRef,
    ) -> Result<Option<Self>, StoreError> {
        Ok(conn
            .prepare_cached(&format!("{KNOWN} WHERE conversation = ?1 AND author = ?2 AND message = ?3"))?
            .query_row((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()), Self::read)
            .optional()?)
    }

    /// The row that stands for an unreadable message whose author is not known.
    pub(crate) fn find_nameless(
        conn: &Connection,
        conversation: ConversationId,
        message: &[u8],
    ) -> Result<Option<Self>, StoreError> {
        Ok(conn
            .prepare_cached(&format!("{KNOWN} WHERE conversation = ?1 AND author = x'' AND message = ?2"))?
            .query_row((conversation.as_bytes(), message), Self::read)
            .optional()?)
    }

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
            kind: Kind::from_column(row.get(2)?),
            hidden: matches!(row.get::<_, i64>(3)?, 1 | 2),
            deleted: row.get::<_, i64>(4)? != 0,
            own: row.get(5)?,
            timer: column::timer(row.get(6)?, row.get(7)?),
            ordinary: once::is_ordinary(Kind::from_column(row.get(2)?), row.get(8)?),
        })
    }
}

/// A row to be written.
#[derive(Debug)]
pub(crate) struct NewRow<'a> {
    pub(crate) conversation: ConversationId,
    /// Zero: not sent yet.
    pub(crate) seq: u64,
    pub(crate) kind: Kind,
    pub(crate) hidden: Hidden,
    /// None: not known.
    pub(crate) author: Option<AccountId>,
    pub(crate) id: [u8; 16],
    pub(crate) own: bool,
    pub(crate) counted: bool,
    pub(crate) at: Timestamp,
    pub(crate) state: State,
    pub(crate) mentions_me: bool,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) generation: u32,
    pub(crate) epoch: u64,
    pub(crate) unreadable: Option<(Unreadable, Healing)>,
    pub(crate) event: &'a [u8],
    pub(crate) message: Option<&'a Message>,
    /// As accepted.
    pub(crate) entities: &'a [Entity],
    /// As accepted; they have rows of their own, which the caller writes.
    pub(crate) attachments: &'a [Attachment],
    /// The name of an unsupported kind.
    pub(crate) label: &'a str,
    pub(crate) content: &'a [u8],
    /// What it is, if it can be looked at once: then `attachments` is empty, and its file is known by the content.
    pub(crate) once: Option<OnceKind>,
}

impl NewRow<'_> {
    /// A row with nothing in it yet.
    pub(crate) const fn new(conversation: ConversationId, seq: u64, kind: Kind, id: [u8; 16], at: Timestamp) -> Self {
        Self {
            conversation,
            seq,
            kind,
            hidden: Hidden::No,
            author: None,
            id,
            own: false,
            counted: false,
            at,
            state: State::Sent,
            mentions_me: false,
            expires_at: None,
            generation: 0,
            epoch: 0,
            unreadable: None,
            event: &[],
            message: None,
            entities: &[],
            attachments: &[],
            label: "",
            content: &[],
            once: None,
        }
    }

    /// Writes the row, in place of the one with the number `instead` if there is one, and says its number.
    pub(crate) fn write(&self, conn: &Connection, instead: Option<i64>) -> Result<i64, StoreError> {
        let message = self.message;
        let reply = message.and_then(|message| message.reply_to);
        let (timer_seconds, timer_from) = column::timer_columns(message.and_then(|message| message.timer));
        let forward = message.and_then(|message| message.forward.as_ref()).map(encode).unwrap_or_default();
        let entities = if self.entities.is_empty() { Vec::new() } else { encode(&self.entities) };
        let text = message.map_or(self.label, |message| message.text.as_str());
        let (unreadable, healing) =
            self.unreadable.map_or((0, 0), |(why, healing)| (unreadable_column(why), healing_column(healing)));
        conn.prepare_cached(
            "INSERT OR REPLACE INTO messages (row, conversation, pos, seq, kind, hidden, author, message, own, counted, \
             at, state, mentions_me, timer_seconds, timer_from, expires_at, generation, epoch, unreadable, healing, \
             reply_author, reply_message, forward, event, entities, text, content, once, once_kind) \
             VALUES (?1, ?2, CASE WHEN ?3 > 0 THEN ?3 ELSE ?4 + (SELECT coalesce(max(row), 0) + 1 FROM messages) END, \
             ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, \
             ?26, ?27, ?28, ?29)",
        )?
        .execute(rusqlite::params![
            instead,
            self.conversation.as_bytes(),
            place(self.seq),
            UNSENT,
            self.kind as i64,
            self.hidden as i64,
            self.author.as_ref().map_or(&[][..], |author| author.as_bytes()),
            self.id,
            self.own,
            self.counted,
            millis(self.at),
            self.state as i64,
            self.mentions_me,
            timer_seconds,
            timer_from,
            self.expires_at.map_or(0, millis),
            self.generation,
            place(self.epoch),
            unreadable,
            healing,
            reply.as_ref().map_or(&[][..], |reply| reply.author.as_bytes()),
            reply.as_ref().map_or(&[][..], |reply| reply.id.as_bytes()),
            forward,
            self.event,
            entities,
            text,
            self.content,
            self.once.map_or(0, |_| once::state_column(OnceState::Closed)),
            self.once.map_or(0, once::kind_column),
        ])?;
        Ok(conn.last_insert_rowid())
    }
}

/// Takes everything that was said out of a row, and out of the index.
pub(crate) fn wipe(conn: &Connection, row: i64) -> Result<(), StoreError> {
    crate::search::index::remove(conn, row)?;
    let parts: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> = conn
        .prepare_cached(
            "UPDATE messages SET text = '', entities = x'', content = x'', forward = x'', reply_author = x'', \
             reply_message = x'', mentions_me = 0, edited_at = 0, failure = x'', once = 0, once_kind = 0 WHERE row = ?1 \
             RETURNING conversation, author, message",
        )?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    crate::files::detach(conn, row)?;
    super::enclosed::remove(conn, row)?;
    let Some(key) = parts else { return Ok(()) };
    for table in ["edits", "reactions", "pins"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE conversation = ?1 AND author = ?2 AND message = ?3"))?
            .execute((&key.0, &key.1, &key.2))?;
    }
    Ok(())
}

/// Wipes a row and shows it no more.
pub(crate) fn hide(conn: &Connection, row: i64, why: Hidden) -> Result<(), StoreError> {
    wipe(conn, row)?;
    conn.prepare_cached("UPDATE messages SET hidden = ?2, expires_at = 0 WHERE row = ?1")?
        .execute((row, why as i64))?;
    Ok(())
}

/// Whether nothing of a conversation has come to this device.
pub(crate) fn is_empty(conn: &Connection, conversation: ConversationId) -> Result<bool, StoreError> {
    let some =
        conn.prepare_cached("SELECT 1 FROM messages WHERE conversation = ?1")?.exists([conversation.as_bytes()])?;
    Ok(!some)
}

/// An id for a row that no message stands behind: always the same for the same thing.
pub(crate) fn derived_id(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    id
}

/// In the column of healing: a message that came by an answer to a nameless row.
pub(crate) const HEALED: i64 = 3;

const UNREADABLE: [Unreadable; 8] = [
    Unreadable::BeforeJoin,
    Unreadable::KeyGone,
    Unreadable::UnknownEpoch,
    Unreadable::Damaged,
    Unreadable::Malformed,
    Unreadable::RemovedByServer,
    Unreadable::Forged,
    Unreadable::Expired,
];

pub(crate) fn unreadable_column(why: Unreadable) -> i64 {
    UNREADABLE.iter().position(|known| *known == why).and_then(|at| i64::try_from(at).ok()).unwrap_or(3)
}

pub(crate) fn unreadable(column: i64) -> Unreadable {
    usize::try_from(column).ok().and_then(|at| UNREADABLE.get(at)).copied().unwrap_or(Unreadable::Damaged)
}

pub(crate) const fn healing_column(healing: Healing) -> i64 {
    match healing {
        Healing::Asked => 0,
        Healing::Unrecoverable => 1,
        Healing::NotNeeded => 2,
    }
}

pub(crate) const fn healing(column: i64) -> Healing {
    match column {
        0 => Healing::Asked,
        1 => Healing::Unrecoverable,
        _ => Healing::NotNeeded,
    }
}

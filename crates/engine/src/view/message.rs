//! Rows of a timeline, with everything that was done to them.

use beseda_model::{AccountId, ConversationId, MessageId};
use beseda_wire::content::{Authored, Content, Entity, MessageRef};
use rusqlite::{Connection, OptionalExtension, Row};

use super::account::Names;
use super::overlay::{Fate, Overlay};
use super::{StoreError, View};
use crate::api::failure::Failure;
use crate::api::file::FetchLimits;
use crate::api::once::{OnceKind, OnceState};
use crate::api::view::{Body, Delivery, Enclosed, MessageInfo, MessageView, ReactionView, ReplyView};
use crate::files::{self, Attached};
use crate::timeline::markup::covered;
use crate::timeline::message_row::{self, Kind, TABLE};
use crate::timeline::receipt::{self, Marks};
use crate::timeline::rules::{self, preview, reaction};
use crate::timeline::{column, enclosed, live, once, own_event};

/// Characters of a message that a reply to it shows.
const QUOTED: u32 = 160;

/// Nobody: the author of what could not be read at all.
const NOBODY: AccountId = AccountId::from_bytes([0; 16]);

/// The columns that [`Reader::read`] takes, in its order.
pub(super) const COLUMNS: &str = "row, seq, kind, author, message, own, at, state, deleted_seq, deleted_by, edited_at, \
    mentions_me, timer_seconds, timer_from, expires_at, unreadable, healing, reply_author, reply_message, failure, \
    forward, event, entities, text, once, once_kind";

/// Reads rows of one conversation; what they have in common is read once.
pub(super) struct Reader<'c> {
    conn: &'c Connection,
    conversation: ConversationId,
    me: Option<AccountId>,
    others: Vec<Marks>,
    names: Names,
    limits: FetchLimits,
    pub(super) overlay: Overlay,
}

impl<'c> Reader<'c> {
    pub(super) fn new(view: &View<'c>, conversation: ConversationId) -> Result<Self, StoreError> {
        let others = view.me.map_or_else(|| Ok(Vec::new()), |me| receipt::of_others(view.conn, conversation, me))?;
        let overlay = Overlay::new(view.me, own_event::open(view.conn, conversation)?);
        let limits = files::rules::limits(view.conn)?;
        Ok(Self { conn: view.conn, conversation, me: view.me, others, names: Names::default(), limits, overlay })
    }

    pub(super) fn read(&mut self, row: &Row<'_>) -> Result<MessageView, StoreError> {
        let blob = |at: usize| -> Result<Vec<u8>, StoreError> { Ok(row.get(at)?) };
        let moment_if = |at: usize| -> Result<_, StoreError> { Ok(column::moment_if(row.get(at)?)) };
        let seq = row.get::<_, i64>(1)?.cast_unsigned();
        let kind = Kind::from_column(row.get(2)?);
        let author = match blob(3)? {
            unknown if unknown.is_empty() => NOBODY,
            known => column::account(&known, TABLE)?,
        };
        let message = MessageRef { author, id: column::message(&blob(4)?, TABLE)? };
        let own: bool = row.get(5)?;
        let is_deleted = row.get::<_, i64>(8)? != 0;
        // Whether something was said that can be answered, pinned and so on.
        let is_said = !is_deleted && matches!(kind, Kind::Text | Kind::Unsupported);
        let mut view = MessageView {
            row: row.get(0)?,
            seq: (seq > 0).then_some(seq),
            message,
            author_name: if author == NOBODY { String::new() } else { self.names.of(self.conn, author)? },
            own,
            at: column::moment(row.get(6)?),
            body: if is_deleted {
                Body::Deleted { by: column::account(&blob(9)?, TABLE)? }
            } else {
                body(self.conn, &self.limits, kind, own, row)?
            },
            reply: match column::reference(&blob(17)?, &blob(18)?, TABLE)? {
                Some(answered) => Some(self.reply(answered)?),
                None => None,
            },
            forward: column::decode_if(&blob(20)?, TABLE)?,
            edited_at: moment_if(10)?,
            reactions: if is_said { self.reactions(message)? } else { Vec::new() },
            pinned: is_said && self.is_pinned(message)?,
            disappears_at: moment_if(14)?,
            timer: column::timer(row.get(12)?, row.get(13)?),
            delivery: None,
            mentions_me: row.get(11)?,
        };
        if own && matches!(kind, Kind::Text | Kind::Unsupported) {
            view.delivery = Some(match row.get(7)? {
                2 => progress(seq, &self.others),
                state => waiting(state, &blob(19)?)?,
            });
        }
        self.overlay.apply(&mut view);
        // An edit may have taken the link away, in the log or on its way there.
        if let Body::Text { text, entities, preview, .. } = &mut view.body
            && preview.as_ref().is_some_and(|seen| !preview::is_linked(&seen.url, text, entities))
        {
            *preview = None;
        }
        Ok(view)
    }

    fn reply(&mut self, answered: MessageRef) -> Result<ReplyView, StoreError> {
        let found: Option<(i64, String, Vec<u8>, bool)> = self
            .conn
            .prepare_cached(
                "SELECT row, substr(text, 1, ?4), entities, kind = 0 AND once = 0 AND deleted_seq = 0 FROM messages \
                 WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND hidden = 0",
            )?
            .query_row(
                (self.conversation.as_bytes(), answered.author.as_bytes(), answered.id.as_bytes(), QUOTED),
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .optional()?;
        let row = found.as_ref().map(|(row, ..)| *row);
        let mut text = None;
        if let Some((_, stored, entities, true)) = found {
            text = match self.overlay.text_of(answered) {
                Fate::Stays => {
                    let entities: Vec<Entity> = column::decode_if(&entities, TABLE)?.unwrap_or_default();
                    Some(covered(&stored, &entities))
                }
                Fate::Becomes(edit) => {
                    let quoted = usize::try_from(QUOTED).unwrap_or(usize::MAX);
                    Some(covered(&edit.text, &edit.entities).chars().take(quoted).collect())
                }
                Fate::Deleted => None,
            };
        }
        let attachment = match (row, &text) {
            (Some(row), Some(_)) => files::attachments(self.conn, row)?.into_iter().next(),
            _ => None,
        };
        let attachment = attachment.map(|attached| attached.view(&self.limits));
        let author_name = self.names.of(self.conn, answered.author)?;
        let enclosed = match (row, &text) {
            (Some(row), Some(_)) => {
                let place = live::view(self.conn, row)?;
                Enclosed::of(place.as_ref(), &enclosed::contacts(self.conn, row)?)
            }
            _ => None,
        };
        Ok(ReplyView { message: answered, author_name, text, attachment, enclosed, row })
    }

    fn reactions(&self, target: MessageRef) -> Result<Vec<ReactionView>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT account, emoji, seq, is_on FROM reactions WHERE conversation = ?1 AND author = ?2 AND message = ?3",
        )?;
        let mut rows =
            statement.query((self.conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
        let mut marks = Vec::new();
        while let Some(row) = rows.next()? {
            marks.push(reaction::Mark {
                account: column::account(&row.get::<_, Vec<u8>>(0)?, "reactions")?,
                emoji: row.get(1)?,
                seq: row.get::<_, i64>(2)?.cast_unsigned(),
                on: row.get(3)?,
            });
        }
        self.overlay.react(target, &mut marks);
        let view = |(emoji, accounts): (String, Vec<AccountId>)| {
            let mine = self.me.is_some_and(|me| accounts.contains(&me));
            ReactionView { emoji, accounts, mine }
        };
        Ok(reaction::shown(marks).into_iter().map(view).collect())
    }

    fn is_pinned(&self, target: MessageRef) -> Result<bool, StoreError> {
        Ok(self
            .conn
            .prepare_cached(
                "SELECT 1 FROM pins WHERE conversation = ?1 AND author = ?2 AND message = ?3 AND is_on = 1",
            )?
            .exists((self.conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?)
    }
}

fn body(conn: &Connection, limits: &FetchLimits, kind: Kind, own: bool, row: &Row<'_>) -> Result<Body, StoreError> {
    let blob = |at: usize| -> Result<Vec<u8>, StoreError> { Ok(row.get(at)?) };
    if kind == Kind::Text
        && let Some((state, kind)) = once::read(row.get(24)?, row.get(25)?)
    {
        return once_body(conn, state, kind, own, row.get(0)?);
    }
    Ok(match kind {
        Kind::Text => Body::Text {
            text: row.get(23)?,
            entities: column::decode_if(&blob(22)?, TABLE)?.unwrap_or_default(),
            attachments: files::attachments(conn, row.get(0)?)?
                .into_iter()
                .map(|attached| attached.view(limits))
                .collect(),
            place: live::view(conn, row.get(0)?)?,
            contacts: enclosed::contacts(conn, row.get(0)?)?,
            preview: files::previews::view(conn, limits, row.get(0)?)?,
        },
        Kind::System => Body::System { event: column::decode(&blob(21)?, TABLE)? },
        Kind::Unsupported => Body::Unsupported { kind: row.get(23)? },
        Kind::Unreadable => {
            Body::Unreadable { why: message_row::unreadable(row.get(15)?), healing: message_row::healing(row.get(16)?) }
        }
    })
}

/// What can be looked at once: its file for those who may open it, what was said with it while it is open.
fn once_body(conn: &Connection, state: OnceState, kind: OnceKind, own: bool, row: i64) -> Result<Body, StoreError> {
    let content = if own { None } else { once::content(conn, row)? };
    let mut body = Body::Once { kind, state, file: None, text: String::new(), entities: Vec::new() };
    if let (Some((number, attachment, message)), Body::Once { file, text, entities, .. }) = (content, &mut body) {
        // Nothing of this kind comes by itself, whatever the rules say of ordinary files.
        let never = FetchLimits { photo: 0, voice: 0, video: 0, audio: 0, file: 0 };
        *file = Some(Attached { file: number, cover: None, attachment }.view(&never));
        if state == OnceState::Open {
            *entities = rules::text::accept(&message.text, &message.entities).unwrap_or_default();
            *text = message.text;
        }
    }
    Ok(body)
}

/// How far a message is that is not in the log.
pub(super) fn waiting(state: i64, failure: &[u8]) -> Result<Delivery, StoreError> {
    Ok(match state {
        0 => Delivery::Queued,
        1 => Delivery::Sending,
        _ => Delivery::Failed { why: column::decode_if::<Failure>(failure, TABLE)?.unwrap_or(Failure::Store) },
    })
}

/// How far a message at `seq` is. Those who show no read marks are not waited for once it has reached them.
fn progress(seq: u64, others: &[Marks]) -> Delivery {
    let is_delivered = !others.is_empty() && others.iter().all(|marks| marks.delivered >= seq);
    let is_read =
        others.iter().any(|marks| marks.read >= seq) && others.iter().all(|marks| marks.read >= seq || marks.read == 0);
    match (seq, is_delivered, is_read) {
        (0, ..) | (_, false, _) => Delivery::Sent,
        (_, true, false) => Delivery::Delivered,
        (_, true, true) => Delivery::Read,
    }
}

/// A row by its number; none if it is not there or not shown.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn message(view: &View<'_>, row: i64) -> Result<Option<MessageView>, StoreError> {
    let Some(conversation) = place_of(view.conn, row)? else { return Ok(None) };
    let mut reader = Reader::new(view, conversation)?;
    let mut statement =
        view.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM messages WHERE row = ?1 AND hidden = 0"))?;
    let mut rows = statement.query([row])?;
    rows.next()?.map(|row| reader.read(row)).transpose()
}

/// The conversation that a row stands in.
pub(super) fn place_of(conn: &Connection, row: i64) -> Result<Option<ConversationId>, StoreError> {
    let id: Option<Vec<u8>> = conn
        .prepare_cached("SELECT conversation FROM messages WHERE row = ?1")?
        .query_row([row], |row| row.get(0))
        .optional()?;
    id.map(|id| column::conversation(&id, TABLE)).transpose()
}

/// The row of a message, if it is here and shown: an anchor for [`super::timeline`].
///
/// # Errors
/// When the database fails.
pub fn find_row(view: &View<'_>, conversation: ConversationId, id: MessageId) -> Result<Option<i64>, StoreError> {
    Ok(view
        .conn
        .prepare_cached(
            "SELECT row FROM messages WHERE conversation = ?1 AND message = ?2 AND hidden = 0 AND kind <> 1 \
             ORDER BY own DESC, row LIMIT 1",
        )?
        .query_row((conversation.as_bytes(), id.as_bytes()), |row| row.get(0))
        .optional()?)
}

/// Who has received and read a message, and how it travelled; none if it is not there or not shown.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn info(view: &View<'_>, row: i64) -> Result<Option<MessageInfo>, StoreError> {
    let (Some(message), Some(conversation)) = (message(view, row)?, place_of(view.conn, row)?) else {
        return Ok(None);
    };
    let (generation, epoch, content): (u32, i64, Vec<u8>) = view
        .conn
        .prepare_cached("SELECT generation, epoch, content FROM messages WHERE row = ?1")?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (mut delivered_to, mut read_by) = (Vec::new(), Vec::new());
    if let (Some(seq), Some(me)) = (message.seq, view.me) {
        for marks in receipt::of_others(view.conn, conversation, me)? {
            // Whoever has written it has it.
            if marks.account != message.message.author {
                delivered_to.extend((marks.delivered >= seq).then_some(marks.account));
                read_by.extend((marks.read >= seq).then_some(marks.account));
            }
        }
    }
    let opened_by = if message.own { once::opened_by(view.conn, conversation, message.message)? } else { Vec::new() };
    let history = history(view.conn, conversation, &message, &content)?;
    let epoch = epoch.cast_unsigned();
    Ok(Some(MessageInfo { message, delivered_to, read_by, opened_by, generation, epoch, history }))
}

/// Former texts, oldest first: the original and every edit but the one that is shown.
fn history(
    conn: &Connection,
    conversation: ConversationId,
    message: &MessageView,
    content: &[u8],
) -> Result<Vec<String>, StoreError> {
    let Body::Text { text: shown, .. } = &message.body else { return Ok(Vec::new()) };
    if message.edited_at.is_none() {
        return Ok(Vec::new());
    }
    let mut texts = Vec::new();
    if let Ok(Authored { content: Content::Message(original), .. }) = Authored::decode(content) {
        texts.push(original.text);
    }
    let mut statement = conn.prepare_cached(
        "SELECT text FROM edits WHERE conversation = ?1 AND author = ?2 AND message = ?3 ORDER BY seq",
    )?;
    let target = message.message;
    let mut rows = statement.query((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
    while let Some(row) = rows.next()? {
        texts.push(row.get(0)?);
    }
    // An edit that is still on its way is shown but not among them.
    texts.pop_if(|last| last == shown);
    Ok(texts)
}

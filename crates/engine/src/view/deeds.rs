//! What a person may do: the same checks that commands go through, asked beforehand.

use std::cmp::Reverse;

use beseda_model::{Action, ConversationId};
use beseda_wire::content::{Content, Media};

use super::message::{find_row, message, place_of};
use super::{StoreError, View};
use crate::api::deeds::Deeds;
use crate::api::view::{Body, Delivery, MessageView};
use crate::store::conversations::Conversation;
use crate::timeline::own_event;

/// Whether this person may do something in a conversation now.
///
/// # Errors
/// When the database fails or a row is damaged.
pub(super) fn may(view: &View<'_>, place: &Conversation, action: Action) -> Result<bool, StoreError> {
    let Some(me) = view.me.filter(|_| view.signed_in) else { return Ok(false) };
    Ok(place.check(me, action).is_ok() && !place.is_deserted(view.conn)?)
}

/// What this person may do with a message; none if it is not there or not shown.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn deeds(view: &View<'_>, row: i64) -> Result<Option<Deeds>, StoreError> {
    let (Some(message), Some(conversation)) = (message(view, row)?, place_of(view.conn, row)?) else {
        return Ok(None);
    };
    let Some(place) = Conversation::find(view.conn, conversation)? else { return Ok(None) };
    let is_text = matches!(message.body, Body::Text { .. });
    let is_said = is_text || matches!(message.body, Body::Once { .. } | Body::Unsupported { .. });
    let may_send = may(view, &place, Action::Send)?;
    Ok(Some(Deeds {
        reply: may_send && is_said,
        react: may_send && is_said,
        edit: may_send && message.own && has_words(&message.body),
        forward: is_text,
        pin: is_said && may(view, &place, Action::Pin)?,
        delete_for_all: is_said && may_send && (message.own || may(view, &place, Action::DeleteOthers)?),
        retry: message.seq.is_none() && matches!(message.delivery, Some(Delivery::Failed { .. })),
    }))
}

/// Whether there are words that could be others. A photo or a file may be given some; a sticker, a place and a card are said
/// as they are.
fn has_words(body: &Body) -> bool {
    let Body::Text { text, attachments, place, contacts, .. } = body else { return false };
    let is_sticker = attachments.iter().any(|attachment| matches!(attachment.media, Media::Sticker { .. }));
    !text.is_empty() || !(is_sticker || place.is_some() || !contacts.is_empty())
}

/// The pinned messages of a conversation that are here, the newest first; what is on its way counts.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn pins(view: &View<'_>, conversation: ConversationId) -> Result<Vec<MessageView>, StoreError> {
    let mut statement = view.conn.prepare_cached(
        "SELECT messages.row FROM pins JOIN messages USING (conversation, author, message) \
         WHERE pins.conversation = ?1 AND messages.hidden = 0",
    )?;
    let mut rows =
        statement.query_map([conversation.as_bytes()], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for change in own_event::open(view.conn, conversation)? {
        if let Content::Pin(pin) = change.content {
            rows.extend(find_row(view, conversation, pin.target.id)?);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    let mut pinned = Vec::new();
    for row in rows {
        pinned.extend(message(view, row)?.filter(|message| message.pinned));
    }
    pinned.sort_by_key(|message| Reverse((message.seq.unwrap_or(u64::MAX), message.row)));
    Ok(pinned)
}

//! Title, description, picture, timer and the state that is told to those who join.

use beseda_model::{Action, ConversationId, ConversationKind};
use beseda_wire::content::{GroupState, InfoChange, MessageRef};
use rusqlite::Connection;

use super::event::may;
use super::{shown, system};
use crate::Step;
use crate::api::view::SystemEvent;
use crate::files;
use crate::log::arrival::Arrival;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::rules::Broken;
use crate::timeline::rules::info::{self, Info, Telling, Witness};
use crate::timeline::{column, infos, message_row, profile};

pub(super) fn change(
    step: &mut Step<'_>,
    arrival: &Arrival,
    change: &InfoChange,
) -> Result<Option<Broken>, StoreError> {
    let Some(place) = Conversation::find(step.tx, arrival.conversation)? else { return Ok(None) };
    let only_timer = place.kind != ConversationKind::Group;
    let named = change.title.is_some() || change.description.is_some() || change.picture.is_some();
    if !may(step, arrival, Action::EditInfo)? || (only_timer && named) {
        return Ok(Some(Broken::Info));
    }
    let title = change.title.as_deref().unwrap_or_default();
    let description = change.description.as_deref().unwrap_or_default();
    if !info::is_sound(title, description, 0) {
        return Ok(Some(Broken::TooLong));
    }
    let mut info = infos::load(step.tx, arrival.conversation)?;
    info.change(arrival.seq, change);
    save(step, arrival.conversation, &info)?;
    let title = change.title.clone().map(|title| SystemEvent::Title { title });
    let description = change.description.as_ref().map(|_| SystemEvent::Description);
    let timer = change.timer.map(|timer| SystemEvent::Timer { timer });
    let picture = change.picture.as_ref().map(|picture| SystemEvent::Picture { removed: picture.is_none() });
    for (number, event) in (0_u8..).zip([title, description, timer, picture].into_iter().flatten()) {
        let id = message_row::derived_id(&[b"info", arrival.message_id.as_bytes(), &[number]]);
        let sender = arrival.sender_account;
        system::system_row(step, arrival.conversation, arrival.seq, arrival.at, sender, id, &event)?;
    }
    shown(step, arrival.conversation);
    Ok(None)
}

pub(super) fn told(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    state: &GroupState,
) -> Result<Option<Broken>, StoreError> {
    if arrival.own {
        // It was made from what is known here.
        return Ok(None);
    }
    let witness = if arrival.sender_account == here.account {
        Witness::Own
    } else if may(step, arrival, Action::EditInfo)? {
        Witness::Permitted
    } else {
        Witness::Member
    };
    let mut info: Info = infos::load(step.tx, arrival.conversation)?;
    let (keys, state) = (&state.keys, &GroupState { keys: Vec::new(), ..state.clone() });
    let telling = info.tell(witness, arrival.seq, state);
    if matches!(telling, Telling::False) {
        return Ok(Some(Broken::FalseState));
    }
    profile::take_members_keys(step, arrival.conversation, keys)?;
    if matches!(telling, Telling::Nothing) {
        return Ok(None);
    }
    save(step, arrival.conversation, &info)?;
    take_pins(step.tx, arrival.conversation, &state.pins)?;
    shown(step, arrival.conversation);
    Ok(None)
}

fn save(step: &mut Step<'_>, conversation: ConversationId, info: &Info) -> Result<(), StoreError> {
    infos::save(step.tx, conversation, info)?;
    let picture = info.picture().filter(|picture| picture.size <= files::MAX_PICTURE);
    files::set_picture(step, conversation.as_bytes(), picture)?;
    Ok(())
}

fn take_pins(conn: &Connection, conversation: ConversationId, pins: &[MessageRef]) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM pins WHERE conversation = ?1 AND seq = 0")?.execute([conversation.as_bytes()])?;
    for pin in pins {
        conn.prepare_cached(
            "INSERT OR IGNORE INTO pins (conversation, author, message, seq, is_on) VALUES (?1, ?2, ?3, 0, 1)",
        )?
        .execute((conversation.as_bytes(), pin.author.as_bytes(), pin.id.as_bytes()))?;
    }
    Ok(())
}

/// The encrypted state of a conversation as it stands here, for those who join; none if it is not known here itself.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn group_state(conn: &Connection, conversation: ConversationId) -> Result<Option<GroupState>, StoreError> {
    let info = infos::load(conn, conversation)?;
    let Some(place) = Conversation::find(conn, conversation)? else { return Ok(None) };
    let mut pins: Vec<MessageRef> = Vec::new();
    let mut statement = conn.prepare_cached(
        "SELECT author, message FROM pins WHERE conversation = ?1 AND is_on = 1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(info::MAX_PINS).unwrap_or(i64::MAX);
    let mut rows = statement.query((conversation.as_bytes(), limit))?;
    while let Some(row) = rows.next()? {
        pins.extend(column::reference(&row.get::<_, Vec<u8>>(0)?, &row.get::<_, Vec<u8>>(1)?, "pins")?);
    }
    let Some(mut state) = info.state(place.applied, pins) else { return Ok(None) };
    state.keys = profile::keys_of_members(conn, &place)?;
    Ok(Some(state))
}

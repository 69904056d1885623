//! Answers to requests for messages that could not be decrypted.

use beseda_model::MessageId;
use beseda_wire::content::{Authored, Content, MessageRef, RepairAnswer};
use beseda_wire::state::EntryClass;
use rusqlite::OptionalExtension;

use super::shown;
use crate::Step;
use crate::log::arrival::Arrival;
use crate::store::StoreError;
use crate::timeline::access::Here;
use crate::timeline::column;
use crate::timeline::message_row::{self, Kind, Known};
use crate::timeline::rules::Broken;

/// An unreadable row that waits for an answer.
struct Lost {
    row: i64,
    seq: u64,
    counted: bool,
    at: i64,
    nameless: bool,
}

/// Whoever answers speaks for their own message only: the content becomes a message of the account that sent it again.
/// Who else has the same id among the lost may answer too; ids alone can be claimed by anybody.
pub(super) fn answer(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    answer: &RepairAnswer,
) -> Result<Option<Broken>, StoreError> {
    if answer.device != here.device || arrival.own {
        return Ok(None);
    }
    let author = MessageRef { author: arrival.sender_account, id: answer.id };
    if Known::find(step.tx, arrival.conversation, author)?.is_some_and(|known| known.kind != Kind::Unreadable) {
        return Ok(None);
    }
    let Some(lost) = find_lost(step, arrival, answer.id)? else { return Ok(Some(Broken::Repair)) };
    // That somebody does not have it any more is heard by the core, which gives up.
    let Some(item) = &answer.content else { return Ok(None) };
    let Ok(authored) = Authored::decode(item) else { return Ok(Some(Broken::Repair)) };
    if matches!(authored.content, Content::Repair(_)) {
        return Ok(Some(Broken::Repair));
    }
    let original = Arrival {
        seq: lost.seq,
        class: if lost.counted { EntryClass::Counted } else { EntryClass::Silent },
        at: column::moment(lost.at),
        message_id: answer.id,
        own: false,
        ..arrival.clone()
    };
    let broken = super::apply(step, here, &original, &authored.content, item)?;
    if lost.nameless {
        // Somebody else may have been the author: their answer is still waited for.
        step.tx
            .prepare_cached("UPDATE messages SET healing = ?2 WHERE row = ?1 AND kind <> 3")?
            .execute((lost.row, message_row::HEALED))?;
    }
    if broken.is_none() && !matches!(authored.content, Content::Message(_) | Content::Unsupported(_)) {
        // It was no message but something done to one: nothing is missing at its place.
        step.tx.prepare_cached("DELETE FROM messages WHERE row = ?1 AND kind = 3")?.execute([lost.row])?;
        shown(step, arrival.conversation);
    }
    Ok(broken)
}

fn find_lost(step: &Step<'_>, arrival: &Arrival, id: MessageId) -> Result<Option<Lost>, StoreError> {
    Ok(step
        .tx
        .prepare_cached(
            "SELECT row, seq, counted, at, author = x'' OR kind <> 3 FROM messages WHERE conversation = ?1 AND message = ?2 \
             AND deleted_seq = 0 AND ((kind = 3 AND author IN (?3, x'')) OR healing = 3) \
             ORDER BY kind = 3 DESC, author DESC LIMIT 1",
        )?
        .query_row((arrival.conversation.as_bytes(), id.as_bytes(), arrival.sender_account.as_bytes()), |row| {
            Ok(Lost {
                row: row.get(0)?,
                seq: row.get::<_, i64>(1)?.cast_unsigned(),
                counted: row.get(2)?,
                at: row.get(3)?,
                nameless: row.get(4)?,
            })
        })
        .optional()?)
}

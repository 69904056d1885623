//! Sealing and sending, several at a time but always in order.

use beseda_crypto::group_id::GroupId;
use beseda_model::{MessageId, Timestamp};
use beseda_wire::Request;
use beseda_wire::request::Append;
use beseda_wire::state::EntryClass;

use super::SEALED;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::mls::group;
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::{Step, log, timeline};

/// Messages of one conversation that wait for their answers at a time.
const AT_ONCE: usize = 32;

struct Waiting {
    id: i64,
    message: MessageId,
    class: EntryClass,
    expires_at: i64,
    blank: Vec<u64>,
    content: Vec<u8>,
    state: i64,
    sealed: Vec<u8>,
}

/// Sends what waits. The caller has seen to it that the conversation may be written to at its present epoch.
pub(crate) fn send(step: &mut Step<'_>, row: &mut Conversation) -> Result<(), StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(()) };
    let id = GroupId { conversation: row.id, generation };
    let me = Me::get(step.tx)?;
    for mut waiting in waiting(step, row, &me)? {
        let sending = &mut step.place(row.id).sending;
        if sending.contains(&waiting.id) {
            continue;
        }
        if sending.len() >= AT_ONCE {
            break;
        }
        if waiting.state != SEALED && !seal(step, row, id, &me, &mut waiting)? {
            break;
        }
        step.place(row.id).sending.insert(waiting.id);
        timeline::sending(step, row.id, waiting.message)?;
        let append = Append {
            message: waiting.sealed.into(),
            class: waiting.class,
            expires_at: u64::try_from(waiting.expires_at).ok().filter(|at| *at > 0).map(Timestamp::from_millis),
            blank: waiting.blank,
        };
        step.ask(Request::Append(append), Asked::Append { conversation: row.id, row: waiting.id });
    }
    Ok(())
}

fn waiting(step: &Step<'_>, row: &Conversation, me: &Me) -> Result<Vec<Waiting>, StoreError> {
    const DAMAGED: StoreError = StoreError::damaged("outbox");
    // A message waits until the server has its files; what was said after it does not wait for them.
    let mut statement = step.tx.prepare_cached(
        "SELECT id, message, class, expires_at, blank, content, state, sealed FROM outbox \
         WHERE conversation = ?1 AND state IN (0, 1) AND NOT EXISTS ( \
             SELECT 1 FROM messages m JOIN message_files u ON u.row = m.row JOIN files f ON f.number = u.file \
             WHERE m.conversation = ?1 AND m.author = ?2 AND m.message = outbox.message AND f.kept = 0) \
         ORDER BY id LIMIT 64",
    )?;
    let mut rows = statement.query((row.id.as_bytes(), me.account.as_bytes()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let message: Vec<u8> = row.get(1)?;
        let blank: Vec<u8> = row.get(4)?;
        all.push(Waiting {
            id: row.get(0)?,
            message: MessageId::try_from(message.as_slice()).map_err(|_| DAMAGED)?,
            class: if row.get::<_, i64>(2)? == 0 { EntryClass::Counted } else { EntryClass::Silent },
            expires_at: row.get(3)?,
            blank: ciborium::from_reader(blank.as_slice()).map_err(|_| DAMAGED)?,
            content: row.get(5)?,
            state: row.get(6)?,
            sealed: row.get(7)?,
        });
    }
    Ok(all)
}

/// Encrypts one message under the present epoch; false if that is not possible now.
fn seal(
    step: &mut Step<'_>,
    row: &mut Conversation,
    id: GroupId,
    me: &Me,
    waiting: &mut Waiting,
) -> Result<bool, StoreError> {
    let Some(mut mls) = group::take(step, id)? else { return Ok(false) };
    if mls.has_pending_proposals() || mls.pending_commit().is_some() {
        group::keep(step, id, mls);
        return Ok(false);
    }
    let aad = log::join::message_aad(step, row, me, waiting.message)?.to_bytes();
    match group::seal(step, me, &mut mls, aad, &waiting.content) {
        Ok(sealed) => {
            group::keep(step, id, mls);
            step.tx
                .prepare_cached("UPDATE outbox SET state = ?2, generation = ?3, epoch = ?4, sealed = ?5 WHERE id = ?1")?
                .execute((waiting.id, SEALED, id.generation, row.mls_epoch.cast_signed(), &sealed))?;
            super::sealed_to(step, waiting.id, &sealed)?;
            waiting.sealed = sealed;
            row.own_sends = row.own_sends.saturating_add(1);
            row.save(step.tx)?;
            Ok(true)
        }
        Err(error) => {
            drop(mls);
            tracing::warn!(conversation = %row.id, %error, "A message could not be encrypted");
            super::fail(step, row.id, waiting.message, &Failure::NotReady { reason: Reason::Encryption })?;
            Ok(false)
        }
    }
}

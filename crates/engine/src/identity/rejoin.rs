//! A profile that becomes a new device: its history stays, everything that only the old device could do goes.

use beseda_model::{ConversationId, MessageId};

use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::api::view::WarningKind;
use crate::store::{StoreError, meta, warnings};
use crate::timeline;

/// Another copy of this profile went on elsewhere: two devices with one key would tear every group apart. This one signs
/// out; whoever uses it signs in again, as another device.
pub(super) fn retire(step: &mut Step<'_>) -> Result<(), StoreError> {
    warnings::add(step, None, &WarningKind::ProfileCopied)?;
    super::devices::session_over(step)
}

/// Forgets the groups, keys and requests of the device that this profile was. Conversations are joined anew; messages on
/// their way may have been accepted for the old device, so people decide about them.
pub(super) fn as_new_device(step: &mut Step<'_>) -> Result<(), StoreError> {
    for table in ["mls", "key_packages", "pending", "intents", "repairs"] {
        step.tx.execute(&format!("DELETE FROM {table}"), ())?;
    }
    for key in ["cursor", "send_no", "identity.keys"] {
        meta::remove(step.tx, key)?;
    }
    step.tx.execute(
        "UPDATE conversations SET mls_generation = -1, mls_epoch = 0, standing = 0, joined = 0, own_sends = 0, \
         updated_at = 0, welcome_seq = 0, join_after = 0, waits_for = x'' WHERE standing <> 2",
        (),
    )?;
    let on_the_way: Vec<(Vec<u8>, Vec<u8>)> = step
        .tx
        .prepare("SELECT conversation, message FROM outbox WHERE state = 1")?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let failure = Failure::NotReady { reason: Reason::PerhapsSent };
    step.tx.execute(
        "UPDATE outbox SET state = 2, sealed = x'', failure = ?1 WHERE state = 1",
        [beseda_wire::codec::encode_cbor(&failure)],
    )?;
    for (conversation, message) in on_the_way {
        let conversation = ConversationId::try_from(conversation.as_slice());
        let message = MessageId::try_from(message.as_slice());
        if let (Ok(conversation), Ok(message)) = (conversation, message) {
            timeline::failed(step, conversation, message, &failure)?;
            step.notice(Notice::Timeline(conversation));
        }
    }
    Ok(())
}

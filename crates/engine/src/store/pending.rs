//! The one request per conversation that may move its group and whose outcome is not known yet.

use beseda_model::{ConversationId, MessageId};
use beseda_wire::{Bytes, Request};
use rusqlite::{Connection, OptionalExtension};

use super::StoreError;

/// What the request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PendingKind {
    /// A member's commit; OpenMLS holds it as the group's pending commit.
    Commit,
    /// A SelfRemove proposal.
    Proposal,
    /// A new conversation; the group exists only here.
    Create,
    /// A new generation; the group exists only here.
    Succeed,
    /// An external commit; the group is already as after it.
    Join,
}

const KINDS: [PendingKind; 5] =
    [PendingKind::Commit, PendingKind::Proposal, PendingKind::Create, PendingKind::Succeed, PendingKind::Join];

/// The request, exactly as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) conversation: ConversationId,
    pub(crate) kind: PendingKind,
    /// Generation and epoch in which it was made.
    pub(crate) generation: u32,
    pub(crate) epoch: u64,
    pub(crate) message: MessageId,
    /// Hashes of the bodies that it adds to the log.
    pub(crate) bodies: Vec<Bytes>,
    pub(crate) request: Request,
    /// The wish that it fulfils, if any.
    pub(crate) intent: Option<i64>,
}

impl Pending {
    pub(crate) fn find(conn: &Connection, conversation: ConversationId) -> Result<Option<Self>, StoreError> {
        type Raw = (i64, u32, i64, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);
        let raw: Option<Raw> = conn
            .prepare_cached(
                "SELECT kind, generation, epoch, message, body_hash, request, intents FROM pending \
                 WHERE conversation = ?1",
            )?
            .query_row([conversation.as_bytes()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            })
            .optional()?;
        const DAMAGED: StoreError = StoreError::damaged("pending");
        let Some((kind, generation, epoch, message, bodies, request, intent)) = raw else { return Ok(None) };
        Ok(Some(Self {
            conversation,
            kind: usize::try_from(kind).ok().and_then(|kind| KINDS.get(kind)).copied().ok_or(DAMAGED)?,
            generation,
            epoch: epoch.cast_unsigned(),
            message: MessageId::try_from(message.as_slice()).map_err(|_| DAMAGED)?,
            bodies: ciborium::from_reader(bodies.as_slice()).map_err(|_| DAMAGED)?,
            request: ciborium::from_reader(request.as_slice()).map_err(|_| DAMAGED)?,
            intent: ciborium::from_reader(intent.as_slice()).map_err(|_| DAMAGED)?,
        }))
    }

    pub(crate) fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        conn.prepare_cached(
            "INSERT OR REPLACE INTO pending \
             (conversation, kind, generation, epoch, message, body_hash, request, intents) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            self.conversation.as_bytes(),
            i64::try_from(kind).unwrap_or_default(),
            self.generation,
            self.epoch.cast_signed(),
            self.message.as_bytes(),
            beseda_wire::codec::encode_cbor(&self.bodies),
            beseda_wire::codec::encode_cbor(&self.request),
            beseda_wire::codec::encode_cbor(&self.intent),
        ))?;
        Ok(())
    }

    pub(crate) fn delete(conn: &Connection, conversation: ConversationId) -> Result<(), StoreError> {
        conn.prepare_cached("DELETE FROM pending WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
        Ok(())
    }

    /// Whether one of its bodies has this hash.
    pub(crate) fn has_body(&self, hash: &[u8; 32]) -> bool {
        self.bodies.iter().any(|body| body.0 == hash)
    }
}

//! What decides whether a message may be added to a log. The appender keeps [`Head`]s in memory as hints and compares
//! them with the conversation's row when it writes.

use std::sync::Arc;

use beseda_crypto::aad::MessageAad;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header::{self, Kind, Wire};
use beseda_model::{
    AccountId, Action, Code, ConversationId, ConversationKind, Denied, DeviceId, Limits, MessageId, Permissions, Role,
    Timestamp, decide,
};

use super::{Actor, EntryClass, EntryMeta, OverLimit, Request};
use crate::port::StoreError;

/// Most entries that one deletion blanks.
pub const BLANKS: usize = 200;

/// One application message, as taken apart from its MLS header and authenticated data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Who sends it.
    pub actor: Actor,
    /// Where.
    pub conversation: ConversationId,
    /// The generation that it was encrypted for.
    pub generation: u32,
    /// The epoch that it was encrypted in.
    pub epoch: u64,
    /// The sender's id for it.
    pub message: MessageId,
    /// Which send of the device it is.
    pub send_no: u64,
    /// How it counts; never [`EntryClass::Handshake`].
    pub class: EntryClass,
    /// When.
    pub at: Timestamp,
    /// From when on the body may be dropped, rounded up to a full hour.
    pub expires_at: Option<Timestamp>,
    /// Entries whose bodies it blanks.
    pub blank: Vec<u64>,
    /// The MLS message.
    pub body: Vec<u8>,
}

impl Append {
    /// Takes an MLS application message apart. Nothing of it is authenticated by this: members check that.
    ///
    /// # Errors
    /// When it is not one of ours, or its class is not one of messages, or it blanks too much.
    pub fn parse(
        actor: Actor,
        body: Vec<u8>,
        class: EntryClass,
        expires_at: Option<Timestamp>,
        blank: Vec<u64>,
        at: Timestamp,
    ) -> Result<Self, AppendError> {
        let header = header::peek(&body).map_err(|_| AppendError::Malformed)?;
        let group = GroupId::from_bytes(header.group_id).map_err(|_| AppendError::Malformed)?;
        let aad = MessageAad::from_bytes(header.aad).map_err(|_| AppendError::Malformed)?;
        let epoch = header.epoch;
        let message =
            (header.kind, header.wire) == (Kind::Application, Wire::Private) && class != EntryClass::Handshake;
        // What does not fit the store's integers was never counted by an honest client.
        let fits = i64::try_from(epoch).is_ok() && i64::try_from(aad.send_no).is_ok();
        if !message || !fits {
            return Err(AppendError::Malformed);
        }
        OverLimit::check("blanks", BLANKS as u64, blank.len())?;
        Ok(Self {
            actor,
            conversation: group.conversation,
            generation: group.generation,
            epoch,
            message: aad.message,
            send_no: aad.send_no,
            class,
            at,
            expires_at: expires_at.map(Timestamp::round_up_to_hour),
            blank,
            body,
        })
    }
}

/// A message's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Its entry.
    pub seq: u64,
    /// When, by the server's clock.
    pub at: Timestamp,
}

/// Why a message was not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Not one of our application messages.
    #[error("the message is not an application message of a conversation")]
    Malformed,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The device was removed from its account.
    #[error("the device was revoked")]
    DeviceRevoked,
    /// The account is not, or no longer, a member.
    #[error("the account is not a member of the conversation")]
    NotAMember,
    /// The device has no leaf in the present group: nobody could decrypt what it sends.
    #[error("the device has not joined the group")]
    NotJoined,
    /// The conversation has moved on.
    #[error("the conversation is at generation {generation}, epoch {epoch}")]
    StaleEpoch {
        /// The present generation.
        generation: u32,
        /// The present epoch.
        epoch: u64,
    },
    /// Removals must be committed first.
    #[error("{} removals must be committed before anything is sent", devices.len())]
    CommitDue {
        /// Of these devices.
        devices: Vec<DeviceId>,
    },
    /// The role does not allow it.
    #[error("not allowed: {0}")]
    Denied(#[from] Denied),
    /// The other side does not take messages from the sender.
    #[error("the recipient does not accept messages from the sender")]
    NotAccepted,
    /// A request holds one text.
    #[error("the message request is pending and holds its text already")]
    RequestPending,
    /// A deletion names an entry that is not there or is not a message.
    #[error("there is no message to delete at {seq}")]
    NoSuchEntry {
        /// The entry.
        seq: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppendError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::Malformed => Code::BadRequest,
            Self::OverLimit(error) => error.code(),
            Self::DeviceRevoked => Code::DeviceRevoked,
            Self::NotAMember => Code::NotAMember,
            Self::StaleEpoch { .. } => Code::StaleEpoch,
            Self::CommitDue { .. } => Code::CommitDue,
            Self::NotJoined | Self::Denied(_) => Code::Forbidden,
            Self::NotAccepted => Code::NotAccepted,
            Self::RequestPending => Code::RequestPending,
            Self::NoSuchEntry { .. } => Code::NotFound,
            Self::Store(error) => error.code(),
        }
    }
}

/// A present member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rostered {
    /// Who.
    pub account: AccountId,
    /// Its role.
    pub role: Role,
}

/// What must be known of a conversation to add a message to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its kind.
    pub kind: ConversationKind,
    /// The present generation.
    pub generation: u32,
    /// The present epoch.
    pub epoch: u64,
    /// The last entry.
    pub last_seq: u64,
    /// Counted entries.
    pub count: u64,
    /// The hash chain's value at the last entry.
    pub chain: [u8; 32],
    /// Changes with everything else here but the four above and the request's counters.
    pub roster_version: u64,
    /// Who may do what.
    pub permissions: Permissions,
    /// The members, ascending by account.
    pub roster: Vec<Rostered>,
    /// The same accounts, for events.
    pub members: Arc<[AccountId]>,
    /// Devices that have a leaf in the present group, ascending.
    pub joined: Box<[DeviceId]>,
    /// Those of them whose removal is due.
    pub due: Vec<DeviceId>,
    /// A direct conversation's pending request.
    pub request: Option<Request>,
    /// Whether one side of a direct conversation blocks the other.
    pub blocked: bool,
}

/// What admitting a message does besides adding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The sender's role.
    pub role: Role,
    /// The pending request afterwards.
    pub request: Option<Request>,
}

/// Silent entries (profile key, encrypted state, an edit) that a pending request may hold beside its one text.
const SILENT_WHILE_PENDING: u32 = 8;

impl Head {
    /// Whether `append` may be added now. Whether it is a repetition is asked before, its blanks after.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, append: &Append, limits: &Limits) -> Result<Admission, AppendError> {
        let account = append.actor.account;
        let role = self
            .roster
            .binary_search_by_key(&account, |member| member.account)
            .ok()
            .and_then(|at| self.roster.get(at))
            .map(|member| member.role)
            .ok_or(AppendError::NotAMember)?;
        OverLimit::check("message_bytes", limits.message_bytes, append.body.len())?;
        if (append.generation, append.epoch) != (self.generation, self.epoch) {
            return Err(AppendError::StaleEpoch { generation: self.generation, epoch: self.epoch });
        }
        if self.joined.binary_search(&append.actor.device).is_err() {
            return Err(AppendError::NotJoined);
        }
        if !self.due.is_empty() {
            return Err(AppendError::CommitDue { devices: self.due.clone() });
        }
        decide(self.kind, &self.permissions, role, Action::Send)?;
        if self.blocked {
            return Err(AppendError::NotAccepted);
        }
        let request = match self.request {
            // Whoever was asked accepts by answering.
            None => None,
            Some(request) if request.from != account => None,
            Some(request) => Some(hold(request, append, limits)?),
        };
        Ok(Admission { role, request })
    }

    /// Whether a member with this role may blank `entry`.
    ///
    /// # Errors
    /// Why not.
    pub fn may_blank(&self, actor: &Actor, role: Role, seq: u64, entry: Option<&EntryMeta>) -> Result<(), AppendError> {
        match entry {
            Some(entry) if entry.class != EntryClass::Handshake => {
                if entry.author != actor.account {
                    decide(self.kind, &self.permissions, role, Action::DeleteOthers)?;
                }
                Ok(())
            }
            _ => Err(AppendError::NoSuchEntry { seq }),
        }
    }
}

fn hold(request: Request, append: &Append, limits: &Limits) -> Result<Request, AppendError> {
    OverLimit::check("request_bytes", limits.request_bytes, append.body.len())?;
    let counted = append.class == EntryClass::Counted;
    let full = if counted { request.texts >= 1 } else { request.silent >= SILENT_WHILE_PENDING };
    if full || !append.blank.is_empty() {
        return Err(AppendError::RequestPending);
    }
    Ok(if counted {
        Request { texts: request.texts + 1, ..request }
    } else {
        Request { silent: request.silent + 1, ..request }
    })
}

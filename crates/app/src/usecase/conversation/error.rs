use beseda_crypto::public_group::GroupError;
use beseda_model::commit::{CommitRejection, CreationRejection, PolicyFault};
use beseda_model::{Code, ConversationId, Denied, LIMITS};

use crate::domain::OverLimit;
use crate::port::StoreError;
use crate::usecase::device::DeviceError;

/// Why something about a conversation was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConversationError {
    /// The account is not, or no longer, a member.
    #[error("the account is not a member of the conversation")]
    NotAMember,
    /// The device was removed from its account.
    #[error("the device was revoked")]
    DeviceRevoked,
    /// What was asked for is not there.
    #[error("there is no such thing")]
    NotFound,
    /// The bytes are not what they should be.
    #[error("the message is malformed")]
    Malformed,
    /// Another commit was faster.
    #[error("the conversation is at generation {generation}, epoch {epoch}")]
    StaleEpoch {
        /// The present generation.
        generation: u32,
        /// The present epoch.
        epoch: u64,
    },
    /// The conversation changed between judgement and writing, again and again.
    #[error("the conversation changes too fast; try again")]
    Raced,
    /// It breaks MLS, the policy or the device logs.
    #[error(transparent)]
    Invalid(Box<GroupError>),
    /// It was made by another device than the one that posts it.
    #[error("it was made by another device than the one that posts it")]
    NotByPoster,
    /// The kind given is not the policy's, or the roster does not fit the kind.
    #[error("the roster does not fit the kind of conversation")]
    RosterUnfit,
    /// These people have a conversation of this kind already.
    #[error("the conversation exists already")]
    AlreadyExists {
        /// Which.
        conversation: ConversationId,
    },
    /// Somebody does not take messages from, or can't be added by, the actor.
    #[error("somebody does not accept it")]
    NotAccepted,
    /// The role does not allow it.
    #[error("not allowed: {0}")]
    Denied(#[from] Denied),
    /// Neither the role nor a broken generation allows a successor.
    #[error("a successor takes an administrator, a restored server, or reports of a commit that can't be processed")]
    SuccessorUnfounded,
    /// Another device is joining, or somebody waits to leave.
    #[error("try again in {retry_after_ms} ms")]
    JoinLater {
        /// When to come back.
        retry_after_ms: u64,
    },
    /// The day's budget for it is spent.
    #[error("the budget {limit} is spent for today")]
    BudgetSpent {
        /// The limit's name.
        limit: &'static str,
    },
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// A device log that it cites can't be had.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConversationError {
    /// What the other side is told.
    pub fn code(&self) -> Code {
        match self {
            Self::NotAMember => Code::NotAMember,
            Self::DeviceRevoked => Code::DeviceRevoked,
            Self::NotFound => Code::NotFound,
            Self::Malformed => Code::BadRequest,
            Self::StaleEpoch { .. } => Code::StaleEpoch,
            Self::Raced => Code::Overloaded,
            Self::Invalid(_) | Self::NotByPoster | Self::RosterUnfit => Code::InvalidCommit,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::NotAccepted => Code::NotAccepted,
            Self::Denied(_) | Self::SuccessorUnfounded => Code::Forbidden,
            Self::JoinLater { .. } => Code::JoinLater,
            Self::BudgetSpent { .. } => Code::RateLimited,
            Self::OverLimit(error) => error.code(),
            Self::Device(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl From<GroupError> for ConversationError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::JoinLater => Self::JoinLater { retry_after_ms: super::group_info::RETRY_MILLIS },
            GroupError::Header(_) | GroupError::Malformed(_) | GroupError::GroupId(_) => Self::Malformed,
            GroupError::Rejected(rejection) | GroupError::Creation(CreationRejection::Invalid(rejection)) => {
                over_limit(&rejection).map_or_else(|| Self::Invalid(Box::new(rejection.into())), Self::OverLimit)
            }
            error => Self::Invalid(Box::new(error)),
        }
    }
}

/// The limits that the rules themselves hold, whatever the operator has set, are told like all others.
const fn over_limit(rejection: &CommitRejection) -> Option<OverLimit> {
    match rejection {
        CommitRejection::TooManyDevices { limit } => {
            Some(OverLimit { limit: "devices_per_conversation", value: *limit })
        }
        CommitRejection::PolicyShape(PolicyFault::TooManyMembers) => {
            Some(OverLimit { limit: "members_per_conversation", value: LIMITS.members_per_conversation })
        }
        _ => None,
    }
}

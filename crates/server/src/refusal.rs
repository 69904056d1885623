//! Errors of the core in the form of the wire.

use beseda_app::domain::{AppendError, OverLimit};
use beseda_app::port::StoreError;
use beseda_app::usecase::account::AccountError;
use beseda_app::usecase::blob::BlobError;
use beseda_app::usecase::conversation::ConversationError;
use beseda_app::usecase::device::DeviceError;
use beseda_app::usecase::group_link::GroupLinkError;
use beseda_app::usecase::keys::KeysError;
use beseda_app::usecase::link::LinkError;
use beseda_app::usecase::log::LogError;
use beseda_app::usecase::phone::PhoneError;
use beseda_app::usecase::report::ReportError;
use beseda_app::usecase::session::SessionError;
use beseda_app::usecase::sync::SyncError;
use beseda_app::usecase::wake::WakeError;
use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::error::ProblemData;

use crate::context::Context;
use crate::problem;

/// When a budget that is counted by the day is worth another try.
const DAY_RETRY_MS: u64 = 3_600_000;

/// An error of the core that the other side is told.
pub(crate) trait Refusal: std::error::Error {
    /// The code.
    fn refusal_code(&self) -> Code;

    /// The limit that was exceeded, if it was one.
    fn over_limit(&self) -> Option<&OverLimit> {
        None
    }

    /// What else the code promises.
    fn data(&self) -> Option<ProblemData> {
        None
    }

    /// When to come back, if that is known.
    fn retry_after_ms(&self) -> Option<u64> {
        None
    }
}

/// Takes an error to the wire. An internal one is logged here, under the id that the other side gets.
pub(crate) fn refuse(context: &Context, op: &'static str, error: &dyn Refusal) -> Problem {
    let code = error.refusal_code();
    match code {
        Code::Internal => {
            let request = context.request_id();
            tracing::error!(op, request, error = %error, "A request failed.");
            problem::internal(request)
        }
        Code::Overloaded => problem::overloaded(),
        Code::StorageFull => {
            tracing::error!(op, error = %error, "There is no room left for files.");
            Problem::new(code, "the server's disk is full; what it has taken before is safe")
        }
        _ => match error.over_limit() {
            Some(over) => problem::over_limit(over.limit, over.value),
            None => Problem {
                code,
                detail: error.to_string(),
                retry_after_ms: error.retry_after_ms().or_else(|| (code == Code::RateLimited).then_some(DAY_RETRY_MS)),
                data: error.data(),
            },
        },
    }
}

macro_rules! refusals {
    ($($error:ident),+ $(,)?) => {
        $(impl Refusal for $error {
            fn refusal_code(&self) -> Code {
                self.code()
            }

            fn over_limit(&self) -> Option<&OverLimit> {
                match self {
                    Self::OverLimit(over) => Some(over),
                    _ => None,
                }
            }
        })+
    };
}

macro_rules! plain_refusals {
    ($($error:ident),+ $(,)?) => {
        $(impl Refusal for $error {
            fn refusal_code(&self) -> Code {
                self.code()
            }
        })+
    };
}

refusals!(AccountError, DeviceError, KeysError, WakeError);
plain_refusals!(LinkError, LogError, SessionError, StoreError, SyncError);

impl Refusal for PhoneError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn data(&self) -> Option<ProblemData> {
        match self {
            Self::BudgetSpent { limit, value } => Some(ProblemData {
                limit: Some((*limit).to_owned()),
                limit_value: Some(*value),
                ..ProblemData::default()
            }),
            _ => None,
        }
    }

    fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::CoolDown { retry_after_ms } => Some(*retry_after_ms),
            _ => None,
        }
    }
}

impl Refusal for AppendError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        match self {
            Self::OverLimit(over) => Some(over),
            _ => None,
        }
    }

    fn data(&self) -> Option<ProblemData> {
        match self {
            Self::StaleEpoch { generation, epoch } => {
                Some(ProblemData { generation: Some(*generation), epoch: Some(*epoch), ..ProblemData::default() })
            }
            Self::CommitDue { devices } => Some(ProblemData { due: devices.clone(), ..ProblemData::default() }),
            _ => None,
        }
    }
}

impl Refusal for ConversationError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        match self {
            Self::OverLimit(over) => Some(over),
            _ => None,
        }
    }

    fn data(&self) -> Option<ProblemData> {
        let data = ProblemData::default();
        match self {
            Self::StaleEpoch { generation, epoch } => {
                Some(ProblemData { generation: Some(*generation), epoch: Some(*epoch), ..data })
            }
            Self::AlreadyExists { conversation } => Some(ProblemData { conversation: Some(*conversation), ..data }),
            Self::BudgetSpent { limit } => Some(ProblemData { limit: Some((*limit).to_owned()), ..data }),
            _ => None,
        }
    }

    fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::JoinLater { retry_after_ms } => Some(*retry_after_ms),
            _ => None,
        }
    }
}

impl Refusal for GroupLinkError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        match self {
            Self::OverLimit(over) => Some(over),
            _ => None,
        }
    }

    fn data(&self) -> Option<ProblemData> {
        let data = ProblemData::default();
        match self {
            Self::Member { conversation } => Some(ProblemData { conversation: Some(*conversation), ..data }),
            Self::BudgetSpent => Some(ProblemData { limit: Some("asks".to_owned()), ..data }),
            _ => None,
        }
    }

    fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Later { retry_after_ms } => Some(*retry_after_ms),
            _ => None,
        }
    }
}

impl Refusal for BlobError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        match self {
            Self::OverLimit(over) => Some(over),
            _ => None,
        }
    }

    fn data(&self) -> Option<ProblemData> {
        let limit = |name: &str, value: u64| {
            Some(ProblemData { limit: Some(name.to_owned()), limit_value: Some(value), ..ProblemData::default() })
        };
        match self {
            Self::QuotaExceeded { allowed } => limit("blob_quota_bytes", *allowed),
            Self::BudgetSpent { allowed } => limit("uploaded_bytes", *allowed),
            Self::WrongOffset(wrong) => Some(ProblemData { offset: Some(wrong.have), ..ProblemData::default() }),
            _ => None,
        }
    }
}

impl Refusal for ReportError {
    fn refusal_code(&self) -> Code {
        self.code()
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        match self {
            Self::OverLimit(over) => Some(over),
            _ => None,
        }
    }

    fn data(&self) -> Option<ProblemData> {
        let spent = matches!(self, Self::BudgetSpent);
        spent.then(|| ProblemData { limit: Some("reports".to_owned()), ..ProblemData::default() })
    }
}

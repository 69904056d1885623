//! What identity wants of the connection.

use beseda_model::{AccountId, Code, DeviceId};
use beseda_wire::{Problem, Request};

use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Effect;
use crate::api::failure::Failure;

/// Requests to be sent in this order as soon as the step is durable.
pub type Asks = Vec<Ask>;

/// A request and what its answer is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The request.
    pub request: Request,
    /// Returns with the answer.
    pub purpose: Purpose,
}

impl Ask {
    pub(super) const fn new(request: Request, purpose: Purpose) -> Self {
        Self { request, purpose }
    }
}

/// What an answer is for. Kept in memory beside the request's id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// A command that ends with the answer.
    Command {
        /// The command's id.
        id: u64,
    },
    /// More of somebody's device log.
    DeviceLog {
        /// Whose.
        account: AccountId,
        /// From which version on.
        from: u32,
    },
    /// The account has ended.
    Deletion,
    /// A new device's request was taken up.
    OpenLink {
        /// The command's id.
        id: u64,
        /// The request's code, as it is kept.
        code: String,
    },
    /// A new device was approved or turned down.
    EndLink {
        /// The command's id.
        id: u64,
        /// The request's code, as it is kept.
        code: String,
    },
    /// A device is to leave the account.
    RemoveDevice {
        /// Which.
        device: DeviceId,
    },
    /// Another root key.
    RotateRoot {
        /// The command that wants it, if one still waits.
        id: Option<u64>,
    },
    /// An entry of the own device log that the server has forgotten is brought back.
    RestoreLog {
        /// Its version.
        version: u32,
    },
    /// How many key packages are left.
    CountKeys,
    /// Key packages were published.
    PublishKeys {
        /// Their references, as they are kept.
        references: Vec<Vec<u8>>,
        /// Whether one of them is the one of last resort.
        has_last_resort: bool,
    },
    /// The account's phone number is another one, or there is none any more.
    Phone {
        /// The command's id.
        id: u64,
        /// The new one.
        number: Option<String>,
    },
    /// Who is there.
    Presence {
        /// The command that wants it, if one still waits.
        id: Option<u64>,
    },
}

/// A command has ended.
pub(super) fn done(step: &mut Step<'_>, id: u64, result: Result<Outcome, Failure>) {
    step.effect(Effect::Done { id, result });
}

/// A refusal of the server as a command's failure.
pub(super) fn refusal(problem: Problem) -> Failure {
    match problem.code {
        Code::WrongDigits => {
            return Failure::WrongCode { tries_left: problem.data.and_then(|data| data.tries_left).unwrap_or(0) };
        }
        Code::DigitsExpired => return Failure::CodeExpired,
        _ => {}
    }
    Failure::Refused { code: problem.code, detail: problem.detail, retry_after_ms: problem.retry_after_ms }
}

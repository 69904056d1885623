//! Refusals in the form of the wire.

use beseda_model::Code;
use beseda_wire::Problem;
use beseda_wire::error::ProblemData;

use crate::rates::TooMany;

/// When to come back to an overloaded server.
const OVERLOADED_RETRY_MS: u64 = 1_000;

/// The request is not what this place expects.
pub(crate) fn bad_request(detail: &'static str) -> Problem {
    Problem::new(Code::BadRequest, detail)
}

/// Over a published limit.
pub(crate) fn over_limit(name: &'static str, value: u64) -> Problem {
    let data = ProblemData { limit: Some(name.to_owned()), limit_value: Some(value), ..ProblemData::default() };
    Problem { data: Some(data), ..Problem::new(Code::TooLarge, format!("more than the limit {name} of {value}")) }
}

/// More work than the server can take.
pub(crate) fn overloaded() -> Problem {
    Problem {
        retry_after_ms: Some(OVERLOADED_RETRY_MS),
        ..Problem::new(Code::Overloaded, "the server has more work than it can take")
    }
}

/// The server failed; `request` is what its log says about it.
pub(crate) fn internal(request: String) -> Problem {
    Problem {
        data: Some(ProblemData { request: Some(request), ..ProblemData::default() }),
        ..Problem::new(Code::Internal, "the server failed; nothing was changed")
    }
}

/// Too many sockets of one network have not said hello.
pub(crate) fn too_many_pending(value: u64) -> Problem {
    let data =
        ProblemData { limit: Some("pending_sockets".to_owned()), limit_value: Some(value), ..ProblemData::default() };
    Problem {
        retry_after_ms: Some(OVERLOADED_RETRY_MS),
        data: Some(data),
        ..Problem::new(Code::RateLimited, "too many sockets of this network have not said hello yet")
    }
}

impl From<TooMany> for Problem {
    fn from(refused: TooMany) -> Self {
        let data = ProblemData {
            limit: Some(refused.class.limit_name().to_owned()),
            limit_value: Some(refused.value),
            ..ProblemData::default()
        };
        Self {
            retry_after_ms: Some(refused.retry_after_ms),
            data: Some(data),
            ..Self::new(Code::RateLimited, "too many requests of this kind")
        }
    }
}

//! The one mapping from codes to HTTP: status and RFC 9457 problem details.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use beseda_model::Code;
use beseda_wire::Problem;
use serde::Serialize;

/// The media type of problem details.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal as an answer.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Problem);

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

/// Rides on the response, so that the request's event can tell what became of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused(pub(super) Code);

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    #[serde(flatten)]
    problem: &'a Problem,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = status(self.0.code);
        self.with_status(status)
    }
}

impl Failure {
    /// The same with the status that another protocol asks for here.
    pub(super) fn with_status(self, status: StatusCode) -> Response {
        let Self(problem) = self;
        let body = Body { r#type: "about:blank", title: title(status), status: status.as_u16(), problem: &problem };
        let body = serde_json::to_vec(&body).expect("a problem has string keys and finite numbers");
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(Refused(problem.code));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(retry_after_ms) = problem.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
        }
        response
    }
}

/// What the protocol of resumable uploads calls a mismatch of checksums.
const CHECKSUM_MISMATCH: u16 = 460;

fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
}

/// The status that goes with a code.
pub(super) fn status(code: Code) -> StatusCode {
    match code {
        Code::BadRequest | Code::OutOfOrder | Code::InvalidPhone => StatusCode::BAD_REQUEST,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Overloaded | Code::JoinLater => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unauthorized | Code::DeviceRevoked | Code::WrongCredentials | Code::WrongDigits | Code::DigitsExpired => {
            StatusCode::UNAUTHORIZED
        }
        Code::Forbidden
        | Code::NotAMember
        | Code::NotAccepted
        | Code::SignUpRefused
        | Code::PhoneNotServed
        | Code::DriveExpired => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Taken
        | Code::StaleEpoch
        | Code::CommitDue
        | Code::KeyPackageUsed
        | Code::AlreadyExists
        | Code::RequestPending
        | Code::StoreEpochChanged
        | Code::ProfileCopied
        | Code::WrongOffset => StatusCode::CONFLICT,
        Code::WrongChecksum => StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST),
        Code::QuotaExceeded | Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::InvalidCommit | Code::InvalidDeviceLog => StatusCode::UNPROCESSABLE_ENTITY,
        Code::DriveUnreachable => StatusCode::BAD_GATEWAY,
        Code::UpdateRequired => StatusCode::UPGRADE_REQUIRED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failure_of_the_server_is_its_fault() {
        for code in Code::ALL {
            let status = status(*code);
            let own_fault = matches!(code, Code::Internal);
            assert_eq!(status == StatusCode::INTERNAL_SERVER_ERROR, own_fault, "{code}: {status}");
        }
    }
}

//! Problem details (RFC 9457): one body for every refusal, over HTTP and on the socket.

use beseda_model::Code;
use serde::{Deserialize, Serialize};

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable machine code.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, example = "RATE_LIMITED"))]
    pub code: Code,
    /// One sentence in English for developers; people see a text made from the code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// When it makes sense to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What the code's description promises, such as `limit` or `conversation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ProblemData>,
}

/// Machine-readable circumstances of a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ProblemData {
    /// The name of the limit that was exceeded, as published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_value: Option<u64>,
    /// The conversation that exists instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = Uuid))]
    pub conversation: Option<beseda_model::ConversationId>,
    /// With `STALE_EPOCH`: the present generation and epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// See `generation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// With `COMMIT_DUE`: the devices to remove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Vec<String>))]
    pub due: Vec<beseda_model::DeviceId>,
    /// With `WRONG_CODE`: how often one may try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// With `WRONG_OFFSET`: the byte at which the upload goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// With `INTERNAL`: what to look for in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

impl Problem {
    /// A problem with nothing but a code and a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), retry_after_ms: None, data: None }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

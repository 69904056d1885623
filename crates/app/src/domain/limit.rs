//! The refusal of what is over a published limit.

use beseda_model::Code;

/// Something is over one of the published limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("over the limit {limit} of {value}")]
pub struct OverLimit {
    /// The limit's name.
    pub limit: &'static str,
    /// Its value.
    pub value: u64,
}

impl OverLimit {
    /// Refuses `size` above `value`.
    ///
    /// # Errors
    /// When it is above.
    pub fn check(limit: &'static str, value: u64, size: usize) -> Result<(), Self> {
        if size as u64 > value { Err(Self { limit, value }) } else { Ok(()) }
    }

    /// What the other side is told.
    pub const fn code(&self) -> Code {
        Code::TooLarge
    }
}

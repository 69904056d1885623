use beseda_model::Timestamp;

use super::StoreError;
use crate::domain::{Link, TokenHash};

/// Requests of new devices, for reading.
pub trait LinkView {
    /// The request with this code.
    fn find(&self, code: &TokenHash) -> Result<Option<Link>, StoreError>;
}

/// Requests of new devices, for writing.
pub trait LinkRepo {
    /// Adds a request; a code in use is a conflict.
    fn insert(&mut self, link: &Link) -> Result<(), StoreError>;
    /// Replaces how far the request is.
    fn update(&mut self, link: &Link) -> Result<(), StoreError>;
    /// Forgets the request.
    fn delete(&mut self, code: &TokenHash) -> Result<(), StoreError>;
    /// Forgets requests that expired before `now`; tells how many.
    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError>;
}

//! Phone numbers at the shell: the key that hides them, the words of a message, and its way out.

mod key;
pub(crate) mod sending;
mod words;

pub use key::KeyError;
pub(crate) use key::PhoneKey;
pub(crate) use sending::Sending;
pub(crate) use words::{Language, words};

use std::sync::Arc;

use beseda_infra::sms::outbox::OutboxSms;

/// What a server needs that takes phone numbers.
#[derive(Debug)]
pub(crate) struct Phones {
    /// Hides numbers and codes.
    pub(crate) key: PhoneKey,
    /// Takes messages out.
    pub(crate) sending: Sending,
    /// Where they are to be read, if they go nowhere else.
    pub(crate) outbox: Option<Arc<OutboxSms>>,
}

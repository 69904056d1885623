//! Carriers of text messages.

pub mod http;
pub mod outbox;
mod template;

//! The log of a conversation, as this device processes it.

pub mod arrival;

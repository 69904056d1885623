//! Real OpenMLS groups on both sides: members and the server's public group must agree about everything.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is its job")]

mod hostile;
mod membership;
mod random;
mod scenes;
mod wire;
mod world;

//! Conversations: who belongs to them, and how this device brings their groups to where people want them.

pub(crate) mod advance;
pub(crate) mod change;
pub(crate) mod commands;
mod members;
pub(crate) mod prepare;

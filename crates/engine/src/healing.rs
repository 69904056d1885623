//! Making good what went wrong: messages that could not be decrypted, state that newcomers lack, servers and profiles
//! that went back in time.

pub(crate) mod repair;
pub(crate) mod restore;
pub(crate) mod state;

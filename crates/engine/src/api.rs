//! What hosts and user interfaces see of the engine: commands go in, notices come out, views are read.

pub mod command;
pub mod deeds;
pub mod drive;
pub mod event;
pub mod failure;
pub mod file;
pub mod notification;
pub mod once;
pub mod place;
pub mod reason;
pub mod sticker;
pub mod view;

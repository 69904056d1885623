//! The native driver of an engine: its profile folder, its socket, its timers.
//!
//! It knows nothing of what is said: it moves events in and effects out, and logs no content.

mod attach;
mod core;
mod driver;

mod engine;
mod files;
mod profile;
mod socket;
mod tls;

pub use attach::{AttachError, opened_name, saved_name};
pub use core::{Core, Host};
pub use driver::{Driver, Heard, Link, Machine, Notices};

pub use engine::{StartError, open};
pub use files::{FileError, Files};
pub use profile::{Profile, ProfileError, default_dir};
pub use socket::Trouble;
pub use tls::{TlsError, client_config};

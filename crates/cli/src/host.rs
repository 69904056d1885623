//! The native driver of an engine: its profile folder, its socket, its timers.
//!
//! It knows nothing of what is said: it moves events in and effects out, and logs no content.

mod core;
mod driver;

mod engine;
mod profile;
mod socket;
mod tls;

pub use core::{Core, Host};
pub use driver::{Driver, Heard, Link, Machine, Notices};

pub use engine::{StartError, open};
pub use profile::{Profile, ProfileError, default_dir};
pub use socket::Trouble;
pub use tls::{TlsError, client_config};

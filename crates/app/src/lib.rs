//! The server's core: what is true of accounts, devices and conversations ([`domain`]), what may be done with them
//! ([`usecase`]), and what that needs from outside ([`port`]).
//!
//! It is synchronous and knows no transport, no wire format, no database and no clock: commands bring ids, time and
//! randomness, so that a use case can be run again. The shell around it maps requests to commands:
//!
//! ```ignore
//! store.write(
//!     move |uow| usecase::session::sign_out(uow, actor, &token),
//!     move |result| answer(result),
//! );
//! ```

pub mod domain;
pub mod event;
pub mod port;
pub mod usecase;

pub use event::Event;

//! Outbound adapters of the server's core: the database, the bus, and the way to push services. Only the shell's composition names them.

pub mod bus;
pub mod db;
pub mod sms;
pub mod webpush;

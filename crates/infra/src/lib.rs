//! Outbound adapters of the server's core: the database, the bus, the files of blobs, and the way to push services. Only the shell's composition names them.

pub mod blob;
pub mod bus;
pub mod db;
mod environment;
mod io;
pub mod sms;
pub mod webpush;

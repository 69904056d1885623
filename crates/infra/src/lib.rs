//! Outbound adapters of the server's core: the database, the bus, the files of blobs, the way to push services and to the web. Only the shell's composition names them.

mod address;
pub mod blob;
pub mod bus;
pub mod db;
#[cfg(feature = "drives")]
pub mod drive;
mod environment;
pub mod fetch;
mod io;
mod roots;
pub mod sms;
pub mod webpush;

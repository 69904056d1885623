//! Outbound adapters of the server's core: the database, the bus, the files of blobs, and the way to push services. Only the shell's composition names them.

mod address;
pub mod blob;
pub mod bus;
pub mod db;
#[cfg(feature = "drives")]
pub mod drive;
mod environment;
mod io;
mod roots;
pub mod sms;
pub mod webpush;

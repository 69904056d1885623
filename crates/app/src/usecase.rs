//! What may be done: one folder per capability, one public function per file, called inside a unit of work or a view.

pub mod account;
pub mod blob;
pub mod conversation;
pub mod device;
pub mod group_link;
pub mod invite;
pub mod keys;
pub mod link;
pub mod log;
pub mod maintenance;
pub mod phone;
pub mod report;
pub mod session;
pub mod sync;
pub mod wake;

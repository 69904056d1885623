//! Outbound adapters of the server's core: the database and the bus. Only the shell's composition names them.

pub mod bus;
pub mod db;

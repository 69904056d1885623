//! The server as its clients meet it: real sockets, a real store in a temporary folder, time and chance under control.

mod conversations;

mod mls;
mod people;

mod world;

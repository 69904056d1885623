//! The server as its clients meet it: real sockets, a real store in a temporary folder, time and chance under control.

#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

mod admin;
mod blobs;
mod canary;
#[cfg(feature = "drives")]
mod clouds;
mod conversations;
mod devices;
mod doors;
mod drain;
#[cfg(feature = "drives")]
mod drives;
mod frames;
mod gifs;
mod groups;
mod joining;
mod killed;
mod limits;
mod limits_of_blobs;
mod limits_of_groups;
mod limits_of_links;
mod matrix;
mod mistakes;
mod mls;
mod pages;
mod people;
mod phones;
mod presence;
mod previews;
mod program;
mod push_service;
mod refused_bodies;
#[cfg(feature = "s3")]
mod s3;
mod standing;
mod tls;
mod waking;
mod world;

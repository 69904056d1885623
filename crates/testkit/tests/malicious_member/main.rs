//! A member whose client is modified, against the real server and real engines. Each move is refused or shown, and does
//! no harm to others. The moves are listed in SECURITY.md.

mod claims;
mod commits;
mod devices;
mod generations;
mod messages;
mod town;

//! The terminal client of Beseda: a full-screen conversation program and a command for every thing that an engine can do.
//!
//! It holds no rules of messaging: those are in `beseda-engine`, which it drives. What it decides is how things look on a
//! terminal and how scripts see them.

pub mod args;
pub mod calendar;
pub mod clock;
pub mod host;
pub mod media;
pub mod pictures;
pub mod safe;
pub mod script;
pub mod text;
pub mod tui;

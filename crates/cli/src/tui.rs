//! The full-screen program. `Model` is all that it knows, `update` changes it and says what is to be done, `draw` makes a
//! picture of it; neither does any input or output.

mod draw;
mod editor;
mod flow;
mod gallery;
mod input;
mod model;
mod rows;
mod run;
pub mod sample;
mod theme;
mod update;
mod welcome;

pub use draw::draw;
pub use input::{Action, Data, Input, Query, Tag};
pub use model::Model;
pub use run::{Options, run};
pub use theme::Theme;
pub use update::update;

pub(crate) use editor::Editor as LineEditor;
pub(crate) use model::short_id as short;
pub(crate) use update::server_address;

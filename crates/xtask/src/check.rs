//! The quick loop, for between two edits.

use anyhow::Result;

use crate::gates;
use crate::steps::{self, OnFailure};

pub(crate) fn run() -> Result<()> {
    steps::run(OnFailure::Stop, |steps| {
        gates::quick_tools(steps);
        gates::format(steps);
        gates::architecture(steps);
        gates::links(steps);
        gates::spelling_if_installed(steps);
        gates::clippy(steps);
        gates::clippy_wasm(steps);
        gates::quick_tests(steps);
    })
}

//! Everything that CI runs.

use anyhow::Result;

use crate::gates;
use crate::steps::{self, OnFailure};

pub(crate) fn run() -> Result<()> {
    steps::run(OnFailure::KeepGoing, |steps| {
        gates::tools(steps);
        gates::format(steps);
        gates::architecture(steps);
        gates::links(steps);
        gates::ports(steps);
        gates::spelling(steps);
        gates::clippy(steps);
        gates::clippy_wasm(steps);
        gates::documentation(steps);
        gates::dependencies(steps);
        gates::generated_documents(steps);
        gates::doc_tests(steps);
        gates::web(steps);
        gates::mutants(steps);
        gates::tests(steps);
    })
}

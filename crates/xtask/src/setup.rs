//! Installs what the tests need.

use anyhow::Result;

use crate::gates;
use crate::steps::{self, OnFailure};

pub(crate) fn run() -> Result<()> {
    steps::run(OnFailure::Stop, gates::tools)
}

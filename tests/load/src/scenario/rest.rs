//! The server with nothing to do.

use std::time::Duration;

use anyhow::Result;

use super::Options;
use crate::report::{Budget, Row, progress};
use crate::seed::Seed;
use crate::target::Target;

const MIB: f64 = 1_048_576.0;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    progress("server at rest");
    let binary = options.binary()?;
    let data = options.data()?;
    drop(Seed::open(data.path())?);
    let mut target = Target::server(&binary, data.path())?;
    target.wait()?;
    std::thread::sleep(Duration::from_secs(1));
    Ok(vec![
        Row::new("at rest: resident memory", target.rss_kib()? / 1_024.0, "MiB").budget(Budget::AtMost(30.0)),
        Row::new("binary", std::fs::metadata(&binary)?.len() as f64 / MIB, "MiB").budget(Budget::AtMost(40.0)),
    ])
}

//! From the start of the process to the first accepted login.

use anyhow::Result;

use super::{Options, connect};
use crate::clock::{instant, micros};
use crate::frames::hello;
use crate::report::{Budget, Row, progress};
use crate::target::Target;

/// Measures starts on a data directory and takes the median.
pub(crate) fn measure(
    options: &Options,
    name: &str,
    budget_ms: f64,
    data: &std::path::Path,
    token: &str,
) -> Result<Row> {
    const STARTS: usize = 7;
    progress(&format!("starts on {name}"));
    let binary = options.binary()?;
    let runtime = options.runtime()?;
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let mut target = Target::server(&binary, data)?;
        target.wait()?;
        runtime.block_on(connect(target.addr, &hello(token)))?;
        times.push(micros(target.started, instant()) as f64 / 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(Row::new(format!("start to first login, {name}"), times[STARTS / 2], "ms").budget(Budget::AtMost(budget_ms)))
}

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let data = options.data()?;
    let token = {
        let mut seed = crate::seed::Seed::open(data.path())?;
        seed.people(1)?.remove(0).token
    };
    Ok(vec![measure(options, "an empty store", 100.0, data.path(), &token)?])
}

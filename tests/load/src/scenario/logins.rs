//! Logins with a token: connect, upgrade, first frame, answer, close.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::{Options, connect};
use crate::clock::{instant, micros};
use crate::frames::hello;
use crate::meter::Meter;
use crate::report::{Budget, Row, progress};
use crate::seed::Seed;
use crate::stats::Histogram;
use crate::target::Target;

/// Accounts that log in, in turn.
const ACCOUNTS: usize = 2_000;

/// Logins at the same time.
const AT_ONCE: usize = 32;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    progress("logins");
    let binary = options.binary()?;
    let data = options.data()?;
    let people = Seed::open(data.path())?.people(ACCOUNTS)?;
    let mut target = Target::server(&binary, data.path())?;
    target.wait()?;
    let hellos: Arc<Vec<Vec<u8>>> = Arc::new(people.iter().map(|person| hello(&person.token)).collect());
    let turn = Arc::new(AtomicUsize::new(0));
    let (addr, length) = (target.addr, options.phase());
    options.runtime()?.block_on(async {
        let meter = Meter::start(target.pid())?;
        let end = instant() + length;
        let mut clients = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (hellos, turn) = (Arc::clone(&hellos), Arc::clone(&turn));
            clients.spawn(async move {
                let mut times = Histogram::default();
                while instant() < end {
                    let begin = instant();
                    let next = turn.fetch_add(1, Ordering::Relaxed) % hellos.len();
                    connect(addr, &hellos[next]).await?;
                    times.record(micros(begin, instant()));
                }
                Ok::<_, anyhow::Error>(times)
            });
        }
        tokio::time::sleep(length).await;
        let passed = meter.read()?;
        let mut times = Histogram::default();
        while let Some(done) = clients.join_next().await {
            times.merge(&done.context("a client panicked")??);
        }
        let rate = times.count() as f64 / passed.seconds;
        // Closed ports linger for a minute; the next scenario must find free ones.
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(vec![
            Row::new("logins", rate, "/s").budget(Budget::AtLeast(5_000.0)).others(passed.others),
            Row::new("logins: server CPU each", passed.server * 1e6 / times.count() as f64, "µs"),
            Row::new("logins: p99", times.percentile_ms(99.0), "ms"),
        ])
    })
}

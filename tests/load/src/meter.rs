//! Processor time over a stretch of wall time: of the server, of this process, of everybody else.

use std::time::Instant;

use anyhow::Result;

use crate::clock::{instant, micros};
use crate::procfs;

/// A reading of all clocks.
pub(crate) struct Meter {
    pid: u32,
    at: Instant,
    server: f64,
    own: f64,
    machine: f64,
    switches: f64,
}

/// What passed between two readings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    /// Wall time in seconds.
    pub(crate) seconds: f64,
    /// Processor seconds of the measured process.
    pub(crate) server: f64,
    /// Processor seconds of this process.
    pub(crate) own: f64,
    /// Share of the machine that others used.
    pub(crate) others: f64,
    /// Context switches of the measured process.
    pub(crate) switches: f64,
}

impl Meter {
    pub(crate) fn start(pid: u32) -> Result<Self> {
        Ok(Self {
            pid,
            at: instant(),
            server: procfs::cpu_seconds(pid)?,
            own: procfs::cpu_seconds(std::process::id())?,
            machine: procfs::busy_seconds()?,
            switches: procfs::context_switches(pid)?,
        })
    }

    pub(crate) fn read(&self) -> Result<Passed> {
        let now = Self::start(self.pid)?;
        let seconds = micros(self.at, now.at) as f64 / 1e6;
        let server = now.server - self.server;
        let own = now.own - self.own;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let ours = if self.pid == std::process::id() { own } else { server + own };
        let others = ((now.machine - self.machine - ours) / (seconds * cores as f64)).clamp(0.0, 1.0);
        Ok(Passed { seconds, server, own, others, switches: now.switches - self.switches })
    }
}

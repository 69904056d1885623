//! What the kernel says about a process and about the machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Clock ticks per second in `/proc`; fixed at 100 on Linux.
const TICKS: f64 = 100.0;

/// Seconds of processor time that a process has used, its threads included.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The name in parentheses may hold spaces; everything after it does not.
    let rest = text.rsplit_once(')').context("unexpected /proc stat line")?.1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    Ok((ticks(11).context("no user time")? + ticks(12).context("no system time")?) / TICKS)
}

/// Resident memory of a process in KiB, counted page by page.
pub(crate) fn rss_kib(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("the process is gone")?;
    text.lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .context("no Rss line")
}

/// The most memory that was resident since [`forget_peak`], in KiB.
pub(crate) fn peak_kib(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    text.lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .context("no VmHWM line")
}

/// Lets [`peak_kib`] begin with what is resident now.
pub(crate) fn forget_peak(pid: u32) -> Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").context("the peak of memory can't be reset")
}

/// Seconds of processor time that the whole machine was busy since it started.
pub(crate) fn busy_seconds() -> Result<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("empty /proc/stat")?;
    let fields: Vec<f64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    let idle: f64 = fields.get(3..5).map_or(0.0, |idle| idle.iter().sum());
    // Guest time is counted in user time already.
    Ok((fields.iter().take(8).sum::<f64>() - idle) / TICKS)
}

/// Context switches of a process so far, by its own will and against it.
pub(crate) fn context_switches(pid: u32) -> Result<f64> {
    let mut sum = 0.0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let Ok(text) = fs::read_to_string(task?.path().join("status")) else { continue };
        sum += text
            .lines()
            .filter(|line| line.contains("ctxt_switches"))
            .filter_map(|line| line.rsplit_once(':'))
            .filter_map(|(_, count)| count.trim().parse::<f64>().ok())
            .sum::<f64>();
    }
    Ok(sum)
}

/// One line about the machine: processor, cores, memory, kernel.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(Path::new(path)).unwrap_or_default();
    let after = |text: &str, key: &str| {
        text.lines()
            .find(|line| line.starts_with(key))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = after(&read("/proc/meminfo"), "MemTotal");
    let memory = memory.trim_end_matches("kB").trim().parse::<f64>().unwrap_or_default() / 1_048_576.0;
    let model = after(&read("/proc/cpuinfo"), "model name");
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores ({model}), {memory:.0} GiB, Linux {}", kernel.trim())
}

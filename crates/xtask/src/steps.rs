//! Runs named steps one after the other and says at the end how each went.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How a step that did not fail ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Not done, and why: shown in the summary, so that it is never silent.
    Skipped(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("ok"),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailure {
    /// For the quick loop: the first failure is what the person works on next.
    Stop,
    /// For CI: one run shows all there is to mend.
    KeepGoing,
}

#[derive(Debug)]
struct Done {
    name: String,
    took: Duration,
    result: Result<Outcome, String>,
}

#[derive(Debug)]
pub(crate) struct Steps {
    on_failure: OnFailure,
    done: Vec<Done>,
}

/// Runs `body`, prints the summary, and fails if a step failed.
pub(crate) fn run(on_failure: OnFailure, body: impl FnOnce(&mut Steps)) -> Result<()> {
    let clock = Stopwatch::start();
    let mut steps = Steps { on_failure, done: Vec::new() };
    body(&mut steps);
    if on_failure == OnFailure::KeepGoing {
        // Once more at the end, where they are looked for.
        for Done { name, result, .. } in &steps.done {
            if let Err(error) = result {
                println!("\n==> {name}: FAILED\n    {error}");
            }
        }
    }
    println!("\n{}", summary(&steps.done, clock.elapsed()));
    let failed: Vec<&str> = steps.done.iter().filter(|d| d.result.is_err()).map(|d| d.name.as_str()).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

impl Steps {
    /// Runs one step. `fix` says what to do if it fails.
    pub(crate) fn step(&mut self, name: &str, fix: &str, work: impl FnOnce() -> Result<Outcome>) {
        if self.stopped() {
            return;
        }
        println!("\n==> {name}");
        let clock = Stopwatch::start();
        let result = work().map_err(|error| format!("{error:#}"));
        let took = clock.elapsed();
        match &result {
            Ok(outcome) => println!("==> {name}: {outcome} ({})", seconds(took)),
            Err(error) => println!("==> {name}: FAILED ({})\n    {error}\n    What to do: {fix}", seconds(took)),
        }
        self.done.push(Done { name: name.to_owned(), took, result });
    }

    fn stopped(&self) -> bool {
        self.on_failure == OnFailure::Stop && self.done.iter().any(|d| d.result.is_err())
    }
}

fn summary(done: &[Done], total: Duration) -> String {
    let width = done.iter().map(|d| d.name.len()).max().unwrap_or(0).max("total".len());
    let mut text = String::new();
    for step in done {
        let state = match &step.result {
            Ok(outcome) => outcome.to_string(),
            Err(_) => "FAILED".to_owned(),
        };
        text.push_str(&format!("{:width$}  {:>8}  {state}\n", step.name, seconds(step.took)));
    }
    text.push_str(&format!("{:width$}  {:>8}", "total", seconds(total)));
    text
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Time that passes while a tool works: nothing here depends on it, so it needs no injected clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "durations are only printed, or bound a probe of the network")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn three_steps(on_failure: OnFailure) -> (Result<()>, bool) {
        let mut third_ran = false;
        let result = run(on_failure, |steps| {
            steps.step("first", "-", || Ok(Outcome::Passed));
            steps.step("second", "mend it", || Err(anyhow!("it broke")));
            steps.step("third", "-", || {
                third_ran = true;
                Ok(Outcome::Passed)
            });
        });
        (result, third_ran)
    }

    #[test]
    fn the_quick_loop_stops_at_the_first_failure() {
        let (result, third_ran) = three_steps(OnFailure::Stop);
        assert_eq!(result.unwrap_err().to_string(), "failed: second");
        assert!(!third_ran);
    }

    #[test]
    fn the_full_run_shows_every_failure() {
        let (result, third_ran) = three_steps(OnFailure::KeepGoing);
        assert_eq!(result.unwrap_err().to_string(), "failed: second");
        assert!(third_ran);
    }

    #[test]
    fn a_skipped_step_is_neither_a_failure_nor_silent() {
        let done = [
            Done { name: "fmt".into(), took: Duration::from_millis(1234), result: Ok(Outcome::Passed) },
            Done {
                name: "advisories".into(),
                took: Duration::ZERO,
                result: Ok(Outcome::Skipped("unreachable".into())),
            },
            Done { name: "typos".into(), took: Duration::ZERO, result: Err("2 words".into()) },
        ];
        assert_eq!(
            summary(&done, Duration::from_secs(65)),
            "fmt            1.2 s  ok\n\
             advisories     0.0 s  skipped: unreachable\n\
             typos          0.0 s  FAILED\n\
             total         65.0 s"
        );
        assert!(run(OnFailure::Stop, |s| s.step("x", "-", || Ok(Outcome::Skipped("why".into())))).is_ok());
    }
}

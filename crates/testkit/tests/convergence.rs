//! Whatever the network does, members' timelines end up equal, and nothing is lost or doubled.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};

use beseda_testkit::chaos::{Chaos, Storm};
use beseda_testkit::network::Conditions;

/// Seeds that have failed once, kept for ever.
const FORMER_FAILURES: &[u64] = &[];

fn run(seed: u64, storm: Storm) -> Result<(), String> {
    let weather = catch_unwind(AssertUnwindSafe(|| {
        let mut chaos = Chaos::new(seed, storm);
        chaos.rage();
        chaos.calm();
        chaos.check()
    }));
    weather.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
        Err(format!("panicked: {}", text.unwrap_or("without words")))
    })
}

fn run_all(seeds: impl Iterator<Item = u64>, storm: Storm) {
    let mut failures = Vec::new();
    for seed in seeds {
        if let Err(why) = run(seed, storm) {
            eprintln!("seed {seed}: {why}");
            failures.push(seed);
        }
    }
    assert!(failures.is_empty(), "these seeds failed: {failures:?}");
}

fn seeds(default: u64) -> u64 {
    env::var("BESEDA_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn first_seed() -> u64 {
    env::var("BESEDA_FIRST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// A quarter of the seeds, so that the four parts run side by side.
fn part(part: u64) {
    run_all((first_seed()..first_seed() + seeds(200)).filter(|seed| seed % 4 == part), Storm::SHORT);
}

#[test]
fn timelines_converge_in_good_weather() {
    run_all(0..4, Storm { conditions: Conditions::CALM, ..Storm::SHORT });
}

#[test]
fn former_failures_converge() {
    run_all(FORMER_FAILURES.iter().copied(), Storm::SHORT);
}

#[test]
#[ignore = "soak"]
fn timelines_converge_part_0() {
    part(0);
}

#[test]
#[ignore = "soak"]
fn timelines_converge_part_1() {
    part(1);
}

#[test]
#[ignore = "soak"]
fn timelines_converge_part_2() {
    part(2);
}

#[test]
#[ignore = "soak"]
fn timelines_converge_part_3() {
    part(3);
}

#[test]
#[ignore = "soak"]
fn timelines_converge_in_long_storms() {
    run_all(first_seed()..first_seed() + seeds(10_000), Storm::LONG);
}

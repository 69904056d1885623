//! Whatever the network, people and programs do: members' timelines end up equal, and nothing is lost or doubled.
//!
//! Each seed is a storm of its own. One that fails is printed with the command that runs it again, alone, and is kept in
//! the list below once its cause is mended.
#![expect(clippy::print_stderr, reason = "a seed that fails is told at once, not after hours")]

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, thread};

use beseda_testkit::chaos::{Chaos, Storm};
use beseda_testkit::network::Conditions;

/// Seeds that have failed once, kept for ever.
const FORMER_FAILURES: &[u64] = &[1, 58, 124, 137, 239, 383, 510, 834, 3098, 3596, 4192, 5385, 7768, 8418, 9971];

/// How many seeds every run of the tests has.
const EVERY_TIME: u64 = 200;
/// How many a soak has, of short storms and of long ones.
const SOAK: u64 = 10_000;
const LONG_SOAK: u64 = 500;

fn run(seed: u64, storm: Storm) -> Result<(), String> {
    let weather = catch_unwind(AssertUnwindSafe(|| {
        let mut chaos = Chaos::new(seed, storm);
        chaos.rage();
        chaos.calm()
    }));
    weather.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref().copied());
        Err(format!("panicked: {}", text.unwrap_or("without words")))
    })
}

/// Whether this seed fails; it is told at once.
fn fails(seed: u64, storm: Storm) -> bool {
    let verdict = run(seed, storm);
    if let Err(why) = &verdict {
        eprintln!("seed {seed}: {why}");
    }
    verdict.is_err()
}

fn run_all(seeds: impl Iterator<Item = u64>, storm: Storm) -> Vec<u64> {
    seeds.filter(|seed| fails(*seed, storm)).collect()
}

fn demand_none(failures: &[u64], test: &str) {
    let again = failures.iter().map(|seed| {
        format!(
            "BESEDA_FIRST_SEED={seed} BESEDA_SEEDS=1 \
             cargo nextest run --workspace --test convergence --run-ignored all {test}\n"
        )
    });
    assert!(failures.is_empty(), "these seeds failed: {failures:?}; to see it again:\n{}", again.collect::<String>());
}

/// The seeds that are to be run: these, unless somebody asks for others.
fn seeds(count: u64) -> Range<u64> {
    let number = |name, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let first = number("BESEDA_FIRST_SEED", 0);
    first..first + number("BESEDA_SEEDS", count)
}

/// Every fourth seed, so that the four parts run side by side. Up to the first that fails: one that does takes as long as
/// hundreds that do not.
fn part(part: u64) {
    let failure = seeds(EVERY_TIME).filter(|seed| seed % 4 == part).find(|seed| fails(*seed, Storm::SHORT));
    demand_none(failure.as_slice(), "slow_timelines_converge");
}

/// Seeds on all cores.
fn soak(count: u64, storm: Storm, test: &str) {
    let seeds = seeds(count);
    let workers = thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let mut failures: Vec<u64> = thread::scope(|scope| {
        let start = |worker| {
            let seeds = seeds.clone().filter(move |seed| seed % workers == worker);
            scope.spawn(move || run_all(seeds, storm))
        };
        let running: Vec<_> = (0..workers).map(start).collect();
        running.into_iter().flat_map(|worker| worker.join().expect("a failing seed is caught")).collect()
    });
    failures.sort_unstable();
    demand_none(&failures, test);
}

#[test]
fn timelines_converge_in_good_weather() {
    let failure = (0..4).find(|seed| fails(*seed, Storm { conditions: Conditions::CALM, ..Storm::SHORT }));
    assert_eq!(failure, None);
}

/// The bytes of a commit are others each time, as HPKE takes its randomness from the system; what happens is the same.
#[test]
fn slow_a_seed_tells_the_same_story_again() {
    for seed in 0..4 {
        let story = || {
            let mut chaos = Chaos::new(seed, Storm::SHORT);
            chaos.rage();
            chaos.story()
        };
        assert_eq!(story(), story(), "seed {seed}");
    }
}

#[test]
fn slow_former_failures_converge() {
    demand_none(&run_all(FORMER_FAILURES.iter().copied(), Storm::SHORT), "slow_timelines_converge");
}

#[test]
fn slow_timelines_converge_part_0() {
    part(0);
}

#[test]
fn slow_timelines_converge_part_1() {
    part(1);
}

#[test]
fn slow_timelines_converge_part_2() {
    part(2);
}

#[test]
fn slow_timelines_converge_part_3() {
    part(3);
}

#[test]
#[ignore = "soak"]
fn soak_timelines_converge() {
    soak(SOAK, Storm::SHORT, "soak_timelines_converge");
}

#[test]
#[ignore = "soak"]
fn soak_long_storms_converge() {
    soak(LONG_SOAK, Storm::LONG, "soak_long_storms_converge");
}

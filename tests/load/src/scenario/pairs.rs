//! Durable one-to-one messages: as many as go, then half as many at a fixed rate.

use anyhow::Result;
use beseda_model::{ConversationId, ConversationKind};

use super::Options;
use super::traffic::{Outcome, Pace, Sender, pairs};
use crate::floor;
use crate::frames::{Messages, hello};
use crate::report::{Budget, Row, progress};
use crate::seed::{EPOCH, Seed};
use crate::target::Target;

/// TLS 1.3 adds this to each record: its header, the content type and the tag.
const TLS_RECORD: f64 = 22.0;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let runtime = options.runtime()?;
    let of_floor = floor(options, Pace::Window(options.window))?;

    progress(&format!("{} pairs against the server", options.pairs));
    let data = options.data()?;
    let binary = options.binary()?;
    let mut seed = Seed::open(data.path())?;
    let people = seed.people(2 * options.pairs)?;
    let couples: Vec<_> = people.chunks_exact(2).collect();
    let conversations = seed.conversations(ConversationKind::Direct, &couples)?;
    drop(seed);
    let mut target = Target::server(&binary, data.path())?;
    target.wait()?;
    let clients = |round: u64| {
        couples
            .iter()
            .zip(&conversations)
            .enumerate()
            .map(|(at, (couple, conversation))| {
                let seed = round << 32 | at as u64;
                // Numbers go on from round to round, as a device's do.
                let messages = Messages::new(*conversation, EPOCH, seed, 1 + (round << 32));
                (Sender { hello: hello(&couple[0].token), messages }, hello(&couple[1].token))
            })
            .collect()
    };
    let run = |round: u64, pace: Pace| -> Result<Outcome> {
        runtime.block_on(pairs(target.addr, target.pid(), clients(round), pace, options.phase()))
    };
    let closed = run(1, Pace::Window(options.window))?;
    let half = closed.rate() / 2.0;
    progress(&format!("{} pairs at {half:.0} messages a second", options.pairs));
    let open = run(2, Pace::PerSecond(half))?;
    drop(target);
    let of_floor_open = floor(options, Pace::PerSecond(half))?;

    let name = format!("{} pairs, {} each under way", options.pairs, options.window);
    let at_half = format!("at {half:.0}/s");
    let mut rows = vec![
        Row::new(format!("{name}: messages"), closed.rate(), "/s")
            .budget(Budget::AtLeast(20_000.0))
            .floor(of_floor.rate())
            .others(closed.passed.others),
        Row::new(format!("{name}: server CPU a message"), closed.cpu_micros(), "µs")
            .budget(Budget::AtMost(40.0))
            .floor(of_floor.cpu_micros()),
        Row::new(format!("{name}: generator CPU a message"), generator_micros(&closed), "µs")
            .floor(generator_micros(&of_floor)),
        Row::new(
            format!("{name}: server context switches a message"),
            closed.passed.switches / closed.delivery.count() as f64,
            "",
        )
        .floor(of_floor.passed.switches / of_floor.delivery.count() as f64),
    ];
    rows.extend(percentiles(&name, &closed, Some(&of_floor)));
    let mut fixed = percentiles(&at_half, &open, Some(&of_floor_open));
    if let Some(p99) = fixed.get_mut(1) {
        *p99 = p99.clone().budget(Budget::AtMost(20.0)).others(open.passed.others);
    }
    rows.extend(fixed);
    rows.push(
        Row::new(format!("{at_half}: server CPU a message"), open.cpu_micros(), "µs").floor(of_floor_open.cpu_micros()),
    );
    let (sent, received) = open.wire;
    rows.push(
        Row::new("120 characters: sender's bytes with TLS and answer", sent + received + 2.0 * TLS_RECORD, "bytes")
            .budget(Budget::AtMost(600.0)),
    );
    Ok(rows)
}

/// The same traffic through a server that only appends to a file.
fn floor(options: &Options, pace: Pace) -> Result<Outcome> {
    progress(&format!("{} pairs against the floor with a log", options.pairs));
    let data = options.data()?;
    let target = Target::floor("floor-log", data.path())?;
    let clients = (0..options.pairs)
        .map(|at| {
            let messages = Messages::new(ConversationId::from_bytes([1; 16]), EPOCH, at as u64, 1);
            (Sender { hello: floor::hello(2 * at), messages }, floor::hello(2 * at + 1))
        })
        .collect();
    options.runtime()?.block_on(pairs(target.addr, target.pid(), clients, pace, options.phase()))
}

/// The floor without the server.
pub(crate) fn floor_alone(options: &Options) -> Result<Vec<Row>> {
    let floor = floor(options, Pace::Window(options.window))?;
    let mut rows = vec![
        Row::new("floor with a log: messages", floor.rate(), "/s").others(floor.passed.others),
        Row::new("floor with a log: CPU a message", floor.cpu_micros(), "µs"),
        Row::new("floor with a log: generator CPU a message", generator_micros(&floor), "µs"),
    ];
    rows.extend(percentiles("floor with a log", &floor, None));
    Ok(rows)
}

/// Processor time of this program in microseconds, per message.
fn generator_micros(outcome: &Outcome) -> f64 {
    outcome.passed.own * 1e6 / outcome.delivery.count() as f64
}

fn percentiles(name: &str, outcome: &Outcome, floor: Option<&Outcome>) -> Vec<Row> {
    let figures: [(&str, fn(&Outcome) -> f64); 3] = [
        ("delivered, p50", |outcome| outcome.delivery.percentile_ms(50.0)),
        ("delivered, p99", |outcome| outcome.delivery.percentile_ms(99.0)),
        ("answered, p99", |outcome| outcome.answer.percentile_ms(99.0)),
    ];
    let row = |(figure, value): (&str, fn(&Outcome) -> f64)| {
        let row = Row::new(format!("{name}: {figure}"), value(outcome), "ms");
        match floor {
            Some(floor) => row.floor(value(floor)),
            None => row,
        }
    };
    figures.into_iter().map(row).collect()
}

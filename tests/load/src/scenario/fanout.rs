//! One message to all members of a large group that are online.

use anyhow::Result;
use beseda_model::{ConversationId, ConversationKind};

use super::Options;
use super::traffic::{Outcome, Sender, fan_out};
use crate::floor;
use crate::frames::{Messages, hello};
use crate::report::{Budget, Row, progress};
use crate::seed::{EPOCH, Seed};
use crate::target::Target;

/// Messages under way: enough to keep the server busy, too few to overflow a queue.
const WINDOW: u64 = 8;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for members in &options.members {
        rows.extend(size(options, *members)?);
    }
    Ok(rows)
}

fn size(options: &Options, members: usize) -> Result<Vec<Row>> {
    let runtime = options.runtime()?;
    let data = options.data()?;
    // Before and after, because the machine may be busier at one time than at the other.
    let before = floor(options, members)?;

    progress(&format!("fan-out to {members} against the server"));
    let binary = options.binary()?;
    let mut seed = Seed::open(data.path())?;
    let people = seed.people(members + 1)?;
    let conversations = seed.conversations(ConversationKind::Group, &[&people])?;
    drop(seed);
    let server = {
        let mut target = Target::server(&binary, data.path())?;
        target.wait()?;
        let messages = Messages::new(conversations[0], EPOCH, 1, 1);
        let sender = Sender { hello: hello(&people[0].token), messages };
        let readers: Vec<_> = people[1..].iter().map(|person| hello(&person.token)).collect();
        runtime.block_on(fan_out(target.addr, target.pid(), sender, &readers, WINDOW, options.phase()))?
    };
    let after = floor(options, members)?;

    let rate = f64::midpoint(before.rate(), after.rate());
    let cpu = f64::midpoint(before.cpu_micros(), after.cpu_micros());
    let name = format!("fan-out to {members}");
    Ok(vec![
        Row::new(format!("{name}: deliveries"), server.rate(), "/s")
            .budget(Budget::AtLeast(0.7 * rate))
            .floor(rate)
            .others(server.passed.others),
        Row::new(format!("{name}: server CPU a delivery"), server.cpu_micros(), "µs").floor(cpu),
        Row::new(format!("{name}: p99"), server.delivery.percentile_ms(99.0), "ms")
            .floor(f64::midpoint(before.delivery.percentile_ms(99.0), after.delivery.percentile_ms(99.0))),
    ])
}

/// The same traffic through a server that keeps nothing.
fn floor(options: &Options, members: usize) -> Result<Outcome> {
    progress(&format!("fan-out to {members} against the floor"));
    let data = options.data()?;
    let target = Target::floor("floor-fanout", data.path())?;
    let messages = Messages::new(ConversationId::from_bytes([1; 16]), EPOCH, 1, 1);
    let sender = Sender { hello: floor::hello(0), messages };
    let readers: Vec<_> = (1..=members).map(floor::hello).collect();
    options.runtime()?.block_on(fan_out(target.addr, target.pid(), sender, &readers, WINDOW, options.phase()))
}

/// The floor without the server.
pub(crate) fn floor_alone(options: &Options) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for members in &options.members {
        let floor = floor(options, *members)?;
        let name = format!("floor of the fan-out to {members}");
        rows.extend([
            Row::new(format!("{name}: deliveries"), floor.rate(), "/s").others(floor.passed.others),
            Row::new(format!("{name}: CPU a delivery"), floor.cpu_micros(), "µs"),
            Row::new(format!("{name}: p99"), floor.delivery.percentile_ms(99.0), "ms"),
        ]);
    }
    Ok(rows)
}

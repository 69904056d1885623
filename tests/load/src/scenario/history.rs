//! Pages of 50 out of long logs and large stores.

use std::time::Duration;

use anyhow::{Result, bail};
use beseda_model::ConversationKind;
use beseda_wire::codec::decode_cbor;
use beseda_wire::{Reply, Request, ServerFrame};

use super::{Options, ask, connect, start};
use crate::clock::{Chance, instant, micros};
use crate::frames::{hello, request};
use crate::report::{Budget, Row, progress};
use crate::seed::Seed;
use crate::socket::Socket;
use crate::stats::Histogram;
use crate::target::Target;

/// Entries in a page.
const PAGE: u64 = 50;

/// Conversations that share the rest of the store.
const OTHERS: usize = 2_000;

/// Parts in which the logs are written.
const STEPS: usize = 10;

pub(crate) fn run(options: &Options) -> Result<Vec<Row>> {
    let binary = options.binary()?;
    let data = options.data()?;
    progress(&format!("seeding {} messages", options.store));
    let mut seed = Seed::open(data.path())?;
    let people = seed.people(2)?;
    let groups = vec![people.as_slice(); OTHERS + 1];
    let conversations = seed.conversations(ConversationKind::Group, &groups)?;
    let (long, others) = conversations.split_at(1);
    let device = people[0].device;
    // In turn, so that each log lies scattered over the store, as it grows in life.
    let rounds = options.store.saturating_sub(options.log) / OTHERS / STEPS;
    let long_share = options.log / STEPS;
    for _ in 0..STEPS {
        let long: Vec<_> = long.iter().map(|id| (*id, device)).collect();
        seed.fill(&long, long_share)?;
        let others: Vec<_> = others.iter().map(|id| (*id, device)).collect();
        seed.fill(&others, rounds * OTHERS)?;
    }
    // The entry that the conversation begins with comes on top.
    let long_last = 1 + (long_share * STEPS) as u64;
    let other_last = 1 + (rounds * STEPS) as u64;
    drop(seed);

    let mut rows = vec![start::measure(options, "a large store", 300.0, data.path(), &people[1].token)?];
    progress("pages of history");
    let mut target = Target::server(&binary, data.path())?;
    target.wait()?;
    options.runtime()?.block_on(async {
        let mut socket = connect(target.addr, &hello(&people[1].token)).await?;
        let mut chance = Chance::new(3);
        let ping = request(2, Request::Ping);
        let pings = repeat(options.phase() / 4, &mut socket, || ping.clone(), 0).await?;
        let floor = (pings.percentile_ms(50.0), pings.percentile_ms(99.0));
        let random = repeat(
            options.phase(),
            &mut socket,
            || page(long[0], 1 + chance.below(long_last.saturating_sub(PAGE).max(1))),
            PAGE,
        )
        .await?;
        rows.extend(pair(&format!("50 anywhere in {}", options.log), &random, floor));
        let last = repeat(
            options.phase(),
            &mut socket,
            || {
                let at = usize::try_from(chance.below(OTHERS as u64)).unwrap_or(0);
                page(others[at], (other_last + 1).saturating_sub(PAGE).max(1))
            },
            PAGE.min(other_last),
        )
        .await?;
        rows.extend(pair(&format!("last 50 of a conversation, {} in store", options.store), &last, floor));
        // One look at a whole answer: the log is what was written.
        match ask(&mut socket, &page(long[0], 1)).await? {
            Reply::Log { last_seq, .. } if last_seq == long_last => Ok(rows),
            _ => bail!("the log is not as it was written"),
        }
    })
}

fn page(conversation: beseda_model::ConversationId, from: u64) -> Vec<u8> {
    let limit = u32::try_from(PAGE).expect("small");
    request(2, Request::Log { conversation, from, limit })
}

/// Asks one after the other; times end when the answer is there, before it is looked at.
async fn repeat(
    length: Duration,
    socket: &mut Socket,
    mut next: impl FnMut() -> Vec<u8>,
    expected: u64,
) -> Result<Histogram> {
    let mut times = Histogram::default();
    let end = instant() + length;
    while instant() < end {
        let request = next();
        let begin = instant();
        socket.send(&request).await?;
        let payload = socket.next().await?;
        times.record(micros(begin, instant()));
        match decode_cbor(payload)? {
            ServerFrame::Ok { re: Reply::Log { entries, .. }, .. } if entries.len() as u64 == expected => {}
            ServerFrame::Ok { re: Reply::Done, .. } => {}
            ServerFrame::Err { why, .. } => bail!("the server refused a request: {why}"),
            ServerFrame::Ok { re: Reply::Log { entries, .. }, .. } => {
                bail!("a page of {} entries where {expected} were asked for", entries.len())
            }
            ServerFrame::Ok { .. } | ServerFrame::Push(_) => bail!("not the answer to what was asked"),
        }
    }
    Ok(times)
}

/// The request's round trip, compared with that of a ping.
fn pair(name: &str, times: &Histogram, floor: (f64, f64)) -> Vec<Row> {
    let (p50, p99) = (times.percentile_ms(50.0), times.percentile_ms(99.0));
    vec![
        Row::new(format!("{name}: p50"), p50, "ms").floor(floor.0),
        Row::new(format!("{name}: p99"), p99, "ms").floor(floor.1),
        Row::new(format!("{name}: p99 less a ping's p50"), p99 - floor.0, "ms").budget(Budget::AtMost(1.0)),
    ]
}

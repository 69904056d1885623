//! How many messages a second the store makes durable: batches of 350-byte bodies into random ones of 10,000
//! conversations, and reads of the last 50 of one. Run with
//! `cargo run --release -p beseda-infra --features testing --example append_rate -- [messages] [conversations]`.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]
#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use beseda_app::domain::Append;
use beseda_app::port::Store;
use beseda_app::port::conformance::world::{conversation, converse, message, people, said};
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};
use beseda_model::ConversationKind;

const SENDERS: u32 = 200;

fn main() {
    let messages: u32 = std::env::args().nth(1).map_or(200_000, |text| text.parse().unwrap());
    let conversations: u32 = std::env::args().nth(2).map_or(10_000, |text| text.parse().unwrap());
    let dir = tempfile::tempdir_in(".").unwrap();
    let store = SqliteStore::open(&Options::new(dir.path(), [1; 16]), Arc::new(LocalBus::new())).unwrap();
    people(&store, &(0..SENDERS).collect::<Vec<_>>());
    for number in 0..conversations {
        converse(
            &store,
            number,
            ConversationKind::Direct,
            &[number % SENDERS, (number + 1 + number / SENDERS) % SENDERS],
        );
    }
    println!("{conversations} conversations are there");
    for waiting in [16, 256, 1_024, 256, 1] {
        let count = if waiting == 1 { messages / 20 } else { messages };
        rate(&store, conversations, waiting, count);
    }
    let mut times: Vec<_> = (0..2_000u32)
        .map(|number| {
            let id = conversation(scatter(number, conversations));
            let begin = Instant::now();
            (&store as &dyn Store)
                .read_blocking(move |view| {
                    let last = view.conversations().find(id)?.map_or(0, |row| row.last_seq);
                    view.log().page(id, last.saturating_sub(49), last, 50, 1 << 30)
                })
                .unwrap();
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("last 50 of one: p50 {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
}

fn scatter(number: u32, conversations: u32) -> u32 {
    number.wrapping_mul(2_654_435_761) % conversations
}

/// Keeps so many messages waiting all the time.
fn rate(store: &SqliteStore, conversations: u32, waiting: u32, count: u32) {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let (done, free) = sync_channel(1_100);
    let (begin, cpu) = (Instant::now(), cpu_ticks());
    for number in 0..count {
        if number >= waiting {
            free.recv().unwrap();
        }
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let to = scatter(number, conversations);
        let append =
            Append { body: vec![7; 350], message: message(number), ..said(to % SENDERS, conversation(to), number) };
        let done = done.clone();
        store.append(
            append,
            Box::new(move |result| {
                result.unwrap();
                done.send(()).unwrap();
            }),
        );
    }
    for _ in 0..waiting.min(count) {
        free.recv().unwrap();
    }
    let seconds = begin.elapsed().as_secs_f64();
    // A tick is ten milliseconds on every system that this is likely to run on.
    let micros = f64::from(cpu_ticks() - cpu) * 10_000.0 / f64::from(count);
    println!("{waiting:5} waiting: {:8.0} messages/s, {micros:5.1} µs of CPU each", f64::from(count) / seconds);
}

/// What this process has used, by its own account in /proc.
fn cpu_ticks() -> u32 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u32>().unwrap()).sum()
}

//! Messages that disappear, and what stays of them: nothing.

use beseda_wire::content::{Content, Message, TimedFrom, Timer};
use rusqlite::Connection;

use super::{BOB, CAROL, Device, GROUP, arrival, by, edit, id, react};
use crate::api::command::Command;
use crate::store::conversations::Conversation;
use crate::timeline::{expire, next_expiry};

fn timed(text: &str, seconds: u32, from: TimedFrom) -> Content {
    Content::Message(Message { text: text.to_owned(), timer: Some(Timer { seconds, from }), ..Message::default() })
}

fn next(device: &Device) -> Option<u64> {
    next_expiry(&device.conn, device.now).unwrap().map(|at| at.as_millis())
}

fn read(device: &mut Device, seq: u64) {
    let mut row = Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    row.read_wanted = seq;
    row.save(&device.conn).unwrap();
    device.command(&Command::MarkRead { conversation: GROUP, seq }).unwrap();
}

#[test]
fn a_timer_from_sending_runs_for_everybody() {
    let mut device = Device::new();
    device.hear(1, BOB, timed("soon gone", 60, TimedFrom::Sent));
    let end = arrival(GROUP, 1, BOB).at.as_millis() + 60_000;
    assert_eq!(next(&device), Some(end));
    assert_eq!(device.message(GROUP, id(1)).disappears_at.map(|at| at.as_millis()), Some(end));
    device.now = beseda_model::Timestamp::from_millis(end);
    device.step(expire).0.unwrap();
    assert!(device.page(GROUP).is_empty() && device.found("gone").is_empty());
    assert_eq!(next(&device), None);
    // It does not come back.
    device.hear(1, BOB, timed("soon gone", 60, TimedFrom::Sent));
    device.hear(2, BOB, edit(by(BOB, 1), "back again"));
    assert!(device.page(GROUP).is_empty() && device.found("again").is_empty());
    // One that arrives too late is not shown at all.
    device.hear(3, BOB, timed("too late", 1, TimedFrom::Sent));
    assert!(device.page(GROUP).is_empty());
}

#[test]
fn a_timer_from_reading_runs_when_it_was_read() {
    let mut device = Device::new();
    device.hear(1, BOB, timed("one", 60, TimedFrom::Read));
    device.hear(2, BOB, timed("two", 60, TimedFrom::Read));
    assert_eq!(next(&device), None);
    device.now = device.now.plus_millis(100_000);
    read(&mut device, 1);
    assert_eq!(next(&device), Some(device.now.as_millis() + 60_000));
    device.now = device.now.plus_millis(60_000);
    device.step(expire).0.unwrap();
    assert_eq!(device.texts(GROUP), ["two"]);
    // Read on another own device: the mark came by the server, and the timer starts with the next look at the clock.
    let mut row = Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    row.read = 2;
    row.save(&device.conn).unwrap();
    assert_eq!(next(&device), Some(device.now.as_millis()));
    device.step(expire).0.unwrap();
    assert_eq!((device.texts(GROUP).len(), next(&device)), (1, Some(device.now.as_millis() + 60_000)));
}

#[test]
fn ones_own_message_was_read_when_it_was_sent() {
    let mut device = Device::new();
    let timer = Some(Timer { seconds: 60, from: TimedFrom::Read });
    let draft = crate::api::command::Draft { text: "mine".to_owned(), timer, ..Default::default() };
    let mine = super::queued(device.command(&Command::Send { conversation: GROUP, draft }));
    assert_eq!(next(&device), None);
    device.accepted(GROUP, mine, 1);
    assert_eq!(next(&device), Some(arrival(GROUP, 1, BOB).at.as_millis() + 60_000));
}

#[test]
fn nothing_of_it_stays_in_the_file() {
    const CANARIES: [&str; 3] = ["zqxoriginal", "zqxedited", "zqxhistory"];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile");
    let mut device = Device::on(Connection::open(&path).unwrap());
    device.hear(1, BOB, timed(CANARIES[0], 60, TimedFrom::Sent));
    device.hear(2, BOB, edit(by(BOB, 1), CANARIES[2]));
    device.hear(3, BOB, edit(by(BOB, 1), CANARIES[1]));
    device.hear(4, CAROL, react(by(BOB, 1), "👍", true));
    // Enough beside it for the index to have several segments.
    for seq in 5..60 {
        device.hear(seq, BOB, super::text(&format!("other words {seq} zqy{seq}")));
    }
    let holds = |device: &Device, word: &str| {
        device.conn.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    };
    assert!(CANARIES.iter().all(|word| holds(&device, word)));
    device.now = device.now.plus_millis(120_000);
    device.step(expire).0.unwrap();
    for word in CANARIES {
        assert!(!holds(&device, word), "{word}");
    }
    assert!(holds(&device, "zqy59"));
}

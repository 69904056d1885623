//! How long views and searches take in a profile with 100,000 messages. Prints numbers and what they are multiples of;
//! fails only where a plan is wrong by orders of magnitude.
//!
//! `CARGO_PROFILE_DEV_OPT_LEVEL=2 cargo test -p beseda-engine --lib speed -- --ignored --nocapture`; with
//! `BESEDA_KEEP_PROFILE=FILE` the profile is kept, for `npm run bench` in `web`.

use std::time::{Duration, Instant};

use beseda_model::{AccountId, ConversationId, ConversationKind, Role};
use beseda_wire::content::Content;
use rusqlite::Connection;

use super::{ALICE, BOB, CAROL, Device, GROUP, arrival, react, text};
use crate::api::view::{Anchor, SearchQuery};
use crate::log::arrival::Arrival;
use crate::view;

const MESSAGES: u64 = 100_000;
const CONVERSATIONS: u8 = 100;

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Few words are frequent, most are rare.
    fn word(&mut self, words: &[String]) -> String {
        let len = u64::try_from(words.len()).unwrap();
        let at = self.below(len).min(self.below(len)).min(self.below(len));
        words[usize::try_from(at).unwrap()].clone()
    }
}

fn vocabulary(chance: &mut Chance) -> Vec<String> {
    let syllables = ["ко", "ла", "ре", "ми", "до", "ста", "пре", "вы", "го", "на", "по", "ра", "се", "ти", "у"];
    let mut word = |n: usize| -> String {
        (0..n).map(|_| syllables[usize::try_from(chance.below(15)).unwrap()]).collect::<String>() + "ть"
    };
    (0..20_000).map(|n| word(2 + n % 3)).collect()
}

/// The median of many runs.
#[expect(clippy::disallowed_methods, reason = "a benchmark needs the real clock")]
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..41)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[20]
}

fn place(number: u8) -> ConversationId {
    ConversationId::from_bytes([0, 0, 0, 0, 0, 2, 7, number, 0, 0, 0, 0, 0, 0, 0, 1])
}

#[test]
#[ignore = "soak"]
#[expect(clippy::disallowed_methods, reason = "a benchmark needs the real clock")]
fn views_and_searches_of_a_large_profile() {
    let folder = tempfile::tempdir().unwrap();
    let mut device = Device::on(Connection::open(folder.path().join("profile")).unwrap());
    for number in 0..CONVERSATIONS {
        let members: [(AccountId, Role); 3] = [(ALICE, Role::Member), (BOB, Role::Member), (CAROL, Role::Member)];
        device.place(place(number), ConversationKind::Group, &members);
    }
    let mut chance = Chance(7);
    let words = vocabulary(&mut chance);
    let start = Instant::now();
    let mut seq = 0;
    while seq < MESSAGES {
        let entries: Vec<(Arrival, Content)> = (0..256)
            .map(|_| {
                seq += 1;
                // Half of all in one conversation, the rest spread.
                let to = if chance.below(2) == 0 { GROUP } else { place(u8::try_from(chance.below(100)).unwrap()) };
                let mut said: Vec<String> = (0..4 + chance.below(16)).map(|_| chance.word(&words)).collect();
                if chance.below(100) < 27 {
                    said.push(format!("сообщ{}", chance.word(&words)));
                }
                if chance.below(50) == 0 {
                    said.push("договорённость".to_owned());
                }
                let from = [ALICE, BOB, CAROL][usize::try_from(chance.below(3)).unwrap()];
                (Arrival { live: false, ..arrival(to, seq, from) }, text(&said.join(" ")))
            })
            .collect();
        device
            .step(|step| {
                for (arrival, content) in entries {
                    let authored = beseda_wire::content::Authored { at: arrival.at, content };
                    super::super::apply_content(step, &arrival, authored)?;
                }
                Ok::<_, crate::store::StoreError>(())
            })
            .0
            .unwrap();
    }
    let filled = start.elapsed();
    for last in 0..200 {
        let seq = MESSAGES - last;
        let target = super::by([ALICE, BOB, CAROL][usize::try_from(last % 3).unwrap()], seq);
        device
            .apply(&Arrival { live: false, ..arrival(GROUP, MESSAGES + 1_000 + last, BOB) }, react(target, "👍", true));
    }
    println!("\n{MESSAGES} messages applied and indexed: {filled:?}, {:?} each", filled / 100_000);
    let bytes = std::fs::metadata(folder.path().join("profile")).unwrap().len();
    println!("database: {} MiB", bytes >> 20);

    let conn = &device.conn;
    let floor = median(|| {
        let mut rows = conn
            .prepare_cached(
                "SELECT row, author, at, text, entities FROM messages WHERE row > 50000 ORDER BY row LIMIT 50",
            )
            .unwrap();
        let all: Vec<String> = rows.query_map((), |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert_eq!(all.len(), 50);
    });
    println!("floor, 50 neighbouring rows read bare: {floor:?}");
    let times = |time: Duration| time.as_secs_f64() / floor.as_secs_f64();

    let view = device.view();
    let row = view::timeline(&view, GROUP, Anchor::End, 1).unwrap().messages[0].row / 2;
    for (name, anchor) in [("end", Anchor::End), ("middle", Anchor::Around(row)), ("first unread", Anchor::FirstUnread)]
    {
        let time = median(|| {
            assert!(!view::timeline(&view, GROUP, anchor, 50).unwrap().messages.is_empty());
        });
        println!("page of 50, {name}: {time:?}, {:.1} floors", times(time));
        assert!(time < Duration::from_millis(100));
    }
    let time = median(|| {
        assert!(view::conversations(&view).unwrap().len() > 100);
    });
    println!("list of 103 conversations: {time:?}, {:.1} floors", times(time));

    for (name, text, conversation, author) in [
        ("frequent prefix", "сообщ", None, None),
        ("rare word", "договоренности ", None, None),
        ("two words", "сообщ договоренность", None, None),
        ("one letter", "п", None, None),
        ("two letters", "по", None, None),
        ("prefix in one conversation", "сообщ", Some(place(3)), None),
        ("prefix by one person", "сообщ", None, Some(CAROL)),
        ("nothing", "неттакогослова", None, None),
    ] {
        let query = SearchQuery { text: text.to_owned(), conversation, author, limit: 50, ..SearchQuery::default() };
        let mut hits = 0;
        let time = median(|| hits = view::search(&view, &query).unwrap().len());
        println!("search, {name}: {time:?}, {:.1} floors, {hits} shown", times(time));
        assert!(time < Duration::from_secs(2));
    }
    let all: i64 =
        conn.query_row("SELECT count(*) FROM search WHERE search MATCH '\"сообщ\" *'", (), |row| row.get(0)).unwrap();
    println!("rows with the frequent prefix: {all}");

    if let Some(kept) = std::env::var_os("BESEDA_KEEP_PROFILE") {
        // For the bench of the web app: a browser's files have no WAL.
        conn.pragma_update(None, "journal_mode", "DELETE").unwrap();
        std::fs::copy(folder.path().join("profile"), kept).unwrap();
    }
}

//! Search on the device.

use std::cell::OnceCell;

use beseda_engine::api::view::SearchQuery;
use beseda_engine::search::words::{Sought, Words};
use beseda_engine::search::{index, query};
use beseda_model::{AccountId, ConversationId, Timestamp};
use rusqlite::Connection;

use super::edit::Script;

const HERE: ConversationId = ConversationId::from_bytes([1; 16]);
const ANNA: AccountId = AccountId::from_bytes([2; 16]);
const ROW: i64 = 7;

/// What the index knows of the table of messages.
const MESSAGES: &str = "CREATE TABLE messages (row INTEGER PRIMARY KEY, conversation BLOB, author BLOB, text TEXT, \
    indexed INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL DEFAULT 0)";

thread_local! {
    static DEVICE: OnceCell<(Connection, Words)> = const { OnceCell::new() };
}

/// The first two bytes say how long the query is that follows, then comes the text. Any text is found by itself, and any
/// query has an answer.
pub(crate) fn finds(input: &[u8]) {
    DEVICE.with(|device| {
        let (conn, words) = device.get_or_init(|| {
            let conn = Connection::open_in_memory().expect("memory");
            let schema = [
                include_str!("../../../crates/engine/src/store/migrations/0110_search.sql"),
                include_str!("../../../crates/engine/src/store/migrations/0120_files.sql"),
                include_str!("../../../crates/engine/src/store/migrations/0121_covers.sql"),
                include_str!("../../../crates/engine/src/store/migrations/0125_link_previews.sql"),
                include_str!("../../../crates/engine/src/store/migrations/0127_places.sql"),
                include_str!("../../../crates/engine/src/store/migrations/0128_contacts.sql"),
                MESSAGES,
            ];
            for part in schema {
                conn.execute_batch(part).expect("an empty database");
            }
            (conn, Words::default())
        });
        in_index(conn, words, Script::new(input));
    });
}

fn in_index(conn: &Connection, words: &Words, mut script: Script<'_>) {
    let length = script.number();
    let sought = String::from_utf8_lossy(script.take(length)).into_owned();
    let text = String::from_utf8_lossy(script.take(usize::MAX)).into_owned();

    let length = text.chars().count() as u64;
    let mut end = 0;
    for word in words.of(&text) {
        assert!(u64::from(word.start) >= end && word.len > 0, "{word:?} overlaps");
        assert!(!word.plain.is_empty() && word.plain.chars().all(char::is_alphanumeric), "{word:?} is no token");
        end = u64::from(word.start) + u64::from(word.len);
    }
    assert!(end <= length, "a word is outside of the text");

    let row = (ROW, HERE.as_bytes(), ANNA.as_bytes(), &text);
    conn.execute("INSERT OR REPLACE INTO messages (row, conversation, author, text) VALUES (?1, ?2, ?3, ?4)", row)
        .expect("any text is stored");
    index::put(conn, words, ROW, HERE, ANNA, &text).expect("any text is indexed");
    let find = |text: &str| {
        let query = SearchQuery { text: text.to_owned(), limit: 10, ..SearchQuery::default() };
        query::find(conn, words, &query).expect("any query is answered")
    };
    if !Sought::parse(words, &text).is_empty() {
        assert_eq!(find(&text), [ROW], "{text:?} is not found by itself");
        assert!(!Sought::parse(words, &text).matches(words, &text).is_empty());
    }
    for word in words.of(&text) {
        assert_eq!(find(&word.plain), [ROW], "{text:?} is not found by {:?}", word.plain);
    }
    find(&sought);
    let filtered = SearchQuery {
        text: sought,
        conversation: Some(HERE),
        author: Some(ANNA),
        from: Some(Timestamp::from_millis(u64::MAX)),
        to: Some(Timestamp::from_millis(u64::MAX)),
        limit: u32::MAX,
        before: Some(i64::MIN),
    };
    assert_eq!(query::find(conn, words, &filtered).expect("any query is answered"), Vec::<i64>::new());
    index::remove(conn, ROW).expect("any row is forgotten");
    for word in words.of(&text) {
        assert_eq!(find(&word.plain), Vec::<i64>::new(), "{:?} of {text:?} stays in the index", word.plain);
    }
}

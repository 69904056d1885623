//! Queries: newest first, without sorting all hits.

use beseda_model::ConversationId;
use rusqlite::{Connection, ToSql};

use super::index;
use super::words::{Sought, Word, Words};
use crate::api::view::SearchQuery;
use crate::store::StoreError;

/// Most hits of one page.
const MAX_PAGE: u32 = 200;

/// Rows of messages that match, newest first. Without words, the filters alone decide.
///
/// # Errors
/// When the database fails.
pub fn find(conn: &Connection, words: &Words, query: &SearchQuery) -> Result<Vec<i64>, StoreError> {
    let sought = Sought::parse(words, &query.text);
    let expression = expression(&sought, query);
    if sought.is_empty() && !query.text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let before = query.before.unwrap_or(i64::MAX);
    let limit = query.limit.clamp(1, MAX_PAGE);
    let from = query.from.map_or(0, |at| at.as_millis().cast_signed());
    let to = query.to.map_or(i64::MAX, |at| at.as_millis().cast_signed());
    let timed = query.from.is_some() || query.to.is_some();
    // Rows come out of the index newest first by themselves; the table of messages is asked only where time matters.
    let (sql, arguments): (&str, Vec<&dyn ToSql>) = match (&expression, timed) {
        (Some(expression), false) => (
            "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC LIMIT ?3",
            vec![expression, &before, &limit],
        ),
        (Some(expression), true) => (
            "SELECT search.rowid FROM search CROSS JOIN messages ON messages.row = search.rowid \
             WHERE search MATCH ?1 AND search.rowid < ?2 AND messages.at BETWEEN ?4 AND ?5 \
             ORDER BY search.rowid DESC LIMIT ?3",
            vec![expression, &before, &limit, &from, &to],
        ),
        (None, true) => (
            "SELECT row FROM messages WHERE row < ?1 AND at BETWEEN ?3 AND ?4 \
             AND indexed = 1 ORDER BY row DESC LIMIT ?2",
            vec![&before, &limit, &from, &to],
        ),
        (None, false) => return Ok(Vec::new()),
    };
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(arguments.as_slice(), |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// What FTS5 is asked for messages of a conversation with these words.
pub(crate) fn within(sought: &Sought, conversation: ConversationId) -> String {
    let mut terms = words(sought);
    terms.push(quoted(&index::place(conversation)));
    terms.join(" AND ")
}

/// What FTS5 is asked; none if neither words nor place nor person are given.
fn expression(sought: &Sought, query: &SearchQuery) -> Option<String> {
    let mut terms = words(sought);
    terms.extend(query.conversation.map(|conversation| quoted(&index::place(conversation))));
    terms.extend(query.author.map(|author| quoted(&index::by(author))));
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

fn words(sought: &Sought) -> Vec<String> {
    let term = |(word, is_beginning): (&Word, bool)| {
        let stem = quoted(&index::stem(&word.stem));
        if is_beginning { format!("({stem} OR {} *)", quoted(&word.plain)) } else { stem }
    };
    sought.terms().map(term).collect()
}

/// A string of FTS5's query language. Tokens hold letters and digits only, so nothing is to be escaped.
fn quoted(token: &str) -> String {
    format!("\"{token}\"")
}

#[cfg(test)]
mod tests {
    use beseda_model::{AccountId, Timestamp};

    use super::*;

    const HERE: ConversationId = ConversationId::from_bytes([1; 16]);
    const THERE: ConversationId = ConversationId::from_bytes([2; 16]);
    const ANNA: AccountId = AccountId::from_bytes([3; 16]);
    const BORIS: AccountId = AccountId::from_bytes([4; 16]);

    fn filled() -> (Connection, Words) {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(include_str!("../store/migrations/0110_search.sql")).unwrap();
        conn.execute_batch(include_str!("../store/migrations/0120_files.sql")).unwrap();
        conn.execute_batch(include_str!("../store/migrations/0121_covers.sql")).unwrap();
        conn.execute_batch(include_str!("../store/migrations/0125_link_previews.sql")).unwrap();
        conn.execute_batch(include_str!("../store/migrations/0127_places.sql")).unwrap();
        conn.execute_batch(include_str!("../store/migrations/0128_contacts.sql")).unwrap();
        conn.execute_batch(
            "CREATE TABLE messages (row INTEGER PRIMARY KEY, conversation BLOB, author BLOB, text TEXT, \
             indexed INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL)",
        )
        .unwrap();
        let words = Words::default();
        let texts = [
            (HERE, ANNA, "Отправь мне, пожалуйста, отчёт"),
            (HERE, BORIS, "Отправил отчёты вчера"),
            (THERE, ANNA, "The report was sent yesterday"),
            (THERE, BORIS, "reporting for duty"),
        ];
        for (row, (place, author, text)) in (1i64..).zip(texts) {
            conn.execute(
                "INSERT INTO messages (row, conversation, author, text, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                (row, place.as_bytes(), author.as_bytes(), text, row * 1_000),
            )
            .unwrap();
            index::put(&conn, &words, row, place, author, text).unwrap();
        }
        (conn, words)
    }

    fn find_rows(query: SearchQuery) -> Vec<i64> {
        let (conn, words) = filled();
        find(&conn, &words, &SearchQuery { limit: 50, ..query }).unwrap()
    }

    fn text(text: &str) -> SearchQuery {
        SearchQuery { text: text.to_owned(), ..SearchQuery::default() }
    }

    #[test]
    fn forms_and_beginnings_are_found_newest_first() {
        assert_eq!(find_rows(text("отчет ")), [2, 1]);
        assert_eq!(find_rows(text("отп")), [2, 1]);
        assert_eq!(find_rows(text("report")), [4, 3]);
        assert_eq!(find_rows(text("report yest")), [3]);
        assert!(find_rows(text("неттакого")).is_empty());
    }

    #[test]
    fn place_person_and_time_narrow_down() {
        assert_eq!(find_rows(SearchQuery { author: Some(ANNA), ..text("report") }), [3]);
        assert_eq!(find_rows(SearchQuery { conversation: Some(HERE), ..text("от") }), [2, 1]);
        assert!(find_rows(SearchQuery { conversation: Some(THERE), ..text("отчет") }).is_empty());
        assert_eq!(find_rows(SearchQuery { from: Some(Timestamp::from_millis(3_500)), ..text("report") }), [4]);
        assert_eq!(find_rows(SearchQuery { to: Some(Timestamp::from_millis(1_000)), ..text("") }), [1]);
        assert_eq!(find_rows(SearchQuery { author: Some(BORIS), ..text("") }), [4, 2]);
    }

    #[test]
    fn pages_follow_each_other() {
        let (conn, words) = filled();
        let page = |before| find(&conn, &words, &SearchQuery { limit: 1, before, ..text("report") }).unwrap();
        assert_eq!(page(None), [4]);
        assert_eq!(page(Some(4)), [3]);
        assert!(page(Some(3)).is_empty());
    }

    #[test]
    fn what_is_removed_or_edited_is_not_found() {
        let (conn, words) = filled();
        index::remove(&conn, 4).unwrap();
        index::remove(&conn, 3).unwrap();
        conn.execute("UPDATE messages SET text = 'nothing of interest' WHERE row = 3", ()).unwrap();
        index::put(&conn, &words, 3, THERE, ANNA, "nothing of interest").unwrap();
        assert!(find(&conn, &words, &SearchQuery { limit: 9, ..text("report") }).unwrap().is_empty());
        assert_eq!(find(&conn, &words, &SearchQuery { limit: 9, ..text("interest") }).unwrap(), [3]);
    }

    #[test]
    fn signs_and_query_operators_do_no_harm() {
        for hostile in ["\"", "a\" OR \"b", "NOT", "^", "*", "отчет*", "()", "NEAR(a b)", "\u{e001}", "tokens:x"] {
            let _ = find_rows(text(hostile));
        }
        assert!(find_rows(text("!!!")).is_empty());
    }
}

//! Queries that run all the time must find their rows by an index: a forgotten one is noticed here and not by people.

use super::feed::{accounts, changed_accounts};
use super::open::{Options, open};
use super::{account, blob, conversation, device, feed, log, wake};

fn plan(sql: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let conn = open(&Options::new(dir.path(), [1; 16])).unwrap().writer;
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Unbound parameters are null: the plan does not depend on them.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

fn assert_plan(sql: &str, sorts: bool) {
    let plan = plan(sql);
    assert!(plan.iter().any(|step| step.starts_with("SEARCH")), "{plan:#?}");
    // What was searched out before is there to be read through.
    let found = ["SCAN p", "SCAN (subquery-1)", "SCAN CONSTANT ROW"];
    assert!(!plan.iter().any(|step| step.starts_with("SCAN") && !found.contains(&step.as_str())), "{plan:#?}");
    assert_eq!(plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY")), sorts, "{plan:#?}");
}

#[test]
fn what_runs_for_every_message_and_login_searches_by_index() {
    for sql in [
        log::PAGE,
        log::MESSAGE,
        log::EXPIRED,
        device::SESSION,
        account::PEERS,
        conversation::CONTACTS,
        wake::SLEEPERS,
        blob::UNFINISHED,
        blob::FIND,
        blob::UNKEPT,
        "SELECT key, account FROM devices WHERE device = ?1 AND removed = 0",
        "SELECT key FROM conversations WHERE conversation = ?1",
        "SELECT device FROM leaves WHERE conversation = ?1 AND due = 1",
        "SELECT 1 FROM leaves WHERE device = ?1 AND conversation = ?2",
    ] {
        assert_plan(sql, false);
    }
}

#[test]
fn a_sync_starts_from_the_account_or_from_what_changed() {
    // What one account sees is put in order after it was found.
    assert_plan(feed::CONVERSATIONS, true);
    assert_plan(feed::RECEIPTS, true);
    assert_plan(feed::ASKS, false);
    for column in ["log_change", "profile_change"] {
        assert_plan(&changed_accounts(column), false);
        assert_plan(&accounts(column, true), false);
        assert_plan(&accounts(column, false), true);
    }
}

//! The ports' conformance suites, on SQLite.

use std::sync::Arc;

use beseda_app::port::conformance;
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};

macro_rules! conforms {
    ($($module:ident: $($name:ident),+;)+) => {
        $(mod $module {
            $(#[test]
            fn $name() {
                let dir = tempfile::tempdir().unwrap();
                let store = super::open(dir.path());
                super::conformance::$module::$name(&store);
            })+
        })+
    };
}

fn open(dir: &std::path::Path) -> SqliteStore {
    SqliteStore::open(&Options::new(dir, [9; 16]), Arc::new(LocalBus::new())).expect("an empty directory can be opened")
}

conforms! {
    append:
        numbers_counts_and_chains,
        stores_a_message_once,
        admits_current_devices_of_members_only,
        refuses_another_epoch,
        waits_for_due_removals,
        asks_the_policy,
        holds_a_request_to_one_text,
        refuses_those_who_are_blocked,
        blanks_by_right,
        keeps_the_highest_send_number,
        keeps_order_under_concurrency;
}

//! The ports' conformance suites, on SQLite.

use std::sync::Arc;

use beseda_app::port::{Bus, conformance};
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};

macro_rules! conforms {
    ($($module:ident: $($name:ident),+;)+) => {
        $(mod $module {
            $(#[test]
            fn $name() {
                let dir = tempfile::tempdir().unwrap();
                let store = super::open(dir.path(), std::sync::Arc::new(super::LocalBus::new()));
                super::conformance::$module::$name(&store);
            })+
        })+
    };
}

fn open(dir: &std::path::Path, bus: Arc<dyn Bus>) -> SqliteStore {
    SqliteStore::open(&Options::new(dir, [9; 16]), bus).expect("an empty directory can be opened")
}

conforms! {
    account:
        is_found_by_what_it_is_known_by,
        is_unique,
        is_searched_by_prefix,
        keeps_what_it_sets,
        blocks_one_way,
        has_the_peers_of_its_conversations,
        is_another_person_after_a_reset,
        is_found_by_its_link,
        is_deleted_but_for_its_log;
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
    blob:
        remembers_uploads,
        forgets_uploads,
        charges_those_who_keep,
        forgets_what_nobody_keeps,
        lets_everything_go;
    conversation:
        begins_empty,
        is_unique_per_pair,
        knows_present_and_past_members,
        tells_contacts,
        advances_from_the_expected_epoch_only,
        notes_every_change_of_the_roster,
        keeps_leaves_and_what_is_due,
        keeps_reports,
        keeps_the_right_to_join,
        keeps_marks;
    device:
        is_current_until_removed,
        has_a_log_without_gaps,
        has_sessions;
    feed:
        tells_everything_at_first,
        is_the_same_from_any_cursor,
        ends_with_membership,
        hides_read_marks_both_ways,
        tells_devices_what_is_theirs,
        refuses_foreign_cursors;
    group:
        keeps_the_public_state,
        keeps_welcomes_until_done;
    group_link:
        keeps_links_by_token,
        keeps_requests_and_their_outcome,
        tells_whom_a_request_concerns;
    join:
        links_devices,
        invites,
        signs_in_by_ticket,
        spends_daily_budgets;
    key:
        is_taken_once_and_oldest_first,
        has_a_last_resort,
        grows_old;
    log:
        is_shared_with_the_hot_path,
        is_read_in_pages,
        is_blanked_once,
        expires;
    phone:
        binds_one_number_to_one_account,
        tells_both_that_a_number_moved,
        keeps_codes,
        remembers_what_was_sent,
        recognises_its_key;
    report:
        are_kept_until_closed;
    store:
        commits_all_or_nothing,
        numbers_changes,
        reads_one_moment,
        answers_after_the_commit;
    wake:
        has_one_key,
        subscribes_one_device_at_one_endpoint,
        lets_conversations_be_muted,
        gives_tokens_that_end;
}

#[test]
fn the_store_backs_up() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), Arc::new(LocalBus::new()));
    conformance::store::backs_up(&store, &dir.path().join("backup.db"));
}

#[test]
fn the_local_bus_reaches_all_who_listen() {
    conformance::bus::reaches_all_who_listen(&LocalBus::new());
}

#[test]
fn the_local_bus_hears_of_commits_only() {
    let dir = tempfile::tempdir().unwrap();
    let bus = Arc::new(LocalBus::new());
    let store = open(dir.path(), Arc::clone(&bus) as Arc<dyn Bus>);
    conformance::bus::hears_of_commits_only(&store, &*bus);
}

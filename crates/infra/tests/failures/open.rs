use std::io::Write as _;

use beseda_app::domain::StoreEpoch;
use beseda_app::port::StoreError;
use beseda_app::port::conformance::world::{account, converse, people, say};
use beseda_infra::db::sqlite::renew_store_epoch;
use beseda_model::ConversationKind::Group;

use super::{Options, open, options, try_open};

#[test]
fn a_second_store_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    assert_eq!(try_open(&options(dir.path())).err().unwrap(), StoreError::Locked);
    drop(first);
    open(dir.path());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_new_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let open = open(dir.path());
    people(&*open, &[1]);
    for file in ["beseda.db", "beseda.db-wal"] {
        let mode = std::fs::metadata(dir.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

/// Whoever copies the file of a server that has stopped has all of it.
#[test]
fn a_store_that_was_closed_is_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { readers: 8, ..options(dir.path()) };
    for number in 1..=50 {
        let store = try_open(&options).unwrap();
        people(&*store, &[number]);
        drop(store);
        let mut names: Vec<_> =
            std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| name != "lock");
        assert_eq!(names, ["beseda.db"]);
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let file = dir.path().join("beseda.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.pragma_update(None, "user_version", 99).unwrap();
    drop(conn);
    let before = std::fs::read(&file).unwrap();
    assert_eq!(try_open(&options(dir.path())).err().unwrap(), StoreError::NewerSchema { found: 99, known: 7 });
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn somebody_elses_file_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("beseda.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(conn);
    let before = std::fs::read(&file).unwrap();
    assert_eq!(try_open(&options(dir.path())).err().unwrap(), StoreError::NotOurs);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    std::fs::write(&file, b"a text, by mistake, that is long enough to be looked at as if it were a header").unwrap();
    assert_eq!(try_open(&options(dir.path())).err().unwrap(), StoreError::NotOurs);
}

#[test]
fn a_directory_that_cannot_be_made_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), b"").unwrap();
    let inside = dir.path().join("file").join("data");
    assert_eq!(try_open(&options(&inside)).err().unwrap(), StoreError::CannotOpen);
}

/// Root may write anywhere: the check runs in a child as somebody who may not.
#[test]
fn a_directory_that_may_not_be_written_is_told_apart() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    for name in ["beseda.db", "lock"] {
        std::fs::set_permissions(dir.path().join(name), Permissions::from_mode(0o444)).unwrap();
    }
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o555)).unwrap();
    let outcome = super::crash::child("open", dir.path()).output_as_nobody();
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(said.contains("opened: ReadOnly"), "{said} {}", String::from_utf8_lossy(&outcome.stderr));
}

#[test]
fn a_damaged_page_is_told_and_the_rest_is_still_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    people(&*store, &[1, 2]);
    let id = converse(&*store, 1, Group, &[1, 2]);
    for number in 1..=400 {
        say(&*store, 1, id, number).unwrap();
    }
    drop(store);
    let file = dir.path().join("beseda.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    let root: u32 =
        conn.query_row("SELECT rootpage FROM sqlite_master WHERE name = 'entries'", [], |row| row.get(0)).unwrap();
    drop(conn);
    let mut database = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
    std::io::Seek::seek(&mut database, std::io::SeekFrom::Start(u64::from(root - 1) * 4096)).unwrap();
    database.write_all(&[0xee; 4096]).unwrap();
    drop(database);

    let store = open(dir.path());
    let page = store.read_blocking(move |view| view.log().page(id, 1, 9, 9, 9_999));
    assert_eq!(page.unwrap_err(), StoreError::Damaged);
    let refused = say(&*store, 1, id, 401);
    assert_eq!(refused.unwrap_err(), beseda_app::domain::AppendError::Store(StoreError::Damaged));
    let found = store.read_blocking(|view| view.accounts().find(account(2)));
    assert!(found.unwrap().is_some(), "what is not damaged goes on being read");
}

#[test]
fn a_backup_is_a_store_of_its_own_with_everything_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    people(&*store, &[1, 2]);
    let id = converse(&*store, 1, Group, &[1, 2]);
    say(&*store, 1, id, 1).unwrap();
    let restored = tempfile::tempdir().unwrap();
    let copy = restored.path().join("beseda.db");
    store.backup(&copy).unwrap();
    assert_eq!(store.backup(&copy).unwrap_err(), StoreError::Conflict, "a backup is not overwritten");
    say(&*store, 1, id, 2).unwrap();

    renew_store_epoch(restored.path(), [8; 16]).unwrap();
    let copy = open(restored.path());
    assert_eq!((store.store_epoch(), copy.store_epoch()), (StoreEpoch([9; 16]), StoreEpoch([8; 16])));
    assert_eq!(say(&*copy, 1, id, 1).unwrap().seq, 1);
    assert_eq!(say(&*copy, 2, id, 3).unwrap().seq, 2);
}

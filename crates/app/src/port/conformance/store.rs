//! [`Store`], [`View`](crate::port::View) and [`UnitOfWork`](crate::port::UnitOfWork) themselves.

use beseda_model::ConversationKind::Group;

use super::world::{account, actor, add_person, converse, people, say};
use crate::port::{Store, StoreError};

/// A unit of work sees what it wrote, readers see it after the commit, and a refused one leaves nothing.
pub fn commits_all_or_nothing(store: &dyn Store) {
    let refused = store.write_blocking(|uow| {
        add_person(uow, 1)?;
        assert!(uow.accounts().find(account(1))?.is_some());
        assert!(uow.view().accounts().find(account(1))?.is_some());
        Err::<(), _>(StoreError::Conflict)
    });
    assert_eq!(refused, Err(StoreError::Conflict));
    assert_eq!(store.read_blocking(|view| view.accounts().count()), Ok(0));
    people(store, &[1]);
    assert_eq!(store.read_blocking(|view| view.accounts().count()), Ok(1));
}

/// Change numbers grow with every change and are the same for readers and writers.
pub fn numbers_changes(store: &dyn Store) {
    let number = || store.read_blocking(|view| view.change_no()).expect("the store reads");
    let before = number();
    people(store, &[1, 2]);
    let after = number();
    assert!(before < after);
    assert_eq!(store.write_blocking(|uow| uow.change_no()), Ok(after));
    let id = converse(store, 1, Group, &[1, 2]);
    let after = number();
    say(store, 1, id, 1).expect("a member may speak");
    assert!(after < number());
}

/// A reader sees one moment, whatever is written beside it.
pub fn reads_one_moment(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    let (begun, may_begin) = std::sync::mpsc::sync_channel(1);
    let (written, is_written) = std::sync::mpsc::sync_channel(1);
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    store.read(
        move |view| {
            let first = view.conversations().find(id)?;
            begun.send(()).expect("the test waits");
            is_written.recv().expect("the test writes");
            Ok::<_, StoreError>(first == view.conversations().find(id)?)
        },
        move |same| sender.send(same).expect("the test waits"),
    );
    may_begin.recv().expect("the reader begins");
    say(store, 1, id, 1).expect("a member may speak");
    written.send(()).expect("the reader waits");
    assert_eq!(receiver.recv(), Ok(Ok(true)));
    let seen = store.read_blocking(move |view| view.conversations().find(id)).expect("the store reads");
    assert_eq!(seen.map(|row| row.last_seq), Some(1));
}

/// What was written before an answer is there for whoever reads after it; the queue is empty when all is answered.
pub fn answers_after_the_commit(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    for number in 1..=20 {
        let seq = say(store, 1, id, number).expect("a member may speak").seq;
        let state = store.read_blocking(move |view| view.feed().conversation(&actor(2), id)).expect("the store reads");
        assert_eq!(state.map(|state| state.last_seq), Some(seq));
    }
    // The last of a batch is counted off right after its answer.
    while store.queued() > 0 {
        std::thread::yield_now();
    }
    assert_eq!(store.read_blocking(|view| Ok::<_, StoreError>(view.store_epoch())), Ok(store.store_epoch()));
    let limits = store.read_blocking(|view| Ok::<_, StoreError>(view.limits().clone()));
    assert!(limits.is_ok_and(|limits| limits.page_entries > 0));
}

/// A backup is a whole store, and is never written over something else.
pub fn backs_up(store: &dyn Store, to: &std::path::Path) {
    people(store, &[1]);
    assert_eq!(store.backup(to), Ok(()));
    assert!(to.exists());
    assert_eq!(store.backup(to), Err(StoreError::Conflict));
}

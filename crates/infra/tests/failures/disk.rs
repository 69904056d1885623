use beseda_app::domain::{Append, AppendError};
use beseda_app::port::StoreError;
use beseda_app::port::conformance::world::{account, converse, people, said, say};
use beseda_app::usecase;
use beseda_infra::db::sqlite::Options;
use beseda_model::ConversationKind::Group;

use super::{open, options, try_open};

/// A full disk refuses what does not fit and keeps the rest. When there is room again, writing goes on by itself: here
/// room is made by letting the file grow, which for the writer is the same.
#[test]
fn a_full_disk_is_told_and_survived() {
    let dir = tempfile::tempdir().unwrap();
    let full = Options { max_pages: Some(120), ..options(dir.path()) };
    let store = try_open(&full).unwrap();
    people(&*store, &[1, 2]);
    let id = converse(&*store, 1, Group, &[1, 2]);
    let mut stored = 0;
    let refused = loop {
        let big = Append { body: vec![7; 30_000], ..said(1, id, stored + 1) };
        match store.append_blocking(big) {
            Ok(appended) => {
                stored += 1;
                assert_eq!(appended.seq, u64::from(stored));
            }
            Err(error) => break error,
        }
        assert!(stored < 1_000, "the disk never fills");
    };
    assert_eq!(refused, AppendError::Store(StoreError::DiskFull));
    // Units of work get the same answer, and readers go on.
    let blob = vec![1; 60_000];
    let actor = beseda_app::port::conformance::world::actor(1);
    let refused = store.write_blocking(move |uow| {
        (0..20).try_for_each(|_| uow.accounts_mut().set_profile(actor.account, &blob).map(drop))?;
        uow.accounts_mut().set_profile(account(2), &blob).map(drop)
    });
    assert_eq!(refused, Err(StoreError::DiskFull));
    let page = store.read_blocking(move |view| usecase::log::log_page(view, actor, id, 1, 200)).unwrap();
    assert_eq!(page.last_seq, u64::from(stored));
    // Something small may still fit, or not; what is told is true either way.
    let small = say(&*store, 2, id, 9_000).is_ok();
    drop(store);

    let store = open(dir.path());
    assert_eq!(say(&*store, 2, id, 9_001).unwrap().seq, u64::from(stored) + u64::from(small) + 1);
}

/// A unit of work that fails takes nothing of the others with it.
#[test]
fn a_failing_unit_of_work_is_undone_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    people(&*store, &[1, 2]);
    let id = converse(&*store, 1, Group, &[1, 2]);
    let (sender, receiver) = std::sync::mpsc::channel();
    for number in 1..=50 {
        let answer = sender.clone();
        store.append(said(1, id, number), Box::new(move |result| answer.send(result.is_ok()).unwrap()));
        let answer = sender.clone();
        store.write(
            move |uow| {
                uow.accounts_mut().set_profile(account(1), b"half")?;
                if number % 2 == 0 {
                    panic!("a bug in a use case");
                }
                Err::<(), _>(StoreError::Conflict)
            },
            move |result| answer.send(result.is_err()).unwrap(),
        );
    }
    drop(sender);
    assert_eq!(receiver.iter().filter(|as_expected| *as_expected).count(), 100);
    let profile = store.read_blocking(|view| view.accounts().profile(account(1)));
    assert_eq!(profile, Ok(None));
    let row = store.read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap();
    assert_eq!(row.last_seq, 50);
}

/// More than the queue holds is refused at once, and what was taken is done.
#[test]
fn a_full_queue_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let store = try_open(&Options { queue: 4, ..options(dir.path()) }).unwrap();
    people(&*store, &[1, 2]);
    let id = converse(&*store, 1, Group, &[1, 2]);
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (started, running) = std::sync::mpsc::channel();
    store.write(
        move |_| {
            started.send(()).unwrap();
            let _ = held.recv();
            Ok::<_, StoreError>(())
        },
        drop,
    );
    running.recv().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    for number in 1..=6 {
        let answer = sender.clone();
        store.append(said(1, id, number), Box::new(move |result| answer.send(result).unwrap()));
    }
    drop(hold);
    drop(sender);
    let (stored, refused): (Vec<_>, Vec<_>) = receiver.iter().partition(Result::is_ok);
    assert_eq!(stored.len(), 4);
    assert!(refused.iter().all(|result| *result == Err(AppendError::Store(StoreError::Overloaded))));
    assert_eq!(refused.len(), 2);
}

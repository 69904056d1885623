//! [`BlobView`](crate::port::BlobView) and [`BlobRepo`](crate::port::BlobRepo).

use beseda_model::{BlobId, Timestamp, UploadId};

use super::world::{NOW, account};
use crate::domain::blob::LEAST_CHARGE;
use crate::domain::{Blob, Upload};
use crate::port::{Store, StoreError};

fn at(offset: u64) -> Timestamp {
    NOW.plus_millis(offset)
}

fn upload(number: u8, of: u32, until: u64) -> Upload {
    Upload {
        id: UploadId::from_bytes([number; 16]),
        account: account(of),
        length: u64::from(number) * LEAST_CHARGE,
        announced: number.is_multiple_of(2).then(|| blob(number).id),
        expires_at: at(until),
        blob: None,
    }
}

fn blob(number: u8) -> Blob {
    Blob { id: BlobId::from_bytes([number; 32]), size: u64::from(number) * LEAST_CHARGE }
}

fn insert(store: &dyn Store, numbers: &[u8]) {
    let blobs: Vec<_> = numbers.iter().copied().map(blob).collect();
    store
        .write_blocking(move |uow| blobs.iter().try_for_each(|blob| uow.blobs_mut().insert(*blob, at(0))))
        .expect("blobs can be added");
}

fn keep(store: &dyn Store, of: u32, number: u8) -> Result<(), StoreError> {
    store.write_blocking(move |uow| uow.blobs_mut().keep(account(of), blob(number)))
}

fn let_go(store: &dyn Store, of: u32, number: u8, when: u64) -> bool {
    store
        .write_blocking(move |uow| uow.blobs_mut().let_go(account(of), blob(number).id, at(when)))
        .expect("a blob can be let go")
}

fn kept(store: &dyn Store, of: u32) -> u64 {
    store.read_blocking(move |view| view.blobs().kept_bytes(account(of))).expect("the store reads") / LEAST_CHARGE
}

fn unkept_since(store: &dyn Store, since: u64, limit: u32) -> Vec<u8> {
    let found = store.read_blocking(move |view| view.blobs().unkept(at(since), limit)).expect("the store reads");
    for id in found.clone() {
        let forget = || store.write_blocking(move |uow| uow.blobs_mut().delete_unkept(id, at(since)));
        assert_eq!((forget(), forget()), (Ok(true), Ok(false)));
    }
    found.iter().map(|id| id.as_bytes()[0]).collect()
}

/// An upload is found by its id, and among its account's until it is finished; then what it became is told for a while.
pub fn remembers_uploads(store: &dyn Store) {
    let [one, two, three] = [upload(1, 1, 10), upload(2, 1, 20), upload(3, 2, 30)];
    store
        .write_blocking(move |uow| [one, two, three].iter().try_for_each(|it| uow.blobs_mut().insert_upload(it)))
        .expect("uploads can be added");
    let again = store.write_blocking(move |uow| uow.blobs_mut().insert_upload(&one));
    assert_eq!(again, Err(StoreError::Conflict));
    let find = |id| store.read_blocking(move |view| view.blobs().upload(id));
    assert_eq!((find(one.id), find(two.id)), (Ok(Some(one)), Ok(Some(two))));
    assert_eq!(find(UploadId::from_bytes([9; 16])), Ok(None));
    let unfinished = |of| {
        let found = store.read_blocking(move |view| view.blobs().unfinished(account(of)));
        let mut ids: Vec<_> = found.expect("the store reads").iter().map(|upload| upload.id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!((unfinished(1), unfinished(2), unfinished(3)), (vec![one.id, two.id], vec![three.id], vec![]));

    insert(store, &[1]);
    store
        .write_blocking(move |uow| {
            uow.blobs_mut().extend_upload(two.id, at(25))?;
            uow.blobs_mut().finish_upload(one.id, blob(1).id, at(15))
        })
        .expect("uploads go on and end");
    assert_eq!(unfinished(1), [two.id]);
    assert_eq!(find(one.id), Ok(Some(Upload { expires_at: at(15), blob: Some(blob(1).id), ..one })));
    assert_eq!(find(two.id), Ok(Some(Upload { expires_at: at(25), ..two })));
    let delete = |id| store.write_blocking(move |uow| uow.blobs_mut().delete_upload(id));
    assert_eq!((delete(three.id), delete(three.id), find(three.id)), (Ok(true), Ok(false), Ok(None)));
}

/// Uploads end at their time, some at once and the rest later, the finished ones too.
pub fn forgets_uploads(store: &dyn Store) {
    let all: Vec<_> = (1..=4).map(|number| upload(number, 1, u64::from(number) * 10)).collect();
    store
        .write_blocking(move |uow| all.iter().try_for_each(|upload| uow.blobs_mut().insert_upload(upload)))
        .expect("uploads can be added");
    let expire = |now, limit| {
        let gone = store.write_blocking(move |uow| uow.blobs_mut().delete_expired_uploads(at(now), limit));
        gone.expect("uploads can be forgotten").iter().map(|id| id.as_bytes()[0]).collect::<Vec<_>>()
    };
    assert!(expire(9, 9).is_empty());
    assert_eq!(expire(10, 9), [1]);
    assert_eq!((expire(30, 1).len(), expire(30, 1).len(), expire(30, 1).len()), (1, 1, 0));
    assert_eq!(expire(40, 9), [4]);
}

/// Everybody who keeps a blob is charged for it, and for small ones the least; letting go gives it back.
pub fn charges_those_who_keep(store: &dyn Store) {
    insert(store, &[0, 2, 3]);
    let doubled = store.write_blocking(move |uow| uow.blobs_mut().insert(blob(2), at(0)));
    assert_eq!(doubled, Err(StoreError::Conflict));
    let find = |number: u8| store.read_blocking(move |view| view.blobs().find(blob(number).id));
    assert_eq!((find(2), find(9)), (Ok(Some(blob(2))), Ok(None)));
    for (of, number) in [(1, 2), (1, 3), (1, 0), (2, 2)] {
        assert_eq!(keep(store, of, number), Ok(()));
    }
    assert_eq!(keep(store, 1, 2), Err(StoreError::Conflict));
    assert_eq!((kept(store, 1), kept(store, 2), kept(store, 3)), (6, 2, 0));
    let keeps = |of, number| store.read_blocking(move |view| view.blobs().keeps(account(of), blob(number).id));
    assert_eq!((keeps(1, 2), keeps(2, 2), keeps(2, 3), keeps(1, 9)), (Ok(true), Ok(true), Ok(false), Ok(false)));
    assert!(let_go(store, 1, 2, 0) && !let_go(store, 1, 2, 0) && !let_go(store, 1, 9, 0));
    assert_eq!((keeps(1, 2), keeps(2, 2)), (Ok(false), Ok(true)));
    assert_eq!((kept(store, 1), kept(store, 2)), (4, 2));
    assert!(let_go(store, 1, 0, 0));
    assert_eq!(kept(store, 1), 3);
}

/// A blob is forgotten when nobody has kept it for long enough, counted from when the last one let it go.
pub fn forgets_what_nobody_keeps(store: &dyn Store) {
    insert(store, &[1, 2, 3]);
    assert_eq!(keep(store, 1, 1), Ok(()));
    assert_eq!(keep(store, 2, 1), Ok(()));
    assert_eq!(keep(store, 1, 2), Ok(()));
    assert!(let_go(store, 1, 1, 10));
    assert!(let_go(store, 1, 2, 20));
    assert_eq!(unkept_since(store, 15, 9), [3], "it was never kept");
    assert!(let_go(store, 2, 1, 30));
    let forget =
        |number, since| store.write_blocking(move |uow| uow.blobs_mut().delete_unkept(blob(number).id, at(since)));
    assert_eq!((forget(1, 29), forget(2, 19), forget(9, 99)), (Ok(false), Ok(false), Ok(false)));
    assert_eq!(keep(store, 3, 2), Ok(()), "somebody keeps it again");
    assert_eq!(forget(2, 99), Ok(false), "as was not known when it was looked for");
    assert!(unkept_since(store, 29, 9).is_empty());
    assert_eq!(unkept_since(store, 30, 9), [1]);
    assert!(let_go(store, 3, 2, 40));
    assert_eq!((unkept_since(store, 50, 9), unkept_since(store, 50, 9)), (vec![2], vec![]));
    insert(store, &[1, 2, 3]);
    assert_eq!((unkept_since(store, 0, 2).len(), unkept_since(store, 0, 2).len()), (2, 1));
}

/// Whoever lets everything go keeps nothing, and has no upload any more; others keep what they kept.
pub fn lets_everything_go(store: &dyn Store) {
    insert(store, &[1, 2]);
    for (of, number) in [(1, 1), (1, 2), (2, 2)] {
        assert_eq!(keep(store, of, number), Ok(()));
    }
    let [mine, others] = [upload(1, 1, 100), upload(2, 2, 100)];
    store
        .write_blocking(move |uow| {
            uow.blobs_mut().insert_upload(&mine)?;
            uow.blobs_mut().insert_upload(&others)?;
            uow.blobs_mut().let_all_go(account(1), at(10))
        })
        .expect("everything can be let go");
    assert_eq!((kept(store, 1), kept(store, 2)), (0, 2));
    let ended = store.write_blocking(move |uow| uow.blobs_mut().delete_expired_uploads(at(10), 9));
    assert_eq!(ended, Ok(vec![mine.id]));
    assert!(unkept_since(store, 9, 9).is_empty());
    assert_eq!(unkept_since(store, 10, 9), [1]);
}

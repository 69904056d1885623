//! [`KeyView`](crate::port::KeyView) and [`KeyRepo`](crate::port::KeyRepo).

use beseda_model::Timestamp;

use super::world::{NOW, device, people};
use crate::port::{Store, StoreError, StoredKey};

fn at(offset: u64) -> Timestamp {
    NOW.plus_millis(offset)
}

/// One-time packages are taken once, the oldest first, and never come back.
pub fn is_taken_once_and_oldest_first(store: &dyn Store) {
    people(store, &[1]);
    store
        .write_blocking(|uow| {
            uow.keys_mut().insert(device(1), b"second", at(2))?;
            uow.keys_mut().insert(device(1), b"first", at(1))
        })
        .expect("packages can be published");
    let again = store.write_blocking(|uow| uow.keys_mut().insert(device(1), b"first", at(3)));
    assert_eq!(again, Err(StoreError::Conflict));
    let count = || store.read_blocking(|view| view.keys().count(device(1), NOW));
    assert_eq!(count(), Ok(2));
    let take = || {
        let taken = store.write_blocking(|uow| uow.keys_mut().take(device(1), NOW)).expect("the store writes");
        taken.map(|key| key.package)
    };
    assert_eq!(take(), Some(b"first".to_vec()));
    assert_eq!(take(), Some(b"second".to_vec()));
    assert_eq!((take(), count()), (None, Ok(0)));
    let again = store.write_blocking(|uow| uow.keys_mut().insert(device(1), b"second", at(3)));
    assert_eq!(again, Err(StoreError::Conflict), "a package that was taken is not published again");
}

/// The last-resort package stays, is replaced as a whole, and does not count.
pub fn has_a_last_resort(store: &dyn Store) {
    people(store, &[1]);
    let get = || store.write_blocking(|uow| uow.keys_mut().last_resort(device(1), NOW));
    assert_eq!(get(), Ok(None));
    for package in [b"one", b"two"] {
        store.write_blocking(|uow| uow.keys_mut().set_last_resort(device(1), package, at(1))).expect("it can be set");
    }
    let expected = StoredKey { package: b"two".to_vec(), last_resort: true };
    assert_eq!((get(), get()), (Ok(Some(expected.clone())), Ok(Some(expected))));
    assert_eq!(store.read_blocking(|view| view.keys().count(device(1), NOW)), Ok(0));
    assert_eq!(store.write_blocking(|uow| uow.keys_mut().take(device(1), NOW)), Ok(None));
}

/// Packages that are too old are neither counted nor handed out, and are swept a few at a time.
pub fn grows_old(store: &dyn Store) {
    people(store, &[1]);
    store
        .write_blocking(|uow| {
            for (number, package) in (0..).zip([b"0", b"1", b"2", b"3"]) {
                uow.keys_mut().insert(device(1), package, at(number))?;
            }
            uow.keys_mut().set_last_resort(device(1), b"last", at(0))
        })
        .expect("packages can be published");
    assert_eq!(store.read_blocking(|view| view.keys().count(device(1), at(3))), Ok(1));
    assert_eq!(store.write_blocking(|uow| uow.keys_mut().last_resort(device(1), at(1))), Ok(None));
    let sweep = || store.write_blocking(|uow| uow.keys_mut().delete_old(at(3), 2));
    assert_eq!((sweep(), sweep(), sweep()), (Ok(2), Ok(1), Ok(0)));
    let taken = store.write_blocking(|uow| uow.keys_mut().take(device(1), NOW)).expect("the store writes");
    assert_eq!(taken.map(|key| key.package), Some(b"3".to_vec()));
    assert!(store.write_blocking(|uow| uow.keys_mut().last_resort(device(1), at(0))).is_ok_and(|key| key.is_some()));
    store.write_blocking(|uow| uow.keys_mut().delete_all(device(1))).expect("packages can be forgotten");
    assert_eq!(store.write_blocking(|uow| uow.keys_mut().last_resort(device(1), at(0))), Ok(None));
}

//! [`DeviceView`](crate::port::DeviceView) and [`DeviceRepo`](crate::port::DeviceRepo).

use super::world::{NOW, account, device, people};
use crate::domain::{DeviceRow, TokenHash};
use crate::port::{Store, StoreError};

/// Current devices are listed, removed ones still found, and an id is used once.
pub fn is_current_until_removed(store: &dyn Store) {
    people(store, &[1]);
    let second = DeviceRow { device: device(2), account: account(1), signature_key: [2; 32], removed: false };
    let row = second.clone();
    store.write_blocking(move |uow| uow.devices_mut().insert(&row)).expect("a device can be added");
    let row = second.clone();
    assert_eq!(store.write_blocking(move |uow| uow.devices_mut().insert(&row)), Err(StoreError::Conflict));
    let list = || {
        let rows = store.read_blocking(|view| view.devices().list(account(1))).expect("the store reads");
        rows.iter().map(|row| row.device).collect::<Vec<_>>()
    };
    assert_eq!(list(), [device(1), device(2)]);
    store.write_blocking(|uow| uow.devices_mut().remove(device(1))).expect("a device can be removed");
    assert_eq!(list(), [device(2)]);
    let found = |number| store.read_blocking(move |view| view.devices().find(device(number)));
    assert_eq!(found(2), Ok(Some(second)));
    assert!(found(1).is_ok_and(|row| row.is_some_and(|row| row.removed)));
    assert_eq!(found(3), Ok(None));
}

/// The log grows by one version at a time.
pub fn has_a_log_without_gaps(store: &dyn Store) {
    people(store, &[1]);
    let append = |version, entry: &'static [u8]| {
        store.write_blocking(move |uow| uow.devices_mut().append_log(account(1), version, entry))
    };
    assert_eq!(append(1, b"again"), Err(StoreError::Conflict));
    assert_eq!(append(3, b"gap"), Err(StoreError::Conflict));
    assert_eq!(append(2, b"second"), Ok(()));
    assert_eq!(append(3, b"third"), Ok(()));
    let log = |from, limit| store.read_blocking(move |view| view.devices().log(account(1), from, limit));
    assert_eq!(log(2, 9), Ok(vec![b"second".to_vec(), b"third".to_vec()]));
    assert_eq!(log(1, 2), Ok(vec![b"entry".to_vec(), b"second".to_vec()]));
    let row = store.read_blocking(|view| view.accounts().find(account(1))).expect("the store reads");
    assert_eq!(row.map(|row| row.log_version), Some(3));
}

/// A session is found by its token until it ends, and tells if its device was removed.
pub fn has_sessions(store: &dyn Store) {
    people(store, &[1]);
    let (one, other) = (TokenHash::of(b"one"), TokenHash::of(b"other"));
    store
        .write_blocking(move |uow| {
            uow.devices_mut().insert_session(&one, device(1), NOW)?;
            uow.devices_mut().insert_session(&other, device(1), NOW)
        })
        .expect("sessions can begin");
    let find = |token: TokenHash| store.read_blocking(move |view| view.devices().session(&token));
    let row = find(one).expect("the store reads").expect("the session is there");
    assert_eq!((row.device, row.account, row.created_at, row.revoked), (device(1), account(1), NOW, false));
    let end = |token: TokenHash| store.write_blocking(move |uow| uow.devices_mut().delete_session(&token));
    assert_eq!((end(one), end(one)), (Ok(true), Ok(false)));
    assert_eq!(find(one), Ok(None));
    store.write_blocking(|uow| uow.devices_mut().remove(device(1))).expect("a device can be removed");
    assert!(find(other).is_ok_and(|row| row.is_some_and(|row| row.revoked)));
}

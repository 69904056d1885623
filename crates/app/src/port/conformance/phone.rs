//! [`PhoneRepo`](crate::port::PhoneRepo) and its view: numbers, codes, and how often they were sent.

use beseda_model::{AccountId, Timestamp};

use super::world::{NOW, account, actor, people};
use crate::domain::{Change, KeyedHash, PhoneCode, PhoneWait, TokenHash};
use crate::port::{Store, StoreError};

fn number(number: u8) -> KeyedHash {
    KeyedHash::from_bytes([number; 32])
}

fn bind(store: &dyn Store, which: u8, to: u32) {
    store
        .write_blocking(move |uow| uow.phones_mut().bind(&number(which), account(to), NOW))
        .expect("a number can be bound");
}

fn holder(store: &dyn Store, which: u8) -> Option<AccountId> {
    store.read_blocking(move |view| view.phones().holder(&number(which))).expect("the store reads")
}

fn has_phone(store: &dyn Store, of: u32) -> bool {
    store.read_blocking(move |view| view.phones().has_phone(account(of))).expect("the store reads")
}

/// A number is one account's and an account has one number; who had either before has it no more.
pub fn binds_one_number_to_one_account(store: &dyn Store) {
    people(store, &[1, 2]);
    assert_eq!((holder(store, 1), has_phone(store, 1)), (None, false));
    bind(store, 1, 1);
    assert_eq!((holder(store, 1), has_phone(store, 1), has_phone(store, 2)), (Some(account(1)), true, false));
    bind(store, 2, 1);
    assert_eq!((holder(store, 1), holder(store, 2)), (None, Some(account(1))));
    bind(store, 2, 2);
    assert_eq!((holder(store, 2), has_phone(store, 1), has_phone(store, 2)), (Some(account(2)), false, true));
    bind(store, 2, 2);
    assert_eq!(holder(store, 2), Some(account(2)), "the same again is nothing new");
    let unbind = || store.write_blocking(|uow| uow.phones_mut().unbind(account(2)));
    assert_eq!((unbind(), unbind()), (Ok(true), Ok(false)));
    assert_eq!((holder(store, 2), has_phone(store, 2)), (None, false));
}

/// Both whom a number comes to and whom it leaves find that in their changes.
pub fn tells_both_that_a_number_moved(store: &dyn Store) {
    people(store, &[1, 2]);
    bind(store, 1, 1);
    let before = store.read_blocking(|view| view.change_no()).expect("the store reads");
    bind(store, 1, 2);
    for (person, phone) in [(1, false), (2, true)] {
        let items = store.read_blocking(move |view| view.feed().changes(&actor(person), before, 9)).expect("changes");
        let settings = items.iter().find_map(|item| match &item.change {
            Change::Settings { phone, .. } => Some(*phone),
            _ => None,
        });
        assert_eq!(settings, Some(phone), "person {person}");
    }
}

/// A code is found by its attempt, changes, and expires.
pub fn keeps_codes(store: &dyn Store) {
    let code = PhoneCode {
        attempt: TokenHash::of(b"attempt"),
        number: number(1),
        code: KeyedHash::from_bytes([7; 32]),
        tries_left: 5,
        expires_at: NOW,
        verified: false,
    };
    let first = code.clone();
    let insert = || {
        let first = first.clone();
        store.write_blocking(move |uow| uow.phones_mut().insert_code(&first))
    };
    assert_eq!((insert(), insert()), (Ok(()), Err(StoreError::Conflict)));
    let find = || store.read_blocking(|view| view.phones().code(&TokenHash::of(b"attempt")));
    assert_eq!(find(), Ok(Some(code.clone())));
    assert_eq!(store.read_blocking(|view| view.phones().code(&TokenHash::of(b"other"))), Ok(None));
    let changed = PhoneCode {
        code: KeyedHash::from_bytes([8; 32]),
        tries_left: 4,
        expires_at: NOW.plus_millis(1),
        verified: true,
        ..code
    };
    let second = changed.clone();
    store.write_blocking(move |uow| uow.phones_mut().update_code(&second)).expect("a code changes");
    assert_eq!(find(), Ok(Some(changed)));
    let expire = |now| store.write_blocking(move |uow| uow.phones_mut().delete_expired(now, Timestamp::from_millis(0)));
    assert_eq!((expire(NOW), expire(NOW.plus_millis(1))), (Ok(0), Ok(1)));
    assert_eq!(insert(), Ok(()));
    store.write_blocking(|uow| uow.phones_mut().delete_code(&TokenHash::of(b"attempt"))).expect("a code is forgotten");
    assert_eq!(find(), Ok(None));
}

/// How often a number was sent codes is remembered until it is old.
pub fn remembers_what_was_sent(store: &dyn Store) {
    let wait = || store.read_blocking(|view| view.phones().wait(&number(1)));
    assert_eq!(wait(), Ok(None));
    for sent in [1, 2] {
        let set = PhoneWait { sent, last_at: NOW.plus_millis(u64::from(sent)) };
        store.write_blocking(move |uow| uow.phones_mut().set_wait(&number(1), &set)).expect("it is noted");
        assert_eq!(wait(), Ok(Some(set)));
    }
    let forget = |before| store.write_blocking(move |uow| uow.phones_mut().delete_expired(NOW, before));
    assert_eq!((forget(NOW.plus_millis(1)), forget(NOW.plus_millis(2))), (Ok(0), Ok(1)));
    assert_eq!(wait(), Ok(None));
}

/// The key is recognised by the tag that was noted last.
pub fn recognises_its_key(store: &dyn Store) {
    let tag = || store.read_blocking(|view| view.phones().key_tag());
    assert_eq!(tag(), Ok(None));
    for bytes in [[1; 16], [2; 16]] {
        store.write_blocking(move |uow| uow.phones_mut().set_key_tag(bytes)).expect("a tag is noted");
        assert_eq!(tag(), Ok(Some(bytes)));
    }
}

//! [`LogView`](crate::port::LogView) and [`LogRepo`](crate::port::LogRepo), beside the hot path.

use beseda_crypto::chain;
use beseda_model::ConversationKind::Group;

use super::world::{NOW, account, converse, device, message, people, said, say};
use crate::domain::{Append, EntryClass, NewEntry};
use crate::port::{Store, StoreError};

fn handshake(number: u32) -> NewEntry {
    NewEntry {
        by: device(1),
        message: Some(message(number)),
        send_no: Some(u64::from(number)),
        class: EntryClass::Handshake,
        at: NOW,
        body: format!("handshake {number}").into_bytes(),
        expires_at: None,
    }
}

/// Entries of units of work and messages share one log, one chain and one set of ids.
pub fn is_shared_with_the_hot_path(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    say(store, 1, id, 1).expect("a member may speak");
    let entry = store.write_blocking(move |uow| uow.log_mut().append(id, &handshake(2))).expect("it can be added");
    assert_eq!((entry.seq, entry.count), (2, 1));
    assert_eq!(say(store, 1, id, 3).map(|stored| stored.seq), Ok(3));
    let again = store.write_blocking(move |uow| uow.log_mut().append(id, &handshake(3)));
    assert_eq!(again, Err(StoreError::Conflict));
    store
        .read_blocking(move |view| {
            let bodies = ["message 1 of 1", "handshake 2", "message 3 of 1"];
            let mut hash = chain::start(id);
            for (seq, body) in (1..).zip(bodies) {
                hash = chain::next(&hash, seq, &chain::body_hash(body.as_bytes()));
                assert_eq!(view.log().chain_at(id, seq)?, Some(hash));
            }
            assert_eq!(view.log().chain_at(id, 4)?, None);
            let counts = [view.log().count_at(id, 0)?, view.log().count_at(id, 2)?, view.log().count_at(id, 3)?];
            assert_eq!(counts, [0, 1, 2]);
            let found = view.log().find_message(id, device(1), message(2))?;
            assert_eq!(found.map(|found| found.seq), Some(2));
            let entry = view.log().entry(id, 2)?.expect("the entry is there");
            assert_eq!((entry.class, entry.author, entry.has_body), (EntryClass::Handshake, account(1), true));
            assert_eq!(view.log().entry(id, 4)?, None);
            assert_eq!(view.devices().send_no(device(1))?, 3);
            assert_eq!(view.conversations().find(id)?.map(|row| (row.last_seq, row.chain)), Some((3, hash)));
            Ok::<_, StoreError>(())
        })
        .expect("the store reads");
}

/// Pages hold to all their bounds, but always at least one entry.
pub fn is_read_in_pages(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    for number in 1..=9 {
        store.append_blocking(Append { body: vec![1; 100], ..said(1, id, number) }).expect("a member may speak");
    }
    let page = |from, to, limit, bytes| {
        let page = store.read_blocking(move |view| view.log().page(id, from, to, limit, bytes));
        page.expect("the store reads").iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(3, 9, 2, 1_000), [3, 4]);
    assert_eq!(page(7, 8, 9, 1_000), [7, 8]);
    assert_eq!(page(1, 9, 9, 399), [1, 2, 3]);
    assert_eq!(page(1, 9, 9, 400), [1, 2, 3, 4]);
    assert_eq!(page(5, 9, 9, 1), [5]);
    assert!(page(10, 99, 9, 1_000).is_empty());
}

/// Blanking keeps hash and chain, once for each entry.
pub fn is_blanked_once(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    for number in 1..=3 {
        say(store, 1, id, number).expect("a member may speak");
    }
    let blank = |seqs: &'static [u64]| store.write_blocking(move |uow| uow.log_mut().blank(id, seqs));
    assert_eq!(blank(&[1, 3, 9]), Ok(vec![1, 3]));
    assert_eq!(blank(&[1, 2]), Ok(vec![2]));
    let entries = store.read_blocking(move |view| view.log().page(id, 1, 9, 9, 999)).expect("the store reads");
    let mut hash = chain::start(id);
    for entry in entries {
        hash = chain::next(&hash, entry.seq, &entry.body_hash.expect("a blank keeps the hash"));
        assert_eq!((entry.body, entry.chain), (None, hash));
    }
}

/// Bodies go when their time has come, a few at a time.
pub fn expires(store: &dyn Store) {
    people(store, &[1]);
    let (one, other) = (converse(store, 1, Group, &[1]), converse(store, 2, Group, &[1]));
    for (number, id, after) in [(1, one, 10), (2, one, 20), (3, other, 10), (4, one, 30)] {
        let expires_at = Some(NOW.plus_millis(after));
        store.append_blocking(Append { expires_at, ..said(1, id, number) }).expect("a member may speak");
    }
    let expire = |after, limit| {
        store.write_blocking(move |uow| uow.log_mut().expire_due(NOW.plus_millis(after), limit)).expect("it expires")
    };
    assert!(expire(9, 9).is_empty());
    assert_eq!(expire(20, 1).iter().map(|(_, seqs)| seqs.len()).sum::<usize>(), 1);
    assert_eq!(expire(20, 9).iter().map(|(_, seqs)| seqs.len()).sum::<usize>(), 2);
    assert!(expire(20, 9).is_empty());
    assert_eq!(expire(30, 9), [(one, vec![3])]);
}

//! The hot path: [`Store::append`].

use beseda_crypto::chain;
use beseda_model::ConversationKind::{Direct, Group};
use beseda_model::{Policy, Role};

use super::world::{account, actor, converse, device, message, people, rostered, said, say};
use crate::domain::{Append, AppendError, EntryClass, Leaf, Member, Request};
use crate::port::{Store, StoreError};
use crate::usecase;

/// Entries are numbered without gaps, counted and chained.
pub fn numbers_counts_and_chains(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    for number in 1..=5 {
        let class = if number == 3 { EntryClass::Silent } else { EntryClass::Counted };
        let stored = store.append_blocking(Append { class, ..said(1 + number % 2, id, number) });
        assert_eq!(stored.map(|stored| stored.seq), Ok(u64::from(number)));
    }
    let page = store
        .read_blocking(move |view| usecase::log::log_page(view, actor(2), id, 1, 100))
        .expect("a member reads the log");
    assert_eq!(page.last_seq, 5);
    let mut hash = chain::start(id);
    for (entry, count) in page.entries.iter().zip([1, 2, 2, 3, 4]) {
        let body = entry.body.as_ref().expect("nothing was blanked");
        hash = chain::next(&hash, entry.seq, &chain::body_hash(body));
        assert_eq!((entry.count, entry.chain), (count, hash));
    }
    assert_eq!(page.entries.len(), 5);
}

/// The same message of the same device is stored once, and the first bytes stay.
pub fn stores_a_message_once(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    let first = say(store, 1, id, 1).expect("a member may speak");
    let other = Append { body: b"other bytes".to_vec(), epoch: 9, ..said(1, id, 1) };
    assert_eq!(store.append_blocking(other), Ok(first));
    // Somebody else's message with that id is another message.
    assert_eq!(say(store, 2, id, 1).map(|stored| stored.seq), Ok(2));
    let found = store.read_blocking(move |view| view.log().find_message(id, device(1), message(1)));
    assert_eq!(found, Ok(Some(first)));
    let page = store.read_blocking(move |view| view.log().page(id, 1, 9, 9, 9_999)).expect("the store reads");
    assert_eq!(page.first().and_then(|entry| entry.body.clone()), Some(b"message 1 of 1".to_vec()));
}

/// Only current devices of present members may speak, and only from within the group.
pub fn admits_current_devices_of_members_only(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2]);
    assert_eq!(say(store, 3, id, 1), Err(AppendError::NotAMember));
    assert_eq!(say(store, 1, super::world::conversation(9), 1), Err(AppendError::NotAMember));
    say(store, 1, id, 1).expect("a member may speak");
    let foreign = Append { actor: crate::domain::Actor { account: account(1), device: device(2) }, ..said(1, id, 2) };
    assert_eq!(store.append_blocking(foreign), Err(AppendError::DeviceRevoked));
    let leaves = store.read_blocking(move |view| view.conversations().leaves(id)).expect("the store reads");
    let without: Vec<_> = leaves.iter().filter(|leaf| leaf.device != device(1)).copied().collect();
    let set = |leaves: Vec<Leaf>| store.write_blocking(move |uow| uow.conversations_mut().set_leaves(id, &leaves));
    set(without).expect("leaves can be replaced");
    assert_eq!(say(store, 1, id, 2), Err(AppendError::NotJoined), "a device without a leaf");
    assert_eq!(say(store, 1, id, 1).map(|stored| stored.seq), Ok(1), "what it said before has its place");
    set(leaves).expect("leaves can be replaced");
    store.write_blocking(|uow| uow.devices_mut().remove(device(1))).expect("a device can be removed");
    assert_eq!(say(store, 1, id, 2), Err(AppendError::DeviceRevoked));

    say(store, 2, id, 3).expect("a member may speak");
    store
        .write_blocking(move |uow| {
            let member = uow.conversations().member(id, account(2))?.ok_or(StoreError::Conflict)?;
            uow.conversations_mut().put_member(id, &Member { until_seq: Some(1), ..member })
        })
        .expect("a member can be cut off");
    assert_eq!(say(store, 2, id, 4), Err(AppendError::NotAMember));
    // Not even the place of an old message is told.
    assert_eq!(say(store, 2, id, 3), Err(AppendError::NotAMember));
}

/// A message for another epoch than the present one is refused, also right after the epoch has moved.
pub fn refuses_another_epoch(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    say(store, 1, id, 1).expect("a member may speak");
    store
        .write_blocking(move |uow| {
            let policy = uow.conversations().find(id)?.ok_or(StoreError::Conflict)?.policy;
            let stale = uow.conversations_mut().advance(id, (0, 7), (0, 8), &policy)?;
            assert!(!stale, "an epoch is left only from itself");
            assert!(uow.conversations_mut().advance(id, (0, 0), (0, 1), &policy)?);
            Ok::<_, StoreError>(())
        })
        .expect("an epoch can be advanced");
    assert_eq!(say(store, 1, id, 2), Err(AppendError::StaleEpoch { generation: 0, epoch: 1 }));
    let current = Append { epoch: 1, ..said(1, id, 2) };
    assert_eq!(store.append_blocking(current.clone()).map(|stored| stored.seq), Ok(2));
    let generation = Append { generation: 1, message: message(3), ..current };
    assert_eq!(store.append_blocking(generation), Err(AppendError::StaleEpoch { generation: 0, epoch: 1 }));
    // What was stored before has its place, whatever the epoch.
    assert_eq!(say(store, 1, id, 1).map(|stored| stored.seq), Ok(1));
}

/// While a removal is due, nothing is sent.
pub fn waits_for_due_removals(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2, 3]);
    say(store, 1, id, 1).expect("a member may speak");
    let due = store.write_blocking(move |uow| uow.conversations_mut().mark_due(&[device(3)], None));
    assert_eq!(due, Ok(vec![id]));
    assert_eq!(say(store, 1, id, 2), Err(AppendError::CommitDue { devices: vec![device(3)] }));
    store
        .write_blocking(move |uow| {
            let leaves: Vec<_> = uow.conversations().leaves(id)?.into_iter().filter(|leaf| !leaf.due).collect();
            uow.conversations_mut().set_leaves(id, &leaves)
        })
        .expect("leaves can be replaced");
    assert_eq!(say(store, 1, id, 2).map(|stored| stored.seq), Ok(2));
}

/// Only those whose role may send do.
pub fn asks_the_policy(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    say(store, 2, id, 1).expect("members may speak by default");
    store
        .write_blocking(move |uow| {
            let roster = vec![rostered(1, Role::Owner), rostered(2, Role::Member)];
            let mut policy = Policy::new(Group, roster);
            policy.permissions.send = Role::Admin;
            uow.conversations_mut().advance(id, (0, 0), (0, 1), &policy)
        })
        .expect("a policy can be changed");
    let denied = store.append_blocking(Append { epoch: 1, ..said(2, id, 2) });
    assert!(matches!(denied, Err(AppendError::Denied(_))), "{denied:?}");
    assert!(store.append_blocking(Append { epoch: 1, ..said(1, id, 2) }).is_ok());
}

/// A stranger's request holds one short text until it is accepted.
pub fn holds_a_request_to_one_text(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Direct, &[1, 2]);
    let request = Some(Request { from: account(1), texts: 0, silent: 0 });
    store.write_blocking(move |uow| uow.conversations_mut().set_request(id, request)).expect("a request can be set");
    let long = store.append_blocking(Append { body: vec![0; 2_049], ..said(1, id, 1) });
    assert!(matches!(long, Err(AppendError::OverLimit(_))), "{long:?}");
    assert!(store.append_blocking(Append { body: vec![0; 2_048], ..said(1, id, 1) }).is_ok());
    assert_eq!(say(store, 1, id, 2), Err(AppendError::RequestPending));
    let silent = |number| Append { class: EntryClass::Silent, ..said(1, id, number) };
    for number in 0..8 {
        assert!(store.append_blocking(silent(10 + number)).is_ok());
    }
    assert_eq!(store.append_blocking(silent(20)), Err(AppendError::RequestPending));
    say(store, 2, id, 3).expect("whoever was asked may answer");
    assert!(say(store, 1, id, 4).is_ok(), "the answer accepts the request");
    let contacts = store.read_blocking(|view| view.conversations().are_contacts(account(1), account(2)));
    assert_eq!(contacts, Ok(true));
}

/// Nothing arrives from somebody who is blocked, from the very next message on.
pub fn refuses_those_who_are_blocked(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Direct, &[1, 2]);
    say(store, 1, id, 1).expect("nobody is blocked yet");
    let block = |blocked| store.write_blocking(move |uow| usecase::account::block(uow, actor(2), account(1), blocked));
    block(true).expect("anybody can be blocked");
    assert_eq!(say(store, 1, id, 2), Err(AppendError::NotAccepted));
    block(false).expect("anybody can be unblocked");
    assert!(say(store, 1, id, 2).is_ok());
}

/// Authors blank their own messages, moderators those of others, and nobody handshakes.
pub fn blanks_by_right(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2, 3]);
    for (by, number) in [(1, 1), (2, 2), (3, 3)] {
        say(store, by, id, number).expect("a member may speak");
    }
    let delete = |by, number, seq| {
        let blank = vec![seq];
        store.append_blocking(Append { class: EntryClass::Silent, blank, ..said(by, id, number) })
    };
    assert!(matches!(delete(2, 4, 3), Err(AppendError::Denied(_))), "not one's own, and no moderator");
    assert_eq!(delete(2, 5, 9), Err(AppendError::NoSuchEntry { seq: 9 }));
    delete(2, 6, 2).expect("one's own");
    delete(1, 7, 3).expect("an owner may");
    let page = store.read_blocking(move |view| view.log().page(id, 1, 9, 9, 9_999)).expect("the store reads");
    let hash = |text: &str| Some(chain::body_hash(text.as_bytes()));
    let seen: Vec<_> = page.iter().map(|entry| (entry.body.is_some(), entry.body_hash)).collect();
    assert_eq!(
        seen,
        [(true, None), (false, hash("message 2 of 2")), (false, hash("message 3 of 3")), (true, None), (true, None)]
    );
}

/// The highest send number of each device is kept.
pub fn keeps_the_highest_send_number(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    for number in [4, 9, 7] {
        say(store, 1, id, number).expect("a member may speak");
    }
    assert_eq!(store.read_blocking(|view| view.devices().send_no(device(1))), Ok(9));
    assert_eq!(store.read_blocking(|view| view.devices().send_no(device(2))), Ok(0));
}

/// Many at once: every log is dense, and each caller's own messages keep their order.
pub fn keeps_order_under_concurrency(store: &dyn Store) {
    people(store, &[1, 2, 3, 4]);
    let ids: Vec<_> = (1..=3).map(|number| converse(store, number, Group, &[1, 2, 3, 4])).collect();
    std::thread::scope(|scope| {
        for by in 1..=4u32 {
            let ids = &ids;
            scope.spawn(move || {
                let (sender, receiver) = std::sync::mpsc::channel();
                for number in 1..=60u32 {
                    let id = ids[(number % 3) as usize];
                    let sender = sender.clone();
                    store.append(said(by, id, number), Box::new(move |result| drop(sender.send((id, result)))));
                }
                drop(sender);
                let mut last = std::collections::BTreeMap::new();
                for (id, result) in receiver {
                    let seq = result.expect("every message is stored").seq;
                    assert!(last.insert(id, seq).is_none_or(|before| before < seq));
                }
            });
        }
    });
    for id in ids {
        let page = store.read_blocking(move |view| view.log().page(id, 1, 999, 999, 99_999)).expect("the store reads");
        assert!(page.iter().map(|entry| entry.seq).eq(1..=80));
    }
}

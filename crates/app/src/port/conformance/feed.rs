//! [`Feed`](crate::port::Feed): what has changed for whom, in pages.

use std::collections::BTreeMap;

use beseda_model::ConversationKind::{Direct, Group};

use super::world::{account, actor, conversation, converse, cut, device, people, root, said, say};
use crate::domain::{Append, Change, Cursor, EntryClass, PrivacySettings, StoreEpoch, WaitingWelcome};
use crate::port::Store;
use crate::usecase::log::{Mark, mark};
use crate::usecase::sync::{SyncError, sync};

/// All changes since a cursor, in pages of so many, and the cursor after them.
fn all(store: &dyn Store, number: u32, cursor: Option<Vec<u8>>, limit: u32) -> (Vec<Change>, Vec<u8>) {
    let mut changes = Vec::new();
    let mut cursor = cursor;
    loop {
        let from = cursor.clone();
        let page = store.read_blocking(move |view| sync(view, actor(number), from.as_deref(), limit));
        let page = page.expect("a cursor of this store is good");
        assert!(page.changes.len() <= limit as usize, "a page holds to its limit");
        changes.extend(page.changes);
        if !page.more {
            return (changes, page.cursor);
        }
        cursor = Some(page.cursor);
    }
}

/// What a device knows after changes: the last of each thing.
fn state(changes: Vec<Change>) -> BTreeMap<String, Change> {
    let key = |change: &Change| match change {
        Change::Conversation(state) => format!("conversation {}", state.conversation),
        Change::Receipt { conversation, account, .. } => format!("receipt {conversation} {account}"),
        Change::Welcome { conversation, .. } => format!("welcome {conversation}"),
        Change::DeviceLog { account, .. } => format!("log {account}"),
        Change::Profile { account, .. } => format!("profile {account}"),
        Change::Settings { .. } => "settings".to_owned(),
        Change::Asked { conversation, .. } => format!("asked {conversation}"),
        Change::KeysLow { .. } => "keys".to_owned(),
    };
    changes.into_iter().map(|change| (key(&change), change)).collect()
}

fn read(store: &dyn Store, number: u32, id: beseda_model::ConversationId, read: u64) {
    let cmd = Mark { conversation: id, delivered: None, read: Some(read) };
    store.write_blocking(move |uow| mark(uow, actor(number), cmd)).expect("a member may move marks");
}

/// The first sync tells everything that concerns the account, and nothing else.
pub fn tells_everything_at_first(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2]);
    converse(store, 2, Group, &[2, 3]);
    say(store, 1, id, 1).expect("a member may speak");
    store.append_blocking(Append { class: EntryClass::Silent, ..said(1, id, 2) }).expect("a member may speak");
    read(store, 2, id, 1);
    let (changes, _) = all(store, 1, None, 500);
    let known = state(changes);
    let Some(Change::Conversation(row)) = known.get(&format!("conversation {id}")) else { panic!("{known:?}") };
    assert_eq!((row.first_seq, row.last_seq, row.count, row.member, row.joined), (1, 2, 1, true, true));
    let receipt = Change::Receipt { conversation: id, account: account(2), delivered: 1, read: 1 };
    assert_eq!(known.get(&format!("receipt {id} {}", account(2))), Some(&receipt));
    let log = |number| Change::DeviceLog { account: account(number), version: 1, root: root(number) };
    assert_eq!(known.get(&format!("log {}", account(2))), Some(&log(2)));
    assert!(known.contains_key("settings"));
    assert!(!known.contains_key(&format!("log {}", account(3))), "no conversation is shared with the third");
    assert!(!known.contains_key(&format!("conversation {}", conversation(2))));
}

/// From any cursor, in pages of any size, a device ends up knowing the same.
pub fn is_the_same_from_any_cursor(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let ids: Vec<_> = (1..=4).map(|number| converse(store, number, Group, &[1, 2, 3])).collect();
    let mut known = BTreeMap::new();
    let mut cursor = None;
    let mut number = 0;
    for round in 0..6u32 {
        for id in &ids {
            number += 1;
            say(store, 1 + round % 3, *id, number).expect("a member may speak");
            if number % 3 == 0 {
                read(store, 2, *id, u64::from(round) + 1);
            }
        }
        if round == 3 {
            store
                .write_blocking(|uow| uow.accounts_mut().set_profile(account(2), b"profile"))
                .expect("a profile can be set");
            cut(store, ids[3], 1, 4);
        }
        let (changes, next) = all(store, 1, cursor, 1 + round % 3);
        known.extend(state(changes));
        cursor = Some(next);
        let (whole, _) = all(store, 1, None, 500);
        let mut whole = state(whole);
        // Receipts of a conversation that one was removed from are not told again.
        whole.extend(known.clone().into_iter().filter(|(key, _)| key.starts_with(&format!("receipt {}", ids[3]))));
        assert_eq!(known, whole, "round {round}");
    }
    let (nothing, _) = all(store, 1, cursor, 1);
    assert!(nothing.is_empty());
}

/// Somebody who is gone sees the conversation as it was then, once, and nothing of it any more.
pub fn ends_with_membership(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    say(store, 1, id, 1).expect("a member may speak");
    let (_, cursor) = all(store, 2, None, 500);
    cut(store, id, 2, 1);
    say(store, 1, id, 2).expect("a member may speak");
    read(store, 1, id, 2);
    let (changes, cursor) = all(store, 2, Some(cursor), 500);
    let [Change::Conversation(row)] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((row.member, row.last_seq, row.count, row.joined), (false, 1, 1, false));
    say(store, 1, id, 3).expect("a member may speak");
    assert!(all(store, 2, Some(cursor), 500).0.is_empty());
    let direct = store.read_blocking(move |view| view.feed().conversation(&actor(2), id));
    assert!(direct.is_ok_and(|state| state.is_some_and(|state| !state.member && state.last_seq == 1)));
    let foreign = store.read_blocking(move |view| view.feed().conversation(&actor(3), id));
    assert_eq!(foreign, Ok(None));
}

/// Who does not show how far they read does not see it of others.
pub fn hides_read_marks_both_ways(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2, 3]);
    say(store, 1, id, 1).expect("a member may speak");
    let hidden = PrivacySettings { read_marks: false, ..PrivacySettings::default() };
    store.write_blocking(move |uow| uow.accounts_mut().set_privacy(account(2), &hidden)).expect("it can be set");
    read(store, 2, id, 1);
    read(store, 3, id, 1);
    let seen = |by, of| {
        let known = state(all(store, by, None, 500).0);
        match known.get(&format!("receipt {id} {}", account(of))) {
            Some(Change::Receipt { delivered, read, .. }) => (*delivered, *read),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(seen(1, 3), (1, 1));
    assert_eq!(seen(1, 2), (1, 0));
    assert_eq!(seen(2, 3), (1, 0));
    assert_eq!(seen(2, 2), (1, 1), "one's own marks are for one's own devices");
}

/// Changes that are one device's alone reach that device alone.
pub fn tells_devices_what_is_theirs(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Direct, &[1, 2]);
    store
        .write_blocking(move |uow| {
            let welcome = WaitingWelcome { message: vec![1], tree: vec![2], seq: 7, chain: [0; 32] };
            uow.groups_mut().put_welcome(id, &[device(2)], &welcome)?;
            uow.keys_mut().insert(device(2), b"key", super::world::NOW)?;
            uow.keys_mut().note_low(device(2))
        })
        .expect("it can be written");
    let known = state(all(store, 2, None, 500).0);
    assert_eq!(known.get("keys"), Some(&Change::KeysLow { left: 1 }));
    assert_eq!(known.get(&format!("welcome {id}")), Some(&Change::Welcome { conversation: id, seq: 7 }));
    let other = state(all(store, 1, None, 500).0);
    assert!(!other.contains_key("keys") && !other.contains_key(&format!("welcome {id}")));
}

/// A cursor of another store, from the future or damaged is refused.
pub fn refuses_foreign_cursors(store: &dyn Store) {
    people(store, &[1]);
    let ask = |bytes: Vec<u8>| {
        store.read_blocking(move |view| sync(view, actor(1), Some(&bytes), 9)).expect_err("the cursor is foreign")
    };
    let epoch = store.store_epoch();
    let other = Cursor { epoch: StoreEpoch([0; 16]), change_no: 1 };
    let future = Cursor { epoch, change_no: 1 << 40 };
    assert_eq!(ask(other.to_bytes()), SyncError::StoreEpochChanged);
    assert_eq!(ask(future.to_bytes()), SyncError::StoreEpochChanged);
    assert!(matches!(ask(vec![1, 2, 3]), SyncError::Cursor(_)));
    let changes = store.read_blocking(|view| view.feed().changes(&actor(1), 0, 1));
    assert!(changes.is_ok_and(|changes: Vec<_>| changes.len() == 1), "a page of one");
}

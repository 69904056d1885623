//! [`ConversationView`](crate::port::ConversationView) and [`ConversationRepo`](crate::port::ConversationRepo).

use beseda_model::ConversationKind::{Direct, Group, Notes};
use beseda_model::{Policy, Role};

use super::world::{NOW, account, conversation, converse, cut, device, people, root, rostered, say};
use crate::domain::{Leaf, Lease, Member, Request};
use crate::port::{NewConversation, Store, StoreError};

/// A conversation begins empty, with its policy and kind.
pub fn begins_empty(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    let row = store.read_blocking(move |view| view.conversations().find(id)).expect("the store reads");
    let row = row.expect("the conversation is there");
    assert_eq!((row.kind, row.generation, row.epoch, row.last_seq, row.count), (Group, 0, 0, 0, 0));
    assert_eq!(row.chain, beseda_crypto::chain::start(id));
    assert_eq!((row.generation_store, row.request), (store.store_epoch(), None));
    assert_eq!(row.policy, Policy::new(Group, vec![rostered(1, Role::Owner), rostered(2, Role::Member)]));
    let none = store.read_blocking(|view| view.conversations().find(conversation(9)));
    assert_eq!(none, Ok(None));
}

/// Direct conversations are unique per unordered pair, notes per person, whoever writes first.
pub fn is_unique_per_pair(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Direct, &[1, 2]);
    let notes = converse(store, 2, Notes, &[1]);
    let insert = |number, kind, roster: Vec<_>| {
        store.write_blocking(move |uow| {
            let policy = Policy::new(kind, roster.clone());
            let id = conversation(number);
            uow.conversations_mut().insert(&NewConversation { id, kind, policy, request: None, at: NOW })
        })
    };
    let pair = |one, other| vec![rostered(one, Role::Owner), rostered(other, Role::Owner)];
    assert_eq!(insert(3, Direct, pair(2, 1)), Err(StoreError::Conflict));
    assert_eq!(insert(4, Notes, vec![rostered(1, Role::Owner)]), Err(StoreError::Conflict));
    assert_eq!(insert(5, Direct, pair(1, 3)), Ok(()));
    assert_eq!(insert(1, Group, pair(1, 3)), Err(StoreError::Conflict), "an id is used once");
    let (one, two) = ((account(1), root(1)), (account(2), root(2)));
    store
        .read_blocking(move |view| {
            assert_eq!(view.conversations().find_direct(two, one)?, Some(id));
            assert_eq!(view.conversations().find_direct(one, (account(2), root(9)))?, None, "another person");
            assert_eq!(view.conversations().find_notes(one)?, Some(notes));
            assert_eq!(view.conversations().find_notes(two)?, None);
            Ok::<_, StoreError>(())
        })
        .expect("the store reads");
}

/// Members are those who are there now; those who went are still known.
pub fn knows_present_and_past_members(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2, 3]);
    cut(store, id, 2, 0);
    let members = || {
        let members = store.read_blocking(move |view| view.conversations().members(id)).expect("the store reads");
        members.iter().map(|member| (member.account, member.role)).collect::<Vec<_>>()
    };
    assert_eq!(members(), [(account(1), Role::Owner), (account(3), Role::Member)]);
    let member = |number| store.read_blocking(move |view| view.conversations().member(id, account(number)));
    assert!(member(2).is_ok_and(|member| member.is_some_and(|member| member.until_seq == Some(0))));
    assert_eq!(member(9), Ok(None));
    let list = |number| store.read_blocking(move |view| view.conversations().list_of(account(number)));
    assert_eq!((list(1), list(2)), (Ok(vec![id]), Ok(vec![])));
    store
        .write_blocking(move |uow| {
            let again = Member::new(account(2), root(2), Role::Admin, 5, 3);
            uow.conversations_mut().put_member(id, &again)
        })
        .expect("a member can come back");
    assert_eq!(members(), [(account(1), Role::Owner), (account(2), Role::Admin), (account(3), Role::Member)]);
    assert!(member(2).is_ok_and(|member| member.is_some_and(|member| (member.first_seq, member.read) == (5, 4))));
}

/// Contacts have an accepted direct conversation in which both still are.
pub fn tells_contacts(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Direct, &[1, 2]);
    converse(store, 2, Group, &[1, 3]);
    let contacts =
        |one, other| store.read_blocking(move |view| view.conversations().are_contacts(account(one), account(other)));
    assert_eq!((contacts(1, 2), contacts(2, 1), contacts(1, 3)), (Ok(true), Ok(true), Ok(false)));
    let request = Some(Request { from: account(1), texts: 1, silent: 2 });
    store.write_blocking(move |uow| uow.conversations_mut().set_request(id, request)).expect("a request can be set");
    assert_eq!(contacts(1, 2), Ok(false));
    let row = store.read_blocking(move |view| view.conversations().find(id)).expect("the store reads");
    assert_eq!(row.and_then(|row| row.request), request);
    store.write_blocking(move |uow| uow.conversations_mut().set_request(id, None)).expect("a request can be ended");
    assert_eq!(contacts(1, 2), Ok(true));
    cut(store, id, 2, 0);
    assert_eq!(contacts(1, 2), Ok(false));
}

/// An epoch is left only from itself; a generation notes where it began.
pub fn advances_from_the_expected_epoch_only(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    say(store, 1, id, 1).expect("a member may speak");
    let policy = Policy { revision: 2, ..Policy::new(Group, vec![rostered(1, Role::Owner)]) };
    let advance = |expected, next, policy: &Policy| {
        let policy = policy.clone();
        store.write_blocking(move |uow| uow.conversations_mut().advance(id, expected, next, &policy))
    };
    assert_eq!(advance((0, 0), (0, 1), &policy), Ok(true));
    assert_eq!(advance((0, 0), (0, 1), &policy), Ok(false));
    store.write_blocking(move |uow| uow.conversations_mut().start_generation(id)).expect("a generation can start");
    assert_eq!(advance((0, 1), (1, 0), &policy), Ok(true));
    let row = store.read_blocking(move |view| view.conversations().find(id)).expect("the store reads");
    let row = row.expect("the conversation is there");
    assert_eq!((row.generation, row.epoch, row.generation_seq, row.policy.revision), (1, 0, 2, 2));
}

/// Everything that decides who may speak changes the roster's version.
pub fn notes_every_change_of_the_roster(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Direct, &[1, 2]);
    let version = || {
        let row = store.read_blocking(move |view| view.conversations().find(id)).expect("the store reads");
        row.map(|row| row.roster_version).expect("the conversation is there")
    };
    let mut last = version();
    let mut grows = |what: &str| {
        let now = version();
        assert!(last < now, "{what}");
        last = now;
    };
    store.write_blocking(move |uow| uow.conversations_mut().mark_due(&[device(2)], None)).expect("it can be due");
    grows("due removals");
    let one = Leaf { index: 0, account: account(1), device: device(1), due: false };
    store.write_blocking(move |uow| uow.conversations_mut().set_leaves(id, &[one])).expect("leaves can be replaced");
    grows("leaves");
    store.write_blocking(|uow| uow.accounts_mut().set_blocked(account(2), account(1), true)).expect("blocked");
    grows("blocks");
    store.write_blocking(move |uow| uow.conversations_mut().set_request(id, None)).expect("no request");
    grows("requests");
    cut(store, id, 2, 0);
    grows("members");
    say(store, 1, id, 1).expect("a member may speak");
    say(store, 2, id, 2).expect_err("whoever is gone may not");
    assert_eq!(version(), last, "a message, stored or refused, is no change of the roster");
}

/// Leaves are replaced, found due by device, in one conversation or in all.
pub fn keeps_leaves_and_what_is_due(store: &dyn Store) {
    people(store, &[1, 2]);
    let (one, other) = (converse(store, 1, Group, &[1, 2]), converse(store, 2, Group, &[1, 2]));
    let due = |only| {
        let marked = store.write_blocking(move |uow| uow.conversations_mut().mark_due(&[device(2), device(9)], only));
        marked.expect("it can be due")
    };
    assert_eq!(due(Some(other)), [other]);
    assert_eq!(due(None), [one], "what is due already is not due anew");
    let leaves = || store.read_blocking(move |view| view.conversations().leaves(one)).expect("the store reads");
    let seen: Vec<_> = leaves().iter().map(|leaf| (leaf.index, leaf.device, leaf.due)).collect();
    assert_eq!(seen, [(0, device(1), false), (1, device(2), true)]);
    let moved = Leaf { index: 3, account: account(2), device: device(2), due: false };
    store
        .write_blocking(move |uow| {
            let first: Vec<_> = uow.conversations().leaves(one)?.into_iter().take(1).chain([moved]).collect();
            uow.conversations_mut().set_leaves(one, &first)
        })
        .expect("leaves can be replaced");
    assert_eq!(leaves().last(), Some(&moved));
    assert_eq!(leaves().len(), 2);
}

/// Reports are kept once per account and entry.
pub fn keeps_reports(store: &dyn Store) {
    people(store, &[1, 2]);
    let id = converse(store, 1, Group, &[1, 2]);
    store
        .write_blocking(move |uow| {
            for (number, seq) in [(1, 3), (2, 5), (1, 3), (1, 5)] {
                uow.conversations_mut().add_report(id, account(number), seq)?;
            }
            Ok::<_, StoreError>(())
        })
        .expect("reports can be made");
    let mut reports = store.read_blocking(move |view| view.conversations().reports(id, 4)).expect("the store reads");
    reports.sort_unstable();
    assert_eq!(reports, [(account(1), 5), (account(2), 5)]);
}

/// The right to join is one device's at a time.
pub fn keeps_the_right_to_join(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    for lease in [
        Some(Lease { device: device(1), until: NOW }),
        Some(Lease { device: device(2), until: NOW.plus_millis(1) }),
        None,
    ] {
        store.write_blocking(move |uow| uow.conversations_mut().set_lease(id, lease)).expect("a lease can be set");
        assert_eq!(store.read_blocking(move |view| view.conversations().lease(id)), Ok(lease));
    }
}

/// Marks are kept with what they count.
pub fn keeps_marks(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    store
        .write_blocking(move |uow| {
            let member = uow.conversations().member(id, account(1))?.ok_or(StoreError::Conflict)?;
            let moved = Member { delivered: 7, read: 5, read_count: 4, ..member };
            uow.conversations_mut().set_marks(id, &moved)
        })
        .expect("marks can be moved");
    let member = store.read_blocking(move |view| view.conversations().member(id, account(1)));
    let member = member.expect("the store reads").expect("the member is there");
    assert_eq!((member.delivered, member.read, member.read_count), (7, 5, 4));
}

//! [`GroupLinkRepo`](crate::port::GroupLinkRepo) and its view: links by which people ask to join a group.

use beseda_model::{ConversationId, ConversationKind, GroupLinkId, Timestamp};

use super::world::{NOW, account, actor, converse, device, people};
use crate::domain::{Ask, AskState, Change, GroupLink, TokenHash};
use crate::port::{Store, StoreError};
use crate::usecase::sync::sync;

fn link(number: u8, conversation: ConversationId) -> GroupLink {
    GroupLink {
        id: GroupLinkId::from_bytes([number; 16]),
        conversation,
        by: account(1),
        token: TokenHash::of(&[number]),
        body: vec![number; 40],
        created_at: NOW,
        expires_at: Some(NOW.plus_millis(u64::from(number))),
        left: Some(3),
    }
}

fn ask(number: u32, conversation: ConversationId, state: AskState) -> Ask {
    Ask {
        conversation,
        account: account(number),
        link: GroupLinkId::from_bytes([1; 16]),
        proof: vec![4; 8],
        at: NOW.plus_millis(u64::from(number)),
        state,
    }
}

fn put(store: &dyn Store, ask: &Ask) {
    let ask = ask.clone();
    store.write_blocking(move |uow| uow.group_links_mut().put_ask(&ask)).expect("a request can be kept");
}

/// Links are found by token and id, listed by group, used up, and end.
pub fn keeps_links_by_token(store: &dyn Store) {
    people(store, &[1, 2]);
    let group = converse(store, 1, ConversationKind::Group, &[1]);
    let (one, other) = (link(1, group), GroupLink { expires_at: None, left: None, ..link(2, group) });
    let both = [one.clone(), other.clone()];
    store
        .write_blocking(move |uow| both.iter().try_for_each(|link| uow.group_links_mut().insert(link)))
        .expect("links can be made");
    let doubled = GroupLink { id: GroupLinkId::from_bytes([9; 16]), ..one.clone() };
    let again = store.write_blocking(move |uow| uow.group_links_mut().insert(&doubled));
    assert_eq!(again, Err(StoreError::Conflict), "a token is of one link");
    let token = one.token;
    assert_eq!(store.read_blocking(move |view| view.group_links().find(&token)), Ok(Some(one.clone())));
    let id = other.id;
    assert_eq!(store.read_blocking(move |view| view.group_links().find_by_id(id)), Ok(Some(other.clone())));
    let all = store.read_blocking(move |view| view.group_links().list(group));
    assert_eq!(all, Ok(vec![other, one.clone()]), "newest first");
    let id = one.id;
    store.write_blocking(move |uow| uow.group_links_mut().set_left(id, 2)).expect("used once");
    let used = GroupLink { left: Some(2), ..one };
    assert_eq!(store.read_blocking(move |view| view.group_links().find_by_id(id)), Ok(Some(used.clone())));
    let expired = |now| store.write_blocking(move |uow| uow.group_links_mut().expired(now, 9));
    assert_eq!((expired(NOW), expired(NOW.plus_millis(1))), (Ok(Vec::new()), Ok(vec![used])));
    let delete = || store.write_blocking(move |uow| uow.group_links_mut().delete(id));
    assert_eq!((delete(), delete()), (Ok(true), Ok(false)));
}

/// Requests keep their state, are counted while they are open, and end.
pub fn keeps_requests_and_their_outcome(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let group = converse(store, 1, ConversationKind::Group, &[1]);
    let until = NOW.plus_millis(9);
    for state in [
        AskState::Joined,
        AskState::Declined,
        AskState::Lapsed,
        AskState::Waiting,
        AskState::Taken { by: device(1), until },
    ] {
        let ask = ask(2, group, state);
        put(store, &ask);
        assert_eq!(store.read_blocking(move |view| view.group_links().ask(group, account(2))), Ok(Some(ask)));
    }
    put(store, &ask(3, group, AskState::Waiting));
    let (taken, waiting) = (ask(2, group, AskState::Taken { by: device(1), until }), ask(3, group, AskState::Waiting));
    let open = store.read_blocking(move |view| view.group_links().asks(group));
    assert_eq!(open, Ok(vec![taken.clone(), waiting.clone()]), "oldest first");
    assert_eq!(store.read_blocking(move |view| view.group_links().count_asks(group)), Ok(2));
    assert_eq!(store.read_blocking(move |view| view.group_links().asks_of(account(3))), Ok(vec![waiting]));
    let abandoned = |now| store.write_blocking(move |uow| uow.group_links_mut().abandoned(now, 9));
    assert_eq!(abandoned(Timestamp::from_millis(until.as_millis() - 1)), Ok(Vec::new()));
    assert_eq!(abandoned(until), Ok(vec![taken]));
    put(store, &ask(3, group, AskState::Declined));
    let old = |before| store.write_blocking(move |uow| uow.group_links_mut().delete_answered(before, 9));
    assert_eq!((old(NOW.plus_millis(3)), old(NOW.plus_millis(4))), (Ok(0), Ok(1)), "open ones stay");
    store.write_blocking(move |uow| uow.group_links_mut().delete_ask(group, account(2))).expect("taken back");
    assert_eq!(store.read_blocking(move |view| view.group_links().count_asks(group)), Ok(0));
}

/// The asker hears of the outcome, those who may add people of the number that waits, and nobody else of either.
pub fn tells_whom_a_request_concerns(store: &dyn Store) {
    people(store, &[1, 2, 3, 4]);
    let group = converse(store, 1, ConversationKind::Group, &[1, 2]);
    let changes = |number| {
        let page = store.read_blocking(move |view| sync(view, actor(number), None, 500)).expect("a sync works");
        page.changes
    };
    let asking = |number| {
        changes(number).into_iter().find_map(|change| match change {
            Change::Conversation(state) if state.conversation == group => Some(state.asking),
            _ => None,
        })
    };
    assert_eq!((asking(1), asking(2), asking(4)), (Some(0), Some(0), None));
    put(store, &ask(3, group, AskState::Waiting));
    let mine = |number| changes(number).into_iter().any(|change| matches!(change, Change::Asked { .. }));
    assert_eq!((mine(1), mine(3), mine(4)), (false, true, false));
    assert_eq!((asking(1), asking(2), asking(4)), (Some(1), Some(1), None), "members may add people here");
    store
        .write_blocking(move |uow| {
            let row = uow.conversations().find(group)?.ok_or(StoreError::Conflict)?;
            let mut policy = row.policy;
            policy.permissions.add_members = beseda_model::Role::Owner;
            uow.conversations_mut().advance(group, (0, 0), (0, 1), &policy).map(drop)
        })
        .expect("the policy can be changed");
    assert_eq!((asking(1), asking(2)), (Some(1), Some(0)), "only the owner may now");
}

//! [`LinkRepo`](crate::port::LinkRepo), [`TicketRepo`](crate::port::TicketRepo), [`BudgetRepo`](crate::port::BudgetRepo)
//! and their views: what brings people and devices in.

use beseda_model::{InviteId, LinkId, Timestamp};

use super::world::{NOW, account, actor, device, people};
use crate::domain::{Link, LinkProgress, Reveal, TokenHash};
use crate::port::{Budget, Invite, Store, StoreError};

/// A link request goes through all its steps and expires.
pub fn links_devices(store: &dyn Store) {
    let code = TokenHash::of(b"code");
    let link = Link {
        id: LinkId::from_bytes([1; 16]),
        code,
        secret: TokenHash::of(b"secret"),
        commitment: [2; 32],
        expires_at: NOW,
        progress: LinkProgress::Waiting,
    };
    let first = link.clone();
    store.write_blocking(move |uow| uow.links_mut().insert(&first)).expect("a link can be made");
    let second = link.clone();
    assert_eq!(store.write_blocking(move |uow| uow.links_mut().insert(&second)), Err(StoreError::Conflict));
    let (by, nonce) = (actor(1), [3; 32]);
    let reveal = Reveal { device: device(2), signature_key: [4; 32], nonce: [5; 32] };
    for progress in [
        LinkProgress::Waiting,
        LinkProgress::Opened { by, nonce },
        LinkProgress::Revealed { by, nonce, reveal },
        LinkProgress::Approved { account: account(1), device: device(2) },
        LinkProgress::Refused,
    ] {
        let link = Link { progress, ..link.clone() };
        let written = link.clone();
        store.write_blocking(move |uow| uow.links_mut().update(&written)).expect("a link can be updated");
        assert_eq!(store.read_blocking(move |view| view.links().find(&code)), Ok(Some(link)));
    }
    let expire = |now| store.write_blocking(move |uow| uow.links_mut().delete_expired(now));
    assert_eq!(expire(Timestamp::from_millis(NOW.as_millis() - 1)), Ok(0));
    assert_eq!((expire(NOW), expire(NOW)), (Ok(1), Ok(0)));
    store
        .write_blocking(move |uow| {
            uow.links_mut().insert(&link)?;
            uow.links_mut().delete(&code)
        })
        .expect("a link can be forgotten");
    assert_eq!(store.read_blocking(move |view| view.links().find(&code)), Ok(None));
}

/// Invitations are found by secret, used up and taken back.
pub fn invites(store: &dyn Store) {
    let invite = |number: u8, expires_at| Invite {
        id: InviteId::from_bytes([number; 16]),
        secret: TokenHash::of(&[number]),
        left: 2,
        expires_at,
        created_at: NOW,
    };
    let (one, other) = (invite(1, None), invite(2, Some(NOW)));
    let both = [one.clone(), other.clone()];
    store
        .write_blocking(move |uow| both.iter().try_for_each(|invite| uow.tickets_mut().insert_invite(invite)))
        .expect("invitations can be made");
    assert_eq!(store.read_blocking(|view| view.tickets().invites(9)), Ok(vec![other, one.clone()]));
    store.write_blocking(|uow| uow.tickets_mut().set_invite_left(InviteId::from_bytes([1; 16]), 1)).expect("used once");
    let found = store.read_blocking(|view| view.tickets().invite(&TokenHash::of(&[1])));
    assert_eq!(found, Ok(Some(Invite { left: 1, ..one })));
    assert_eq!(store.write_blocking(|uow| uow.tickets_mut().delete_expired(NOW)), Ok(1));
    let revoke = || store.write_blocking(|uow| uow.tickets_mut().delete_invite(InviteId::from_bytes([1; 16])));
    assert_eq!((revoke(), revoke()), (Ok(true), Ok(false)));
}

/// Tickets are valid until their time, and all of an account's end together.
pub fn signs_in_by_ticket(store: &dyn Store) {
    people(store, &[1]);
    let (one, other) = (TokenHash::of(b"one"), TokenHash::of(b"other"));
    store
        .write_blocking(move |uow| {
            uow.tickets_mut().insert_ticket(&one, account(1), NOW)?;
            uow.tickets_mut().insert_ticket(&other, account(1), NOW.plus_millis(9))
        })
        .expect("tickets can be given");
    let find = |ticket: TokenHash, now| store.read_blocking(move |view| view.tickets().ticket(&ticket, now));
    assert_eq!(find(one, Timestamp::from_millis(NOW.as_millis() - 1)), Ok(Some(account(1))));
    assert_eq!(find(one, NOW), Ok(None));
    assert_eq!(find(other, NOW), Ok(Some(account(1))));
    store.write_blocking(|uow| uow.tickets_mut().delete_tickets_of(account(1))).expect("tickets can be ended");
    assert_eq!(find(other, NOW), Ok(None));
}

/// A budget lasts for its day and its subject.
pub fn spends_daily_budgets(store: &dyn Store) {
    let spend = |budget, subject: &'static [u8], at, allowed| {
        store.write_blocking(move |uow| uow.budgets_mut().spend(budget, subject, at, allowed))
    };
    let tomorrow = NOW.plus_millis(86_400_000);
    assert_eq!(spend(Budget::Joins, b"a", NOW, 2), Ok(true));
    assert_eq!(spend(Budget::Joins, b"a", NOW, 2), Ok(true));
    assert_eq!(spend(Budget::Joins, b"a", NOW, 2), Ok(false));
    assert_eq!(spend(Budget::Joins, b"b", NOW, 2), Ok(true));
    assert_eq!(spend(Budget::Creates, b"a", NOW, 2), Ok(true));
    assert_eq!(spend(Budget::Joins, b"a", tomorrow, 2), Ok(true));
    assert_eq!(spend(Budget::StrangerRequests, b"a", NOW, 0), Ok(false));
    assert_eq!(spend(Budget::KeyClaims, b"a", NOW, 1), Ok(true));
    assert_eq!(spend(Budget::Asks, b"c", tomorrow, 1), Ok(true));
    assert_eq!(spend(Budget::Reports, b"c", tomorrow, 1), Ok(true));
    let many = |amount| {
        store.write_blocking(move |uow| uow.budgets_mut().spend_many(Budget::UploadedBytes, b"d", tomorrow, amount, 10))
    };
    assert_eq!(
        [many(11), many(7), many(4), many(3), many(1), many(0)],
        [false, true, false, true, false, true].map(Ok)
    );
    let delete = || store.write_blocking(move |uow| uow.budgets_mut().delete_old(tomorrow));
    assert_eq!((delete(), delete()), (Ok(4), Ok(0)));
}

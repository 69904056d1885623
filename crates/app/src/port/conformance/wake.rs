//! [`WakeView`](crate::port::WakeView) and [`WakeRepo`](crate::port::WakeRepo).

use beseda_model::Timestamp;

use super::world::{NOW, account, actor, conversation, device, people};
use crate::domain::{Muted, PUSH_KEY_BYTES, Subscription, TokenHash};
use crate::port::{Store, StoreError};

fn at(offset: u64) -> Timestamp {
    NOW.plus_millis(offset)
}

fn subscription(name: &str) -> Subscription {
    Subscription {
        endpoint: format!("https://push.example.org/{name}"),
        public_key: [4; PUSH_KEY_BYTES],
        auth: [5; 16],
        quietly: true,
    }
}

fn set(store: &dyn Store, number: u32, name: &str) {
    let subscription = subscription(name);
    store
        .write_blocking(move |uow| uow.wake_mut().set_subscription(actor(number), &subscription))
        .expect("a subscription can be set");
}

fn sleepers(store: &dyn Store, number: u32, muted: Option<u32>, now: Timestamp) -> Vec<String> {
    let found = store.read_blocking(move |view| view.wake().sleepers(account(number), muted.map(conversation), now));
    let found = found.expect("the store reads");
    assert!(found.iter().all(|sleeper| sleeper.actor == actor(number)), "{found:?}");
    found.into_iter().map(|sleeper| sleeper.subscription.endpoint).collect()
}

/// There is one key of the server, for good.
pub fn has_one_key(store: &dyn Store) {
    let key = || store.read_blocking(|view| view.wake().server_key());
    assert_eq!(key(), Ok(None));
    store.write_blocking(|uow| uow.wake_mut().set_server_key(&[1; 32])).expect("a key can be set");
    let second = store.write_blocking(|uow| uow.wake_mut().set_server_key(&[2; 32]));
    assert_eq!(second, Err(StoreError::Conflict));
    assert_eq!(key(), Ok(Some([1; 32])));
}

/// A device has one subscription, an endpoint one device.
pub fn subscribes_one_device_at_one_endpoint(store: &dyn Store) {
    people(store, &[1, 2]);
    let found = |number| store.read_blocking(move |view| view.wake().subscription(device(number)));
    assert_eq!(found(1), Ok(None));
    set(store, 1, "one");
    set(store, 2, "two");
    assert_eq!((found(1), found(2)), (Ok(Some(subscription("one"))), Ok(Some(subscription("two")))));
    set(store, 1, "other");
    assert_eq!(found(1), Ok(Some(subscription("other"))));
    set(store, 2, "other");
    assert_eq!((found(1), found(2)), (Ok(None), Ok(Some(subscription("other")))));
    store.write_blocking(|uow| uow.wake_mut().forget(device(2))).expect("a subscription can be forgotten");
    assert_eq!(found(2), Ok(None));
}

/// Devices are found by their account, but for conversations that they muted, for as long as they did.
pub fn lets_conversations_be_muted(store: &dyn Store) {
    people(store, &[1, 2]);
    set(store, 1, "one");
    set(store, 2, "two");
    let muted = [
        Muted { conversation: conversation(1), until: None },
        Muted { conversation: conversation(2), until: Some(at(10)) },
    ];
    store.write_blocking(move |uow| uow.wake_mut().set_muted(device(1), &muted)).expect("conversations can be muted");
    let one = ["https://push.example.org/one"];
    assert!(sleepers(store, 1, Some(1), at(0)).is_empty());
    assert!(sleepers(store, 1, Some(2), at(9)).is_empty());
    assert_eq!(sleepers(store, 1, Some(2), at(10)), one);
    assert_eq!(sleepers(store, 1, Some(3), at(0)), one);
    assert_eq!(sleepers(store, 1, None, at(0)), one);
    assert_eq!(sleepers(store, 2, Some(1), at(0)), ["https://push.example.org/two"]);
    store.write_blocking(|uow| uow.wake_mut().set_muted(device(1), &[])).expect("and heard again");
    assert_eq!(sleepers(store, 1, Some(1), at(0)), one);
}

/// A token is its device's until it is used, expires, makes room for newer ones, or the device goes.
pub fn gives_tokens_that_end(store: &dyn Store) {
    people(store, &[1, 2]);
    let hash = |number: u8| TokenHash::of(&[number]);
    let give = |number: u8, of: u32, until: u64| {
        let given =
            store.write_blocking(move |uow| uow.wake_mut().insert_token(&hash(number), device(of), at(until), 1));
        given.expect("a token can be given");
    };
    let whose =
        |number: u8| store.read_blocking(move |view| view.wake().token(&hash(number), at(5))).expect("the store reads");
    give(1, 1, 10);
    give(2, 2, 10);
    assert_eq!((whose(1), whose(2), whose(3)), (Some(actor(1)), Some(actor(2)), None));
    give(3, 1, 10);
    give(4, 1, 5);
    assert_eq!((whose(1), whose(2), whose(3)), (None, Some(actor(2)), Some(actor(1))), "the oldest makes room");
    assert_eq!(whose(4), None, "it has expired");
    let delete = |number: u8| store.write_blocking(move |uow| uow.wake_mut().delete_token(&hash(number)));
    assert_eq!((delete(3), delete(3), whose(3)), (Ok(true), Ok(false), None));
    assert_eq!(store.write_blocking(|uow| uow.wake_mut().delete_expired(at(5))), Ok(1));
    store.write_blocking(|uow| uow.devices_mut().remove(device(2))).expect("a device can be removed");
    assert_eq!(whose(2), None);
    give(5, 1, 10);
    store.write_blocking(|uow| uow.wake_mut().forget(device(1))).expect("a subscription can be forgotten");
    assert_eq!(whose(5), None);
}

//! People, devices and conversations made without any cryptography: the store does not look inside.

use beseda_model::device_log::root_fingerprint;
use beseda_model::{
    AccountId, ConversationId, ConversationKind, DeviceId, MessageId, Policy, Role, RosterEntry, Timestamp,
};

use crate::domain::{Actor, Append, AppendError, Appended, DeviceRow, EntryClass, Leaf, Member};
use crate::port::{NewAccount, NewConversation, Store, StoreError, UnitOfWork};

/// A moment to start from.
pub const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn id(kind: u8, number: u32) -> [u8; 16] {
    let mut bytes = [kind; 16];
    if let Some(last) = bytes.last_chunk_mut::<4>() {
        *last = number.to_be_bytes();
    }
    bytes
}

/// The account with this number.
pub fn account(number: u32) -> AccountId {
    AccountId::from_bytes(id(0xa0, number))
}

/// The first device of the account with this number.
pub fn device(number: u32) -> DeviceId {
    DeviceId::from_bytes(id(0xd0, number))
}

/// The conversation with this number.
pub fn conversation(number: u32) -> ConversationId {
    ConversationId::from_bytes(id(0xc0, number))
}

/// The message with this number.
pub fn message(number: u32) -> MessageId {
    MessageId::from_bytes(id(0x10, number))
}

/// The person with this number, on the first device.
pub fn actor(number: u32) -> Actor {
    Actor { account: account(number), device: device(number) }
}

/// The roster entry of the person with this number.
pub fn rostered(number: u32, role: Role) -> RosterEntry {
    RosterEntry { account: account(number), root: root(number), role }
}

/// The fingerprint of the person's root key.
pub fn root(number: u32) -> beseda_model::Fingerprint {
    root_fingerprint(&root_key(number))
}

fn root_key(number: u32) -> [u8; 32] {
    let mut key = [7; 32];
    if let Some(last) = key.last_chunk_mut::<4>() {
        *last = number.to_be_bytes();
    }
    key
}

/// Adds the person with this number and their first device.
pub fn add_person(uow: &mut dyn UnitOfWork, number: u32) -> Result<(), StoreError> {
    uow.accounts_mut().insert(&NewAccount {
        account: account(number),
        root_key: root_key(number),
        root: root(number),
        username: None,
        password_hash: None,
        at: NOW,
    })?;
    uow.devices_mut().append_log(account(number), 1, b"entry")?;
    uow.devices_mut().insert(&DeviceRow {
        device: device(number),
        account: account(number),
        signature_key: [1; 32],
        removed: false,
    })
}

/// Adds people with these numbers.
pub fn people(store: &dyn Store, numbers: &[u32]) {
    let numbers = numbers.to_vec();
    store
        .write_blocking(move |uow| numbers.iter().try_for_each(|number| add_person(uow, *number)))
        .expect("new people can be added");
}

/// Adds a conversation with an empty log between people who exist; the first of them is its owner.
pub fn converse(store: &dyn Store, number: u32, kind: ConversationKind, members: &[u32]) -> ConversationId {
    let id = conversation(number);
    let members = members.to_vec();
    store
        .write_blocking(move |uow| {
            let roster: Vec<RosterEntry> = members
                .iter()
                .enumerate()
                .map(|(at, member)| rostered(*member, if at == 0 { Role::Owner } else { Role::Member }))
                .collect();
            let policy = Policy::new(kind, roster.clone());
            uow.conversations_mut().insert(&NewConversation { id, kind, policy, request: None, at: NOW })?;
            for entry in &roster {
                let member = Member::new(entry.account, entry.root, entry.role, 1, 0);
                uow.conversations_mut().put_member(id, &member)?;
            }
            let leaves: Vec<Leaf> = (0u32..)
                .zip(&members)
                .map(|(index, member)| Leaf { index, account: account(*member), device: device(*member), due: false })
                .collect();
            uow.conversations_mut().set_leaves(id, &leaves)
        })
        .expect("a new conversation can be added");
    id
}

/// A message of the person with this number at generation and epoch zero.
pub fn said(by: u32, conversation: ConversationId, number: u32) -> Append {
    Append {
        actor: actor(by),
        conversation,
        generation: 0,
        epoch: 0,
        message: message(number),
        send_no: u64::from(number),
        class: EntryClass::Counted,
        at: NOW,
        expires_at: None,
        blank: Vec::new(),
        body: format!("message {number} of {by}").into_bytes(),
    }
}

/// Says it.
pub fn say(store: &dyn Store, by: u32, conversation: ConversationId, number: u32) -> Result<Appended, AppendError> {
    store.append_blocking(said(by, conversation, number))
}

/// Cuts somebody off from a conversation: they may read up to `until_seq`.
pub fn cut(store: &dyn Store, id: ConversationId, number: u32, until_seq: u64) {
    store
        .write_blocking(move |uow| {
            let member = uow.conversations().member(id, account(number))?.ok_or(StoreError::Conflict)?;
            uow.conversations_mut().put_member(id, &Member { until_seq: Some(until_seq), ..member })
        })
        .expect("a member can be cut off");
}

//! A data directory to measure on: accounts, sessions, conversations and logs, written through the server's own ports.
//!
//! Everything that the measured paths look at is as in real life; what only clients look at (device logs, MLS trees,
//! ciphertexts) is made up.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use beseda_app::domain::{DeviceRow, EntryClass, Leaf, Member, NewEntry};
use beseda_app::port::{NewAccount, NewConversation, Store, StoreError};
use beseda_model::{
    AccountId, Clock, ConversationId, ConversationKind, DeviceId, Fingerprint, MessageId, Policy, Rng, Role,
    RosterEntry, Timestamp,
};

use crate::clock::{Chance, WallClock};
use crate::mls::private_message;

/// Rows in one transaction.
const BATCH: usize = 2_000;

/// The epoch that all made-up groups are in.
pub(crate) const EPOCH: u64 = 0;

/// One person with one device.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    /// Opens a session.
    pub(crate) token: String,
    root: Fingerprint,
}

/// A store that is being filled.
pub(crate) struct Seed {
    store: Arc<dyn Store>,
    chance: Chance,
}

impl Seed {
    /// Opens the store in a data directory.
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let store = crate::store::open(data).context("cannot open the store")?;
        Ok(Self { store, chance: Chance::new(1) })
    }

    /// Makes people.
    pub(crate) fn people(&mut self, count: usize) -> Result<Vec<Person>> {
        let now = WallClock.now();
        let people: Vec<Person> = (0..count).map(|_| self.person(now)).collect();
        for batch in people.chunks(BATCH) {
            let batch = batch.to_vec();
            self.store.write_blocking(move |uow| {
                for person in &batch {
                    let root_key = *person.root.as_bytes();
                    uow.accounts_mut().insert(&NewAccount {
                        account: person.account,
                        root_key,
                        root: person.root,
                        username: None,
                        password_hash: None,
                        at: now,
                    })?;
                    uow.devices_mut().append_log(person.account, 1, b"made up")?;
                    uow.devices_mut().insert(&DeviceRow {
                        device: person.device,
                        account: person.account,
                        signature_key: root_key,
                        removed: false,
                    })?;
                    uow.devices_mut().insert_session(&crate::store::token_hash(&person.token), person.device, now)?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(people)
    }

    fn person(&mut self, now: Timestamp) -> Person {
        let mut root = [0; 32];
        self.chance.fill(&mut root);
        let mut secret = [0; 32];
        self.chance.fill(&mut secret);
        Person {
            account: AccountId::new(now, &mut self.chance),
            device: DeviceId::new(now, &mut self.chance),
            token: crate::store::token(&secret),
            root: Fingerprint::from_bytes(root),
        }
    }

    /// Makes one conversation for each list of members, all devices being leaves.
    pub(crate) fn conversations(
        &mut self,
        kind: ConversationKind,
        members: &[&[Person]],
    ) -> Result<Vec<ConversationId>> {
        let now = WallClock.now();
        let new: Vec<(ConversationId, Vec<Person>)> =
            members.iter().map(|people| (ConversationId::new(now, &mut self.chance), people.to_vec())).collect();
        for batch in new.chunks(BATCH) {
            let batch = batch.to_vec();
            self.store.write_blocking(move |uow| {
                for (id, people) in &batch {
                    let roster = people.iter().enumerate().map(|(at, person)| RosterEntry {
                        account: person.account,
                        root: person.root,
                        role: if at == 0 { Role::Owner } else { Role::Member },
                    });
                    let policy = Policy::new(kind, roster.collect());
                    let roster = policy.roster.clone();
                    uow.conversations_mut().insert(&NewConversation {
                        id: *id,
                        kind,
                        policy,
                        request: None,
                        at: now,
                    })?;
                    for entry in roster {
                        let member = Member::new(entry.account, entry.root, entry.role, 1, 0);
                        uow.conversations_mut().put_member(*id, &member)?;
                    }
                    let leaves: Vec<Leaf> = (0..)
                        .zip(people)
                        .map(|(index, person)| Leaf {
                            index,
                            account: person.account,
                            device: person.device,
                            due: false,
                        })
                        .collect();
                    uow.conversations_mut().set_leaves(*id, &leaves)?;
                    uow.conversations_mut().start_generation(*id)?;
                    if let Some(creator) = people.first() {
                        uow.log_mut().append(
                            *id,
                            &NewEntry {
                                by: creator.device,
                                message: None,
                                send_no: None,
                                class: EntryClass::Handshake,
                                at: now,
                                body: b"made up".to_vec(),
                                expires_at: None,
                            },
                        )?;
                    }
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(new.into_iter().map(|(id, _)| id).collect())
    }

    /// Adds `count` messages in all, to the conversations in turn.
    pub(crate) fn fill(&mut self, logs: &[(ConversationId, DeviceId)], count: usize) -> Result<()> {
        let now = WallClock.now();
        let mut turn = logs.iter().cycle();
        let mut left = count;
        let mut send_no = 1;
        while left > 0 {
            let size = left.min(BATCH);
            left -= size;
            let mut batch = Vec::with_capacity(size);
            for (conversation, device) in turn.by_ref().take(size) {
                let message = MessageId::new(now, &mut self.chance);
                let entry = NewEntry {
                    by: *device,
                    message: Some(message),
                    send_no: Some(send_no),
                    class: EntryClass::Counted,
                    at: now,
                    body: private_message(*conversation, EPOCH, message, send_no),
                    expires_at: None,
                };
                send_no += 1;
                batch.push((*conversation, entry));
            }
            self.store.write_blocking(move |uow| {
                for (conversation, entry) in &batch {
                    uow.log_mut().append(*conversation, entry)?;
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(())
    }
}

//! Whatever people do, in whatever order: logs stay dense, chained and counted, marks never go back, and a device that
//! syncs piece by piece knows what one knows that asks for everything.

#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use beseda_app::domain::{Append, AppendError, Change, EntryClass, Member};
use beseda_app::port::conformance::world::{account, actor, conversation, converse, cut, device, people, root, said};
use beseda_app::port::{Store, StoreError};
use beseda_app::usecase::account::block;
use beseda_app::usecase::log::{Mark, mark};
use beseda_app::usecase::sync::sync;
use beseda_crypto::chain;
use beseda_infra::bus::local::LocalBus;
use beseda_infra::db::sqlite::{Options, SqliteStore};
use beseda_model::ConversationKind::{Direct, Group};
use beseda_model::Role;
use proptest::prelude::*;

const PEOPLE: u32 = 3;
const CONVERSATIONS: u32 = 3;

#[derive(Debug, Clone)]
enum Step {
    Say { by: u32, to: u32, silent: bool },
    SayAgain { by: u32, to: u32 },
    SayLate { by: u32, to: u32 },
    Delete { by: u32, to: u32, seq: u64 },
    Mark { by: u32, to: u32, seq: u64 },
    Remove { who: u32, from: u32 },
    Bring { who: u32, to: u32 },
    Due { who: u32 },
    Settle { to: u32 },
    Advance { to: u32 },
    Block { by: u32, who: u32, blocked: bool },
    Profile { of: u32 },
    Sync { by: u32, limit: u32 },
}

fn steps() -> impl Strategy<Value = Step> {
    let person = || 1..=PEOPLE;
    let to = || 1..=CONVERSATIONS;
    prop_oneof![
        6 => (person(), to(), any::<bool>()).prop_map(|(by, to, silent)| Step::Say { by, to, silent }),
        1 => (person(), to()).prop_map(|(by, to)| Step::SayAgain { by, to }),
        1 => (person(), to()).prop_map(|(by, to)| Step::SayLate { by, to }),
        1 => (person(), to(), 0..9u64).prop_map(|(by, to, seq)| Step::Delete { by, to, seq }),
        3 => (person(), to(), 0..12u64).prop_map(|(by, to, seq)| Step::Mark { by, to, seq }),
        1 => (person(), to()).prop_map(|(who, from)| Step::Remove { who, from }),
        1 => (person(), to()).prop_map(|(who, to)| Step::Bring { who, to }),
        1 => person().prop_map(|who| Step::Due { who }),
        2 => to().prop_map(|to| Step::Settle { to }),
        1 => to().prop_map(|to| Step::Advance { to }),
        1 => (person(), person(), any::<bool>()).prop_map(|(by, who, blocked)| Step::Block { by, who, blocked }),
        1 => person().prop_map(|of| Step::Profile { of }),
        2 => (person(), 1..4u32).prop_map(|(by, limit)| Step::Sync { by, limit }),
    ]
}

struct World {
    store: Box<dyn Store>,
    epochs: BTreeMap<u32, u64>,
    messages: u32,
    devices: BTreeMap<u32, (BTreeMap<String, Change>, Option<Vec<u8>>)>,
    _dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options::new(dir.path(), [9; 16]);
        let store: Box<dyn Store> = Box::new(SqliteStore::open(&options, Arc::new(LocalBus::new())).unwrap());
        people(&*store, &(1..=PEOPLE).collect::<Vec<_>>());
        converse(&*store, 1, Direct, &[1, 2]);
        converse(&*store, 2, Group, &[1, 2, 3]);
        converse(&*store, 3, Group, &[3, 1]);
        Self { store, epochs: BTreeMap::new(), messages: 0, devices: BTreeMap::new(), _dir: dir }
    }

    fn epoch(&self, to: u32) -> u64 {
        self.epochs.get(&to).copied().unwrap_or(0)
    }

    fn said(&self, by: u32, to: u32) -> Append {
        Append { epoch: self.epoch(to), ..said(by, conversation(to), self.messages) }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Say { by, to, silent } => {
                self.messages += 1;
                let class = if silent { EntryClass::Silent } else { EntryClass::Counted };
                drop(self.store.append_blocking(Append { class, ..self.said(by, to) }));
            }
            Step::SayAgain { by, to } => {
                let first = self.store.append_blocking(self.said(by, to));
                let again = self.store.append_blocking(Append { epoch: 99, ..self.said(by, to) });
                if first.is_ok() {
                    assert_eq!(first, again, "a repetition has its place");
                }
            }
            Step::SayLate { by, to } => {
                self.messages += 1;
                let late = Append { epoch: self.epoch(to) + 1, ..self.said(by, to) };
                let stale = AppendError::StaleEpoch { generation: 0, epoch: self.epoch(to) };
                let outcome = self.store.append_blocking(late).unwrap_err();
                assert!([stale, AppendError::NotAMember].contains(&outcome), "{outcome:?}");
            }
            Step::Delete { by, to, seq } => {
                self.messages += 1;
                let class = EntryClass::Silent;
                drop(self.store.append_blocking(Append { class, blank: vec![seq], ..self.said(by, to) }));
            }
            Step::Mark { by, to, seq } => {
                let cmd = Mark { conversation: conversation(to), delivered: None, read: Some(seq) };
                drop(self.store.write_blocking(move |uow| mark(uow, actor(by), cmd)));
            }
            Step::Remove { who, from } => {
                let id = conversation(from);
                let found = self.store.read_blocking(move |view| view.conversations().member(id, account(who)));
                if found.unwrap().is_some_and(|member| member.until_seq.is_none()) {
                    let row = self.store.read_blocking(move |view| view.conversations().find(id)).unwrap();
                    cut(&*self.store, id, who, row.unwrap().last_seq);
                }
            }
            Step::Bring { who, to } => self.write(move |uow| {
                let id = conversation(to);
                let there = uow.conversations().member(id, account(who))?;
                if there.is_none_or(|member| member.until_seq.is_some()) {
                    let row = uow.conversations().find(id)?.ok_or(StoreError::Conflict)?;
                    let member =
                        Member::new(account(who), root(who), Role::Member, row.last_seq.saturating_add(1), row.count);
                    uow.conversations_mut().put_member(id, &member)?;
                }
                Ok(())
            }),
            Step::Due { who } => {
                self.write(move |uow| uow.conversations_mut().mark_due(&[device(who)], None).map(drop))
            }
            Step::Settle { to } => self.write(move |uow| {
                let id = conversation(to);
                let leaves: Vec<_> = uow.conversations().leaves(id)?.into_iter().filter(|leaf| !leaf.due).collect();
                uow.conversations_mut().set_leaves(id, &leaves)
            }),
            Step::Advance { to } => {
                let (id, epoch) = (conversation(to), self.epoch(to));
                self.write(move |uow| {
                    let policy = uow.conversations().find(id)?.ok_or(StoreError::Conflict)?.policy;
                    assert!(uow.conversations_mut().advance(id, (0, epoch), (0, epoch + 1), &policy)?);
                    Ok(())
                });
                self.epochs.insert(to, epoch + 1);
            }
            Step::Block { by, who, blocked } => {
                drop(self.store.write_blocking(move |uow| block(uow, actor(by), account(who), blocked)));
            }
            Step::Profile { of } => {
                self.write(move |uow| uow.accounts_mut().set_profile(account(of), b"profile").map(drop));
            }
            Step::Sync { by, limit } => self.sync(by, limit, false),
        }
    }

    fn write(
        &self,
        work: impl FnMut(&mut dyn beseda_app::port::UnitOfWork) -> Result<(), StoreError> + Send + 'static,
    ) {
        self.store.write_blocking(work).unwrap();
    }

    /// One page, or all there is.
    fn sync(&mut self, by: u32, limit: u32, all: bool) {
        let (known, cursor) = self.devices.entry(by).or_default();
        loop {
            let from = cursor.clone();
            let page = self.store.read_blocking(move |view| sync(view, actor(by), from.as_deref(), limit)).unwrap();
            known.extend(page.changes.into_iter().map(|change| (name(&change), change)));
            *cursor = Some(page.cursor);
            if !(all && page.more) {
                return;
            }
        }
    }

    fn check(&mut self) {
        for number in 1..=CONVERSATIONS {
            self.check_log(number);
        }
        for person in 1..=PEOPLE {
            self.sync(person, 2, true);
            let (known, _) = self.devices.remove(&person).unwrap();
            self.sync(person, 500, true);
            let (whole, _) = self.devices.remove(&person).unwrap();
            for (name, change) in &whole {
                let met_later = ["log", "profile", "receipt"].iter().any(|kind| name.starts_with(kind));
                match known.get(name) {
                    Some(known) => assert_eq!(known, change, "person {person}"),
                    // Of people whom one has met since, only what changes from then on is told.
                    None => assert!(met_later, "person {person} never learned {change:?}"),
                }
            }
            // What is known beyond that is of conversations and people whom one has lost sight of.
            let lost: Vec<_> = known.keys().filter(|name| !whole.contains_key(*name)).collect();
            assert!(lost.iter().all(|name| !name.starts_with("conversation")), "{lost:?}");
        }
    }

    fn check_log(&self, number: u32) {
        let id = conversation(number);
        let row = self.store.read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap();
        let page = self.store.read_blocking(move |view| view.log().page(id, 1, u64::MAX, 9_999, u64::MAX)).unwrap();
        let (mut hash, mut count) = (chain::start(id), 0);
        for (seq, entry) in (1..).zip(&page) {
            let body_hash = entry.body_hash.unwrap_or_else(|| chain::body_hash(entry.body.as_ref().unwrap()));
            hash = chain::next(&hash, seq, &body_hash);
            count += u64::from(entry.class == EntryClass::Counted);
            assert_eq!((entry.seq, entry.count, entry.chain), (seq, count, hash));
            assert_eq!(entry.body.is_none(), entry.body_hash.is_some());
        }
        assert_eq!((row.last_seq, row.count, row.chain), (page.len() as u64, count, hash));
        for person in 1..=PEOPLE {
            let member =
                self.store.read_blocking(move |view| view.conversations().member(id, account(person))).unwrap();
            let Some(member) = member else { continue };
            assert!(member.read <= member.delivered && member.delivered <= row.last_seq);
            let counted = page.iter().filter(|entry| entry.seq <= member.read && entry.class == EntryClass::Counted);
            assert_eq!(member.read_count, counted.count() as u64);
        }
    }
}

fn name(change: &Change) -> String {
    match change {
        Change::Conversation(state) => format!("conversation {}", state.conversation),
        Change::Receipt { conversation, account, .. } => format!("receipt {conversation} {account}"),
        Change::Welcome { conversation, .. } => format!("welcome {conversation}"),
        Change::DeviceLog { account, .. } => format!("log {account}"),
        Change::Profile { account, .. } => format!("profile {account}"),
        Change::Settings { .. } => "settings".to_owned(),
        Change::Asked { conversation, .. } => format!("asked {conversation}"),
        Change::KeysLow { .. } => "keys".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_people_do_the_store_stays_whole(steps in proptest::collection::vec(steps(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.check();
    }
}

/// Found by the property: others kept the receipt from before somebody was removed and brought back.
#[test]
fn who_comes_back_has_another_receipt() {
    let mut world = World::new();
    let steps = [
        Step::Say { by: 1, to: 2, silent: false },
        Step::Mark { by: 3, to: 2, seq: 1 },
        Step::Sync { by: 1, limit: 500 },
        Step::Say { by: 1, to: 2, silent: false },
        Step::Remove { who: 3, from: 2 },
        Step::Bring { who: 3, to: 2 },
    ];
    for step in &steps {
        world.step(step);
    }
    world.check();
}

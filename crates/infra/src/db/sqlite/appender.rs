//! The hot path: messages into logs, in batches, with what decides about them kept in memory as hints.
//!
//! A hint is compared with the conversation's rows in the same transaction before it is relied on. Only the writer's
//! thread is here, so what it has compared cannot change under it.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use beseda_app::Event;
use beseda_app::domain::{Append, AppendError, Appended, Entry, EntryClass, Head, Request, Rostered};
use beseda_app::port::{AccountView, ConversationView, StoreError};
use beseda_crypto::chain;
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId};
use lru::LruCache;
use rusqlite::{Connection, params};

use super::log::{self, Row};
use super::sql::{exec, get_uint, int, one};
use super::unit::{Fixed, SqliteView, Touched};

/// Conversations remembered: a direct one takes about half a KiB, a large group some more.
const HEADS: usize = 16_384;
/// Devices remembered.
const DEVICES: usize = 65_536;

struct Known {
    key: i64,
    head: Head,
}

#[derive(Clone, Copy)]
struct Device {
    key: i64,
    account: AccountId,
}

pub(super) struct Appender {
    heads: LruCache<ConversationId, Known>,
    devices: LruCache<DeviceId, Device>,
}

type Outcome = Result<Appended, AppendError>;

/// What all messages of a run share.
struct Run<'a> {
    conn: &'a Connection,
    fixed: &'a Arc<Fixed>,
    change_no: &'a mut u64,
    events: &'a mut Vec<Event>,
    send_numbers: HashMap<i64, u64>,
}

impl Appender {
    pub(super) fn new() -> Self {
        let size = |size| NonZeroUsize::new(size).unwrap_or(NonZeroUsize::MIN);
        Self { heads: LruCache::new(size(HEADS)), devices: LruCache::new(size(DEVICES)) }
    }

    pub(super) fn forget(&mut self, touched: &Touched) {
        for id in &touched.conversations {
            self.heads.pop(id);
        }
        for device in &touched.devices {
            self.devices.pop(device);
        }
    }

    pub(super) fn forget_all(&mut self) {
        self.heads.clear();
        self.devices.clear();
    }

    /// Stores what may be stored of `appends` and fills `results`, in the order of `appends`. An error means that the
    /// whole transaction is lost.
    pub(super) fn run(
        &mut self,
        conn: &Connection,
        fixed: &Arc<Fixed>,
        change_no: &mut u64,
        appends: Vec<Append>,
        results: &mut Vec<Option<Outcome>>,
        events: &mut Vec<Event>,
    ) -> Result<(), StoreError> {
        results.resize_with(appends.len(), || None);
        let mut order: Vec<(usize, Append)> = appends.into_iter().enumerate().collect();
        // Stable: messages of one device to one conversation keep their order.
        order.sort_by_key(|(_, append)| append.conversation);
        let mut run = Run { conn, fixed, change_no, events, send_numbers: HashMap::new() };
        let mut order = order.into_iter().peekable();
        while let Some((_, next)) = order.peek() {
            let id = next.conversation;
            let mut group = Vec::new();
            while let Some(item) = order.next_if(|(_, append)| append.conversation == id) {
                group.push(item);
            }
            self.conversation(&mut run, id, group, results)?;
        }
        for (device, send_no) in run.send_numbers {
            log::raise_send_no(conn, device, send_no)?;
        }
        Ok(())
    }

    /// Stores messages to one conversation and writes its head once.
    fn conversation(
        &mut self,
        run: &mut Run<'_>,
        id: ConversationId,
        group: Vec<(usize, Append)>,
        results: &mut [Option<Outcome>],
    ) -> Result<(), StoreError> {
        let Some(mut known) = self.head(run, id)? else {
            for (at, _) in group {
                set(results, at, Err(AppendError::NotAMember));
            }
            return Ok(());
        };
        let (before, request) = (known.head.last_seq, known.head.request);
        let first_event = run.events.len();
        for (at, append) in group {
            let outcome = match self.one(run, &mut known, append) {
                Err(AppendError::Store(error)) => return Err(error),
                outcome => outcome,
            };
            set(results, at, outcome);
        }
        if known.head.last_seq != before {
            write_row(run, &known, before, request)?;
        }
        if known.head.request.is_none() && request.is_some() {
            let accounts = Arc::clone(&known.head.members);
            run.events.insert(first_event, Event::ConversationChanged { conversation: id, accounts });
        }
        self.heads.put(id, known);
        Ok(())
    }

    fn one(&mut self, run: &mut Run<'_>, known: &mut Known, append: Append) -> Outcome {
        let device = self.device(run, append.actor.device)?.filter(|device| device.account == append.actor.account);
        let device = device.ok_or(AppendError::DeviceRevoked)?;
        let key = known.key;
        let head = &mut known.head;
        let stored = |error| match log::message(run.conn, key, device.key, append.message)? {
            // A repetition has its place, whatever has become of the conversation since.
            Some(appended) if !matches!(error, AppendError::NotAMember) => Ok(appended),
            _ => Err(error),
        };
        let admission = match head.admit(&append, &run.fixed.limits) {
            Ok(admission) => admission,
            Err(error) => return stored(error),
        };
        for seq in &append.blank {
            let entry = log::entry(run.conn, key, *seq)?;
            if let Err(error) = head.may_blank(&append.actor, admission.role, *seq, entry.as_ref()) {
                return stored(error);
            }
        }

        let seq = head.last_seq.saturating_add(1);
        if !log::insert_message(run.conn, key, device.key, append.message, seq)? {
            return stored(AppendError::Store(StoreError::Conflict));
        }
        let count = head.count.saturating_add(u64::from(append.class == EntryClass::Counted));
        let chain = chain::next(&head.chain, seq, &chain::body_hash(&append.body));
        log::insert(
            run.conn,
            &Row {
                conversation: key,
                seq,
                class: append.class,
                count,
                at: append.at,
                device: device.key,
                expires_at: append.expires_at,
                chain: &chain,
                body: &append.body,
            },
        )?;
        (head.last_seq, head.count, head.chain, head.request) = (seq, count, chain, admission.request);
        let highest = run.send_numbers.entry(device.key).or_default();
        *highest = append.send_no.max(*highest);

        let entry = Entry {
            seq,
            class: append.class,
            count,
            at: append.at,
            body: Some(append.body),
            body_hash: None,
            expires_at: append.expires_at,
            chain,
        };
        run.events.push(Event::Appended {
            conversation: append.conversation,
            members: Arc::clone(&head.members),
            entry: Arc::new(entry),
            by: append.actor.device,
        });
        if !append.blank.is_empty() {
            let seqs = log::blank(run.conn, key, &append.blank)?;
            if !seqs.is_empty() {
                let members = Arc::clone(&head.members);
                run.events.push(Event::Blanked { conversation: append.conversation, members, seqs });
            }
        }
        Ok(Appended { seq, at: append.at })
    }

    /// The conversation's head, compared with its row.
    fn head(&mut self, run: &Run<'_>, id: ConversationId) -> Result<Option<Known>, StoreError> {
        if let Some(known) = self.heads.pop(&id) {
            let sql = "SELECT h.last_seq, c.roster_version, c.generation, c.epoch FROM heads h \
                       CROSS JOIN conversations c ON c.key = h.conversation WHERE h.conversation = ?1";
            let row = one(run.conn, sql, [known.key], |row| {
                Ok((get_uint(row, 0)?, get_uint(row, 1)?, row.get(2)?, get_uint(row, 3)?))
            })?;
            let head = &known.head;
            if row == Some((head.last_seq, head.roster_version, head.generation, head.epoch)) {
                return Ok(Some(known));
            }
        }
        load(run, id)
    }

    fn device(&mut self, run: &Run<'_>, id: DeviceId) -> Result<Option<Device>, StoreError> {
        if let Some(device) = self.devices.get(&id) {
            return Ok(Some(*device));
        }
        let sql = "SELECT key, account FROM devices WHERE device = ?1 AND removed = 0";
        let device = one(run.conn, sql, [id.as_bytes()], |row| {
            Ok(Device { key: row.get(0)?, account: AccountId::from_bytes(row.get(1)?) })
        })?;
        if let Some(device) = device {
            self.devices.put(id, device);
        }
        Ok(device)
    }
}

fn set(results: &mut [Option<Outcome>], at: usize, outcome: Outcome) {
    if let Some(place) = results.get_mut(at) {
        *place = Some(outcome);
    }
}

fn write_row(run: &mut Run<'_>, known: &Known, before: u64, request: Option<Request>) -> Result<(), StoreError> {
    *run.change_no = run.change_no.saturating_add(1);
    let head = &known.head;
    let sql = "UPDATE heads SET last_seq = ?2, count = ?3, change_no = ?4 WHERE conversation = ?1 AND last_seq = ?5";
    let row = [known.key, int(head.last_seq), int(head.count), int(*run.change_no), int(before)];
    // Compared a moment ago on this very thread: anything else means that the file is not what it seems.
    if exec(run.conn, sql, row)? != 1 {
        return Err(StoreError::Conflict);
    }
    if head.request != request {
        let from = head.request.map(|request| *request.from.as_bytes());
        let (texts, silent) = head.request.map_or((0, 0), |request| (request.texts, request.silent));
        let sql = "UPDATE conversations SET request_from = ?2, request_texts = ?3, request_silent = ?4 WHERE key = ?1";
        exec(run.conn, sql, params![known.key, from, texts, silent])?;
    }
    Ok(())
}

fn load(run: &Run<'_>, id: ConversationId) -> Result<Option<Known>, StoreError> {
    let view = SqliteView { conn: run.conn, fixed: Arc::clone(run.fixed) };
    let (Some(row), Some(key)) = (ConversationView::find(&view, id)?, super::conversation::key(run.conn, id)?) else {
        return Ok(None);
    };
    let roster: Vec<Rostered> =
        view.members(id)?.into_iter().map(|member| Rostered { account: member.account, role: member.role }).collect();
    let members: Arc<[AccountId]> = roster.iter().map(|member| member.account).collect();
    let leaves = view.leaves(id)?;
    let mut joined: Box<[DeviceId]> = leaves.iter().map(|leaf| leaf.device).collect();
    joined.sort_unstable();
    let due = leaves.into_iter().filter(|leaf| leaf.due).map(|leaf| leaf.device).collect();
    let blocked = match (row.kind, &*members) {
        (ConversationKind::Direct, [one, other]) => view.blocks(*one, *other)? || view.blocks(*other, *one)?,
        _ => false,
    };
    let head = Head {
        kind: row.kind,
        generation: row.generation,
        epoch: row.epoch,
        last_seq: row.last_seq,
        count: row.count,
        chain: row.chain,
        roster_version: row.roster_version,
        permissions: row.policy.permissions,
        roster,
        members,
        joined,
        due,
        request: row.request,
        blocked,
    };
    Ok(Some(Known { key, head }))
}

//! A device with nothing but its database: what arrives is handed in as the core would, what is shown is read back.

mod commands;
mod convergence;
mod disappearing;
mod enclosed;
mod folders;
mod forged;
mod healing;
mod links;
mod once;
mod own;
mod places;
mod profiles;
mod shown;
mod speed;

use beseda_model::{
    AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, MessageId, Policy, Rng, Role, RosterEntry,
    Timestamp,
};
use beseda_wire::content::{Authored, Content, Entity, Message, MessageRef, Style};
use beseda_wire::state::EntryClass;
use rusqlite::Connection;

use crate::Step;
use crate::api::command::{Command, Draft, Outcome};
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::api::view::{Anchor, Body, ConversationView, MessageView, SearchQuery};
use crate::log::arrival::{Arrival, ArrivalMeta};
use crate::store::conversations::{Conversation, Standing};
use crate::store::entries;
use crate::store::me::Me;
use crate::view::{self, View};

pub(super) const ALICE: AccountId = AccountId::from_bytes([1; 16]);
pub(super) const BOB: AccountId = AccountId::from_bytes([2; 16]);
pub(super) const CAROL: AccountId = AccountId::from_bytes([3; 16]);
pub(super) const LAPTOP: DeviceId = DeviceId::from_bytes([11; 16]);
pub(super) const PHONE: DeviceId = DeviceId::from_bytes([12; 16]);
pub(super) const GROUP: ConversationId = made_long_ago(20);
pub(super) const DIRECT: ConversationId = made_long_ago(21);
pub(super) const NOTES: ConversationId = made_long_ago(22);

const fn made_long_ago(number: u8) -> ConversationId {
    ConversationId::from_bytes([0, 0, 0, 0, 0, 1, 7, number, 0, 0, 0, 0, 0, 0, 0, number])
}

struct Counting(u64);

impl Rng for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        let number = self.0.to_be_bytes();
        for (at, byte) in bytes.iter_mut().rev().enumerate() {
            *byte = number.iter().rev().nth(at % 8).copied().unwrap_or(0);
        }
    }
}

/// Alice's laptop.
pub(super) struct Device {
    pub(super) conn: Connection,
    pub(super) now: Timestamp,
    rng: Counting,
}

impl Device {
    /// In a group with bob (admin) and carol, a direct conversation with bob, and notes-to-self.
    pub(super) fn new() -> Self {
        let device = Self::without_notes();
        device.place(NOTES, ConversationKind::Notes, &[(ALICE, Role::Owner)]);
        device
    }

    pub(super) fn without_notes() -> Self {
        Self::on(Connection::open_in_memory().expect("memory"))
    }

    pub(super) fn on(mut conn: Connection) -> Self {
        let mut rng = Counting(0);
        crate::store::open::open(&mut conn, &mut rng).expect("a new database");
        Me {
            account: ALICE,
            device: LAPTOP,
            root: Fingerprint::from_bytes([9; 32]),
            server: "http://localhost".to_owned(),
            device_name: "laptop".to_owned(),
            signed_out: false,
            token: String::new(),
            seed: [0; 32],
        }
        .save(&conn)
        .expect("saved");
        let device = Self { conn, now: Timestamp::from_millis(1_700_000_000_000), rng };
        device.place(
            GROUP,
            ConversationKind::Group,
            &[(ALICE, Role::Owner), (BOB, Role::Admin), (CAROL, Role::Member)],
        );
        device.place(DIRECT, ConversationKind::Direct, &[(ALICE, Role::Member), (BOB, Role::Member)]);
        device
    }

    pub(super) fn place(&self, id: ConversationId, kind: ConversationKind, members: &[(AccountId, Role)]) {
        let root = Fingerprint::from_bytes([0; 32]);
        let roster =
            members.iter().map(|(account, role)| RosterEntry { account: *account, root, role: *role }).collect();
        let policy = Policy::new(kind, roster);
        crate::store::members::replace(&self.conn, id, &policy, &[], 0).expect("saved");
        let mut row = Conversation::new(id, kind);
        row.standing = Standing::Ready;
        row.policy = Some(policy);
        row.peer = (kind == ConversationKind::Direct).then_some(BOB);
        row.save(&self.conn).expect("saved");
    }

    /// One step; its notices are returned besides.
    pub(super) fn step<T>(&mut self, act: impl FnOnce(&mut Step<'_>) -> T) -> (T, Vec<Notice>) {
        let tx = self.conn.transaction().expect("a transaction");
        let mut step = Step::new(&tx, self.now, &mut self.rng);
        let value = act(&mut step);
        let (effects, _) = step.finish().expect("flushed");
        tx.commit().expect("committed");
        let notices = effects.into_iter().filter_map(|effect| match effect {
            Effect::Notice(notice) => Some(notice),
            _ => None,
        });
        (value, notices.collect())
    }

    pub(super) fn apply(&mut self, arrival: &Arrival, content: Content) -> Vec<Notice> {
        let authored = Authored { at: arrival.at, content };
        let (result, notices) = self.step(|step| super::apply_content(step, arrival, authored));
        result.expect("applied");
        notices
    }

    /// An entry of the group's log comes in its order: the conversation's row moves with it.
    pub(super) fn hear(&mut self, seq: u64, from: AccountId, content: Content) -> Vec<Notice> {
        let class = if matches!(content, Content::Message(_)) { EntryClass::Counted } else { EntryClass::Silent };
        let arrival = Arrival { class, ..arrival(GROUP, seq, from) };
        self.advance(GROUP, seq, class);
        self.apply(&arrival, content)
    }

    pub(super) fn advance(&mut self, id: ConversationId, seq: u64, class: EntryClass) {
        let mut row = Conversation::find(&self.conn, id).expect("read").expect("there");
        if seq > row.applied {
            row.applied = seq;
            row.last_seq = seq;
            row.count += u64::from(class == EntryClass::Counted);
            entries::insert(&self.conn, id, seq, &[0; 32], row.count).expect("saved");
            row.save(&self.conn).expect("saved");
        }
    }

    pub(super) fn command(&mut self, command: &Command) -> Result<Outcome, Failure> {
        self.step(|step| super::on_command(step, command)).0.expect("a command about content")
    }

    pub(super) fn send(&mut self, conversation: ConversationId, text: &str) -> MessageId {
        let draft = Draft { text: text.to_owned(), ..Draft::default() };
        queued(self.command(&Command::Send { conversation, draft }))
    }

    /// The core has seen an own message in the log.
    pub(super) fn accepted(&mut self, conversation: ConversationId, id: MessageId, seq: u64) {
        let item: Vec<u8> = self
            .conn
            .query_row("SELECT content FROM outbox WHERE message = ?1", [id.as_bytes()], |row| row.get(0))
            .expect("it waits in the outbox");
        let authored = Authored::decode(&item).expect("content");
        self.conn.execute("DELETE FROM outbox WHERE message = ?1", [id.as_bytes()]).expect("deleted");
        let class =
            if matches!(authored.content, Content::Message(_)) { EntryClass::Counted } else { EntryClass::Silent };
        self.advance(conversation, seq, class);
        let arrival = Arrival { message_id: id, own: true, class, ..arrival(conversation, seq, ALICE) };
        self.step(|step| super::sent(step, conversation, id, seq, arrival.at)).0.expect("sent");
        self.apply(&arrival, authored.content);
    }

    pub(super) fn outbox(&self) -> Vec<(ConversationId, MessageId, Content)> {
        let mut statement =
            self.conn.prepare("SELECT conversation, message, content FROM outbox ORDER BY id").expect("ok");
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("ok");
        rows.map(|row| {
            let (conversation, message, content): (Vec<u8>, Vec<u8>, Vec<u8>) = row.expect("a row");
            (
                ConversationId::try_from(conversation.as_slice()).expect("an id"),
                MessageId::try_from(message.as_slice()).expect("an id"),
                Authored::decode(&content).expect("content").content,
            )
        })
        .collect()
    }

    pub(super) fn view(&self) -> View<'_> {
        View::new(&self.conn, self.now).expect("a view")
    }

    pub(super) fn page(&self, conversation: ConversationId) -> Vec<MessageView> {
        view::timeline(&self.view(), conversation, Anchor::End, 500).expect("a page").messages
    }

    /// Only what was said, in order.
    pub(super) fn texts(&self, conversation: ConversationId) -> Vec<String> {
        let text = |message: MessageView| match message.body {
            Body::Text { text, .. } => Some(text),
            Body::Deleted { .. } => Some("(deleted)".to_owned()),
            Body::Unreadable { .. } => Some("(unreadable)".to_owned()),
            Body::Once { .. } | Body::System { .. } | Body::Unsupported { .. } => None,
        };
        self.page(conversation).into_iter().filter_map(text).collect()
    }

    pub(super) fn message(&self, conversation: ConversationId, id: MessageId) -> MessageView {
        self.page(conversation).into_iter().find(|message| message.message.id == id).expect("it is shown")
    }

    pub(super) fn conversation(&self, id: ConversationId) -> ConversationView {
        view::conversation(&self.view(), id).expect("read").expect("there")
    }

    pub(super) fn found(&self, text: &str) -> Vec<String> {
        let query = SearchQuery { text: text.to_owned(), limit: 50, ..SearchQuery::default() };
        let hits = view::search(&self.view(), &query).expect("searched");
        hits.into_iter()
            .map(|hit| match hit.message.body {
                Body::Text { text, .. } => text,
                other => format!("{other:?}"),
            })
            .collect()
    }
}

pub(super) fn queued(result: Result<Outcome, Failure>) -> MessageId {
    match result {
        Ok(Outcome::Queued { message }) => message,
        other => panic!("{other:?}"),
    }
}

/// Ids that tell by whom and where they were said.
pub(super) fn id(seq: u64) -> MessageId {
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&seq.to_be_bytes());
    MessageId::from_bytes(bytes)
}

pub(super) fn by(author: AccountId, seq: u64) -> MessageRef {
    MessageRef { author, id: id(seq) }
}

pub(super) fn arrival(conversation: ConversationId, seq: u64, from: AccountId) -> Arrival {
    Arrival {
        conversation,
        generation: 0,
        epoch: 1,
        seq,
        class: EntryClass::Counted,
        at: Timestamp::from_millis(1_700_000_000_000 + seq * 1_000),
        expires_at: None,
        sender_account: from,
        sender_device: if from == ALICE { PHONE } else { DeviceId::from_bytes([90; 16]) },
        message_id: id(seq),
        own: false,
        sender_role: if from == BOB { Role::Admin } else { Role::Member },
        permissions: beseda_model::Permissions::default(),
        live: true,
    }
}

pub(super) fn meta(seq: u64, sender: Option<AccountId>, message: Option<MessageId>) -> ArrivalMeta {
    ArrivalMeta {
        conversation: GROUP,
        seq,
        class: EntryClass::Counted,
        at: Timestamp::from_millis(1_700_000_000_000 + seq * 1_000),
        sender: sender.map(|account| (account, DeviceId::from_bytes([90; 16]))),
        message_id: message,
    }
}

pub(super) fn text(text: &str) -> Content {
    Content::Message(Message { text: text.to_owned(), ..Message::default() })
}

pub(super) fn edit(target: MessageRef, text: &str) -> Content {
    Content::Edit(beseda_wire::content::Edit { target, text: text.to_owned(), entities: Vec::new() })
}

pub(super) fn delete(target: MessageRef, place: u64) -> Content {
    Content::Delete(beseda_wire::content::Delete { targets: vec![target], seqs: vec![place] })
}

pub(super) fn react(target: MessageRef, emoji: &str, on: bool) -> Content {
    Content::Reaction(beseda_wire::content::Reaction { target, emoji: emoji.to_owned(), on })
}

pub(super) fn pin(target: MessageRef, on: bool) -> Content {
    Content::Pin(beseda_wire::content::Pin { target, on })
}

pub(super) fn mention(account: AccountId, len: u32) -> Entity {
    Entity { start: 0, len, style: Style::Mention { account } }
}

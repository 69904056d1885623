//! People and what they say.

use beseda_engine::api::failure::{Failure, Healing, Unreadable};
use beseda_engine::api::file::AttachmentView;
use beseda_engine::api::view::{
    AccountView, Body, ConversationView, Delivery, MemberView, MembersView, MessageView, ReactionView, Readiness,
    ReplyView, Rights, SystemEvent,
};
use beseda_engine::timeline::markup::{self, Formatted};
use beseda_model::{
    AccountId, Code, ConversationId, ConversationKind, DeviceId, Fingerprint, MessageId, Permissions, Role, Timestamp,
};
use beseda_wire::content::{Forward, Media, MessageRef, OwnState, TimedFrom, Timer};

use super::NOW;
use crate::tui::model::Model;

pub(super) const ME: u8 = 1;
pub(super) const BOB: u8 = 2;
pub(super) const VERA: u8 = 3;
pub(super) const KENJI: u8 = 4;
pub(super) const STRANGER: u8 = 9;

pub(super) const TEAM: u8 = 100;
pub(super) const WITH_BOB: u8 = 101;
pub(super) const WITH_KENJI: u8 = 102;
pub(super) const NOTES: u8 = 103;
pub(super) const REQUEST: u8 = 104;
pub(super) const BROKEN: u8 = 105;

pub(super) const fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 16])
}

pub(super) const fn device(n: u8) -> DeviceId {
    DeviceId::from_bytes([n; 16])
}

pub(super) const fn conversation(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

pub(super) const fn ago(minutes: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - minutes * 60_000)
}

pub(super) fn person(n: u8, name: &str, username: &str) -> AccountView {
    AccountView {
        account: account(n),
        name: name.to_owned(),
        nickname: None,
        username: Some(username.to_owned()).filter(|username| !username.is_empty()),
        picture: None,
        bio: String::new(),
        status: String::new(),
        root: Some(Fingerprint::from_bytes([n; 32])),
        verified: n == BOB,
        identity_changed: n == KENJI,
        blocked: false,
        asking: false,
        deleted: false,
        online: (n == BOB || n == VERA).then_some(true),
        last_seen: (n == KENJI).then_some(ago(95)),
    }
}

pub(super) fn people() -> Vec<AccountView> {
    vec![
        person(ME, "Алиса", "alice"),
        AccountView { bio: "Bread, boats and Rust.".to_owned(), ..person(BOB, "Bob", "bob") },
        person(VERA, "Вера Павловна", "vera"),
        person(KENJI, "健司 Kenji", "kenji"),
        person(STRANGER, "Mallory \u{202e}ecilA", ""),
    ]
}

/// Counts rows and entries.
pub(super) struct Talk {
    messages: Vec<MessageView>,
}

impl Talk {
    pub(super) const fn new() -> Self {
        Self { messages: Vec::new() }
    }

    fn push(&mut self, author: u8, minutes_ago: u64, body: Body) -> &mut MessageView {
        let row = i64::try_from(self.messages.len()).unwrap_or(0) + 1;
        let seq = u64::try_from(row).unwrap_or(1);
        let own = author == ME;
        let name = people().into_iter().find(|p| p.account == account(author)).map_or_else(String::new, |p| p.name);
        let mut id = [author; 16];
        id[15] = u8::try_from(row).unwrap_or(0);
        self.messages.push(MessageView {
            row,
            seq: Some(seq),
            message: MessageRef { author: account(author), id: MessageId::from_bytes(id) },
            author_name: name,
            own,
            at: ago(minutes_ago),
            body,
            reply: None,
            forward: None,
            edited_at: None,
            reactions: Vec::new(),
            pinned: false,
            disappears_at: None,
            timer: None,
            delivery: own.then_some(Delivery::Read),
            mentions_me: false,
        });
        let last = self.messages.len() - 1;
        &mut self.messages[last]
    }

    pub(super) fn say(&mut self, author: u8, minutes_ago: u64, source: &str) -> &mut MessageView {
        let formatted = markup::parse(source, &Directory);
        let Formatted { text, entities } = formatted;
        self.push(
            author,
            minutes_ago,
            Body::Text { text, entities, attachments: Vec::new(), place: None, contacts: Vec::new(), preview: None },
        )
    }

    fn show(&mut self, author: u8, minutes_ago: u64, source: &str, files: &[AttachmentView]) -> MessageRef {
        let said = self.say(author, minutes_ago, source);
        if let Body::Text { attachments, .. } = &mut said.body {
            attachments.extend_from_slice(files);
        }
        said.message
    }

    pub(super) fn event(&mut self, author: u8, minutes_ago: u64, event: SystemEvent) {
        self.push(author, minutes_ago, Body::System { event });
    }

    pub(super) fn done(self) -> Vec<MessageView> {
        self.messages
    }
}

struct Directory;

impl markup::Names for Directory {
    fn account(&self, username: &str) -> Option<AccountId> {
        people().into_iter().find(|person| person.username.as_deref() == Some(username)).map(|person| person.account)
    }

    fn username(&self, wanted: AccountId) -> Option<String> {
        people().into_iter().find(|person| person.account == wanted).and_then(|person| person.username)
    }
}

/// A group in which everything happens.
pub(super) fn team() -> Vec<MessageView> {
    const DAY: u64 = 24 * 60;
    let mut talk = Talk::new();
    talk.event(ME, 3 * DAY + 60, SystemEvent::Created);
    talk.event(ME, 3 * DAY + 59, SystemEvent::Added { accounts: vec![account(BOB), account(VERA), account(KENJI)] });
    talk.event(BOB, DAY + 300, SystemEvent::Title { title: "Пекарня / Bakery".to_owned() });
    talk.say(VERA, DAY + 240, "Доброе утро! Печь **починили**, мастер был вчера вечером.").pinned = true;
    talk.say(VERA, DAY + 239, "> Нагрев до 260 градусов за 18 минут\nСчёт: `4 200 ₽`, подробности в [договоре](https://pekarnya.example/doc/17).");
    let reacted = talk.say(BOB, DAY + 120, "Great news. @alice can you open at *six* tomorrow?");
    reacted.mentions_me = true;
    reacted.reactions = vec![
        ReactionView { emoji: "👍".to_owned(), accounts: vec![account(ME), account(VERA)], mine: true },
        ReactionView { emoji: "🔥".to_owned(), accounts: vec![account(KENJI)], mine: false },
    ];
    let answered = reacted.message;
    let reply = talk.say(ME, DAY + 100, "Yes, I have the keys.");
    reply.reply = Some(ReplyView {
        message: answered,
        author_name: "Bob".to_owned(),
        attachment: None,
        enclosed: None,
        text: Some("Great news. @alice can you open at six tomorrow?".to_owned()),
        row: Some(6),
    });
    reply.edited_at = Some(ago(DAY + 98));
    talk.say(KENJI, 180, "小麦粉は明日の朝届きます。\nFlour arrives tomorrow morning.");
    talk.push(KENJI, 170, Body::Unreadable { why: Unreadable::KeyGone, healing: Healing::Asked });
    talk.push(BOB, 160, Body::Deleted { by: account(BOB) });
    let forwarded = talk.say(VERA, 45, "Рецепт: мука 1 кг, вода 700 г, соль 20 г, закваска 200 г. Главное — не торопиться: тесто отдыхает четыре часа, потом ночь в холоде.");
    forwarded.forward = Some(Forward { author: None, name: "Мастер Фёдор".to_owned(), at: ago(9 * DAY) });
    let secret = talk.say(BOB, 30, "The safe's code is ||4815||.");
    secret.timer = Some(Timer { seconds: 3600, from: TimedFrom::Read });
    talk.say(ME, 12, "Записала, спасибо!").delivery = Some(Delivery::Delivered);
    talk.say(ME, 4, "И ещё: кто закажет дрожжи?").delivery = Some(Delivery::Queued);
    talk.say(ME, 3, "👩‍🍳 test").delivery = Some(Delivery::Failed {
        why: Failure::Refused { code: Code::TooLarge, detail: String::new(), retry_after_ms: None },
    });
    talk.done()
}

/// A direct conversation in which files go to and fro.
pub(super) fn with_files() -> Vec<MessageView> {
    let file = |file, name: &str, size, media| AttachmentView {
        file,
        name: name.to_owned(),
        media_type: String::new(),
        media,
        preview: None,
        cover: None,
        excerpt: String::new(),
        size,
        automatic: false,
    };
    let photo = Media::Photo { width: 4032, height: 3024 };
    let chart = file(1, "Chart of the bay, with the new buoys.pdf", 18_400_000, Media::File);
    let mut talk = Talk::new();
    talk.event(ME, 200, SystemEvent::JoinedHere);
    talk.show(
        BOB,
        50,
        "The harbour, *this* morning.",
        &[file(2, "harbour.jpg", 2_310_000, photo.clone()), file(3, "boat.jpg", 1_980_000, photo)],
    );
    let answered = talk.show(BOB, 49, "", std::slice::from_ref(&chart));
    let reply = talk.say(ME, 41, "Just what I was missing.");
    reply.reply = Some(ReplyView {
        message: answered,
        author_name: "Bob".to_owned(),
        text: Some(String::new()),
        attachment: Some(chart),
        enclosed: None,
        row: Some(3),
    });
    talk.show(ME, 40, "", &[file(4, "", 61_000, Media::Voice { millis: 42_000, wave: Vec::new().into() })]);
    if let Some(voice) = talk.messages.last_mut() {
        voice.delivery = Some(Delivery::Sending);
    }
    talk.show(
        BOB,
        30,
        "",
        &[file(5, "sailing.mp4", 96_000_000, Media::Video { width: 16, height: 9, millis: 75_000, round: false })],
    );
    talk.done()
}

/// A direct conversation in which something is shown.
pub(super) fn with_pictures() -> Vec<MessageView> {
    let file = |file, name: &str, size, media, preview: Option<Vec<u8>>| AttachmentView {
        file,
        name: name.to_owned(),
        media_type: String::new(),
        media,
        preview: preview.map(Into::into),
        cover: None,
        excerpt: String::new(),
        size,
        automatic: true,
    };
    let photo = Media::Photo { width: 1200, height: 800 };
    let blur = crate::pictures::preview(&harbour());
    let mut talk = Talk::new();
    talk.event(ME, 200, SystemEvent::JoinedHere);
    talk.show(BOB, 50, "", &[file(1, "evening.jpg", 1_980_000, photo.clone(), Some(blur))]);
    talk.show(BOB, 40, "The harbour, *this* morning.", &[file(2, "harbour.jpg", 2_310_000, photo, None)]);
    talk.say(ME, 30, "Beautiful!");
    talk.done()
}

/// The sun over the sea.
pub(super) fn harbour() -> image::DynamicImage {
    let pixels = image::RgbImage::from_fn(600, 400, |x, y| {
        let (x, y) = (x / 10, y / 10);
        let (across, down) = (x.abs_diff(42), y.abs_diff(12));
        image::Rgb(match y {
            _ if across * across + down * down < 50 => [250, 210, 90],
            0..26 => [90, 150, 220],
            _ if (x + y) % 9 < 3 => [60, 120, 170],
            _ => [20, 70, 120],
        })
    });
    image::DynamicImage::ImageRgb8(pixels)
}

pub(super) fn members() -> MembersView {
    let roles = [(ME, Role::Owner, 2), (BOB, Role::Admin, 1), (VERA, Role::Member, 1), (KENJI, Role::Member, 0)];
    let members = roles
        .into_iter()
        .filter_map(|(n, role, devices)| {
            let who = people().into_iter().find(|person| person.account == account(n))?;
            Some(MemberView {
                who,
                role,
                devices,
                may_remove: role < Role::Owner,
                may_become: Vec::new(),
                may_inherit: role < Role::Owner,
            })
        })
        .collect();
    let may =
        Rights { add: true, edit_info: true, pin: true, delete_others: true, change_permissions: true, leave: true };
    MembersView { members, permissions: Permissions::default(), may }
}

fn row(n: u8, kind: ConversationKind, title: &str, minutes_ago: u64) -> ConversationView {
    ConversationView {
        conversation: conversation(n),
        kind,
        title: title.to_owned(),
        description: String::new(),
        peer: None,
        picture: None,
        timer: None,
        readiness: Readiness::Ready,
        role: Some(Role::Owner),
        may_send: true,
        may_remove: true,
        unread: 0,
        mentions: 0,
        last: None,
        at: ago(minutes_ago),
        last_seq: 15,
        read: 15,
        own: OwnState::default(),
        failed: 0,
        asks: 0,
        draft: String::new(),
        typing: Vec::new(),
    }
}

pub(super) fn conversations() -> Vec<ConversationView> {
    let last = |author, minutes, source: &str| {
        let mut talk = Talk::new();
        talk.say(author, minutes, source);
        talk.done().pop()
    };
    let direct = ConversationKind::Direct;
    vec![
        ConversationView {
            own: OwnState { pinned: Some(1), ..OwnState::default() },
            last: team().pop(),
            failed: 1,
            asks: 0,
            unread: 3,
            mentions: 1,
            description: "Хлеб и всё, что с ним связано.".to_owned(),
            ..row(TEAM, ConversationKind::Group, "Пекарня / Bakery", 3)
        },
        ConversationView {
            peer: Some(account(STRANGER)),
            readiness: Readiness::RequestReceived,
            unread: 1,
            ..row(REQUEST, direct, "Mallory \u{202e}ecilA", 8)
        },
        ConversationView {
            peer: Some(account(BOB)),
            last: last(BOB, 30, "See you on the boat"),
            timer: Some(Timer { seconds: 604_800, from: TimedFrom::Sent }),
            typing: vec![account(BOB)],
            ..row(WITH_BOB, direct, "Bob", 30)
        },
        ConversationView {
            peer: Some(account(KENJI)),
            last: last(KENJI, 95, "ありがとう"),
            own: OwnState { muted_until: Some(NOW.plus_millis(3_600_000)), ..OwnState::default() },
            unread: 120,
            ..row(WITH_KENJI, direct, "健司 Kenji", 95)
        },
        ConversationView {
            last: last(ME, 300, "купить дрожжи"),
            draft: "и ещё соль".to_owned(),
            ..row(NOTES, ConversationKind::Notes, "", 300)
        },
        ConversationView {
            readiness: Readiness::Broken,
            last: last(VERA, 9000, "Кто на дежурстве?"),
            ..row(BROKEN, ConversationKind::Group, "Старый двор", 9000)
        },
    ]
}

/// Opens a conversation with these messages on the right.
pub(super) fn open(model: &mut Model, n: u8, messages: Vec<MessageView>) {
    let Some(row) = model.conversation(conversation(n)) else { return };
    let mut opened = crate::tui::model::Opened::new(row);
    opened.messages = messages;
    opened.loading = false;
    opened.more_before = true;
    opened.members = (n == TEAM).then(members);
    model.marked = Some(conversation(n));
    model.open = Some(opened);
    model.focus = crate::tui::model::Focus::Composer;
}

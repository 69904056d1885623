//! The bytes of every kind of content: frozen, so that a change is seen, and surviving the way there and back.

use beseda_model::{AccountId, BlobId, ConversationId, DeviceId, Fingerprint, FolderId, MessageId, PackId, Timestamp};
use beseda_wire::Bytes;
use beseda_wire::content::{
    Attachment, Authored, ContactCard, Content, Delete, Edit, Entity, FileKey, FileRef, Forward, GroupState,
    InfoChange, KeptSticker, LinkPreview, LiveEnd, Media, MemberKey, Message, MessageRef, Opened, OwnState, OwnSync,
    PackState, Pin, Place, Price, ProfileKey, Reaction, Repair, RepairAnswer, RepairRequest, Spot, Sticker,
    StickerPack, Style, TimedFrom, Timer, Unsupported,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn account(n: u8) -> AccountId {
    AccountId::from_bytes([n; 16])
}

fn message_ref(author: u8, id: u8) -> MessageRef {
    MessageRef { author: account(author), id: MessageId::from_bytes([id; 16]) }
}

fn authored(content: Content) -> Authored {
    Authored { at: Timestamp::from_millis(1_700_000_000_000), content }
}

/// One example of each kind, with every field set somewhere.
fn examples() -> Vec<(&'static str, Content)> {
    let timer = Timer { seconds: 3_600, from: TimedFrom::Read };
    let styles = [
        Style::Bold,
        Style::Italic,
        Style::Strike,
        Style::Code,
        Style::Block { language: String::new() },
        Style::Block { language: "rust".to_owned() },
        Style::Quote,
        Style::Spoiler,
        Style::Link { url: "https://beseda.example/".to_owned() },
        Style::Mention { account: account(9) },
        Style::Unknown,
    ];
    let entities: Vec<_> =
        (0_u32..).zip(styles).map(|(start, style)| Entity { start, len: start + 1, style }).collect();
    let full = Message {
        text: "Привет, мир! 👋".to_owned(),
        entities: entities.clone(),
        reply_to: Some(message_ref(1, 2)),
        forward: Some(Forward {
            author: Some(account(3)),
            name: "Алиса".to_owned(),
            at: Timestamp::from_millis(1_600_000_000_000),
        }),
        timer: Some(timer),
        attachments: Vec::new(),
        ..Message::default()
    };
    let file = FileRef { blob: BlobId::from_bytes([0xb1; 32]), key: FileKey([0x4e; 32]), size: 70_000 };
    let attachment = |name: &str, media_type: &str, media, preview| Attachment {
        file: file.clone(),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        media,
        preview,
        cover: None,
        excerpt: String::new(),
    };
    let with_preview = Message {
        text: "https://example.org/хлеб".to_owned(),
        preview: Some(LinkPreview {
            url: "https://example.org/хлеб".to_owned(),
            title: "Хлеб".to_owned(),
            description: "Как его пекут".to_owned(),
            site: "example.org".to_owned(),
            image: Some(attachment(
                "",
                "image/jpeg",
                Media::Photo { width: 1_200, height: 630 },
                Some(Bytes(vec![3; 25])),
            )),
        }),
        ..Message::default()
    };
    let film = Media::Video { width: 480, height: 480, millis: 9_000, round: true };
    let song = Media::Audio { millis: 180_000, title: "Тишина".to_owned(), artist: "Хор".to_owned() };
    let with_files = Message {
        attachments: vec![
            attachment("", "", Media::File, None),
            attachment("договор.pdf", "application/pdf", Media::File, None),
            attachment("a.jpg", "image/jpeg", Media::Photo { width: 2_048, height: 1_536 }, Some(Bytes(vec![1; 25]))),
            attachment(
                "b.mp4",
                "video/mp4",
                Media::Video { width: 1_920, height: 1_080, millis: 61_500, round: false },
                None,
            ),
            attachment(
                "c.mp3",
                "audio/mpeg",
                Media::Audio { millis: 180_000, title: String::new(), artist: String::new() },
                None,
            ),
            attachment("", "audio/ogg", Media::Voice { millis: 3_200, wave: Bytes(vec![0, 128, 255]) }, None),
        ],
        ..Message::default()
    };
    let with_cover = Message {
        attachments: vec![
            Attachment { cover: Some(file.clone()), ..attachment("", "video/mp4", film, None) },
            attachment("d.mp3", "audio/mpeg", song, None),
        ],
        ..Message::default()
    };
    let with_excerpt = Message {
        attachments: vec![Attachment {
            excerpt: "# Хлеб\n\nМука, вода, соль".to_owned(),
            ..attachment("рецепт.md", "text/markdown", Media::File, None)
        }],
        ..Message::default()
    };
    let sticker = Media::Sticker { width: 512, height: 480, emoji: "😀".to_owned(), pack: Some(file.clone()) };
    let with_sticker = Message { attachments: vec![attachment("", "image/webp", sticker, None)], ..Message::default() };
    let sticker = Sticker {
        file: file.clone(),
        media_type: "image/webp".to_owned(),
        width: 512,
        height: 480,
        emojis: vec!["😀".to_owned()],
    };
    let pack = StickerPack {
        id: PackId::from_bytes([8; 16]),
        title: "Коты".to_owned(),
        author: "Анна".to_owned(),
        account: Some(AccountId::from_bytes([1; 16])),
        licence: "CC BY 4.0".to_owned(),
        price: Some(Price { amount: 100, currency: "RUB".to_owned() }),
        cover: 0,
        stickers: vec![sticker.clone()],
    };
    let pack_state = PackState { pack, own: true, file: Some(file.clone()), public: true };
    let photo = Media::Photo { width: 2_048, height: 1_536 };
    let once =
        Message { attachments: vec![attachment("", "image/jpeg", photo, None)], once: true, ..Message::default() };
    let spot = Spot { latitude: 557_558_000, longitude: -376_173_000, accuracy: Some(12) };
    let still = Place { spot: Spot { accuracy: None, ..spot }, name: "Кафе".to_owned(), until: None };
    let measured = Place { spot, name: String::new(), until: None };
    let cards = vec![
        ContactCard { name: "Анна".to_owned(), ..ContactCard::default() },
        ContactCard {
            name: "Bob".to_owned(),
            organisation: "Bees".to_owned(),
            phones: vec!["+79991234567".to_owned()],
            emails: vec!["bob@bees.example".to_owned()],
            link: "https://beseda.example/u/bob".to_owned(),
        },
    ];
    let anonymous = Forward { author: None, name: String::new(), at: Timestamp::from_millis(1) };
    let conversation = ConversationId::from_bytes([5; 16]);
    let own_state = OwnState {
        muted_until: Some(Timestamp::from_millis(9)),
        archived: true,
        pinned: Some(2),
        unread: true,
        removed: false,
        cleared_to: 7,
        folders: Vec::new(),
    };
    let state = GroupState {
        seq: 12,
        title: "Друзья".to_owned(),
        description: "о книгах".to_owned(),
        timer: Some(Timer { seconds: 60, from: TimedFrom::Sent }),
        pins: vec![message_ref(1, 2), message_ref(3, 4)],
        picture: Some(file.clone()),
        keys: Vec::new(),
    };
    let info = |title: Option<&str>, description: Option<&str>, timer| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (title, description) = (owned(title), owned(description));
        Content::InfoChange(InfoChange { title, description, timer, picture: None })
    };
    let picture = |picture| Content::InfoChange(InfoChange { picture: Some(picture), ..InfoChange::default() });
    let edit =
        Edit { target: message_ref(1, 2), text: "исправлено".to_owned(), entities: entities[..1].to_vec() };
    let answer =
        |content| RepairAnswer { device: DeviceId::from_bytes([6; 16]), id: MessageId::from_bytes([2; 16]), content };
    let key = Bytes(vec![0xab; 32]);
    vec![
        ("message_plain", Content::Message(Message { text: "hi".to_owned(), ..Message::default() })),
        ("message_full", Content::Message(full)),
        ("message_with_files", Content::Message(with_files)),
        ("message_with_cover", Content::Message(with_cover)),
        ("message_with_excerpt", Content::Message(with_excerpt)),
        ("message_with_place", Content::Message(Message { place: Some(still), ..Message::default() })),
        ("message_with_measured_place", Content::Message(Message { place: Some(measured), ..Message::default() })),
        ("message_with_contacts", Content::Message(Message { contacts: cards, ..Message::default() })),
        ("message_with_sticker", Content::Message(with_sticker)),
        ("message_with_preview", Content::Message(with_preview)),
        ("message_forward_anonymous", Content::Message(Message { forward: Some(anonymous), ..Message::default() })),
        ("message_once", Content::Message(once)),
        ("opened", Content::Opened(Opened { target: message_ref(1, 2) })),
        ("own_opened", Content::Own(OwnSync::Opened { conversation, message: message_ref(1, 2) })),
        ("edit", Content::Edit(edit)),
        (
            "delete",
            Content::Delete(Delete { targets: vec![message_ref(1, 2), message_ref(1, 3)], seqs: vec![1_042, 0] }),
        ),
        ("delete_without_places", Content::Delete(Delete { targets: vec![message_ref(1, 2)], seqs: Vec::new() })),
        ("reaction_on", Content::Reaction(Reaction { target: message_ref(1, 2), emoji: "👍".to_owned(), on: true })),
        ("reaction_off", Content::Reaction(Reaction { target: message_ref(1, 2), emoji: "👍".to_owned(), on: false })),
        ("pin", Content::Pin(Pin { target: message_ref(1, 2), on: true })),
        ("info_title", info(Some("Друзья"), None, None)),
        ("info_description", info(None, Some(""), None)),
        ("info_timer_on", info(None, None, Some(Some(timer)))),
        ("info_timer_off", info(None, None, Some(None))),
        ("info_picture", picture(Some(file.clone()))),
        ("info_no_picture", picture(None)),
        ("group_state", Content::GroupState(state)),
        ("group_state_empty", Content::GroupState(GroupState::default())),
        ("state_request", Content::StateRequest),
        ("profile_key", Content::ProfileKey(ProfileKey { key: key.clone() })),
        (
            "repair_request",
            Content::Repair(Repair::Request(RepairRequest { ids: vec![MessageId::from_bytes([2; 16])] })),
        ),
        ("repair_answer", Content::Repair(Repair::Answer(answer(Some(Bytes(vec![1, 2, 3])))))),
        ("repair_answer_gone", Content::Repair(Repair::Answer(answer(None)))),
        ("own_conversation", Content::Own(OwnSync::Conversation { conversation, state: own_state })),
        ("own_deleted", Content::Own(OwnSync::DeletedForMe { conversation, messages: vec![message_ref(1, 2)] })),
        (
            "own_verified",
            Content::Own(OwnSync::Verified { account: account(1), root: Some(Fingerprint::from_bytes([7; 32])) }),
        ),
        ("own_unverified", Content::Own(OwnSync::Verified { account: account(1), root: None })),
        ("own_nickname", Content::Own(OwnSync::Nickname { account: account(1), name: "Боб".to_owned() })),
        ("own_profile_key", Content::Own(OwnSync::ProfileKey { key: key.clone() })),
        ("own_contact_key", Content::Own(OwnSync::ContactKey { account: account(1), key: key.clone() })),
        (
            "own_device_name",
            Content::Own(OwnSync::DeviceName {
                device: DeviceId::from_bytes([3; 16]), name: "Телефон".to_owned()
            }),
        ),
        (
            "own_folder",
            Content::Own(OwnSync::Folder {
                folder: FolderId::from_bytes([8; 16]),
                name: "Работа".to_owned(),
                place: 2,
            }),
        ),
        (
            "own_pack",
            Content::Own(OwnSync::Pack { pack: PackId::from_bytes([8; 16]), state: Some(Box::new(pack_state)) }),
        ),
        ("own_pack_gone", Content::Own(OwnSync::Pack { pack: PackId::from_bytes([8; 16]), state: None })),
        ("own_pack_order", Content::Own(OwnSync::PackOrder { packs: vec![PackId::from_bytes([8; 16])] })),
        (
            "own_favourite_stickers",
            Content::Own(OwnSync::FavouriteStickers {
                stickers: vec![KeptSticker { sticker, pack: Some(file.clone()) }],
            }),
        ),
        (
            "own_gifs",
            Content::Own(OwnSync::Gifs {
                gifs: vec![Attachment {
                    file: file.clone(),
                    name: String::new(),
                    media_type: "image/gif".to_owned(),
                    media: Media::Photo { width: 356, height: 200 },
                    preview: Some(vec![1, 2].into()),
                    cover: None,
                    excerpt: String::new(),
                }],
            }),
        ),
        ("live_end", Content::LiveEnd(LiveEnd { target: message_ref(1, 2) })),
        (
            "message_live_place",
            Content::Message(Message {
                place: Some(Place {
                    spot: Spot { latitude: 557_558_000, longitude: 376_173_000, accuracy: Some(12) },
                    name: String::new(),
                    until: Some(Timestamp::from_millis(1_700_000_900_000)),
                }),
                ..Message::default()
            }),
        ),
        (
            "own_conversation_in_folder",
            Content::Own(OwnSync::Conversation {
                conversation,
                state: OwnState { folders: vec![FolderId::from_bytes([8; 16])], ..OwnState::default() },
            }),
        ),
        (
            "own_everything",
            Content::Own(OwnSync::Everything {
                values: vec![
                    OwnSync::ProfileKey { key },
                    OwnSync::Nickname { account: account(1), name: "Боб".to_owned() },
                ],
            }),
        ),
    ]
}

#[test]
fn the_bytes_of_each_kind_are_frozen() {
    let lines: Vec<String> = examples()
        .into_iter()
        .map(|(name, content)| format!("{name}\n{}", data_encoding::HEXLOWER.encode(&authored(content).item())))
        .collect();
    insta::assert_snapshot!("content_bytes", lines.join("\n\n"));
}

#[test]
fn each_kind_comes_back_as_it_was() {
    for (name, content) in examples() {
        let value = authored(content);
        assert_eq!(Authored::decode(&value.encode()).as_ref(), Ok(&value), "{name}");
        assert_eq!(Authored::decode(&value.item()), Ok(value), "{name} without padding");
    }
}

#[test]
fn a_style_from_the_future_leaves_the_message_readable() {
    let now = authored(Content::Message(Message {
        text: "hi".to_owned(),
        entities: vec![Entity { start: 0, len: 2, style: Style::Link { url: "x".to_owned() } }],
        ..Message::default()
    }));
    let mut item: ciborium::Value = ciborium::from_reader(now.item().as_slice()).unwrap();
    for future in [
        ciborium::Value::Text("sparkle".to_owned()),
        map("sparkle", map("colours", ciborium::Value::Array(vec![1.into(), map("deep", ciborium::Value::Null)]))),
        map("bold", map("weight", 700.into())),
    ] {
        *entry(entry(entry(&mut item, "b"), "e").as_array_mut().unwrap().first_mut().unwrap(), "k") = future;
        let mut bytes = Vec::new();
        ciborium::into_writer(&item, &mut bytes).unwrap();
        let Content::Message(message) = Authored::decode(&bytes).unwrap().content else { panic!("{item:?}") };
        assert_eq!(message.text, "hi");
        assert_eq!(message.entities[0].style, Style::Unknown);
    }
}

#[test]
fn media_from_the_future_are_files() {
    let attachment = Attachment {
        file: FileRef { blob: BlobId::from_bytes([1; 32]), key: FileKey([2; 32]), size: 3 },
        name: "a".to_owned(),
        media_type: String::new(),
        media: Media::Photo { width: 1, height: 1 },
        preview: None,
        cover: None,
        excerpt: String::new(),
    };
    let now = authored(Content::Message(Message { attachments: vec![attachment.clone()], ..Message::default() }));
    let mut item: ciborium::Value = ciborium::from_reader(now.item().as_slice()).unwrap();
    for future in [map("k", "hologram".into()), map("k", "photo".into()), "photo".into(), 7.into()] {
        *entry(entry(entry(&mut item, "b"), "a").as_array_mut().unwrap().first_mut().unwrap(), "m") = future;
        let mut bytes = Vec::new();
        ciborium::into_writer(&item, &mut bytes).unwrap();
        let Content::Message(message) = Authored::decode(&bytes).unwrap().content else { panic!("{item:?}") };
        assert_eq!(message.attachments, [Attachment { media: Media::File, ..attachment.clone() }]);
    }
}

fn map(key: &str, value: ciborium::Value) -> ciborium::Value {
    ciborium::Value::Map(vec![(key.into(), value)])
}

fn entry<'a>(map: &'a mut ciborium::Value, key: &str) -> &'a mut ciborium::Value {
    let found = map.as_map_mut().expect("a map").iter_mut().find(|(k, _)| k.as_text() == Some(key));
    &mut found.expect("the key is there").1
}

fn any_ref() -> impl Strategy<Value = MessageRef> {
    (any::<[u8; 16]>(), any::<[u8; 16]>())
        .prop_map(|(a, m)| MessageRef { author: AccountId::from_bytes(a), id: MessageId::from_bytes(m) })
}

fn any_timer() -> impl Strategy<Value = Timer> {
    (any::<u32>(), any::<bool>())
        .prop_map(|(seconds, sent)| Timer { seconds, from: if sent { TimedFrom::Sent } else { TimedFrom::Read } })
}

fn any_entity() -> impl Strategy<Value = Entity> {
    let style = prop_oneof![
        Just(Style::Bold),
        Just(Style::Quote),
        Just(Style::Unknown),
        ".*".prop_map(|language| Style::Block { language }),
        ".*".prop_map(|url| Style::Link { url }),
        any::<[u8; 16]>().prop_map(|id| Style::Mention { account: AccountId::from_bytes(id) }),
    ];
    (any::<u32>(), any::<u32>(), style).prop_map(|(start, len, style)| Entity { start, len, style })
}

fn any_file() -> impl Strategy<Value = FileRef> {
    (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<u64>()).prop_map(|(blob, key, size)| FileRef {
        blob: BlobId::from_bytes(blob),
        key: FileKey(key),
        size,
    })
}

fn any_attachment() -> impl Strategy<Value = Attachment> {
    let bytes = || vec(any::<u8>(), 0..40).prop_map(Bytes);
    let media = prop_oneof![
        Just(Media::File),
        (any::<u32>(), any::<u32>()).prop_map(|(width, height)| Media::Photo { width, height }),
        (any::<u32>(), any::<u32>(), any::<u64>(), any::<bool>())
            .prop_map(|(width, height, millis, round)| Media::Video { width, height, millis, round }),
        (any::<u64>(), ".*", ".*").prop_map(|(millis, title, artist)| Media::Audio { millis, title, artist }),
        (any::<u64>(), bytes()).prop_map(|(millis, wave)| Media::Voice { millis, wave }),
        (any::<u32>(), any::<u32>(), ".*", option::of(any_file()))
            .prop_map(|(width, height, emoji, pack)| Media::Sticker { width, height, emoji, pack }),
    ];
    (any_file(), ".*", ".*", media, option::of(bytes()), option::of(any_file()), ".*").prop_map(
        |(file, name, media_type, media, preview, cover, excerpt)| Attachment {
            file,
            name,
            media_type,
            media,
            preview,
            cover,
            excerpt,
        },
    )
}

fn any_place() -> impl Strategy<Value = Place> {
    (any::<i64>(), any::<i64>(), option::of(any::<u32>()), ".*", option::of(any::<u64>())).prop_map(
        |(latitude, longitude, accuracy, name, until)| Place {
            spot: Spot { latitude, longitude, accuracy },
            name,
            until: until.map(Timestamp::from_millis),
        },
    )
}

fn any_card() -> impl Strategy<Value = ContactCard> {
    (".*", ".*", vec(".*", 0..3), vec(".*", 0..3), ".*")
        .prop_map(|(name, organisation, phones, emails, link)| ContactCard { name, organisation, phones, emails, link })
}

fn any_content() -> impl Strategy<Value = Content> {
    let forward = (option::of(any::<[u8; 16]>()), ".*", any::<u64>()).prop_map(|(author, name, at)| Forward {
        author: author.map(AccountId::from_bytes),
        name,
        at: Timestamp::from_millis(at),
    });
    let preview = (".*", ".*", ".*", ".*", option::of(any_attachment()))
        .prop_map(|(url, title, description, site, image)| LinkPreview { url, title, description, site, image });
    let message = (
        ".*",
        vec(any_entity(), 0..5),
        vec(any_attachment(), 0..4),
        option::of(any_ref()),
        option::of(forward),
        option::of(any_timer()),
        any::<bool>(),
        option::of(preview),
    )
        .prop_map(|(text, entities, attachments, reply_to, forward, timer, once, preview)| {
            let rest = Message::default();
            let message = Message { text, entities, attachments, reply_to, forward, timer, once, preview, ..rest };
            Content::Message(message)
        });
    let key = (any::<[u8; 16]>(), vec(any::<u8>(), 0..40))
        .prop_map(|(account, key)| MemberKey { account: AccountId::from_bytes(account), key: key.into() });
    let pins = vec(any_ref(), 0..4);
    let state = (any::<u64>(), ".*", ".*", option::of(any_timer()), option::of(any_file()), pins, vec(key, 0..3))
        .prop_map(|(seq, title, description, timer, picture, pins, keys)| {
            Content::GroupState(GroupState { seq, title, description, timer, picture, pins, keys })
        });
    let picture = option::of(option::of(any_file()));
    let info = (option::of(".*"), option::of(".*"), option::of(option::of(any_timer())), picture).prop_map(
        |(title, description, timer, picture)| Content::InfoChange(InfoChange { title, description, timer, picture }),
    );
    let placed = (any_place(), vec(any_card(), 0..3))
        .prop_map(|(place, contacts)| Content::Message(Message { place: Some(place), contacts, ..Message::default() }));
    prop_oneof![
        message,
        placed,
        (any_ref(), ".*", vec(any_entity(), 0..5)).prop_map(|(target, text, entities)| Content::Edit(Edit {
            target,
            text,
            entities
        })),
        (vec(any_ref(), 0..9), vec(any::<u64>(), 0..9))
            .prop_map(|(targets, seqs)| Content::Delete(Delete { targets, seqs })),
        (any_ref(), ".*", any::<bool>()).prop_map(|(target, emoji, on)| Content::Reaction(Reaction {
            target,
            emoji,
            on
        })),
        (any_ref(), any::<bool>()).prop_map(|(target, on)| Content::Pin(Pin { target, on })),
        info,
        state,
        vec(any::<u8>(), 0..99).prop_map(|key| Content::ProfileKey(ProfileKey { key: key.into() })),
    ]
}

proptest! {
    #[test]
    fn whatever_is_said_comes_back(content in any_content(), at in any::<u64>()) {
        let value = Authored { at: Timestamp::from_millis(at), content };
        let bytes = value.encode();
        prop_assert_eq!(Authored::decode(&bytes), Ok(value));
    }

    #[test]
    fn hostile_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Authored::decode(&bytes);
    }

    #[test]
    fn a_damaged_item_is_refused_or_kept_whole(content in any_content(), at in 0_usize..4_000, bit in 0_u8..8) {
        let mut bytes = authored(content).encode();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(Authored { content: Content::Unsupported(Unsupported { raw, .. }), .. }) = Authored::decode(&bytes) {
            prop_assert!(bytes.starts_with(&raw));
        }
    }
}

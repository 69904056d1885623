//! What people want: shown at once, then as the log says.

use beseda_wire::content::{Content, Forward, InfoChange, TimedFrom, Timer};

use super::{ALICE, BOB, CAROL, DIRECT, Device, GROUP, by, delete, edit, id, queued, react, text};
use crate::api::command::{Command, Draft, Outcome};
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::{Body, Delivery};
use crate::timeline;
use crate::timeline::rules::text::MAX_CHARS;
use crate::view;

#[test]
fn a_message_is_shown_at_once_and_moves_to_its_place_when_it_is_in_the_log() {
    let mut device = Device::new();
    let mine = device.send(GROUP, "мой текст");
    assert_eq!(device.message(GROUP, mine).delivery, Some(Delivery::Queued));
    assert_eq!(device.found("текст"), ["мой текст"]);
    device.step(|step| timeline::sending(step, GROUP, mine)).0.unwrap();
    assert_eq!(device.message(GROUP, mine).delivery, Some(Delivery::Sending));
    device.hear(1, BOB, text("before"));
    assert_eq!(device.texts(GROUP), ["before", "мой текст"]);
    device.accepted(GROUP, mine, 2);
    device.hear(3, BOB, text("after"));
    assert_eq!(device.texts(GROUP), ["before", "мой текст", "after"]);
    let message = device.message(GROUP, mine);
    assert_eq!((message.seq, message.delivery), (Some(2), Some(Delivery::Sent)));
    for (account, delivered, read, expected) in [
        (BOB, 2, 2, Delivery::Sent),
        (CAROL, 3, 0, Delivery::Read),
        (CAROL, 3, 1, Delivery::Delivered),
        (CAROL, 3, 3, Delivery::Read),
        (BOB, 1, 1, Delivery::Read),
    ] {
        device.step(|step| timeline::apply_receipt(step, GROUP, account, delivered, read)).0.unwrap();
        assert_eq!(device.message(GROUP, mine).delivery, Some(expected));
    }
    let row = device.message(GROUP, mine).row;
    let info = view::info(&device.view(), row).unwrap().unwrap();
    assert_eq!((info.delivered_to, info.read_by), (vec![BOB, CAROL], vec![BOB, CAROL]));
}

#[test]
fn a_refused_message_says_why_and_can_be_tried_again_or_given_up() {
    let mut device = Device::new();
    let mine = device.send(GROUP, "refused");
    let why = Failure::NotAllowed { reason: Reason::Rank };
    device.step(|step| timeline::failed(step, GROUP, mine, &why)).0.unwrap();
    device.conn.execute("UPDATE outbox SET state = 2", ()).unwrap();
    assert_eq!(device.message(GROUP, mine).delivery, Some(Delivery::Failed { why: why.clone() }));
    assert_eq!((device.conversation(GROUP).failed, view::waiting(&device.view()).unwrap().len()), (1, 1));

    assert_eq!(queued(device.command(&Command::Retry { conversation: GROUP, message: mine })), mine);
    assert_eq!(device.message(GROUP, mine).delivery, Some(Delivery::Queued));
    assert_eq!(device.outbox().len(), 1);

    assert_eq!(device.command(&Command::Discard { conversation: GROUP, message: mine }), Ok(Outcome::Done));
    assert!(device.page(GROUP).is_empty() && device.outbox().is_empty() && device.found("refused").is_empty());
    let again = device.command(&Command::Discard { conversation: GROUP, message: mine });
    assert_eq!(again, Err(Failure::NotFound));
}

#[test]
fn what_is_on_its_way_can_not_be_discarded() {
    let mut device = Device::new();
    let mine = device.send(GROUP, "gone already");
    device.conn.execute("UPDATE outbox SET state = 1", ()).unwrap();
    device.step(|step| timeline::sending(step, GROUP, mine)).0.unwrap();
    let result = device.command(&Command::Discard { conversation: GROUP, message: mine });
    assert!(matches!(result, Err(Failure::NotAllowed { .. })), "{result:?}");
    assert_eq!(device.texts(GROUP), ["gone already"]);
}

#[test]
fn changes_count_at_once_and_are_taken_back_if_refused() {
    let mut device = Device::new();
    device.hear(1, BOB, text("bob's"));
    let mine = device.send(GROUP, "first");
    device.accepted(GROUP, mine, 2);
    let target = super::MessageRef { author: ALICE, id: mine };

    let edited = Command::Edit { conversation: GROUP, target, text: "second".to_owned(), entities: Vec::new() };
    let edit = queued(device.command(&edited));
    let on = |on| Command::React { conversation: GROUP, target: by(BOB, 1), emoji: "👍".to_owned(), on };
    let reaction = queued(device.command(&on(true)));
    let pin = queued(device.command(&Command::Pin { conversation: GROUP, target: by(BOB, 1), on: true }));
    let change =
        Command::SetInfo { conversation: GROUP, title: Some("new title".to_owned()), description: None, timer: None };
    let info = queued(device.command(&change));
    let delete =
        queued(device.command(&Command::Delete { conversation: GROUP, targets: vec![by(BOB, 1)], for_all: true }));
    assert_eq!(device.texts(GROUP), ["(deleted)", "second"]);
    assert_eq!(device.conversation(GROUP).title, "new title");
    assert_eq!(view::waiting(&device.view()).unwrap().len(), 5);

    // All but the edit are refused.
    let why = Failure::NotAllowed { reason: Reason::Rank };
    for id in [reaction, pin, info, delete] {
        device.step(|step| timeline::failed(step, GROUP, id, &why)).0.unwrap();
    }
    assert_eq!(device.texts(GROUP), ["bob's", "second"]);
    let bobs = device.message(GROUP, id(1));
    assert_eq!((bobs.pinned, bobs.reactions.len()), (false, 0));
    assert_eq!((device.conversation(GROUP).title.as_str(), device.conversation(GROUP).failed), ("", 4));

    assert_eq!(queued(device.command(&Command::Retry { conversation: GROUP, message: reaction })), reaction);
    device.command(&Command::Discard { conversation: GROUP, message: pin }).unwrap();
    assert!(device.message(GROUP, id(1)).reactions[0].mine);
    device.accepted(GROUP, edit, 3);
    device.accepted(GROUP, reaction, 4);
    assert_eq!(device.message(GROUP, mine).edited_at.map(|at| at.as_millis()), Some(1_700_000_003_000));
    assert_eq!(device.message(GROUP, id(1)).reactions[0].accounts, [ALICE]);
    assert_eq!((device.found("first").len(), device.found("second").len()), (0, 1));

    queued(device.command(&on(false)));
    assert!(device.message(GROUP, id(1)).reactions.is_empty());
    let row = device.message(GROUP, mine).row;
    assert_eq!(view::info(&device.view(), row).unwrap().unwrap().history, ["first"]);
}

#[test]
fn a_deletion_for_all_names_the_places_and_an_unsent_message_just_goes() {
    let mut device = Device::new();
    device.hear(1, BOB, text("bob's"));
    let mine = device.send(GROUP, "not sent");
    let both = vec![by(BOB, 1), super::MessageRef { author: ALICE, id: mine }];
    queued(device.command(&Command::Delete { conversation: GROUP, targets: both, for_all: true }));
    let waiting = device.outbox();
    assert_eq!(waiting.len(), 1);
    let Content::Delete(deletion) = &waiting[0].2 else { panic!("{waiting:?}") };
    assert_eq!((deletion.targets.clone(), deletion.seqs.clone()), (vec![by(BOB, 1)], vec![1]));
    let blank: Vec<u8> = device.conn.query_row("SELECT blank FROM outbox", (), |row| row.get(0)).unwrap();
    assert_eq!(beseda_wire::codec::decode_cbor::<Vec<u64>>(&blank), Ok(vec![1]));
    assert_eq!(device.texts(GROUP), ["(deleted)"]);
}

#[test]
fn rights_are_asked_for_before_anything_is_queued() {
    let mut device = Device::new();
    device.hear(1, BOB, text("bob's"));
    device.advance(DIRECT, 1, beseda_wire::state::EntryClass::Counted);
    device.apply(&super::arrival(DIRECT, 1, BOB), text("hello"));
    let not_allowed = |result: Result<Outcome, Failure>| assert!(matches!(result, Err(Failure::NotAllowed { .. })));
    // In a direct conversation nobody deletes the other's messages, and there is no title.
    not_allowed(device.command(&Command::Delete { conversation: DIRECT, targets: vec![by(BOB, 1)], for_all: true }));
    let title =
        |conversation| Command::SetInfo { conversation, title: Some("t".to_owned()), description: None, timer: None };
    not_allowed(device.command(&title(DIRECT)));
    not_allowed(device.command(&Command::Edit {
        conversation: GROUP,
        target: by(BOB, 1),
        text: "x".to_owned(),
        entities: Vec::new(),
    }));
    let nowhere = beseda_model::ConversationId::from_bytes([99; 16]);
    assert_eq!(device.command(&title(nowhere)), Err(Failure::NotFound));
    let missing = Command::React { conversation: GROUP, target: by(BOB, 9), emoji: "👍".to_owned(), on: true };
    assert_eq!(device.command(&missing), Err(Failure::NotFound));
    let mut row = crate::store::conversations::Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    row.standing = crate::store::conversations::Standing::Forked;
    row.save(&device.conn).unwrap();
    let draft = Draft { text: "x".to_owned(), ..Draft::default() };
    let result = device.command(&Command::Send { conversation: GROUP, draft });
    assert!(matches!(result, Err(Failure::NotReady { .. })), "{result:?}");
    assert!(device.outbox().is_empty());
}

#[test]
fn bad_input_is_refused_with_the_field_that_is_wrong() {
    let mut device = Device::new();
    let mut what = |draft: Draft| match device.command(&Command::Send { conversation: GROUP, draft }) {
        Err(Failure::Invalid { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let of = |text: &str| Draft { text: text.to_owned(), ..Draft::default() };
    assert_eq!(what(of(" \n")), Field::Text);
    assert_eq!(what(of(&"я".repeat(MAX_CHARS + 1))), Field::Text);
    assert_eq!(what(of(&"👍".repeat(MAX_CHARS))), Field::Text);
    assert_eq!(what(Draft { timer: Some(Timer { seconds: 0, from: TimedFrom::Sent }), ..of("x") }), Field::Timer);
    assert_eq!(what(Draft { entities: vec![super::mention(BOB, 1); 201], ..of("x") }), Field::Entities);
    device.send(GROUP, &"я".repeat(MAX_CHARS));
    let emoji = Command::React { conversation: GROUP, target: by(BOB, 1), emoji: "ok".to_owned(), on: true };
    assert!(matches!(device.command(&emoji), Err(Failure::Invalid { .. })));
}

#[test]
fn a_conversations_timer_goes_with_what_is_said_there() {
    let mut device = Device::new();
    let hour = Timer { seconds: 3_600, from: TimedFrom::Sent };
    let day = Timer { seconds: 86_400, from: TimedFrom::Sent };
    let set = Command::SetInfo { conversation: GROUP, title: None, description: None, timer: Some(Some(hour)) };
    queued(device.command(&set));
    let mine = device.send(GROUP, "goes");
    assert_eq!((device.message(GROUP, mine).timer, device.conversation(GROUP).timer), (Some(hour), Some(hour)));
    let (expires_at, now) = (
        device
            .conn
            .query_row("SELECT expires_at FROM outbox ORDER BY id DESC LIMIT 1", (), |row| row.get::<_, i64>(0))
            .unwrap(),
        device.now.as_millis().cast_signed(),
    );
    assert!(expires_at % 3_600_000 == 0 && (now + 3_600_000..now + 7_200_000).contains(&expires_at));
    let draft = Draft { text: "longer".to_owned(), timer: Some(day), ..Draft::default() };
    let longer = queued(device.command(&Command::Send { conversation: GROUP, draft }));
    assert_eq!(device.message(GROUP, longer).timer, Some(day));

    // A change in the log counts for what is said from then on.
    let off = InfoChange { timer: Some(None), ..InfoChange::default() };
    let queue = device.outbox();
    device.accepted(GROUP, queue[0].1, 1);
    device.hear(2, BOB, Content::InfoChange(off));
    let lasting = device.send(GROUP, "stays");
    assert_eq!(device.message(GROUP, lasting).timer, None);
}

#[test]
fn forwarding_keeps_the_origin_and_the_stricter_timer_and_gives_no_nickname_away() {
    let mut device = Device::new();
    let minute = Timer { seconds: 60, from: TimedFrom::Read };
    let original =
        beseda_wire::content::Message { text: "secret".to_owned(), timer: Some(minute), ..Default::default() };
    device.hear(1, BOB, Content::Message(original));
    device.conn.execute("INSERT INTO accounts (account, username) VALUES (?1, 'bob')", [BOB.as_bytes()]).unwrap();
    device.command(&Command::Nickname { account: BOB, name: "my bobby".to_owned() }).unwrap();
    assert_eq!(device.message(GROUP, id(1)).author_name, "my bobby");
    let forward =
        |with_author| Command::Forward { from: GROUP, messages: vec![by(BOB, 1)], to: vec![DIRECT], with_author };
    let named = queued(device.command(&forward(true)));
    let message = device.message(DIRECT, named);
    let at = super::arrival(GROUP, 1, BOB).at;
    assert_eq!(message.forward, Some(Forward { author: Some(BOB), name: "bob".to_owned(), at }));
    assert_eq!(message.timer, Some(minute));
    // What is forwarded again still says where it was first said.
    let onward = Command::Forward { from: DIRECT, messages: vec![message.message], to: vec![GROUP], with_author: true };
    let onward = queued(device.command(&onward));
    assert_eq!(device.message(GROUP, onward).forward.and_then(|forward| forward.author), Some(BOB));
    let nameless = queued(device.command(&forward(false)));
    assert_eq!(device.message(DIRECT, nameless).forward, Some(Forward { author: None, name: String::new(), at }));
}

#[test]
fn replies_show_what_they_answer_as_it_is_now() {
    let mut device = Device::new();
    device.hear(1, BOB, text("question"));
    let draft = Draft { text: "answer".to_owned(), reply_to: Some(by(BOB, 1)), ..Draft::default() };
    let mine = queued(device.command(&Command::Send { conversation: GROUP, draft }));
    let reply = |device: &Device| device.message(GROUP, mine).reply.unwrap().text;
    assert_eq!(reply(&device).as_deref(), Some("question"));
    device.hear(2, BOB, edit(by(BOB, 1), "another question"));
    assert_eq!(reply(&device).as_deref(), Some("another question"));
    device.hear(3, BOB, delete(by(BOB, 1), 1));
    assert_eq!(reply(&device), None);
}

#[test]
fn only_live_counted_messages_of_others_that_are_not_muted_are_told_of() {
    let mut device = Device::new();
    let incoming = |notices: Vec<Notice>| notices.iter().any(|notice| matches!(notice, Notice::Incoming { .. }));
    assert!(incoming(device.hear(1, BOB, text("hello"))));
    assert!(!incoming(device.hear(2, BOB, react(by(BOB, 1), "👍", true))));
    assert!(!incoming(device.hear(3, ALICE, text("from my phone"))));
    let late = crate::log::arrival::Arrival { live: false, ..super::arrival(GROUP, 4, BOB) };
    assert!(!incoming(device.apply(&late, text("late"))));
    let muted_until = Some(device.now.plus_millis(1_000));
    let state = beseda_wire::content::OwnState { muted_until, ..Default::default() };
    device.command(&Command::Keep { conversation: GROUP, state }).unwrap();
    assert!(!incoming(device.hear(5, BOB, text("muted"))));
    device.now = device.now.plus_millis(2_000);
    assert!(incoming(device.hear(6, BOB, text("heard again"))));
}

#[test]
fn drafts_are_kept_until_something_is_said() {
    let mut device = Device::new();
    let save = |text: &str| Command::SaveDraft { conversation: GROUP, text: text.to_owned() };
    device.command(&save("half a thou")).unwrap();
    assert_eq!(device.conversation(GROUP).draft, "half a thou");
    device.send(GROUP, "a thought");
    assert_eq!(device.conversation(GROUP).draft, "");
    device.command(&save("x")).unwrap();
    device.command(&save("")).unwrap();
    assert!(matches!(device.page(GROUP)[0].body, Body::Text { .. }) && device.conversation(GROUP).draft.is_empty());
}

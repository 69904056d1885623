//! Members who claim what is not theirs.

use beseda_wire::content::{Content, GroupState, InfoChange, Message, OwnSync, Style};

use super::{ALICE, BOB, CAROL, Device, GROUP, arrival, by, delete, edit, id, mention, pin, react, text};
use crate::api::failure::Unreadable;
use crate::api::view::{Body, SystemEvent};
use crate::log::arrival::Arrival;
use crate::timeline::rules::text::MAX_CHARS;

fn reasons(device: &Device) -> Vec<String> {
    let reason = |body| match body {
        Body::System { event: SystemEvent::RuleBroken { reason } } => Some(reason),
        _ => None,
    };
    device.page(GROUP).into_iter().filter_map(|message| reason(message.body)).collect()
}

#[test]
fn claims_without_the_right_to_them_are_not_followed_but_shown_once_a_day() {
    let mut device = Device::new();
    device.hear(1, BOB, text("bob's"));
    for seq in 2..5 {
        device.hear(seq, CAROL, edit(by(BOB, 1), "forged"));
    }
    device.hear(5, CAROL, delete(by(BOB, 1), 1));
    device.hear(6, CAROL, pin(by(BOB, 1), true));
    device.hear(7, CAROL, Content::InfoChange(InfoChange { title: Some("mine".to_owned()), ..Default::default() }));
    device.hear(8, CAROL, Content::Own(OwnSync::Nickname { account: BOB, name: "x".to_owned() }));
    assert_eq!(device.texts(GROUP), ["bob's"]);
    let bobs = device.message(GROUP, id(1));
    assert!(!bobs.pinned && bobs.edited_at.is_none() && device.conversation(GROUP).title.is_empty());
    assert_eq!(reasons(&device), ["edit_of_others", "delete_of_others", "pin", "info", "not_own"]);
    let count: u32 = device
        .conn
        .query_row("SELECT count FROM broken_rules WHERE rule = 'edit_of_others'", (), |row| row.get(0))
        .unwrap();
    assert_eq!(count, 3);
    let tomorrow = arrival(GROUP, 9, CAROL).at.plus_millis(86_400_000);
    device.apply(&Arrival { at: tomorrow, ..arrival(GROUP, 9, CAROL) }, edit(by(BOB, 1), "forged"));
    assert_eq!(reasons(&device).len(), 6);
}

#[test]
fn the_same_id_of_another_author_is_another_message() {
    let mut device = Device::new();
    device.hear(1, BOB, text("bob's"));
    device.apply(&Arrival { message_id: id(1), ..arrival(GROUP, 2, CAROL) }, text("carol's"));
    device.hear(3, CAROL, edit(by(CAROL, 1), "edited"));
    assert_eq!(device.texts(GROUP), ["bob's", "edited"]);
}

#[test]
fn a_moderator_deletes_others_messages_and_the_author_edits_no_more() {
    let mut device = Device::new();
    device.hear(1, CAROL, text("carol's"));
    device.hear(2, BOB, delete(by(CAROL, 1), 1));
    device.hear(3, CAROL, edit(by(CAROL, 1), "again"));
    device.hear(4, CAROL, react(by(CAROL, 1), "👍", true));
    let message = device.message(GROUP, id(1));
    assert_eq!(message.body, Body::Deleted { by: BOB });
    assert!(message.reactions.is_empty() && device.found("again").is_empty() && device.found("carol").is_empty());
}

#[test]
fn too_long_texts_are_refused_and_hostile_formatting_is_cut() {
    let mut device = Device::new();
    device.hear(1, BOB, text(&"я".repeat(MAX_CHARS + 1)));
    let Body::Unreadable { why, .. } = device.page(GROUP)[0].body else { panic!() };
    assert_eq!(why, Unreadable::Malformed);
    device.hear(2, BOB, edit(by(BOB, 1), &"я".repeat(MAX_CHARS + 1)));
    let link =
        |url: &str| beseda_wire::content::Entity { start: 0, len: 9, style: Style::Link { url: url.to_owned() } };
    let message = Message {
        text: "click".to_owned(),
        entities: vec![link("javascript:x"), link("https://x"), mention(ALICE, u32::MAX)],
        ..Message::default()
    };
    device.hear(3, BOB, Content::Message(message));
    let shown = device.message(GROUP, id(3));
    let Body::Text { entities, .. } = shown.body else { panic!() };
    assert!(entities.iter().all(|entity| entity.start + entity.len <= 5));
    assert_eq!((entities.len(), shown.mentions_me), (2, true));
    device.hear(4, BOB, react(by(BOB, 3), "not an emoji", true));
    device.hear(5, BOB, Content::ProfileKey(beseda_wire::content::ProfileKey { key: vec![1; 31].into() }));
    assert!(device.message(GROUP, id(3)).reactions.is_empty() && reasons(&device).is_empty());
}

#[test]
fn a_lie_about_the_groups_state_fools_nobody_who_was_there() {
    let mut device = Device::new();
    device.step(|step| crate::timeline::created(step, GROUP, "ours")).0.unwrap();
    let lie = GroupState { seq: 1, title: "theirs".to_owned(), ..GroupState::default() };
    device.hear(2, CAROL, Content::GroupState(lie.clone()));
    assert_eq!((device.conversation(GROUP).title.as_str(), reasons(&device)), ("ours", vec!["false_state".to_owned()]));

    let mut newcomer = Device::new();
    newcomer.hear(2, CAROL, Content::GroupState(lie));
    assert_eq!(newcomer.conversation(GROUP).title, "theirs");
    let truth = GroupState { seq: 2, title: "ours".to_owned(), pins: vec![by(BOB, 4)], ..GroupState::default() };
    newcomer.hear(3, BOB, Content::GroupState(truth));
    newcomer.hear(4, BOB, text("pinned before it came"));
    assert_eq!(newcomer.conversation(GROUP).title, "ours");
    assert!(newcomer.message(GROUP, id(4)).pinned);
    let (state, _) = newcomer.step(|step| crate::timeline::group_state(step.tx, GROUP));
    let state = state.unwrap().unwrap();
    assert_eq!((state.seq, state.title.as_str(), state.pins), (4, "ours", vec![by(BOB, 4)]));
}

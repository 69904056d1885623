//! What could not be read: shown with its reason, healed where it can be.

use beseda_model::DeviceId;
use beseda_wire::content::{Authored, Content, Message, Repair, RepairAnswer, Unsupported};

use super::{ALICE, BOB, CAROL, Device, GROUP, LAPTOP, PHONE, arrival, by, delete, edit, id, meta, react, text};
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::Body;
use crate::log::arrival::Arrival;
use crate::timeline::{apply_unreadable, blanked, own_content, unrecoverable};

fn lose(device: &mut Device, seq: u64, sender: Option<beseda_model::AccountId>, why: Unreadable, healing: Healing) {
    let meta = meta(seq, sender, Some(id(seq)));
    device.step(|step| apply_unreadable(step, &meta, why, healing)).0.unwrap();
}

fn answer(device: DeviceId, seq: u64, content: Option<Content>) -> Content {
    let content = content.map(|content| Authored { at: arrival(GROUP, seq, BOB).at, content }.item().into());
    Content::Repair(Repair::Answer(RepairAnswer { device, id: id(seq), content }))
}

#[test]
fn an_answer_fills_the_gap_at_its_place_and_what_came_meanwhile_applies() {
    let mut device = Device::new();
    device.hear(1, BOB, text("one"));
    lose(&mut device, 2, None, Unreadable::KeyGone, Healing::Asked);
    device.hear(3, BOB, edit(by(BOB, 2), "two, edited"));
    device.hear(4, CAROL, react(by(BOB, 2), "👍", true));
    assert_eq!(device.texts(GROUP), ["one", "(unreadable)"]);
    let row = device.page(GROUP)[1].row;
    device.hear(5, BOB, answer(LAPTOP, 2, Some(text("two"))));
    assert_eq!(device.texts(GROUP), ["one", "two, edited"]);
    let healed = device.message(GROUP, id(2));
    assert_eq!((healed.row, healed.seq, healed.reactions.len()), (row, Some(2), 1));
    assert_eq!(device.found("edited"), ["two, edited"]);
    device.hear(6, BOB, answer(LAPTOP, 2, Some(text("again"))));
    assert_eq!(device.texts(GROUP), ["one", "two, edited"]);
}

#[test]
fn an_impostor_speaks_for_themselves_only_and_does_not_take_the_authors_place() {
    let mut device = Device::new();
    lose(&mut device, 1, None, Unreadable::KeyGone, Healing::Asked);
    device.hear(2, CAROL, answer(LAPTOP, 1, Some(text("I said that"))));
    assert_eq!(device.page(GROUP)[0].message.author, CAROL);
    device.hear(3, BOB, answer(LAPTOP, 1, Some(text("the original"))));
    assert_eq!(device.texts(GROUP), ["I said that", "the original"]);
    assert_eq!(device.page(GROUP)[1].message, by(BOB, 1));
    // Nobody has asked for this one.
    device.hear(4, CAROL, answer(LAPTOP, 9, Some(text("out of nothing"))));
    assert_eq!(device.texts(GROUP).len(), 2);
}

#[test]
fn a_known_author_is_not_replaced_and_answers_for_others_are_left_alone() {
    let mut device = Device::new();
    lose(&mut device, 1, Some(BOB), Unreadable::KeyGone, Healing::Asked);
    device.hear(2, CAROL, answer(LAPTOP, 1, Some(text("forged"))));
    device.hear(3, BOB, answer(PHONE, 1, Some(text("for my phone"))));
    assert_eq!(device.texts(GROUP), ["(unreadable)"]);
    device.hear(4, BOB, answer(LAPTOP, 1, Some(answer(LAPTOP, 1, None))));
    assert_eq!(device.texts(GROUP), ["(unreadable)"]);
    device.hear(5, BOB, answer(LAPTOP, 1, Some(text("mine"))));
    assert_eq!(device.texts(GROUP), ["mine"]);
}

#[test]
fn a_lost_edit_is_applied_at_its_place_and_leaves_no_gap() {
    let mut device = Device::new();
    device.hear(1, BOB, text("one"));
    lose(&mut device, 2, Some(BOB), Unreadable::KeyGone, Healing::Asked);
    device.hear(3, BOB, edit(by(BOB, 1), "last"));
    device.hear(4, BOB, answer(LAPTOP, 2, Some(edit(by(BOB, 1), "lost"))));
    assert_eq!(device.texts(GROUP), ["last"]);
}

#[test]
fn what_nobody_can_send_again_is_final_until_somebody_can() {
    let mut device = Device::new();
    lose(&mut device, 1, Some(BOB), Unreadable::KeyGone, Healing::Asked);
    device.step(|step| unrecoverable(step, GROUP, id(1))).0.unwrap();
    let Body::Unreadable { healing, .. } = device.page(GROUP)[0].body else { panic!() };
    assert_eq!(healing, Healing::Unrecoverable);
    device.hear(2, BOB, answer(LAPTOP, 1, Some(text("found it"))));
    assert_eq!(device.texts(GROUP), ["found it"]);
}

#[test]
fn what_was_deleted_before_it_could_be_sent_again_is_shown_as_deleted() {
    for deleted_first in [true, false] {
        let mut device = Device::new();
        for seq in [1, 2] {
            lose(&mut device, seq, None, Unreadable::BeforeJoin, Healing::Asked);
        }
        for is_deletion in [deleted_first, !deleted_first] {
            if is_deletion {
                device.hear(3, BOB, delete(by(BOB, 1), 1));
                // The place alone proves nothing: this one is of another message.
                device.hear(4, CAROL, delete(by(CAROL, 8), 2));
            } else {
                for seq in [1, 2] {
                    device.step(|step| unrecoverable(step, GROUP, id(seq))).0.unwrap();
                }
            }
        }
        assert_eq!(device.texts(GROUP), ["(deleted)", "(unreadable)"]);
    }
}

#[test]
fn a_blank_is_the_servers_unless_a_person_named_its_place() {
    let blank = |device: &mut Device, seq| {
        let meta = meta(seq, None, None);
        device.step(|step| apply_unreadable(step, &meta, Unreadable::RemovedByServer, Healing::NotNeeded)).0.unwrap();
    };
    let mut device = Device::new();
    blank(&mut device, 1);
    blank(&mut device, 2);
    assert_eq!(device.texts(GROUP), ["(unreadable)", "(unreadable)"]);
    device.hear(3, BOB, delete(by(BOB, 1), 1));
    assert_eq!(device.page(GROUP)[0].body, Body::Deleted { by: BOB });
    assert_eq!(device.texts(GROUP)[1], "(unreadable)");
    // A deletion can't name what comes after it.
    device.hear(4, BOB, delete(by(BOB, 8), 6));
    blank(&mut device, 6);
    assert_eq!(device.texts(GROUP)[2], "(unreadable)");
    // The event first, the blank later.
    device.hear(7, BOB, delete(by(BOB, 5), 5));
    blank(&mut device, 5);
    assert_eq!(device.texts(GROUP), ["(deleted)", "(unreadable)", "(deleted)", "(unreadable)"]);
}

#[test]
fn a_server_that_blanks_what_was_read_takes_nothing_away() {
    let mut device = Device::new();
    device.hear(1, BOB, text("kept"));
    lose(&mut device, 2, Some(BOB), Unreadable::Damaged, Healing::NotNeeded);
    device.step(|step| blanked(step, GROUP, &[1, 2])).0.unwrap();
    assert_eq!(device.texts(GROUP), ["kept", "(unreadable)"]);
    let Body::Unreadable { why, .. } = device.page(GROUP)[1].body else { panic!() };
    assert_eq!(why, Unreadable::RemovedByServer);
}

#[test]
fn silent_losses_are_kept_but_not_shown() {
    let mut device = Device::new();
    let meta = crate::log::arrival::ArrivalMeta {
        class: beseda_wire::state::EntryClass::Silent,
        ..meta(1, Some(BOB), Some(id(1)))
    };
    device.step(|step| apply_unreadable(step, &meta, Unreadable::KeyGone, Healing::NotNeeded)).0.unwrap();
    assert!(device.page(GROUP).is_empty());
    device.hear(2, BOB, answer(LAPTOP, 1, Some(text("silent but for reading"))));
    assert_eq!(device.texts(GROUP), ["silent but for reading"]);
}

#[test]
fn own_messages_are_given_again_as_they_were_first_said() {
    let mut device = Device::new();
    let mine = device.send(GROUP, "first");
    device.accepted(GROUP, mine, 1);
    let target = super::MessageRef { author: ALICE, id: mine };
    let edited = crate::Command::Edit { conversation: GROUP, target, text: "second".to_owned(), entities: Vec::new() };
    let change = super::queued(device.command(&edited));
    let content = |device: &Device, id| {
        let item = own_content(&device.conn, GROUP, id).unwrap();
        item.map(|item| Authored::decode(&item).unwrap().content)
    };
    assert_eq!(content(&device, change), None);
    device.accepted(GROUP, change, 2);
    assert_eq!(content(&device, mine), Some(text("first")));
    assert_eq!(content(&device, change), Some(edit(target, "second")));
    device.hear(3, BOB, delete(target, 1));
    assert_eq!(content(&device, mine), None);
}

#[test]
fn content_of_a_newer_version_waits_for_the_upgrade() {
    let mut device = Device::new();
    let at = arrival(GROUP, 1, BOB).at;
    let keep = |content: Content, visible| {
        let raw = Authored { at, content }.item().into();
        Content::Unsupported(Unsupported { kind: "hologram".to_owned(), raw, visible })
    };
    device.hear(1, BOB, keep(text("now readable"), true));
    device.hear(2, BOB, keep(edit(by(BOB, 1), "and edited"), false));
    device.hear(
        3,
        BOB,
        keep(Content::Unsupported(Unsupported { kind: "poll".to_owned(), raw: unknown("poll"), visible: true }), true),
    );
    assert_eq!(device.page(GROUP).len(), 2);
    assert_eq!(device.page(GROUP)[0].body, Body::Unsupported { kind: "hologram".to_owned() });
    let row = device.page(GROUP)[0].row;
    device.step(crate::timeline::reprocess_unsupported).0.unwrap();
    assert_eq!(device.texts(GROUP), ["and edited"]);
    assert_eq!((device.page(GROUP)[0].row, device.found("edited").len()), (row, 1));
    assert!(matches!(device.page(GROUP)[1].body, Body::Unsupported { .. }));
    // Once for each level.
    device.conn.execute("UPDATE messages SET kind = 2 WHERE row = ?1", [row]).unwrap();
    device.step(crate::timeline::reprocess_unsupported).0.unwrap();
    assert!(matches!(device.page(GROUP)[0].body, Body::Unsupported { .. }));
    device.step(|step| crate::timeline::reread::reprocess_at(step, 99)).0.unwrap();
    assert_eq!(device.texts(GROUP), ["and edited"]);
}

/// An item of a kind that no version knows.
fn unknown(kind: &str) -> beseda_wire::Bytes {
    let item =
        Authored { at: beseda_model::Timestamp::default(), content: Content::Message(Message::default()) }.item();
    let mut value: ciborium::Value = ciborium::from_reader(item.as_slice()).unwrap();
    for (key, field) in value.as_map_mut().unwrap() {
        if key.as_text() == Some("k") {
            *field = kind.into();
        }
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&value, &mut bytes).unwrap();
    bytes.into()
}

#[test]
fn the_same_entry_twice_is_shown_once() {
    let mut device = Device::new();
    device.hear(1, BOB, text("once"));
    device.hear(1, BOB, text("once"));
    device.apply(&Arrival { message_id: id(1), ..arrival(GROUP, 5, BOB) }, text("at another place"));
    assert_eq!(device.texts(GROUP), ["once"]);
    assert_eq!(device.page(GROUP)[0].seq, Some(5));
}

//! Messages that change their place.

use beseda_model::{ConversationId, ConversationKind, Role};
use beseda_wire::content::{Content, InfoChange};

use super::{ALICE, BOB, CAROL, DIRECT, Device, GROUP, arrival, by, edit, id, react, text};
use crate::api::command::Command;
use crate::api::view::Delivery;
use crate::log::arrival::Arrival;
use crate::timeline;

const OTHER: ConversationId = ConversationId::from_bytes([44; 16]);

#[test]
fn what_was_said_in_a_conversation_that_never_came_to_be_is_said_in_the_other() {
    let mut device = Device::new();
    let mine = device.send(DIRECT, "hello bob");
    device.command(&Command::SaveDraft { conversation: DIRECT, text: "and".to_owned() }).unwrap();
    device.place(OTHER, ConversationKind::Direct, &[(ALICE, Role::Member), (BOB, Role::Member)]);
    device.step(|step| timeline::moved(step, DIRECT, OTHER)).0.unwrap();
    assert_eq!((device.texts(DIRECT).len(), device.texts(OTHER)), (0, vec!["hello bob".to_owned()]));
    assert_eq!(device.conversation(OTHER).draft, "and");
    let query = crate::api::view::SearchQuery {
        text: "hello".to_owned(),
        conversation: Some(OTHER),
        limit: 9,
        ..Default::default()
    };
    assert_eq!(crate::view::search(&device.view(), &query).unwrap().len(), 1);
    device.conn.execute("UPDATE outbox SET conversation = ?1", [OTHER.as_bytes()]).unwrap();
    device.accepted(OTHER, mine, 1);
    assert_eq!(device.message(OTHER, mine).delivery, Some(Delivery::Sent));
}

#[test]
fn after_a_restore_nothing_is_lost_and_later_changes_count() {
    let mut device = Device::new();
    device.hear(1, BOB, text("one"));
    let mine = device.send(GROUP, "two");
    device.accepted(GROUP, mine, 2);
    device.hear(3, CAROL, text("three"));
    device.hear(4, BOB, edit(by(BOB, 1), "one, edited"));
    device.hear(5, CAROL, react(by(BOB, 1), "👍", true));
    device.hear(6, BOB, Content::InfoChange(InfoChange { title: Some("lost".to_owned()), ..Default::default() }));
    device.step(|step| timeline::rewound(step, GROUP, 1)).0.unwrap();
    assert_eq!(device.texts(GROUP), ["one, edited", "two", "three"]);

    // The server's new log: others first, and everything at other places.
    device.apply(&arrival(GROUP, 2, BOB), edit(by(BOB, 1), "one, edited anew"));
    device.apply(&arrival(GROUP, 3, CAROL), react(by(BOB, 1), "👍", false));
    let title = InfoChange { title: Some("new".to_owned()), ..Default::default() };
    device.apply(&arrival(GROUP, 4, BOB), Content::InfoChange(title));
    device.step(|step| timeline::sent(step, GROUP, mine, 5, arrival(GROUP, 5, ALICE).at)).0.unwrap();
    device.apply(&Arrival { message_id: id(3), ..arrival(GROUP, 6, CAROL) }, text("three"));
    assert_eq!(device.texts(GROUP), ["one, edited anew", "two", "three"]);
    assert_eq!(device.page(GROUP).iter().filter_map(|message| message.seq).collect::<Vec<_>>(), [1, 4, 5, 6]);
    assert!(device.message(GROUP, id(1)).reactions.is_empty());
    assert_eq!(device.conversation(GROUP).title, "new");
}

//! What one's own devices keep alike.

use beseda_model::Fingerprint;
use beseda_wire::content::{Content, OwnState, OwnSync};

use super::{ALICE, BOB, CAROL, Device, GROUP, NOTES, PHONE, arrival, by, id, text};
use crate::api::command::Command;
use crate::api::failure::Failure;
use crate::log::arrival::Arrival;
use crate::timeline;
use crate::view;

fn from_phone(device: &mut Device, seq: u64, sync: OwnSync) {
    device.advance(NOTES, seq, beseda_wire::state::EntryClass::Silent);
    device.apply(&Arrival { sender_device: PHONE, ..arrival(NOTES, seq, ALICE) }, Content::Own(sync));
}

fn nickname(name: &str) -> OwnSync {
    OwnSync::Nickname { account: BOB, name: name.to_owned() }
}

fn name(device: &Device) -> String {
    view::account(&device.view(), BOB).unwrap().name
}

#[test]
fn a_change_counts_at_once_and_the_last_place_in_the_log_wins() {
    let mut device = Device::new();
    from_phone(&mut device, 1, nickname("from phone"));
    assert_eq!(name(&device), "from phone");
    device.command(&Command::Nickname { account: BOB, name: "from laptop".to_owned() }).unwrap();
    assert_eq!(name(&device), "from laptop");
    // The phone's next change stands before this one, which is still on its way.
    from_phone(&mut device, 2, nickname("earlier"));
    assert_eq!(name(&device), "from laptop");
    let pending = device.outbox()[0].1;
    device.accepted(NOTES, pending, 3);
    from_phone(&mut device, 2, nickname("earlier"));
    assert_eq!(name(&device), "from laptop");
    from_phone(&mut device, 4, nickname("later"));
    assert_eq!(name(&device), "later");
}

#[test]
fn before_notes_are_there_changes_wait_for_them() {
    let mut device = Device::without_notes();
    device.command(&Command::Nickname { account: BOB, name: "early".to_owned() }).unwrap();
    assert!(device.outbox().is_empty());
    device.place(NOTES, beseda_model::ConversationKind::Notes, &[(ALICE, beseda_model::Role::Owner)]);
    device.step(|step| timeline::joined(step, NOTES)).0.unwrap();
    assert_eq!(
        device.outbox().into_iter().map(|(to, _, content)| (to, content)).collect::<Vec<_>>(),
        [(NOTES, Content::Own(nickname("early")))]
    );
    device.step(|step| timeline::joined(step, NOTES)).0.unwrap();
    assert_eq!(device.outbox().len(), 1);
}

#[test]
fn a_new_device_is_told_everything_and_believes_changes_more() {
    let mut device = Device::new();
    device.command(&Command::Nickname { account: BOB, name: "bobby".to_owned() }).unwrap();
    device.command(&Command::Nickname { account: CAROL, name: "caro".to_owned() }).unwrap();
    let queue = device.outbox();
    device.accepted(NOTES, queue[0].1, 1);
    device.accepted(NOTES, queue[1].1, 2);
    device.step(|step| timeline::own_device_joined(step, NOTES, PHONE)).0.unwrap();
    let told = device.outbox().pop().unwrap().2;
    let Content::Own(OwnSync::Everything { values }) = &told else { panic!("{told:?}") };
    assert_eq!(values.len(), 2);

    let mut new = Device::new();
    from_phone(&mut new, 3, nickname("changed meanwhile"));
    let Content::Own(everything) = told.clone() else { panic!() };
    from_phone(&mut new, 4, everything);
    assert_eq!(name(&new), "changed meanwhile");
    assert_eq!(view::account(&new.view(), CAROL).unwrap().name, "caro");

    // Who is far behind tells nothing.
    device.conn.execute("UPDATE conversations SET last_seq = 99", ()).unwrap();
    let before = device.outbox().len();
    device.step(|step| timeline::own_device_joined(step, NOTES, PHONE)).0.unwrap();
    assert_eq!(device.outbox().len(), before);
}

#[test]
fn deleting_for_oneself_and_clearing_reach_what_comes_later() {
    let mut device = Device::new();
    device.hear(1, BOB, text("one"));
    device.hear(2, BOB, text("two"));
    device.command(&Command::Delete { conversation: GROUP, targets: vec![by(BOB, 1)], for_all: false }).unwrap();
    assert_eq!((device.texts(GROUP), device.found("one").len()), (vec!["two".to_owned()], 0));
    // Deleted on the phone before it came here.
    from_phone(&mut device, 1, OwnSync::DeletedForMe { conversation: GROUP, messages: vec![by(BOB, 3)] });
    device.hear(3, BOB, text("three"));
    assert_eq!(device.texts(GROUP), ["two"]);
    let state = OwnState { cleared_to: 99, ..OwnState::default() };
    device.command(&Command::Keep { conversation: GROUP, state }).unwrap();
    assert!(device.page(GROUP).is_empty());
    assert_eq!(device.conversation(GROUP).own.cleared_to, 3);
    device.hear(4, BOB, text("four"));
    assert_eq!((device.texts(GROUP), device.conversation(GROUP).unread), (vec!["four".to_owned()], 1));
}

#[test]
fn an_archived_conversation_comes_back_with_something_new() {
    let mut device = Device::new();
    let archived = OwnState { archived: true, unread: true, ..OwnState::default() };
    device.command(&Command::Keep { conversation: GROUP, state: archived }).unwrap();
    assert!(device.conversation(GROUP).own.archived);
    device.hear(1, ALICE, text("from my phone"));
    assert!(device.conversation(GROUP).own.archived);
    device.hear(2, BOB, text("news"));
    assert!(!device.conversation(GROUP).own.archived && device.conversation(GROUP).own.unread);
    device.command(&Command::MarkRead { conversation: GROUP, seq: 2 }).unwrap();
    assert!(!device.conversation(GROUP).own.unread);
}

#[test]
fn a_compared_safety_number_belongs_to_one_root_key() {
    let mut device = Device::new();
    let verify = |verified| Command::Verify { account: BOB, verified };
    assert_eq!(device.command(&verify(true)), Err(Failure::NotFound));
    let root = |device: &Device, root: [u8; 32]| {
        device
            .conn
            .execute(
                "INSERT OR REPLACE INTO accounts (account, root, version) VALUES (?1, ?2, 1)",
                (BOB.as_bytes(), root),
            )
            .unwrap();
    };
    root(&device, [5; 32]);
    device.command(&verify(true)).unwrap();
    assert!(view::account(&device.view(), BOB).unwrap().verified);
    assert_eq!(timeline::verified(&device.conn, BOB).unwrap(), Some(Fingerprint::from_bytes([5; 32])));
    root(&device, [6; 32]);
    assert!(!view::account(&device.view(), BOB).unwrap().verified);
    root(&device, [5; 32]);
    device.command(&verify(false)).unwrap();
    assert!(!view::account(&device.view(), BOB).unwrap().verified);
    assert!(device.message_count() == 0);
}

impl Device {
    fn message_count(&self) -> usize {
        self.page(NOTES).len() + self.page(GROUP).iter().filter(|message| message.message.id == id(1)).count()
    }
}

//! Folders for the list of conversations.

use beseda_model::FolderId;
use beseda_wire::content::{Content, OwnState, OwnSync};

use super::{ALICE, Device, GROUP, NOTES, PHONE, arrival};
use crate::api::command::{Command, Outcome};
use crate::api::failure::Failure;
use crate::log::arrival::Arrival;
use crate::timeline::command::folder::MAX_NAME;
use crate::timeline::own::MAX_FOLDERS;
use crate::view;

fn make(device: &mut Device, name: &str) -> FolderId {
    let made = device.command(&Command::MakeFolder { name: name.to_owned() });
    let Ok(Outcome::Folder { folder }) = made else { panic!("{made:?}") };
    folder
}

fn names(device: &Device) -> Vec<String> {
    view::folders(&device.conn).unwrap().into_iter().map(|folder| folder.name).collect()
}

fn lies_in(device: &Device) -> Vec<FolderId> {
    device.conversation(GROUP).own.folders
}

fn put(device: &mut Device, folders: Vec<FolderId>) -> Result<Outcome, Failure> {
    let own = device.conversation(GROUP).own;
    device.command(&Command::Keep { conversation: GROUP, state: OwnState { folders, ..own } })
}

#[test]
fn folders_stand_in_the_order_that_a_person_gives_them() {
    let mut device = Device::new();
    let [work, family, clubs] = ["Work", " Family ", "Clubs"].map(|name| make(&mut device, name));
    assert_eq!(names(&device), ["Work", "Family", "Clubs"]);
    device.command(&Command::MoveFolder { folder: clubs, to: 0 }).unwrap();
    assert_eq!(names(&device), ["Clubs", "Work", "Family"]);
    device.command(&Command::MoveFolder { folder: clubs, to: 99 }).unwrap();
    assert_eq!(names(&device), ["Work", "Family", "Clubs"]);
    device.command(&Command::RenameFolder { folder: family, name: "Home".to_owned() }).unwrap();
    device.command(&Command::DeleteFolder { folder: work }).unwrap();
    assert_eq!(names(&device), ["Home", "Clubs"]);
    for command in [
        Command::RenameFolder { folder: work, name: "again".to_owned() },
        Command::MoveFolder { folder: work, to: 0 },
        Command::DeleteFolder { folder: work },
    ] {
        assert_eq!(device.command(&command), Err(Failure::NotFound), "it was deleted");
    }
}

#[test]
fn a_conversation_lies_in_each_of_its_folders_once_and_in_no_deleted_one() {
    let mut device = Device::new();
    let [work, clubs] = ["Work", "Clubs"].map(|name| make(&mut device, name));
    put(&mut device, vec![clubs, work, clubs]).unwrap();
    let mut both = vec![work, clubs];
    both.sort_unstable();
    assert_eq!(lies_in(&device), both);
    device.command(&Command::DeleteFolder { folder: work }).unwrap();
    let own = device.conversation(GROUP).own;
    device.command(&Command::Keep { conversation: GROUP, state: OwnState { unread: true, ..own } }).unwrap();
    assert_eq!(lies_in(&device), [clubs]);
}

#[test]
fn limits_hold_at_their_edges() {
    let mut device = Device::new();
    let named = |length| Command::MakeFolder { name: "я".repeat(length) };
    assert!(matches!(device.command(&named(0)), Err(Failure::Invalid { .. })));
    assert!(matches!(device.command(&named(MAX_NAME + 1)), Err(Failure::Invalid { .. })));
    device.command(&named(MAX_NAME)).unwrap();
    for _ in 1..MAX_FOLDERS {
        make(&mut device, "one more");
    }
    assert!(matches!(device.command(&named(1)), Err(Failure::Invalid { .. })));
    let all: Vec<FolderId> = view::folders(&device.conn).unwrap().into_iter().map(|folder| folder.folder).collect();
    put(&mut device, all.clone()).unwrap();
    let unknown = FolderId::from_bytes([77; 16]);
    assert!(matches!(put(&mut device, [all, vec![unknown]].concat()), Err(Failure::Invalid { .. })));
}

#[test]
fn another_device_shows_the_same_folders() {
    let mut laptop = Device::new();
    let work = make(&mut laptop, "Work");
    put(&mut laptop, vec![work]).unwrap();
    let told = laptop.outbox().into_iter().map(|(_, _, content)| content).collect::<Vec<_>>();

    let mut phone = Device::new();
    // The conversation may be heard of before its folder: it lies there once the folder is known.
    for (seq, content) in (1..).zip(told.into_iter().rev()) {
        hear(&mut phone, seq, content);
    }
    assert_eq!((names(&phone), lies_in(&phone)), (vec!["Work".to_owned()], vec![work]));
    put(&mut phone, vec![work]).unwrap();
    assert_eq!(lies_in(&phone), [work]);

    // Two folders that two devices made at the same time stand in one order everywhere.
    let other = FolderId::from_bytes([1; 16]);
    let same_place = OwnSync::Folder { folder: other, name: "Home".to_owned(), place: 0 };
    hear(&mut phone, 3, Content::Own(same_place.clone()));
    hear(&mut laptop, 3, Content::Own(same_place));
    assert_eq!(names(&phone), names(&laptop));
    assert_eq!(names(&phone).len(), 2);
}

fn hear(device: &mut Device, seq: u64, content: Content) {
    device.advance(NOTES, seq, beseda_wire::state::EntryClass::Silent);
    device.apply(&Arrival { sender_device: PHONE, ..arrival(NOTES, seq, ALICE) }, content);
}

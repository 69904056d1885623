//! Messages that can be looked at once: whatever comes in whatever order, nobody looks twice.

use beseda_model::{BlobId, MessageId, Timestamp};
use beseda_wire::content::{
    Attachment, Authored, Content, FileKey, FileRef, Media, Message, MessageRef, Opened, OwnSync, Repair, RepairAnswer,
};
use proptest::prelude::*;

use super::{ALICE, BOB, CAROL, Device, GROUP, LAPTOP, NOTES, arrival, by, edit, id, meta, queued};
use crate::api::command::{Command, Draft, Outcome};
use crate::api::failure::{Failure, Healing, Unreadable};
use crate::api::file::AttachmentDraft;
use crate::api::once::{OnceKind, OnceState};
use crate::api::reason::Reason;
use crate::api::view::Body;
use crate::log::arrival::Arrival;
use crate::timeline::once::may_be_told_again;
use crate::timeline::rules::once::WAITS_MILLIS;
use crate::timeline::{apply_unreadable, close_left_open, expire, next_expiry, own_content};

fn file() -> FileRef {
    FileRef { blob: BlobId::from_bytes([7; 32]), key: FileKey([8; 32]), size: 10 }
}

fn photo() -> Attachment {
    Attachment {
        file: file(),
        name: "zqxname.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        media: Media::Photo { width: 4, height: 3 },
        preview: Some(vec![1; 25].into()),
        cover: Some(FileRef { blob: BlobId::from_bytes([9; 32]), ..file() }),
        excerpt: String::new(),
    }
}

fn once(attachments: Vec<Attachment>) -> Content {
    Content::Message(Message { text: "zqxwords".to_owned(), attachments, once: true, ..Message::default() })
}

/// All bytes of the files that are known here have come.
fn fetched(device: &Device) {
    let sealed = crate::files::chunks::Layout::of(10).unwrap().sealed_size().cast_signed();
    device.conn.execute("UPDATE files SET here = ?1, way = 0 WHERE size = 10", [sealed]).unwrap();
}

fn open(device: &mut Device) -> Result<Outcome, Failure> {
    fetched(device);
    device.command(&Command::OpenOnce { conversation: GROUP, target: by(BOB, 1) })
}

fn close(device: &mut Device) {
    device.command(&Command::CloseOnce { conversation: GROUP, target: by(BOB, 1) }).unwrap();
}

fn state(device: &Device, id: MessageId) -> OnceState {
    match device.message(GROUP, id).body {
        Body::Once { state, .. } => state,
        other => panic!("{other:?}"),
    }
}

fn count(device: &Device, sql: &str) -> i64 {
    device.conn.query_row(sql, (), |row| row.get(0)).unwrap()
}

/// Neither words nor keys nor uses of files are left of the first message.
fn is_gone(device: &Device) -> bool {
    count(device, "SELECT count(*) FROM message_files") == 0
        && count(device, "SELECT count(*) FROM files WHERE loose <> 1") == 0
        && count(device, "SELECT count(*) FROM messages WHERE once > 0 AND (content <> x'' OR text <> '')") == 0
}

#[test]
fn nothing_is_seen_of_it_before_it_is_opened_and_nothing_is_left_behind() {
    let mut device = Device::new();
    device.hear(1, BOB, once(vec![photo()]));
    let Body::Once { kind, state: OnceState::Closed, file: Some(shown), text, .. } = device.message(GROUP, id(1)).body
    else {
        panic!()
    };
    assert_eq!((kind, text.as_str(), shown.name.as_str()), (OnceKind::Photo, "", ""));
    assert_eq!((shown.preview, shown.cover, shown.automatic), (None, None, false));
    assert_eq!(count(&device, "SELECT count(*) FROM files WHERE way > 0"), 0, "it is not fetched");
    assert_eq!(count(&device, "SELECT count(*) FROM attachments"), 0, "it is not among what was sent");
    assert!(device.found("zqxwords").is_empty() && device.found("zqxname").is_empty());
    let missing = device.command(&Command::OpenOnce { conversation: GROUP, target: by(BOB, 1) });
    assert_eq!(missing, Err(Failure::NotReady { reason: Reason::FileElsewhere }));
    fetched(&device);
    assert_eq!(crate::files::reference(&device.conn, shown.file).unwrap(), None, "nobody is given its key");
    open(&mut device).unwrap();
    assert!(crate::files::reference(&device.conn, shown.file).unwrap().is_some());
    let Body::Once { state: OnceState::Open, text, .. } = device.message(GROUP, id(1)).body else { panic!() };
    assert_eq!(text, "zqxwords");
    let said: Vec<Content> = device.outbox().into_iter().map(|(_, _, content)| content).collect();
    assert!(said.contains(&Content::Opened(Opened { target: by(BOB, 1) })));
    assert!(said.contains(&Content::Own(OwnSync::Opened { conversation: GROUP, message: by(BOB, 1) })));
    close(&mut device);
    close(&mut device);
    assert_eq!(state(&device, id(1)), OnceState::Opened);
    assert!(is_gone(&device));
    assert_eq!(open(&mut device), Err(Failure::NotReady { reason: Reason::OnceOver }));
}

#[test]
fn it_can_not_be_forwarded_quoted_changed_or_found() {
    let mut device = Device::new();
    device.hear(1, BOB, once(vec![photo()]));
    device.hear(2, BOB, edit(by(BOB, 1), "zqxedited"));
    let forward = Command::Forward { from: GROUP, messages: vec![by(BOB, 1)], to: vec![GROUP], with_author: true };
    assert_eq!(device.command(&forward), Err(Failure::NotFound));
    let answer = Draft { text: "what?".to_owned(), reply_to: Some(by(BOB, 1)), ..Draft::default() };
    let answer = queued(device.command(&Command::Send { conversation: GROUP, draft: answer }));
    let reply = device.message(GROUP, answer).reply.unwrap();
    assert_eq!((reply.text, reply.attachment), (None, None));
    assert!(device.found("zqxedited").is_empty());
    open(&mut device).unwrap();
    let Body::Once { text, .. } = device.message(GROUP, id(1)).body else { panic!() };
    assert_eq!(text, "zqxwords");
}

#[test]
fn one_that_is_forged_is_not_shown() {
    let song = Media::Audio { millis: 1, title: String::new(), artist: String::new() };
    let forged = [
        vec![],
        vec![photo(), photo()],
        vec![Attachment { media: Media::File, ..photo() }],
        vec![Attachment { media: song, ..photo() }],
        vec![photo(); 31],
    ];
    for attachments in forged {
        let mut device = Device::new();
        device.hear(1, BOB, once(attachments));
        assert_eq!(device.texts(GROUP), ["(unreadable)"]);
        assert_eq!(count(&device, "SELECT count(*) FROM files"), 0);
        assert_eq!(open(&mut device), Err(Failure::NotFound));
    }
}

#[test]
fn what_was_left_open_is_erased_when_the_next_program_begins() {
    let mut device = Device::new();
    device.hear(1, BOB, once(vec![photo()]));
    open(&mut device).unwrap();
    device.step(close_left_open).0.unwrap();
    assert_eq!(state(&device, id(1)), OnceState::Opened);
    assert!(is_gone(&device));
}

#[test]
fn after_two_weeks_it_can_not_be_opened_any_more() {
    let mut device = Device::new();
    device.hear(1, BOB, once(vec![photo()]));
    let end = arrival(GROUP, 1, BOB).at.plus_millis(WAITS_MILLIS);
    assert_eq!(next_expiry(&device.conn, device.now).unwrap(), Some(end));
    device.now = Timestamp::from_millis(end.as_millis() - 1);
    device.step(expire).0.unwrap();
    assert_eq!(state(&device, id(1)), OnceState::Closed);
    device.now = end;
    assert_eq!(open(&mut device), Err(Failure::NotReady { reason: Reason::OnceOver }));
    device.step(expire).0.unwrap();
    assert_eq!(state(&device, id(1)), OnceState::Lapsed);
    assert!(is_gone(&device));
    // One that comes later still is over when it comes.
    device.hear(2, BOB, once(vec![photo()]));
    device.now = end.plus_millis(2_000);
    device.hear(3, BOB, once(vec![photo()]));
    assert_eq!(state(&device, id(2)), OnceState::Closed);
    device.step(expire).0.unwrap();
    assert_eq!(state(&device, id(2)), OnceState::Lapsed);
}

fn send(device: &mut Device, conversation: beseda_model::ConversationId) -> Result<Outcome, Failure> {
    let sealed = crate::files::chunks::Layout::of(10).unwrap().sealed_size().cast_signed();
    device
        .conn
        .execute(
            "INSERT OR IGNORE INTO files (number, blob, key, size, here, plain, used_at, loose) \
             VALUES (5, ?1, ?2, 10, ?3, x'01', 0, 2)",
            (file().blob.as_bytes(), file().key.0, sealed),
        )
        .unwrap();
    let attachment = AttachmentDraft {
        file: 5,
        name: "zqxname.jpg".to_owned(),
        media_type: String::new(),
        media: Media::Photo { width: 4, height: 3 },
        preview: Some(vec![1; 25].into()),
        cover: None,
        excerpt: String::new(),
    };
    let draft = Draft { attachments: vec![attachment], once: true, ..Draft::default() };
    device.command(&Command::Send { conversation, draft })
}

#[test]
fn who_sends_it_does_not_see_it_and_keeps_it_until_all_have_opened_it() {
    let mut device = Device::new();
    let mine = queued(send(&mut device, GROUP));
    let Content::Message(sent) = device.outbox().remove(0).2 else { panic!() };
    assert!(sent.once && sent.attachments[0].preview.is_none() && sent.attachments[0].name.is_empty());
    device.accepted(GROUP, mine, 1);
    let Body::Once { file: None, state: OnceState::Closed, .. } = device.message(GROUP, mine).body else { panic!() };
    let target = MessageRef { author: ALICE, id: mine };
    let open = Command::OpenOnce { conversation: GROUP, target };
    assert_eq!(device.command(&open), Err(Failure::NotAllowed { reason: Reason::OnceOwn }));
    device.hear(2, BOB, Content::Opened(Opened { target }));
    assert_eq!(state(&device, mine), OnceState::Closed, "carol has not");
    let info = crate::view::info(&device.view(), device.message(GROUP, mine).row).unwrap().unwrap();
    assert_eq!(info.opened_by, [BOB]);
    assert!(own_content(&device.conn, GROUP, mine).unwrap().is_some());
    assert!(may_be_told_again(&device.conn, GROUP, mine, CAROL).unwrap());
    assert!(!may_be_told_again(&device.conn, GROUP, mine, BOB).unwrap());
    device.hear(3, CAROL, Content::Opened(Opened { target }));
    assert_eq!(state(&device, mine), OnceState::Opened);
    assert!(is_gone(&device));
    assert_eq!(own_content(&device.conn, GROUP, mine).unwrap(), None);
}

#[test]
fn nobody_opens_it_in_the_name_of_others() {
    let mut device = Device::new();
    device.hear(1, BOB, once(vec![photo()]));
    device.hear(2, CAROL, Content::Opened(Opened { target: by(BOB, 1) }));
    device.hear(3, BOB, Content::Opened(Opened { target: by(BOB, 1) }));
    assert_eq!(state(&device, id(1)), OnceState::Closed);
    // An Own message from somebody else, or outside notes-to-self, is none.
    device.hear(4, CAROL, Content::Own(OwnSync::Opened { conversation: GROUP, message: by(BOB, 1) }));
    assert_eq!(state(&device, id(1)), OnceState::Closed);
    assert_eq!(count(&device, "SELECT count(*) FROM opened"), 0);
}

#[test]
fn in_notes_and_with_other_files_it_is_refused() {
    let mut device = Device::new();
    assert_eq!(send(&mut device, NOTES), Err(Failure::NotAllowed { reason: Reason::Kind }));
    let draft = Draft { text: "words".to_owned(), once: true, ..Draft::default() };
    let refused = device.command(&Command::Send { conversation: GROUP, draft });
    assert!(matches!(refused, Err(Failure::Invalid { reason: Reason::OnceWhat, .. })), "{refused:?}");
}

/// What may happen to a message, in any order and any number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Comes,
    ComesUnreadable,
    IsRepaired,
    OpenedOnPhone,
    OpenedOnPhoneInNotes,
    OpenHere,
    CloseHere,
    Restart,
    Upgrade,
    Lapse,
}

fn happen(device: &mut Device, what: Happening) -> bool {
    match what {
        Happening::Comes => {
            device.apply(&arrival(GROUP, 1, BOB), once(vec![photo()]));
        }
        Happening::ComesUnreadable => {
            let meta = meta(1, Some(BOB), Some(id(1)));
            device.step(|step| apply_unreadable(step, &meta, Unreadable::KeyGone, Healing::Asked)).0.unwrap();
        }
        Happening::IsRepaired => {
            let item = Authored { at: device.now, content: once(vec![photo()]) }.item();
            let answer = RepairAnswer { device: LAPTOP, id: id(1), content: Some(item.into()) };
            device.apply(&arrival(GROUP, 9, BOB), Content::Repair(Repair::Answer(answer)));
        }
        Happening::OpenedOnPhone => {
            device.apply(&arrival(GROUP, 7, ALICE), Content::Opened(Opened { target: by(BOB, 1) }));
        }
        Happening::OpenedOnPhoneInNotes => {
            let sync = OwnSync::Opened { conversation: GROUP, message: by(BOB, 1) };
            device.apply(&Arrival { message_id: id(40), ..arrival(NOTES, 1, ALICE) }, Content::Own(sync));
        }
        Happening::OpenHere => return open(device).is_ok(),
        Happening::CloseHere => close(device),
        Happening::Restart => {
            device.step(close_left_open).0.unwrap();
        }
        Happening::Upgrade => {
            device.step(|step| crate::timeline::reread::reprocess_at(step, 99)).0.unwrap();
        }
        Happening::Lapse => {
            device.step(expire).0.unwrap();
        }
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_comes_in_whatever_order_nobody_looks_twice(
        happenings in proptest::collection::vec(
            proptest::sample::select(vec![
                Happening::Comes,
                Happening::Comes,
                Happening::ComesUnreadable,
                Happening::IsRepaired,
                Happening::OpenedOnPhone,
                Happening::OpenedOnPhoneInNotes,
                Happening::OpenHere,
                Happening::OpenHere,
                Happening::CloseHere,
                Happening::Restart,
                Happening::Upgrade,
                Happening::Lapse,
            ]),
            1..14,
        ),
    ) {
        let mut device = Device::new();
        let mut was_opened = false;
        for what in happenings {
            let opened = happen(&mut device, what);
            prop_assert!(!(opened && was_opened), "{what:?} opened it again");
            was_opened |= opened || matches!(what, Happening::OpenedOnPhone | Happening::OpenedOnPhoneInNotes);
            let is_open = count(&device, "SELECT count(*) FROM messages WHERE once = 2") == 1;
            prop_assert!(!was_opened || is_open || is_gone(&device), "something is left after {what:?}");
        }
        happen(&mut device, Happening::Restart);
        prop_assert!(!was_opened || is_gone(&device));
    }
}

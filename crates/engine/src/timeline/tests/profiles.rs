//! Names that only contacts can read.

use beseda_wire::content::{Content, ProfileKey};
use beseda_wire::state::Presence;

use super::{ALICE, BOB, CAROL, Device, GROUP, NOTES, arrival};
use crate::api::command::{Command, ProfileDraft};
use crate::api::event::Notice;
use crate::api::view::SystemEvent;
use crate::timeline;
use crate::timeline::profile::seal;
use crate::view;

fn draft(name: &str) -> ProfileDraft {
    ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() }
}

fn keys_told(device: &Device) -> usize {
    device.outbox().iter().filter(|(_, _, content)| matches!(content, Content::ProfileKey(_))).count()
}

#[test]
fn a_profile_opens_when_both_its_key_and_it_are_there() {
    let key = |byte| Content::ProfileKey(ProfileKey { key: vec![byte; 32].into() });
    let mut device = Device::new();
    let name = |device: &Device| view::account(&device.view(), BOB).unwrap().name;
    let sealed = |byte, name: &str| seal(&[byte; 32], BOB, &draft(name), None, &mut super::Counting(0));
    device.step(|step| timeline::apply_profile(step, BOB, 1, &sealed(1, "Bob"))).0.unwrap();
    assert_eq!(name(&device), "02020202");
    device.hear(1, BOB, key(1));
    assert_eq!(name(&device), "Bob");
    // A new key first, the profile sealed under it later; what was known stays shown in between.
    device.hear(2, BOB, key(2));
    assert_eq!(name(&device), "Bob");
    device.step(|step| timeline::apply_profile(step, BOB, 2, &sealed(2, "Robert"))).0.unwrap();
    assert_eq!(name(&device), "Robert");
    // An older key of another conversation that is only now read, and an older profile.
    device.apply(&arrival(GROUP, 1, BOB), key(1));
    device.step(|step| timeline::apply_profile(step, BOB, 1, &sealed(2, "Bob"))).0.unwrap();
    assert_eq!(name(&device), "Robert");
}

#[test]
fn setting_a_profile_gives_its_key_to_those_one_talks_to() {
    let mut device = Device::new();
    let status_until = Some(device.now.plus_millis(1_000));
    let profile = ProfileDraft { status: "away".to_owned(), status_until, ..draft("Алиса") };
    device.command(&Command::SetProfile { profile: profile.clone() }).unwrap();
    assert_eq!(view::me(&device.view()).unwrap().unwrap().profile, profile);
    assert_eq!(view::account(&device.view(), ALICE).unwrap().status, "away");
    device.now = device.now.plus_millis(2_000);
    assert_eq!(view::account(&device.view(), ALICE).unwrap().status, "");
    let told: Vec<_> = device.outbox().into_iter().map(|(to, ..)| to).collect();
    assert_eq!(told.iter().filter(|to| **to == NOTES).count(), 1);
    assert_eq!(keys_told(&device), 2);

    // Changing it needs no new key, and those who are added get the one that is there.
    device.command(&Command::SetProfile { profile: draft("Alice") }).unwrap();
    assert_eq!(keys_told(&device), 2);
    let added = |device: &mut Device, seq, actor| {
        let event = SystemEvent::Added { accounts: vec![CAROL] };
        device.step(|step| timeline::apply_system(step, GROUP, seq, step.now, actor, event)).0.unwrap();
    };
    added(&mut device, 1, ALICE);
    assert_eq!(keys_told(&device), 3);
    added(&mut device, 2, BOB);
    assert_eq!(keys_told(&device), 3);
    device.send(GROUP, "hi");
    device.send(GROUP, "there");
    assert_eq!(keys_told(&device), 4);
}

#[test]
fn who_only_asked_to_talk_learns_nothing() {
    let mut device = Device::new();
    device.command(&Command::SetProfile { profile: draft("Alice") }).unwrap();
    let before = keys_told(&device);
    device.conn.execute("UPDATE conversations SET request_from = ?1 WHERE kind = 0", [BOB.as_bytes()]).unwrap();
    device.step(|step| timeline::joined(step, super::DIRECT)).0.unwrap();
    assert_eq!(keys_told(&device), before);
}

#[test]
fn typing_ends_by_itself_or_with_the_message() {
    let mut device = Device::new();
    let (result, notices) = device.step(|step| timeline::apply_typing(step, GROUP, BOB, true));
    result.unwrap();
    assert_eq!(notices, [Notice::Typing { conversation: GROUP, account: BOB, typing: true }]);
    device.step(|step| timeline::apply_typing(step, GROUP, CAROL, true)).0.unwrap();
    assert_eq!(device.conversation(GROUP).typing, [BOB, CAROL]);
    let notices = device.hear(1, BOB, super::text("typed"));
    assert!(notices.contains(&Notice::Typing { conversation: GROUP, account: BOB, typing: false }));
    assert_eq!(device.conversation(GROUP).typing, [CAROL]);
    let end = timeline::next_expiry(&device.conn, device.now).unwrap().unwrap();
    device.now = end;
    assert!(device.conversation(GROUP).typing.is_empty());
    let (result, notices) = device.step(timeline::expire);
    result.unwrap();
    assert!(notices.contains(&Notice::Typing { conversation: GROUP, account: CAROL, typing: false }));
    assert_eq!(timeline::next_expiry(&device.conn, device.now).unwrap(), None);
}

#[test]
fn presence_is_known_only_while_it_is_told() {
    let mut device = Device::new();
    let seen = |device: &Device| {
        let bob = view::account(&device.view(), BOB).unwrap();
        (bob.online, bob.last_seen)
    };
    assert_eq!(seen(&device), (None, None));
    let presence = Presence { account: BOB, online: false, last_seen: Some(device.now) };
    device.step(|step| timeline::apply_presence(step, presence)).0.unwrap();
    assert_eq!(seen(&device), (Some(false), Some(device.now)));
    let (forgotten, notices) = device.step(timeline::forget_presence);
    forgotten.unwrap();
    assert_eq!((seen(&device), notices), ((None, None), vec![Notice::Account(BOB)]));
}

#[test]
fn blocking_and_settings_are_as_the_server_has_them() {
    let mut device = Device::new();
    let privacy = beseda_wire::state::PrivacySettings { read_marks: false, ..Default::default() };
    let (result, notices) = device.step(|step| timeline::apply_settings(step, privacy, &[BOB], Some("alice"), false));
    result.unwrap();
    assert_eq!(notices, [Notice::Me, Notice::Account(BOB)]);
    let me = view::me(&device.view()).unwrap().unwrap();
    assert_eq!((me.username.as_deref(), me.privacy.read_marks, me.blocked), (Some("alice"), false, vec![BOB]));
    assert!(view::account(&device.view(), BOB).unwrap().blocked);
    assert_eq!(view::account(&device.view(), ALICE).unwrap().name, "alice");
}

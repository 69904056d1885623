//! Stickers between people, through the real server: packs are made, passed on, installed and kept, whatever their authors do.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, FileNumber, FileState};
use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::api::sticker::{PackDraft, PackKind, PackSource, PackView, StickerDraft, Stickers};
use beseda_engine::api::view::{Anchor, Body, MessageView};
use beseda_engine::view::{self, View};
use beseda_model::{ConversationId, Limits, PackId};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::{FileRef, Media};

type Town = World<RealServer>;

const HOUR: u64 = 3_600_000;

/// Its server erases what nobody keeps after two hours.
fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    let limits = Limits { blob_millis: 2 * HOUR, ..RealServer::roomy() };
    World::new(seed, clock.clone(), RealServer::limited(seed, clock, limits))
}

fn pair(world: &mut Town) -> (Person, Person, ConversationId) {
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "hello");
    assert!(world.run_until(HOUR, |world| !page(world, bob.device, place).is_empty()));
    done(world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    world.run_for(60_000);
    (alice, bob, place)
}

fn done(world: &mut Town, device: DeviceKey, command: Command) {
    let ending = world.ask(device, command);
    assert!(matches!(ending, Ok(Outcome::Done | Outcome::Queued { .. })), "{ending:?}");
}

fn page(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<MessageView> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::timeline(&view, place, Anchor::End, 200).unwrap().messages
}

fn at_hand(world: &Town, device: DeviceKey) -> Stickers {
    view::stickers(world.at(device).engine().reader()).unwrap()
}

fn pack(world: &Town, device: DeviceKey, pack: PackId) -> PackView {
    view::pack(world.at(device).engine().reader(), pack).unwrap().unwrap()
}

fn state(world: &Town, device: DeviceKey, file: FileNumber) -> FileState {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::file(&view, file).unwrap().unwrap().at
}

fn draft(file: FileNumber, emoji: &str) -> StickerDraft {
    StickerDraft { file, media_type: "image/webp".to_owned(), width: 512, height: 512, emojis: vec![emoji.to_owned()] }
}

fn save(world: &mut Town, device: DeviceKey, pack: Option<PackId>, title: &str, stickers: Vec<StickerDraft>) -> PackId {
    let draft =
        PackDraft { title: title.to_owned(), author: "Alice".to_owned(), licence: String::new(), cover: 0, stickers };
    let Ok(Outcome::Pack { pack }) = world.ask(device, Command::SavePack { pack, draft }) else { panic!("saved") };
    let content = view::manifest(world.at(device).engine().reader(), pack).unwrap().unwrap();
    let file = world.seal(device, &content);
    done(world, device, Command::PublishPack { pack, file, public: false });
    world.run_until(HOUR, |world| self::pack(world, device, pack).ready);
    pack
}

/// A pack of two cats.
fn cats(world: &mut Town, device: DeviceKey) -> PackId {
    let files = [world.seal(device, &[1; 9_000]), world.seal(device, &[2; 9_000])];
    save(world, device, None, "Cats", vec![draft(files[0], "😀"), draft(files[1], "😡")])
}

/// Opens a pack as a host does.
fn look(world: &mut Town, device: DeviceKey, source: PackSource) -> Result<PackId, Failure> {
    let file = match world.ask(device, Command::OpenPack { source })? {
        Outcome::Pack { pack } => return Ok(pack),
        Outcome::File { file } => file,
        other => panic!("{other:?}"),
    };
    world.run_until(HOUR, |world| state(world, device, file) == FileState::Here);
    let content = world.open(device, file).ok_or(Failure::NotFound)?.into();
    match world.ask(device, Command::ReadPack { file, content })? {
        Outcome::Pack { pack } => Ok(pack),
        other => panic!("{other:?}"),
    }
}

fn install(world: &mut Town, device: DeviceKey, source: PackSource) -> PackId {
    let seen = look(world, device, source).unwrap();
    match world.ask(device, Command::InstallPack { pack: seen }) {
        Ok(Outcome::Pack { pack }) => pack,
        other => panic!("{other:?}"),
    }
}

fn send(world: &mut Town, device: DeviceKey, conversation: ConversationId, file: FileNumber) {
    done(world, device, Command::SendSticker { conversation, file, emoji: None, reply_to: None });
}

/// The file, the emoji and the pack of the sticker that came last.
fn last(world: &Town, device: DeviceKey, place: ConversationId) -> Option<(FileNumber, String, Option<FileRef>)> {
    let message = page(world, device, place).pop()?;
    let Body::Text { attachments, .. } = message.body else { return None };
    let Media::Sticker { emoji, pack, .. } = &attachments.first()?.media else { return None };
    Some((attachments[0].file, emoji.clone(), pack.clone()))
}

#[test]
fn a_sticker_brings_its_pack_which_the_other_installs_and_sends_from() {
    let mut world = town(1);
    let (alice, bob, place) = pair(&mut world);
    let made = cats(&mut world, alice.device);
    let file = pack(&world, alice.device, made).stickers[0].file;
    send(&mut world, alice.device, place, file);
    assert!(world.run_until(HOUR, |world| last(world, bob.device, place).is_some()));
    let (here, emoji, from) = last(&world, bob.device, place).unwrap();
    assert_eq!(emoji, "😀");
    world.run_until(HOUR, |world| state(world, bob.device, here) == FileState::Here);
    assert_eq!(world.open(bob.device, here), Some(vec![1; 9_000]), "it came by itself");

    let installed = install(&mut world, bob.device, PackSource::File { file: from.unwrap() });
    assert_eq!(installed, made);
    let shown = pack(&world, bob.device, installed);
    assert_eq!((shown.kind, &*shown.title, &*shown.author), (PackKind::Installed, "Cats", "Alice"));
    assert_eq!(shown.account, Some(alice.account));
    send(&mut world, bob.device, place, shown.stickers[1].file);
    assert!(world.run_until(HOUR, |world| last(world, alice.device, place).is_some_and(|(_, emoji, _)| emoji == "😡")));
    assert_eq!(at_hand(&world, bob.device).recent.len(), 1);
}

#[test]
fn the_same_sticker_is_uploaded_once() {
    let mut world = town(2);
    let (alice, bob, place) = pair(&mut world);
    let made = cats(&mut world, alice.device);
    let file = pack(&world, alice.device, made).stickers[0].file;
    for count in 1..4 {
        send(&mut world, alice.device, place, file);
        assert!(matches!(state(&world, alice.device, file), FileState::Here), "nothing is on its way");
        let came = |world: &Town| {
            let all = page(world, bob.device, place);
            all.iter()
                .filter(|message| matches!(&message.body, Body::Text { attachments, .. } if !attachments.is_empty()))
                .count()
        };
        assert!(world.run_until(HOUR, |world| came(world) == count));
    }
    assert_eq!(at_hand(&world, alice.device).recent.len(), 1);
}

#[test]
fn an_installed_pack_outlives_its_authors_and_can_be_sent_from() {
    let mut world = town(3);
    let (alice, bob, place) = pair(&mut world);
    let made = cats(&mut world, alice.device);
    let link = pack(&world, alice.device, made).link.unwrap();
    let installed = install(&mut world, bob.device, PackSource::Link { link });
    let files: Vec<FileNumber> = pack(&world, bob.device, installed).stickers.iter().map(|one| one.file).collect();
    assert!(world.run_until(HOUR, |world| files.iter().all(|file| state(world, bob.device, *file) == FileState::Here)));
    done(&mut world, alice.device, Command::RemovePack { pack: made });
    world.run_for(6 * HOUR);
    done(&mut world, bob.device, Command::ClearFiles);
    send(&mut world, bob.device, place, files[0]);
    assert!(world.run_until(HOUR, |world| last(world, alice.device, place).is_some()), "brought back from there");
    let (here, _, from) = last(&world, alice.device, place).unwrap();
    world.run_until(HOUR, |world| state(world, alice.device, here) == FileState::Here);
    assert_eq!(world.open(alice.device, here), Some(vec![1; 9_000]));
    world.run_for(60_000);
    let again = look(&mut world, alice.device, PackSource::File { file: from.unwrap() });
    assert!(again.is_ok(), "so is the pack: {again:?}");
}

#[test]
fn a_new_device_has_packs_order_and_favourites() {
    let mut world = town(4);
    let alice = world.person("alice");
    let made = cats(&mut world, alice.device);
    let dog = world.seal(alice.device, &[3; 5_000]);
    let dogs = save(&mut world, alice.device, None, "Dogs", vec![draft(dog, "👍")]);
    done(&mut world, alice.device, Command::MovePack { pack: made, to: 0 });
    done(&mut world, alice.device, Command::FavouriteSticker { file: dog, on: true });
    let phone = world.recover(&alice, "phone");
    let has = |world: &Town| {
        let Stickers { packs, favourites, .. } = at_hand(world, phone);
        packs.iter().map(|pack| pack.pack).collect::<Vec<_>>() == [made, dogs] && favourites.len() == 1
    };
    assert!(world.run_until(HOUR, has));
    let file = pack(&world, phone, made).stickers[0].file;
    assert!(world.run_until(HOUR, |world| state(world, phone, file) == FileState::Here));
    done(&mut world, phone, Command::RemovePack { pack: dogs });
    assert!(world.run_until(HOUR, |world| at_hand(world, alice.device).packs.len() == 1));
}

#[test]
fn a_newer_version_replaces_the_one_that_is_there_and_none_replaces_ones_own() {
    let mut world = town(5);
    let (alice, bob, _) = pair(&mut world);
    let made = cats(&mut world, alice.device);
    let first = pack(&world, alice.device, made);
    install(&mut world, bob.device, PackSource::Link { link: first.link.clone().unwrap() });
    let kept = draft(first.stickers[0].file, "👍");
    assert_eq!(save(&mut world, alice.device, Some(made), "Cat", vec![kept]), made);
    assert_eq!(pack(&world, bob.device, made).title, "Cats", "a link is a snapshot");
    let second = pack(&world, alice.device, made).link.unwrap();
    let seen = look(&mut world, bob.device, PackSource::Link { link: second.clone() }).unwrap();
    assert!(pack(&world, bob.device, seen).replaces);
    install(&mut world, bob.device, PackSource::Link { link: second });
    assert_eq!(at_hand(&world, bob.device).packs.iter().map(|pack| &*pack.title).collect::<Vec<_>>(), ["Cat"]);
    let old = look(&mut world, alice.device, PackSource::Link { link: first.link.unwrap() }).unwrap();
    assert!(matches!(world.ask(alice.device, Command::InstallPack { pack: old }), Err(Failure::Invalid { .. })));
}

#[test]
fn what_is_no_pack_is_none() {
    let mut world = town(6);
    let (alice, bob, place) = pair(&mut world);
    let made = cats(&mut world, alice.device);
    let sticker = pack(&world, alice.device, made).stickers[0].file;
    send(&mut world, alice.device, place, sticker);
    assert!(world.run_until(HOUR, |world| last(world, bob.device, place).is_some()));
    let (here, ..) = last(&world, bob.device, place).unwrap();
    world.run_until(HOUR, |world| state(world, bob.device, here) == FileState::Here);
    for content in [vec![], vec![0xff; 100], vec![0x9b; 60_001]] {
        let read = world.ask(bob.device, Command::ReadPack { file: here, content: content.into() });
        assert!(matches!(read, Err(Failure::Invalid { .. })), "{read:?}");
    }
    for link in ["", "https://elsewhere.example/u/alice", "nonsense"] {
        let source = PackSource::Link { link: link.to_owned() };
        assert!(look(&mut world, bob.device, source).is_err());
    }
    assert!(at_hand(&world, bob.device).packs.is_empty());
}

#[test]
fn what_others_would_not_be_shown_is_not_taken() {
    let mut world = town(7);
    let alice = world.person("alice");
    let file = world.seal(alice.device, &[1; 100]);
    let large = world.seal(alice.device, &vec![1; 512 * 1024 + 1]);
    let all = |title: &str, stickers: Vec<StickerDraft>| Command::SavePack {
        pack: None,
        draft: PackDraft { title: title.to_owned(), stickers, author: String::new(), licence: String::new(), cover: 0 },
    };
    let one = draft(file, "😀");
    for wrong in [
        all("", vec![one.clone()]),
        all(&"я".repeat(65), vec![one.clone()]),
        all("Cats", Vec::new()),
        all("Cats", vec![one.clone(); 121]),
        all("Cats", vec![draft(large, "😀")]),
        all("Cats", vec![draft(file, "no emoji")]),
        all("Cats", vec![StickerDraft { emojis: Vec::new(), ..one.clone() }]),
        all("Cats", vec![StickerDraft { width: 513, ..one.clone() }]),
        all("Cats", vec![StickerDraft { media_type: "image/svg+xml".to_owned(), ..one.clone() }]),
    ] {
        let ending = world.ask(alice.device, wrong);
        assert!(matches!(ending, Err(Failure::Invalid { .. })), "{ending:?}");
    }
    assert!(matches!(world.ask(alice.device, all(&"я".repeat(64), vec![one])), Ok(Outcome::Pack { .. })));
}

#[test]
fn so_many_packs_a_person_has_and_no_more() {
    let mut world = town(8);
    let alice = world.person("alice");
    let file = world.seal(alice.device, &[1; 100]);
    let make = |world: &mut Town| {
        let draft = PackDraft {
            title: "Cats".to_owned(),
            stickers: vec![draft(file, "😀")],
            author: String::new(),
            licence: String::new(),
            cover: 0,
        };
        world.ask(alice.device, Command::SavePack { pack: None, draft })
    };
    for _ in 0..200 {
        assert!(matches!(make(&mut world), Ok(Outcome::Pack { .. })));
    }
    assert!(matches!(make(&mut world), Err(Failure::Invalid { .. })));
}

/// A GIF of this many bytes, as a message has it.
fn gif(world: &mut Town, device: DeviceKey, conversation: ConversationId, size: usize) -> FileNumber {
    let file = world.seal(device, &vec![9; size]);
    send_photo(world, device, conversation, file, "image/gif");
    file
}

fn send_photo(world: &mut Town, device: DeviceKey, conversation: ConversationId, file: FileNumber, media_type: &str) {
    let attachment = AttachmentDraft {
        file,
        name: "wave.gif".to_owned(),
        media_type: media_type.to_owned(),
        media: Media::Photo { width: 300, height: 200 },
        preview: None,
        cover: None,
        excerpt: String::new(),
    };
    done(
        world,
        device,
        Command::Send { conversation, draft: Draft { attachments: vec![attachment], ..Draft::default() } },
    );
}

fn photo(world: &Town, device: DeviceKey, place: ConversationId) -> Option<FileNumber> {
    let Body::Text { attachments, .. } = page(world, device, place).pop()?.body else { return None };
    Some(attachments.first()?.file)
}

fn gifs(world: &Town, device: DeviceKey) -> Vec<FileNumber> {
    at_hand(world, device).gifs.into_iter().map(|gif| gif.file).collect()
}

#[test]
fn a_moving_picture_is_kept_at_hand_on_all_devices_and_sent_again() {
    let mut world = town(7);
    let (alice, bob, place) = pair(&mut world);
    gif(&mut world, alice.device, place, 5_000);
    assert!(world.run_until(HOUR, |world| photo(world, bob.device, place).is_some()));
    let here = photo(&world, bob.device, place).unwrap();
    done(&mut world, bob.device, Command::KeepGif { file: here, on: true });
    assert_eq!(gifs(&world, bob.device), [here]);
    assert_eq!(at_hand(&world, bob.device).gifs[0].name, "", "how its sender called it is not kept");

    // It stays, whatever becomes of the message, and a new device learns of it.
    let target = page(&world, bob.device, place).pop().unwrap().message;
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    let phone = world.recover(&bob, "bob's phone");
    assert!(world.run_until(HOUR, |world| gifs(world, phone).len() == 1));
    world.run_until(HOUR, |world| state(world, bob.device, here) == FileState::Here);
    send_photo(&mut world, bob.device, place, here, "image/gif");
    assert!(world.run_until(HOUR, |world| photo(world, alice.device, place).is_some()));
    let back = photo(&world, alice.device, place).unwrap();
    assert!(world.run_until(HOUR, |world| state(world, alice.device, back) == FileState::Here));

    // The one that was used last stands first; each once.
    let second = gif(&mut world, bob.device, place, 6_000);
    done(&mut world, bob.device, Command::KeepGif { file: second, on: true });
    assert_eq!(gifs(&world, bob.device), [second, here]);
    done(&mut world, bob.device, Command::KeepGif { file: here, on: true });
    assert_eq!(gifs(&world, bob.device), [here, second]);
    assert!(world.run_until(HOUR, |world| gifs(world, phone).len() == 2));
    done(&mut world, bob.device, Command::KeepGif { file: here, on: false });
    assert_eq!(gifs(&world, bob.device), [second]);
    assert!(world.run_until(HOUR, |world| gifs(world, phone).len() == 1));
}

#[test]
fn slow_only_moving_pictures_of_some_size_are_kept_and_the_oldest_makes_room() {
    let mut world = town(8);
    let (_, bob, place) = pair(&mut world);
    let still = world.seal(bob.device, &[1; 100]);
    send_photo(&mut world, bob.device, place, still, "image/webp");
    let refused = world.ask(bob.device, Command::KeepGif { file: still, on: true });
    assert_eq!(refused, Err(Failure::invalid(Field::Files, Reason::NoGif)));
    let most = 8 * 1_048_576;
    let large = gif(&mut world, bob.device, place, most + 1);
    assert!(world.ask(bob.device, Command::KeepGif { file: large, on: true }).is_err());
    let edge = gif(&mut world, bob.device, place, most);
    done(&mut world, bob.device, Command::KeepGif { file: edge, on: true });
    let unsent = world.seal(bob.device, &[3; 100]);
    assert_eq!(world.ask(bob.device, Command::KeepGif { file: unsent, on: true }), Err(Failure::NotFound));
    let mut last = edge;
    for size in 1..=100 {
        last = gif(&mut world, bob.device, place, size);
        done(&mut world, bob.device, Command::KeepGif { file: last, on: true });
    }
    let kept = gifs(&world, bob.device);
    assert_eq!((kept.len(), kept.first(), kept.contains(&edge)), (100, Some(&last), false));
}

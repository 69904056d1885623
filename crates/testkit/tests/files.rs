//! Files between people, through the real server: they arrive as they were, whatever happens on the way, and nothing of
//! them stays that nobody needs.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::api::command::{Draft, LinkPreviewDraft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{
    AttachmentDraft, AttachmentView, FetchLimits, FetchRules, FileNumber, FileState, NetworkChoice, SharedKind,
};
use beseda_engine::api::once::OnceState;
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::{Anchor, Body, Delivery, LinkPreviewView, MessageView, SearchQuery, SystemEvent};
use beseda_engine::view::{self, View};
use beseda_engine::{Command, Notice};
use beseda_model::{Code, ConversationId, Limits, MessageId};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::network::Conditions;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::{Media, MessageRef, OwnState, TimedFrom, Timer};

type Town = World<RealServer>;

const CHUNK: usize = 65_536;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn limited(seed: u64, limits: Limits) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::limited(seed, clock, limits))
}

/// Its server erases what nobody keeps after two hours.
fn forgetful(seed: u64) -> Town {
    limited(seed, Limits { blob_millis: 2 * HOUR, ..RealServer::roomy() })
}

fn looking<T>(world: &Town, device: DeviceKey, look: impl FnOnce(&View<'_>) -> T) -> T {
    look(&View::new(world.at(device).engine().reader(), world.now()).unwrap())
}

fn page(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<MessageView> {
    looking(world, device, |view| view::timeline(view, place, Anchor::End, 200).unwrap().messages)
}

fn find(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> Option<MessageView> {
    page(world, device, place).into_iter().find(|message| message.message.id == id)
}

fn attachments(message: &MessageView) -> &[AttachmentView] {
    let Body::Text { attachments, .. } = &message.body else { panic!("{message:?}") };
    attachments
}

/// The first file of a message, once the message is there.
fn file(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> Option<FileNumber> {
    Some(attachments(&find(world, device, place, id)?).first()?.file)
}

fn state(world: &Town, device: DeviceKey, number: FileNumber) -> FileState {
    looking(world, device, |view| view::file(view, number).unwrap().unwrap()).at
}

fn bytes(len: usize, seed: u8) -> Vec<u8> {
    (0_u8..251).cycle().take(len).map(|byte| byte ^ seed).collect()
}

fn draft(number: FileNumber, name: &str, media: Media) -> Draft {
    let attachment = AttachmentDraft {
        file: number,
        name: name.to_owned(),
        media_type: String::new(),
        media,
        preview: None,
        cover: None,
        excerpt: String::new(),
    };
    Draft { attachments: vec![attachment], ..Draft::default() }
}

fn send(world: &mut Town, device: DeviceKey, conversation: ConversationId, draft: Draft) -> MessageId {
    match world.ask(device, Command::Send { conversation, draft }) {
        Ok(Outcome::Queued { message }) => message,
        other => panic!("{other:?}"),
    }
}

/// Sends a file that others fetch only when they want it.
fn send_file(world: &mut Town, device: DeviceKey, place: ConversationId, plain: &[u8]) -> MessageId {
    let number = world.seal(device, plain);
    send(world, device, place, draft(number, "report.pdf", Media::File))
}

fn done(world: &mut Town, device: DeviceKey, command: Command) {
    let ending = world.ask(device, command);
    assert!(matches!(ending, Ok(Outcome::Done | Outcome::Queued { .. })), "{ending:?}");
}

/// Fetches a message's file and returns it once it is there.
fn fetch(world: &mut Town, device: DeviceKey, place: ConversationId, id: MessageId) -> Option<Vec<u8>> {
    world.run_until(HOUR, |world| file(world, device, place, id).is_some());
    let number = file(world, device, place, id)?;
    done(world, device, Command::FetchFile { file: number });
    world.run_until(HOUR, |world| state(world, device, number) == FileState::Here);
    world.open(device, number)
}

fn is_sent(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> bool {
    find(world, device, place, id).is_some_and(|message| message.seq.is_some())
}

/// Alice and bob, who know each other.
fn pair(world: &mut Town) -> (Person, Person, ConversationId) {
    let (alice, bob) = (world.person("alice"), world.person("bob"));
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "hello");
    let asked = world.run_until(HOUR, |world| !page(world, bob.device, place).is_empty());
    assert!(asked);
    done(world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    // Whoever wants a file asks for it here; photos come by themselves.
    let rules = FetchRules { unmetered: FetchRules::default().metered, ..FetchRules::default() };
    done(world, bob.device, Command::SetFetchRules { rules });
    world.run_for(60_000);
    (alice, bob, place)
}

#[test]
fn a_file_of_any_size_arrives_as_it_was() {
    let mut world = town(1);
    let (alice, bob, place) = pair(&mut world);
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20 * CHUNK + 3] {
        let plain = bytes(size, 1);
        let id = send_file(&mut world, alice.device, place, &plain);
        assert_eq!(fetch(&mut world, bob.device, place, id), Some(plain), "{size}");
        let message = find(&world, bob.device, place, id).unwrap();
        assert_eq!((attachments(&message)[0].size, &*attachments(&message)[0].name), (size as u64, "report.pdf"));
    }
}

#[test]
fn a_photo_comes_by_itself_and_a_file_when_it_is_wanted() {
    let mut world = town(2);
    let (alice, bob, place) = pair(&mut world);
    let photo = world.seal(alice.device, &bytes(90_000, 1));
    let photo = send(&mut world, alice.device, place, draft(photo, "a.jpg", Media::Photo { width: 4, height: 3 }));
    let other = send_file(&mut world, alice.device, place, &bytes(90_000, 2));
    world.run_for(120_000);
    let (photo, other) = (file(&world, bob.device, place, photo), file(&world, bob.device, place, other));
    assert_eq!(world.open(bob.device, photo.unwrap()), Some(bytes(90_000, 1)));
    assert_eq!(state(&world, bob.device, other.unwrap()), FileState::Elsewhere);
    assert_eq!(world.open(bob.device, other.unwrap()), None);
}

/// A film is fetched when it is wanted; the picture that stands for it comes by itself, goes along, and goes with it.
#[test]
fn the_cover_of_a_film_goes_where_the_film_goes() {
    let mut world = forgetful(19);
    let (alice, bob, place) = pair(&mut world);
    let carol = world.person("carol");
    let group = world.group(bob.device, "Friends", &[carol.account]);
    world.run_for(60_000);
    let (film, cover) = (world.seal(alice.device, &bytes(3 * CHUNK, 1)), world.seal(alice.device, &bytes(900, 2)));
    let mut said = draft(film, "sea.mp4", Media::Video { width: 16, height: 9, millis: 1, round: false });
    said.attachments[0].cover = Some(cover);
    let id = send(&mut world, alice.device, place, said);

    let cover_of = |world: &Town, device, place, id| {
        let message = find(world, device, place, id)?;
        let number = attachments(&message).first()?.cover?;
        (state(world, device, number) == FileState::Here).then_some(number)
    };
    world.run_until(HOUR, |world| cover_of(world, bob.device, place, id).is_some());
    let number = cover_of(&world, bob.device, place, id).unwrap();
    assert_eq!(world.open(bob.device, number), Some(bytes(900, 2)));
    let film_there = file(&world, bob.device, place, id).unwrap();
    assert_eq!(state(&world, bob.device, film_there), FileState::Elsewhere);

    let target = MessageRef { author: alice.account, id };
    let forward = Command::Forward { from: place, messages: vec![target], to: vec![group], with_author: true };
    let Ok(Outcome::Queued { message: forwarded }) = world.ask(bob.device, forward) else { panic!() };
    world.run_until(HOUR, |world| cover_of(world, carol.device, group, forwarded).is_some());

    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(3 * HOUR);
    world.server.tend();
    assert!(world.at(alice.device).files.is_empty(), "the film or its cover is still here");
    assert_eq!(fetch(&mut world, carol.device, group, forwarded), Some(bytes(3 * CHUNK, 1)));
}

#[test]
fn a_cover_that_is_too_large_is_refused() {
    let mut world = town(20);
    let (alice, _, place) = pair(&mut world);
    let film = world.seal(alice.device, &bytes(100, 1));
    for (size, is_taken) in [(512 * 1024, true), (512 * 1024 + 1, false)] {
        let cover = world.seal(alice.device, &bytes(size, 2));
        let mut said = draft(film, "sea.mp4", Media::File);
        said.attachments[0].cover = Some(cover);
        let answer = world.ask(alice.device, Command::Send { conversation: place, draft: said });
        assert_eq!(answer.is_ok(), is_taken, "{size}: {answer:?}");
    }
}

#[test]
fn what_is_said_after_a_large_file_does_not_wait_for_it() {
    let mut world = town(3);
    let (alice, bob, place) = pair(&mut world);
    let large = send_file(&mut world, alice.device, place, &bytes(60 * CHUNK, 1));
    let text = world.say(alice.device, place, "look at this");
    let told = world.run_until(HOUR, |world| find(world, bob.device, place, text).is_some());
    assert!(told);
    assert!(find(&world, bob.device, place, large).is_none(), "nobody is told of a file that is not there yet");
    assert_eq!(find(&world, alice.device, place, large).unwrap().delivery, Some(Delivery::Queued));
    assert_eq!(fetch(&mut world, bob.device, place, large), Some(bytes(60 * CHUNK, 1)));
}

#[test]
fn slow_files_come_through_a_bad_network_and_programs_that_end() {
    for seed in 10..16 {
        let mut world = town(seed);
        let (alice, bob, place) = pair(&mut world);
        world.conditions = Conditions { lose_http_one_in: 4, ..Conditions::ROUGH };
        let plain = bytes(40 * CHUNK + 11, 7);
        let id = send_file(&mut world, alice.device, place, &plain);
        for _ in 0..12 {
            let wait = world.rng.below(4_000);
            world.run_for(wait);
            world.restart(alice.device);
            if world.rng.once_in(4) {
                world.restart_server(|_| {});
            }
        }
        let sent = world.run_until(DAY, |world| is_sent(world, alice.device, place, id));
        assert!(sent, "seed {seed}");
        let known = world.run_until(DAY, |world| file(world, bob.device, place, id).is_some());
        assert!(known, "seed {seed}");
        let number = file(&world, bob.device, place, id).unwrap();
        done(&mut world, bob.device, Command::FetchFile { file: number });
        for _ in 0..12 {
            let wait = world.rng.below(4_000);
            world.run_for(wait);
            world.restart(bob.device);
            // What the system had not written yet when the power went.
            if let Some(file) = world.at_mut(bob.device).files.get_mut(&number) {
                file.truncate(file.len() * 3 / 4);
            }
        }
        let fetched = world.run_until(DAY, |world| state(world, bob.device, number) == FileState::Here);
        assert!(fetched, "seed {seed}: {:?}", state(&world, bob.device, number));
        assert_eq!(world.open(bob.device, number), Some(plain), "seed {seed}");
    }
}

#[test]
fn bytes_that_are_not_what_was_sent_are_refused_with_a_reason() {
    let mut world = town(4);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, alice.device, place, &bytes(5 * CHUNK, 1));
    world.run_until(HOUR, |world| file(world, bob.device, place, id).is_some());
    let number = file(&world, bob.device, place, id).unwrap();
    world.restart_server(|data| {
        let changed = change_blobs(&data.join("blobs"));
        assert_eq!(changed, 1);
    });
    world.run_for(120_000);
    done(&mut world, bob.device, Command::FetchFile { file: number });
    world.run_for(HOUR);
    let why = Failure::NotReady { reason: Reason::FileDamaged };
    assert_eq!(state(&world, bob.device, number), FileState::Failed { why });
    assert_eq!(world.open(bob.device, number), None);
    assert!(!world.at(bob.device).files.contains_key(&number), "nothing of it is kept");
}

/// Changes one bit in each file of some size in a folder; how many there were.
fn change_blobs(folder: &std::path::Path) -> usize {
    let mut changed = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            changed += change_blobs(&path);
        } else if let Ok(mut content) = std::fs::read(&path)
            && content.len() > CHUNK
        {
            content[CHUNK] ^= 1;
            std::fs::write(&path, content).unwrap();
            changed += 1;
        }
    }
    changed
}

#[test]
fn the_same_content_is_sealed_and_sent_once() {
    let mut world = forgetful(5);
    let (alice, bob, place) = pair(&mut world);
    let first = world.seal(alice.device, &bytes(200_000, 1));
    let one = send(&mut world, alice.device, place, draft(first, "a", Media::File));
    world.run_until(HOUR, |world| is_sent(world, alice.device, place, one));
    let second = world.seal(alice.device, &bytes(200_000, 1));
    assert_eq!(second, first);
    assert_eq!(world.at(alice.device).files.len(), 1, "the second copy was erased");
    let two = send(&mut world, alice.device, place, draft(second, "b", Media::File));
    world.run_until(HOUR, |world| file(world, bob.device, place, two).is_some());
    let numbers = [one, two].map(|id| file(&world, bob.device, place, id).unwrap());
    assert_eq!(numbers[0], numbers[1]);
    // What one message loses, the other still has.
    let target = MessageRef { author: alice.account, id: one };
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(3 * HOUR);
    world.server.tend();
    assert_eq!(fetch(&mut world, bob.device, place, two), Some(bytes(200_000, 1)));
}

#[test]
fn what_was_deleted_goes_from_devices_and_in_time_from_the_server() {
    let mut world = town(6);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, alice.device, place, &bytes(CHUNK, 1));
    assert!(fetch(&mut world, bob.device, place, id).is_some());
    let target = MessageRef { author: alice.account, id };
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(HOUR);
    for device in [alice.device, bob.device] {
        assert!(world.at(device).files.is_empty(), "{}", world.at(device).name);
    }
    let kept = |world: &Town| {
        let account = alice.account;
        world.server.read(move |view| view.blobs().kept_bytes(account)).unwrap()
    };
    assert_eq!(kept(&world), 0);
}

#[test]
fn a_forwarded_file_stays_when_its_first_sender_deletes_it() {
    let mut world = forgetful(7);
    let (alice, bob, place) = pair(&mut world);
    let carol = world.person("carol");
    let group = world.group(bob.device, "Friends", &[carol.account]);
    world.run_for(60_000);
    let id = send_file(&mut world, alice.device, place, &bytes(CHUNK, 1));
    world.run_until(HOUR, |world| file(world, bob.device, place, id).is_some());
    let target = MessageRef { author: alice.account, id };
    // Bob has not even fetched it.
    let forward = Command::Forward { from: place, messages: vec![target], to: vec![group], with_author: true };
    let Ok(Outcome::Queued { message: forwarded }) = world.ask(bob.device, forward) else { panic!() };
    world.run_until(HOUR, |world| file(world, carol.device, group, forwarded).is_some());
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(3 * HOUR);
    world.server.tend();
    assert_eq!(fetch(&mut world, carol.device, group, forwarded), Some(bytes(CHUNK, 1)));
}

#[test]
fn a_file_that_nobody_keeps_is_told_to_be_gone() {
    let mut world = forgetful(8);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, alice.device, place, &bytes(CHUNK, 1));
    world.run_until(HOUR, |world| file(world, bob.device, place, id).is_some());
    let number = file(&world, bob.device, place, id).unwrap();
    let target = MessageRef { author: alice.account, id };
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: false });
    world.run_for(3 * HOUR);
    world.server.tend();
    done(&mut world, bob.device, Command::FetchFile { file: number });
    world.run_for(HOUR);
    let why = Failure::NotReady { reason: Reason::FileGone };
    assert_eq!(state(&world, bob.device, number), FileState::Failed { why });
}

#[test]
fn without_room_on_the_server_a_message_fails_and_can_be_tried_again() {
    let mut world = limited(9, Limits { blob_quota_bytes: 100_000, ..RealServer::roomy() });
    let (alice, bob, place) = pair(&mut world);
    let first = send_file(&mut world, alice.device, place, &bytes(60_000, 1));
    world.run_until(HOUR, |world| is_sent(world, alice.device, place, first));
    let second = send_file(&mut world, alice.device, place, &bytes(60_000, 2));
    world.run_for(HOUR);
    let failed = find(&world, alice.device, place, second).unwrap().delivery;
    let Some(Delivery::Failed { why: Failure::Refused { code: Code::QuotaExceeded, .. } }) = failed else {
        panic!("{failed:?}")
    };
    let target = MessageRef { author: alice.account, id: first };
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    world.run_for(HOUR);
    done(&mut world, alice.device, Command::Retry { conversation: place, message: second });
    assert_eq!(fetch(&mut world, bob.device, place, second), Some(bytes(60_000, 2)));
}

#[test]
fn a_transfer_rests_goes_on_and_can_be_given_up() {
    let mut world = town(10);
    let (alice, bob, place) = pair(&mut world);
    let plain = bytes(90 * CHUNK, 1);
    let id = send_file(&mut world, alice.device, place, &plain);
    let number = file(&world, alice.device, place, id).unwrap();
    let begun = |world: &Town, device, number| match state(world, device, number) {
        FileState::Moving { done, .. } => done > 0,
        _ => false,
    };
    assert!(world.run_until(HOUR, |world| begun(world, alice.device, number)));
    done(&mut world, alice.device, Command::PauseFile { file: number });
    let FileState::Paused { up: true, done: half, total, costly: false } = state(&world, alice.device, number) else {
        panic!()
    };
    assert!(half < total);
    world.run_for(HOUR);
    world.restart(alice.device);
    world.run_for(HOUR);
    assert!(!is_sent(&world, alice.device, place, id), "it rests until it is wanted");
    done(&mut world, alice.device, Command::ResumeFile { file: number });
    assert!(world.run_until(HOUR, |world| file(world, bob.device, place, id).is_some()));
    let number = file(&world, bob.device, place, id).unwrap();
    done(&mut world, bob.device, Command::FetchFile { file: number });
    assert!(world.run_until(HOUR, |world| begun(world, bob.device, number)));
    done(&mut world, bob.device, Command::CancelFetch { file: number });
    world.run_for(HOUR);
    assert_eq!(state(&world, bob.device, number), FileState::Elsewhere);
    assert!(world.at(bob.device).files.is_empty());
    assert_eq!(fetch(&mut world, bob.device, place, id), Some(plain));
}

/// Alice on a network that costs nothing, with more on its way than anybody would move unasked over one that costs: a large
/// file and a small one.
fn with_much_on_its_way(seed: u64) -> (Town, Person, ConversationId, [FileNumber; 2], [MessageId; 2]) {
    let mut world = town(seed);
    let (alice, _, place) = pair(&mut world);
    let large = send_file(&mut world, alice.device, place, &bytes(200 * CHUNK, 1));
    let small = send_file(&mut world, alice.device, place, &bytes(3 * CHUNK, 2));
    let numbers = [large, small].map(|id| file(&world, alice.device, place, id).unwrap());
    (world, alice, place, numbers, [large, small])
}

#[test]
fn much_that_is_on_its_way_rests_while_the_network_costs() {
    let (mut world, alice, place, [large, _], [film, note]) = with_much_on_its_way(24);
    world.come_to_network(alice.device, true);
    assert!(matches!(state(&world, alice.device, large), FileState::Paused { up: true, costly: true, .. }));
    assert!(world.run_until(HOUR, |world| is_sent(world, alice.device, place, note)), "what is small goes on");
    world.restart(alice.device);
    world.run_for(HOUR);
    assert!(!is_sent(&world, alice.device, place, film));
    world.come_to_network(alice.device, false);
    assert!(world.run_until(HOUR, |world| is_sent(world, alice.device, place, film)));
}

#[test]
fn much_goes_on_over_a_network_that_costs_for_whoever_agrees() {
    let (mut world, alice, place, [large, _], [film, _]) = with_much_on_its_way(25);
    world.come_to_network(alice.device, true);
    done(&mut world, alice.device, Command::ResumeFile { file: large });
    assert!(matches!(state(&world, alice.device, large), FileState::Moving { .. }));
    world.restart(alice.device);
    assert!(world.run_until(HOUR, |world| is_sent(world, alice.device, place, film)));
}

#[test]
fn nothing_rests_for_whoever_does_not_want_to_be_asked() {
    let (mut world, alice, _, [large, _], _) = with_much_on_its_way(26);
    let costly = |world: &Town| matches!(state(world, alice.device, large), FileState::Paused { costly: true, .. });
    let asking = |ask| Command::SetFetchRules { rules: FetchRules { ask, ..FetchRules::default() } };
    world.come_to_network(alice.device, true);
    assert!(costly(&world));
    done(&mut world, alice.device, asking(false));
    assert!(!costly(&world));
    world.come_to_network(alice.device, false);
    world.come_to_network(alice.device, true);
    assert!(!costly(&world));
}

#[test]
fn what_its_person_lets_rest_does_not_go_on_with_the_network() {
    let (mut world, alice, place, [large, _], [film, _]) = with_much_on_its_way(27);
    done(&mut world, alice.device, Command::PauseFile { file: large });
    world.come_to_network(alice.device, true);
    world.come_to_network(alice.device, false);
    world.run_for(HOUR);
    assert!(matches!(state(&world, alice.device, large), FileState::Paused { costly: false, .. }));
    assert!(!is_sent(&world, alice.device, place, film));
}

/// Uploads do not keep out of sight what is to come.
#[test]
fn a_file_comes_while_very_many_wait_to_go() {
    let mut world = town(28);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, bob.device, place, &bytes(10, 1));
    assert!(world.run_until(HOUR, |world| file(world, alice.device, place, id).is_some()));
    let wanted = file(&world, alice.device, place, id).unwrap();
    let sent: Vec<MessageId> = (0..90).map(|n| send_file(&mut world, alice.device, place, &[n; 100])).collect();
    done(&mut world, alice.device, Command::FetchFile { file: wanted });
    assert!(world.run_until(HOUR, |world| state(world, alice.device, wanted) == FileState::Here));
    let gone = sent.iter().filter(|id| is_sent(&world, alice.device, place, **id)).count();
    assert!(gone < 10, "{gone} went first");
}

#[test]
fn a_message_that_is_taken_back_before_its_file_is_up_leaves_nothing() {
    let mut world = town(11);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, alice.device, place, &bytes(90 * CHUNK, 1));
    let number = file(&world, alice.device, place, id).unwrap();
    done(&mut world, alice.device, Command::PauseFile { file: number });
    done(&mut world, alice.device, Command::Discard { conversation: place, message: id });
    world.run_for(HOUR);
    assert!(world.at(alice.device).files.is_empty());
    assert!(find(&world, bob.device, place, id).is_none());
}

#[test]
fn what_was_sealed_and_not_sent_goes_with_the_program() {
    let mut world = town(12);
    let (alice, _, place) = pair(&mut world);
    let unsent = world.seal(alice.device, &bytes(10, 1));
    let sent = send_file(&mut world, alice.device, place, &bytes(10, 2));
    world.restart(alice.device);
    world.run_for(60_000);
    assert!(!world.at(alice.device).files.contains_key(&unsent));
    let forgotten = world.seal(alice.device, &bytes(10, 3));
    done(&mut world, alice.device, Command::ForgetFile { file: forgotten });
    assert!(!world.at(alice.device).files.contains_key(&forgotten));
    let number = file(&world, alice.device, place, sent).unwrap();
    assert_eq!(world.open(alice.device, number), Some(bytes(10, 2)));
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let mut world = town(13);
    let (alice, bob, place) = pair(&mut world);
    let ids: Vec<MessageId> = (0..4).map(|n| send_file(&mut world, alice.device, place, &bytes(CHUNK, n))).collect();
    for id in &ids {
        assert!(fetch(&mut world, bob.device, place, *id).is_some());
    }
    let sealed = CHUNK as u64 + 16;
    done(&mut world, bob.device, Command::LimitFiles { bytes: Some(2 * sealed) });
    let here = |world: &Town| {
        ids.iter()
            .map(|id| world.open(bob.device, file(world, bob.device, place, *id).unwrap()).is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(here(&world), [false, false, true, true]);
    assert_eq!(looking(&world, bob.device, |view| view::file_use(view).unwrap()).used, 2 * sealed);
    assert_eq!(fetch(&mut world, bob.device, place, ids[0]), Some(bytes(CHUNK, 0)), "it is fetched again");
    assert_eq!(here(&world), [true, false, false, true]);
}

#[test]
fn what_is_larger_than_the_limit_stays_until_something_else_comes() {
    let mut world = town(23);
    let (alice, bob, place) = pair(&mut world);
    let ids: Vec<MessageId> = (0..2).map(|n| send_file(&mut world, alice.device, place, &bytes(CHUNK, n))).collect();
    done(&mut world, bob.device, Command::LimitFiles { bytes: Some(CHUNK as u64 / 2) });
    for (id, n) in ids.iter().zip(0..) {
        assert_eq!(fetch(&mut world, bob.device, place, *id), Some(bytes(CHUNK, n)));
        world.run_for(60_000);
        let number = file(&world, bob.device, place, *id).unwrap();
        assert_eq!(world.open(bob.device, number), Some(bytes(CHUNK, n)), "there is time to save it");
    }
    let first = file(&world, bob.device, place, ids[0]).unwrap();
    assert_eq!(world.open(bob.device, first), None, "the second has taken its place");
    done(&mut world, bob.device, Command::LimitFiles { bytes: Some(CHUNK as u64 / 2) });
    assert_eq!(looking(&world, bob.device, |view| view::file_use(view).unwrap()).used, 0, "a limit counts at once");
}

#[test]
fn without_a_limit_all_stays_until_it_is_cleared() {
    let mut world = town(18);
    let (alice, bob, place) = pair(&mut world);
    let (first, second) = (send_file(&mut world, alice.device, place, &bytes(CHUNK, 1)), bytes(CHUNK, 2));
    let second = send_file(&mut world, alice.device, place, &second);
    let sealed = CHUNK as u64 + 16;
    done(&mut world, bob.device, Command::LimitFiles { bytes: Some(sealed) });
    done(&mut world, bob.device, Command::LimitFiles { bytes: None });
    assert!(fetch(&mut world, bob.device, place, first).is_some());
    assert!(fetch(&mut world, bob.device, place, second).is_some());
    let face = world.seal(bob.device, &bytes(100, 3));
    done(&mut world, bob.device, Command::SetPicture { conversation: None, file: Some(face) });
    let mine = world.seal(bob.device, &bytes(CHUNK, 4));
    let room = |world: &Town| looking(world, bob.device, |view| view::file_use(view).unwrap());
    assert_eq!((room(&world).count, room(&world).clearable, room(&world).allowed), (4, 2 * sealed, None));
    done(&mut world, bob.device, Command::ClearFiles);
    assert_eq!((room(&world).count, room(&world).clearable), (2, 0));
    assert!(world.open(bob.device, face).is_some(), "pictures are always wanted");
    assert!(world.open(bob.device, mine).is_some(), "nobody else has it");
    assert_eq!(fetch(&mut world, bob.device, place, first), Some(bytes(CHUNK, 1)), "it is fetched again");
    done(&mut world, bob.device, Command::LimitFiles { bytes: Some(0) });
    assert_eq!(room(&world).clearable, 0, "a limit counts at once");
}

#[test]
fn what_comes_by_itself_is_what_its_person_has_chosen() {
    let mut world = town(19);
    let (alice, bob, place) = pair(&mut world);
    let size = 90_000;
    let limits = FetchLimits { file: size, photo: 0, ..FetchRules::default().unmetered };
    let rules = FetchRules { unmetered: limits, ..FetchRules::default() };
    done(&mut world, bob.device, Command::SetFetchRules { rules });
    let edge = usize::try_from(size).unwrap();
    let small = send_file(&mut world, alice.device, place, &bytes(edge, 1));
    let large = send_file(&mut world, alice.device, place, &bytes(edge + 1, 2));
    let photo = world.seal(alice.device, &bytes(1_000, 3));
    let photo = send(&mut world, alice.device, place, draft(photo, "a.jpg", Media::Photo { width: 4, height: 3 }));
    world.run_for(120_000);
    let come = |world: &Town, id| {
        let message = find(world, bob.device, place, id).unwrap();
        let attachment = &attachments(&message)[0];
        (attachment.automatic, state(world, bob.device, attachment.file) == FileState::Here)
    };
    assert_eq!([small, large, photo].map(|id| come(&world, id)), [(true, true), (false, false), (false, false)]);
    world.restart(bob.device);
    let rules = FetchRules { unmetered: FetchLimits { file: size + 1, ..limits }, ..rules };
    done(&mut world, bob.device, Command::SetFetchRules { rules });
    assert_eq!(come(&world, large), (true, false), "what is here already is fetched when somebody looks at it");
}

#[test]
fn another_network_has_other_rules_until_it_is_left() {
    let mut world = town(20);
    let (alice, bob, place) = pair(&mut world);
    done(&mut world, bob.device, Command::SetFetchRules { rules: FetchRules::default() });
    let by_itself = |world: &mut Town, seed| {
        let id = send_file(world, alice.device, place, &bytes(90_000, seed));
        world.run_for(120_000);
        let message = find(world, bob.device, place, id).unwrap();
        let attachment = &attachments(&message)[0];
        assert_eq!(attachment.automatic, state(world, bob.device, attachment.file) == FileState::Here);
        attachment.automatic
    };
    assert!(by_itself(&mut world, 1));
    world.come_to_network(bob.device, true);
    assert!(!by_itself(&mut world, 2));
    world.restart(bob.device);
    assert!(!by_itself(&mut world, 3), "it begins where it has ended");
    let rules = FetchRules { network: NetworkChoice::Unmetered, ..FetchRules::default() };
    done(&mut world, bob.device, Command::SetFetchRules { rules });
    assert!(by_itself(&mut world, 4));
    done(&mut world, bob.device, Command::SetFetchRules { rules: FetchRules { saver: true, ..rules } });
    assert!(!by_itself(&mut world, 5));
    done(&mut world, bob.device, Command::SetFetchRules { rules: FetchRules::default() });
    world.come_to_network(bob.device, false);
    assert!(by_itself(&mut world, 6));
}

#[test]
fn who_shows_waiting_files_is_told_when_they_may_come_by_themselves() {
    let mut world = town(21);
    let (alice, bob, place) = pair(&mut world);
    let id = send_file(&mut world, alice.device, place, &bytes(1_000, 1));
    assert!(world.run_until(HOUR, |world| file(world, bob.device, place, id).is_some()));
    let told = |world: &mut Town, rules| {
        let before = world.at(bob.device).notices.len();
        done(world, bob.device, Command::SetFetchRules { rules });
        let notices = &world.at(bob.device).notices[before..];
        (notices.contains(&Notice::Me), notices.contains(&Notice::Timeline(place)))
    };
    let usual = FetchRules::default();
    assert_eq!(told(&mut world, usual), (true, true));
    assert_eq!(told(&mut world, FetchRules { network: NetworkChoice::Unmetered, ..usual }), (true, false));
    assert_eq!(told(&mut world, FetchRules { saver: true, ..usual }), (true, true));
    assert!(fetch(&mut world, bob.device, place, id).is_some());
    assert_eq!(told(&mut world, usual), (true, false), "nothing waits");
}

#[test]
fn how_long_a_transfer_takes_is_known_from_those_before() {
    let mut world = town(22);
    let (alice, bob, place) = pair(&mut world);
    let millis = |world: &Town, device, bytes, up| {
        looking(world, device, |view| view::estimate(view, bytes, up).unwrap().millis)
    };
    assert_eq!(millis(&world, bob.device, 1_000_000, false), None);
    let id = send_file(&mut world, alice.device, place, &bytes(60 * CHUNK, 1));
    assert!(fetch(&mut world, bob.device, place, id).is_some());
    let (down, up) = (millis(&world, bob.device, 1_000_000, false), millis(&world, alice.device, 1_000_000, true));
    assert!(down.is_some_and(|millis| millis > 0) && up.is_some_and(|millis| millis > 0), "{down:?} {up:?}");
    world.restart(bob.device);
    assert_eq!(millis(&world, bob.device, 1_000_000, false), down);
    assert_eq!(millis(&world, bob.device, 1_000_000, true), None, "he has sent nothing");
}

#[test]
fn what_was_sent_in_a_conversation_is_found_by_kind() {
    let mut world = town(14);
    let (alice, bob, place) = pair(&mut world);
    let mut sent = Vec::new();
    for n in 0..3 {
        let photo = world.seal(alice.device, &bytes(10, n));
        sent.push(send(&mut world, alice.device, place, draft(photo, "a.jpg", Media::Photo { width: 4, height: 3 })));
    }
    let other = send_file(&mut world, alice.device, place, &bytes(10, 9));
    world.run_until(HOUR, |world| find(world, bob.device, place, other).is_some());
    world.run_for(60_000);
    let shared =
        |kind, before| looking(&world, bob.device, |view| view::shared(view, place, kind, "", before, 2).unwrap());
    let first = shared(SharedKind::Visual, None);
    assert_eq!(first.iter().map(|one| one.message.id).collect::<Vec<_>>(), [sent[2], sent[1]]);
    let last = first.last().unwrap();
    let rest = shared(SharedKind::Visual, Some((last.row, last.place)));
    assert_eq!(rest.iter().map(|one| one.message.id).collect::<Vec<_>>(), [sent[0]]);
    assert_eq!(shared(SharedKind::File, None)[0].message.id, other);
    assert!(shared(SharedKind::Voice, None).is_empty());
}

/// Sends a file under some name, with a text.
fn send_named(world: &mut Town, device: DeviceKey, place: ConversationId, name: &str, text: &str) -> MessageId {
    let plain = bytes(10, u8::try_from(name.len()).unwrap());
    let number = world.seal(device, &plain);
    send(world, device, place, Draft { text: text.to_owned(), ..draft(number, name, Media::File) })
}

/// Messages that are found, and which of their files are called so.
fn found(world: &Town, device: DeviceKey, text: &str) -> Vec<(MessageId, Vec<u32>)> {
    let query = SearchQuery { text: text.to_owned(), limit: 50, ..SearchQuery::default() };
    let hits = looking(world, device, |view| view::search(view, &query).unwrap());
    hits.into_iter().map(|hit| (hit.message.message.id, hit.files)).collect()
}

#[test]
fn messages_are_found_by_the_names_of_their_files() {
    let mut world = town(23);
    let (alice, bob, place) = pair(&mut world);
    let report = send_named(&mut world, alice.device, place, "Отчёты_2024-final.pdf", "за год");
    let text = world.say(alice.device, place, "the final countdown");
    assert!(world.run_until(HOUR, |world| find(world, bob.device, place, text).is_some()
        && find(world, bob.device, place, report).is_some()));
    for device in [alice.device, bob.device] {
        assert_eq!(found(&world, device, "отчет "), [(report, vec![0])]);
        assert_eq!(found(&world, device, "pdf год"), [(report, vec![0])], "words of the name and of the text");
        assert_eq!(found(&world, device, "год"), [(report, vec![])]);
        assert_eq!(found(&world, device, "final").len(), 2);
        assert!(found(&world, device, "final docx").is_empty());
    }
    // An edit changes the text only.
    let target = MessageRef { author: alice.account, id: report };
    let edit = Command::Edit { conversation: place, target, text: "за месяц".to_owned(), entities: Vec::new() };
    done(&mut world, alice.device, edit);
    assert!(world.run_until(HOUR, |world| found(world, bob.device, "месяц").len() == 1));
    assert_eq!(found(&world, bob.device, "отчет "), [(report, vec![0])]);
    assert!(found(&world, bob.device, "год").is_empty());
    // An index of a version that knew nothing of names is made anew.
    let conn = world.at(bob.device).engine().reader();
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')", ()).unwrap();
    conn.execute("DELETE FROM meta WHERE key = 'search_tokens'", ()).unwrap();
    assert!(found(&world, bob.device, "отчет ").is_empty());
    world.restart(bob.device);
    assert_eq!(found(&world, bob.device, "отчет "), [(report, vec![0])]);
}

#[test]
fn files_of_deleted_and_disappeared_messages_are_not_found() {
    let mut world = town(24);
    let (alice, bob, place) = pair(&mut world);
    let deleted = send_named(&mut world, alice.device, place, "deleted.txt", "");
    let hidden = send_named(&mut world, alice.device, place, "hidden.txt", "");
    let number = world.seal(alice.device, b"soon gone");
    let timer = Some(Timer { seconds: 3_600, from: TimedFrom::Sent });
    send(&mut world, alice.device, place, Draft { timer, ..draft(number, "fading.txt", Media::File) });
    let three = |world: &Town| found(world, bob.device, "txt ").len() == 3;
    assert!(world.run_until(HOUR / 2, three));
    let named = |world: &Town, name: &str| {
        let files = |view: &View<'_>| view::shared(view, place, SharedKind::File, name, None, 9).unwrap().len();
        (found(world, bob.device, name).len(), looking(world, bob.device, files))
    };
    assert_eq!(named(&world, "fading"), (1, 1));
    let target = |id| vec![MessageRef { author: alice.account, id }];
    let delete = |id, for_all| Command::Delete { conversation: place, targets: target(id), for_all };
    done(&mut world, alice.device, delete(deleted, true));
    done(&mut world, bob.device, delete(hidden, false));
    world.run_for(2 * HOUR);
    for name in ["deleted", "hidden", "fading"] {
        assert_eq!(named(&world, name), (0, 0), "{name}");
    }
    let left: i64 = world
        .at(bob.device)
        .engine()
        .reader()
        .query_row("SELECT count(*) FROM search WHERE search MATCH 'txt OR deleted OR hidden OR fading'", (), |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(left, 0, "nothing of them is in the index");
}

#[test]
fn what_was_sent_in_a_conversation_is_found_by_name() {
    let mut world = town(25);
    let (alice, bob, place) = pair(&mut world);
    let elsewhere = world.group(alice.device, "Friends", &[bob.account]);
    world.run_for(60_000);
    let bills: Vec<MessageId> = (1..=3)
        .map(|month| send_named(&mut world, alice.device, place, &format!("Счета-{month}.pdf"), "плов"))
        .collect();
    send_named(&mut world, alice.device, place, "Рецепт.pdf", "счета потом");
    let other = send_named(&mut world, alice.device, elsewhere, "Счета.pdf", "");
    assert!(world.run_until(HOUR, |world| find(world, bob.device, elsewhere, other).is_some()
        && found(world, bob.device, "pdf ").len() == 5));
    let named = |name: &str, before, limit| {
        let look = |view: &View<'_>| view::shared(view, place, SharedKind::File, name, before, limit).unwrap();
        let found = looking(&world, bob.device, look);
        (found.iter().map(|one| one.message.id).collect::<Vec<_>>(), found.last().map(|one| (one.row, one.place)))
    };
    let (first, last) = named("счёт ", None, 2);
    assert_eq!(first, [bills[2], bills[1]], "what is only said beside a file does not count");
    assert_eq!(named("счёт ", last, 2).0, [bills[0]]);
    assert_eq!(named("", None, 9).0.len(), 4);
    assert!(named("плов", None, 9).0.is_empty());
    assert!(named("!!!", None, 9).0.is_empty(), "signs alone are in no name");
}

#[test]
fn people_and_groups_have_pictures() {
    let mut world = town(15);
    let (alice, bob, place) = pair(&mut world);
    let face = world.seal(alice.device, &bytes(30_000, 1));
    done(&mut world, alice.device, Command::SetPicture { conversation: None, file: Some(face) });
    let seen = |world: &Town, device: DeviceKey| {
        let number = looking(world, device, |view| view::conversation(view, place).unwrap().unwrap().picture)?;
        world.open(device, number)
    };
    assert!(world.run_until(HOUR, |world| seen(world, bob.device) == Some(bytes(30_000, 1))));
    done(&mut world, alice.device, Command::SetPicture { conversation: None, file: None });
    assert!(world.run_until(HOUR, |world| seen(world, bob.device).is_none()));
    world.run_for(60_000);
    assert!(world.at(bob.device).files.is_empty(), "the former one is not kept");

    let group = world.group(alice.device, "Friends", &[bob.account]);
    world.run_for(60_000);
    let sight = world.seal(alice.device, &bytes(30_000, 2));
    done(&mut world, alice.device, Command::SetPicture { conversation: Some(group), file: Some(sight) });
    let seen = |world: &Town, device: DeviceKey| {
        let number = looking(world, device, |view| view::conversation(view, group).unwrap().unwrap().picture)?;
        world.open(device, number)
    };
    assert!(world.run_until(HOUR, |world| seen(world, bob.device) == Some(bytes(30_000, 2))));
    let told = page(&world, bob.device, group)
        .into_iter()
        .any(|message| matches!(message.body, Body::System { event: SystemEvent::Picture { removed: false } }));
    assert!(told);
    // Who comes later sees it, too.
    let carol = world.person("carol");
    let add = Command::AddMembers { conversation: group, accounts: vec![carol.account] };
    done(&mut world, alice.device, add);
    assert!(world.run_until(HOUR, |world| {
        looking(world, carol.device, |view| view::conversation(view, group).unwrap())
            .and_then(|row| row.picture)
            .is_some_and(|number| world.open(carol.device, number) == Some(bytes(30_000, 2)))
    }));
}

#[test]
fn a_picture_that_is_too_large_or_not_here_is_refused() {
    let mut world = town(16);
    let (alice, bob, place) = pair(&mut world);
    let large = world.seal(alice.device, &bytes(1024 * 1024 + 1, 1));
    let refused = world.ask(alice.device, Command::SetPicture { conversation: None, file: Some(large) });
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    let edge = world.seal(alice.device, &bytes(1024 * 1024, 1));
    done(&mut world, alice.device, Command::SetPicture { conversation: None, file: Some(edge) });
    let unknown = world.ask(alice.device, Command::SetPicture { conversation: None, file: Some(9_999) });
    assert_eq!(unknown, Err(Failure::NotFound));
    let direct = world.ask(bob.device, Command::SetPicture { conversation: Some(place), file: None });
    assert_eq!(direct, Err(Failure::NotAllowed { reason: Reason::GroupsOnly }));
}

#[test]
fn an_empty_message_without_files_is_still_refused() {
    let mut world = town(17);
    let (alice, _, place) = pair(&mut world);
    let empty = world.ask(alice.device, Command::Send { conversation: place, draft: Draft::default() });
    assert!(matches!(empty, Err(Failure::Invalid { .. })));
    let number = world.seal(alice.device, b"x");
    let thirty_one =
        Draft { attachments: vec![draft(number, "a", Media::File).attachments[0].clone(); 31], ..Draft::default() };
    let many = world.ask(alice.device, Command::Send { conversation: place, draft: thirty_one });
    assert!(matches!(many, Err(Failure::Invalid { .. })));
}

/// A message with a link, and what its sender saw of the page.
fn linking(image: FileNumber) -> Draft {
    let preview = LinkPreviewDraft {
        url: "https://example.org/bread".to_owned(),
        title: "Bread".to_owned(),
        description: "How it is baked".to_owned(),
        site: "Example".to_owned(),
        image: Some(draft(image, "", Media::Photo { width: 1_200, height: 630 }).attachments.remove(0)),
    };
    Draft { text: "look: https://example.org/bread".to_owned(), preview: Some(preview), ..Draft::default() }
}

fn preview(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> Option<LinkPreviewView> {
    let Body::Text { preview, .. } = find(world, device, place, id)?.body else { return None };
    preview
}

#[test]
fn a_page_is_shown_with_the_link_to_it_and_its_picture_goes_with_it() {
    let mut world = forgetful(41);
    let (alice, bob, place) = pair(&mut world);
    let plain = bytes(3_000, 1);
    let image = world.seal(alice.device, &plain);
    let id = send(&mut world, alice.device, place, linking(image));
    world.run_for(HOUR);
    let seen = preview(&world, bob.device, place, id).unwrap();
    assert_eq!((seen.title.as_str(), seen.site.as_str()), ("Bread", "Example"));
    let picture = seen.image.unwrap().file;
    assert_eq!(world.open(bob.device, picture), Some(plain.clone()), "it comes by itself");

    // Forwarded, it is the same; deleted, nothing of it stays where it was.
    let notes = match world.ask(bob.device, Command::OpenDirect { account: bob.account }) {
        Ok(Outcome::Conversation { conversation }) => conversation,
        other => panic!("{other:?}"),
    };
    let messages = vec![MessageRef { author: alice.account, id }];
    let forward = Command::Forward { from: place, messages: messages.clone(), to: vec![notes], with_author: true };
    let Ok(Outcome::Queued { message: again }) = world.ask(bob.device, forward) else { panic!("it is forwarded") };
    world.run_for(HOUR);
    assert_eq!(preview(&world, bob.device, notes, again).unwrap().title, "Bread");
    done(&mut world, alice.device, Command::Delete { conversation: place, targets: messages, for_all: true });
    world.run_for(HOUR);
    assert_eq!(world.open(alice.device, image), None, "nothing refers to it any more");
    assert_eq!(world.open(bob.device, picture), Some(plain), "the forwarded message does");
}

#[test]
fn without_the_link_nothing_is_shown_of_the_page() {
    let mut world = town(42);
    let (alice, bob, place) = pair(&mut world);
    let image = world.seal(alice.device, &bytes(3_000, 2));
    let elsewhere = Draft { text: "https://example.org/bread-and-butter".to_owned(), ..linking(image) };
    let other = send(&mut world, alice.device, place, elsewhere);
    let id = send(&mut world, alice.device, place, linking(image));
    world.run_for(HOUR);
    assert_eq!(preview(&world, alice.device, place, other), None);
    assert_eq!(preview(&world, bob.device, place, other), None);
    let edit = |text: &str| Command::Edit {
        conversation: place,
        target: MessageRef { author: alice.account, id },
        text: text.to_owned(),
        entities: Vec::new(),
    };
    done(&mut world, alice.device, edit("I meant https://example.org/bread, of course"));
    world.run_for(HOUR);
    assert!(preview(&world, bob.device, place, id).is_some(), "the link is still there");
    world.ask(alice.device, edit("never mind")).unwrap();
    assert_eq!(preview(&world, alice.device, place, id), None, "it is gone while the edit is on its way");
    world.run_for(HOUR);
    assert_eq!(preview(&world, bob.device, place, id), None);
}

/// What somebody can look at once, sealed and sent.
fn send_once(world: &mut Town, device: DeviceKey, place: ConversationId, plain: &[u8]) -> MessageId {
    let number = world.seal(device, plain);
    let photo = draft(number, "secret.jpg", Media::Photo { width: 4, height: 3 });
    send(world, device, place, Draft { once: true, ..photo })
}

fn once(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> (OnceState, Option<FileNumber>) {
    match find(world, device, place, id).unwrap().body {
        Body::Once { state, file, .. } => (state, file.map(|file| file.file)),
        other => panic!("{other:?}"),
    }
}

fn kept(world: &Town, person: &Person) -> u64 {
    let account = person.account;
    world.server.read(move |view| view.blobs().kept_bytes(account)).unwrap()
}

/// Fetches it and opens it; what was seen.
fn look(world: &mut Town, device: DeviceKey, place: ConversationId, target: MessageRef) -> Option<Vec<u8>> {
    world.run_until(HOUR, |world| find(world, device, place, target.id).is_some());
    let (_, number) = once(world, device, place, target.id);
    let number = number?;
    done(world, device, Command::FetchFile { file: number });
    world.run_until(HOUR, |world| state(world, device, number) == FileState::Here);
    assert_eq!(world.open(device, number), None, "not before it is marked as opened");
    done(world, device, Command::OpenOnce { conversation: place, target });
    world.open(device, number)
}

#[test]
fn what_can_be_looked_at_once_is_gone_everywhere_when_it_was() {
    let mut world = town(60);
    let (alice, bob, place) = pair(&mut world);
    let tablet = world.recover(&bob, "bob's tablet");
    world.run_for(HOUR);
    let plain = bytes(CHUNK, 1);
    let id = send_once(&mut world, alice.device, place, &plain);
    let target = MessageRef { author: alice.account, id };
    world.run_until(HOUR, |world| find(world, tablet, place, id).is_some());
    world.run_for(HOUR);
    assert!(world.at(alice.device).files.is_empty(), "who sent it keeps no bytes of it");
    assert!(world.at(bob.device).files.is_empty(), "nobody fetches it by themselves");
    assert!(kept(&world, &alice) > 0);
    assert_eq!(once(&world, alice.device, place, id), (OnceState::Closed, None));
    assert_eq!(look(&mut world, bob.device, place, target), Some(plain));
    world.run_for(HOUR);
    // While it is looked at, it is gone on the other device, and who sent it knows.
    assert_eq!(once(&world, tablet, place, id), (OnceState::Opened, None));
    assert_eq!(once(&world, alice.device, place, id), (OnceState::Opened, None));
    done(&mut world, bob.device, Command::CloseOnce { conversation: place, target });
    world.run_for(HOUR);
    assert_eq!(once(&world, bob.device, place, id), (OnceState::Opened, None));
    for device in [alice.device, bob.device, tablet] {
        assert!(world.at(device).files.is_empty(), "{}", world.at(device).name);
        let again = world.ask(device, Command::OpenOnce { conversation: place, target });
        assert!(again.is_err(), "{again:?}");
    }
    assert_eq!(kept(&world, &alice), 0);
}

#[test]
fn a_program_that_ends_while_it_is_shown_erases_it_when_it_begins() {
    let mut world = town(61);
    let (alice, bob, place) = pair(&mut world);
    let id = send_once(&mut world, alice.device, place, &bytes(CHUNK, 2));
    let target = MessageRef { author: alice.account, id };
    assert!(look(&mut world, bob.device, place, target).is_some());
    world.restart(bob.device);
    assert_eq!(once(&world, bob.device, place, id), (OnceState::Opened, None));
    world.run_for(HOUR);
    assert!(world.at(bob.device).files.is_empty());
    assert_eq!(once(&world, alice.device, place, id).0, OnceState::Opened);
}

#[test]
fn slow_what_nobody_opens_is_let_go_after_two_weeks_be_its_sender_there_or_not() {
    let mut world = town(62);
    let (alice, bob, place) = pair(&mut world);
    let id = send_once(&mut world, alice.device, place, &bytes(CHUNK, 3));
    world.run_until(HOUR, |world| find(world, bob.device, place, id).is_some());
    world.run_for(HOUR);
    world.set_online(alice.device, false);
    world.run_for(15 * DAY);
    assert_eq!(once(&world, bob.device, place, id).0, OnceState::Lapsed);
    assert_eq!(once(&world, alice.device, place, id).0, OnceState::Lapsed);
    assert!(kept(&world, &alice) > 0, "the server was not told yet");
    world.restart(alice.device);
    world.set_online(alice.device, true);
    world.run_for(HOUR);
    assert_eq!(kept(&world, &alice), 0);
}

/// A way for a message to disappear, from the side of its author.
type Ending = fn(&mut Town, DeviceKey, ConversationId, MessageRef);

#[test]
fn slow_files_go_from_all_of_the_authors_devices_and_the_server_however_a_message_ends() {
    let ends: [(&str, Ending); 4] = [
        ("deleted for all", |world, device, conversation, target| {
            done(world, device, Command::Delete { conversation, targets: vec![target], for_all: true });
        }),
        ("deleted for oneself", |world, device, conversation, target| {
            done(world, device, Command::Delete { conversation, targets: vec![target], for_all: false });
        }),
        ("cleared", |world, device, conversation, target| {
            let cleared_to = find(world, device, conversation, target.id).unwrap().seq.unwrap();
            let state = OwnState { cleared_to, ..OwnState::default() };
            done(world, device, Command::Keep { conversation, state });
        }),
        ("the conversation removed", |world, device, conversation, target| {
            let cleared_to = find(world, device, conversation, target.id).unwrap().seq.unwrap();
            let state = OwnState { cleared_to, removed: true, ..OwnState::default() };
            done(world, device, Command::Keep { conversation, state });
        }),
    ];
    for (seed, (how, end)) in (70..).zip(ends) {
        let mut world = town(seed);
        let (alice, bob, place) = pair(&mut world);
        let laptop = world.recover(&alice, "alice's laptop");
        world.run_for(HOUR);
        let id = send_file(&mut world, alice.device, place, &bytes(CHUNK, 1));
        for device in [laptop, bob.device] {
            assert!(fetch(&mut world, device, place, id).is_some(), "{how}");
        }
        // The device that brought it there is away for good: the other one lets it go.
        world.set_online(alice.device, false);
        let target = MessageRef { author: alice.account, id };
        end(&mut world, laptop, place, target);
        world.run_for(HOUR);
        assert!(world.at(laptop).files.is_empty(), "{how}");
        assert_eq!(kept(&world, &alice), 0, "{how}");
        assert_eq!(world.at(bob.device).files.is_empty(), how == "deleted for all", "{how}");
        world.set_online(alice.device, true);
        world.run_for(HOUR);
        assert!(world.at(alice.device).files.is_empty(), "{how}");
    }
}

#[test]
fn files_of_a_timer_go_from_all_devices_though_their_sender_was_away() {
    let mut world = town(80);
    let (alice, bob, place) = pair(&mut world);
    let tablet = world.recover(&bob, "bob's tablet");
    world.run_for(HOUR);
    let number = world.seal(alice.device, &bytes(CHUNK, 1));
    let timer = Some(Timer { seconds: 7_200, from: TimedFrom::Sent });
    let timed = Draft { timer, ..draft(number, "report.pdf", Media::File) };
    let id = send(&mut world, alice.device, place, timed);
    assert!(fetch(&mut world, bob.device, place, id).is_some());
    // One is away when it ends; the other never comes to fetch it.
    world.set_online(alice.device, false);
    world.set_online(tablet, false);
    world.run_for(3 * HOUR);
    assert!(world.at(bob.device).files.is_empty());
    world.restart(alice.device);
    world.set_online(alice.device, true);
    world.run_for(HOUR);
    assert!(world.at(alice.device).files.is_empty());
    assert_eq!(kept(&world, &alice), 0);
    world.set_online(tablet, true);
    world.run_for(HOUR);
    assert!(find(&world, tablet, place, id).is_none() && world.at(tablet).files.is_empty());
}

//! What people say to each other, through the real server.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::api::command::{Draft, Outcome, ProfileDraft};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{
    Anchor, Body, ConversationView, Delivery, MessageView, Readiness, SearchQuery, SystemEvent,
};
use beseda_engine::store::conversations::Conversation;
use beseda_engine::store::me::Me;
use beseda_engine::view::{self, View};
use beseda_engine::{Command, Notice, outbox};
use beseda_model::{ConversationId, MessageId, Role, Timestamp};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::content::{MessageRef, OwnState, TimedFrom, Timer};

type Town = World<RealServer>;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn looking<T>(world: &Town, device: DeviceKey, look: impl FnOnce(&View<'_>) -> T) -> T {
    look(&View::new(world.at(device).engine().reader(), world.now()).unwrap())
}

fn page(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<MessageView> {
    looking(world, device, |view| view::timeline(view, place, Anchor::End, 200).unwrap().messages)
}

fn row(world: &Town, device: DeviceKey, place: ConversationId) -> ConversationView {
    looking(world, device, |view| view::conversation(view, place).unwrap().unwrap())
}

fn texts(world: &Town, device: DeviceKey, place: ConversationId) -> Vec<String> {
    let text = |message: MessageView| match message.body {
        Body::Text { text, .. } => Some(text),
        Body::Deleted { .. } => Some("(deleted)".to_owned()),
        Body::Unreadable { why, .. } => Some(format!("({why:?})")),
        Body::Once { .. } | Body::System { .. } | Body::Unsupported { .. } => None,
    };
    page(world, device, place).into_iter().filter_map(text).collect()
}

fn find(world: &Town, device: DeviceKey, place: ConversationId, id: MessageId) -> MessageView {
    page(world, device, place).into_iter().find(|message| message.message.id == id).unwrap()
}

fn done(world: &mut Town, device: DeviceKey, command: Command) {
    let ending = world.ask(device, command);
    assert!(matches!(ending, Ok(Outcome::Done | Outcome::Queued { .. })), "{ending:?}");
}

/// Alice's group with bob and carol, in which everybody is ready.
fn group(world: &mut Town) -> ([Person; 3], ConversationId) {
    let people = ["alice", "bob", "carol"].map(|name| world.person(name));
    let place = world.group(people[0].device, "Friends", &[people[1].account, people[2].account]);
    let ready = world.run_until(120_000, |world| {
        people.iter().all(|person| {
            looking(world, person.device, |view| view::conversation(view, place).unwrap())
                .is_some_and(|row| row.readiness == Readiness::Ready)
        })
    });
    assert!(ready);
    world.run_for(30_000);
    (people, place)
}

#[test]
fn everything_that_is_said_and_done_looks_the_same_to_everybody() {
    let mut world = town(11);
    let ([alice, bob, carol], place) = group(&mut world);
    let first = world.say(alice.device, place, "Всем привет");
    let second = world.say(alice.device, place, "опечатко");
    world.run_for(20_000);
    let target = |id| MessageRef { author: alice.account, id };
    world.set_online(carol.device, false);
    let draft = Draft { text: "И тебе".to_owned(), reply_to: Some(target(first)), ..Draft::default() };
    done(&mut world, bob.device, Command::Send { conversation: place, draft });
    let react = |on| Command::React { conversation: place, target: target(first), emoji: "👍".to_owned(), on };
    done(&mut world, bob.device, react(true));
    // Which of two messages comes first is the server's to say, as long as both are under way.
    world.run_for(20_000);
    let text = "опечатка".to_owned();
    let edit = Command::Edit { conversation: place, target: target(second), text, entities: Vec::new() };
    done(&mut world, alice.device, edit);
    done(&mut world, alice.device, Command::Pin { conversation: place, target: target(second), on: true });
    let third = world.say(alice.device, place, "лишнее");
    world.run_for(20_000);
    let delete = Command::Delete { conversation: place, targets: vec![target(third)], for_all: true };
    done(&mut world, alice.device, delete);
    world.run_for(20_000);
    world.set_online(carol.device, true);
    world.run_for(120_000);

    let expected = ["Всем привет", "опечатка", "И тебе", "(deleted)"];
    for person in [&alice, &bob, &carol] {
        assert_eq!(texts(&world, person.device, place), expected, "{}", world.at(person.device).name);
        let greeting = find(&world, person.device, place, first);
        assert_eq!(greeting.reactions[0].accounts, [bob.account]);
        let edited = find(&world, person.device, place, second);
        assert!(edited.pinned && edited.edited_at.is_some());
        let deleted = page(&world, person.device, place);
        let deleted = deleted.iter().find(|message| matches!(message.body, Body::Deleted { .. })).unwrap();
        assert_eq!(deleted.body, Body::Deleted { by: alice.account });
        let query = SearchQuery { text: "опечатку".to_owned(), limit: 9, ..SearchQuery::default() };
        assert_eq!(looking(&world, person.device, |view| view::search(view, &query).unwrap()).len(), 1);
        assert!(looking(&world, person.device, |view| view::waiting(view).unwrap()).is_empty());
    }
    assert_eq!(row(&world, carol.device, place).unread, 3);
}

#[test]
fn marks_go_from_sent_to_delivered_to_read() {
    let mut world = town(12);
    let ([alice, bob, carol], place) = group(&mut world);
    world.set_online(carol.device, false);
    let said = world.say(alice.device, place, "hello");
    world.run_for(20_000);
    assert_eq!(find(&world, alice.device, place, said).delivery, Some(Delivery::Sent));
    world.set_online(carol.device, true);
    world.run_for(120_000);
    assert_eq!(find(&world, alice.device, place, said).delivery, Some(Delivery::Delivered));
    for person in [&bob, &carol] {
        let seq = row(&world, person.device, place).last_seq;
        done(&mut world, person.device, Command::MarkRead { conversation: place, seq });
        assert_eq!(row(&world, person.device, place).unread, 0);
    }
    world.run_for(20_000);
    assert_eq!(find(&world, alice.device, place, said).delivery, Some(Delivery::Read));
}

#[test]
fn a_mark_that_is_lost_on_its_way_is_told_again() {
    let mut world = town(13);
    let ([alice, bob, _], place) = group(&mut world);
    let kept = |world: &Town| Conversation::find(world.at(bob.device).engine().reader(), place).unwrap().unwrap();
    let said = world.say(alice.device, place, "hello");
    let is_under_way = |world: &Town| {
        let (has_come, row) = (texts(world, bob.device, place).len() == 1, kept(world));
        has_come && row.delivered_sent == row.applied && row.delivered < row.applied
    };
    assert!(world.run_until(20_000, is_under_way));
    world.set_online(bob.device, false);
    world.run_for(20_000);
    world.set_online(bob.device, true);
    world.run_for(120_000);
    assert_eq!(find(&world, alice.device, place, said).delivery, Some(Delivery::Delivered));

    let seq = row(&world, bob.device, place).last_seq;
    done(&mut world, bob.device, Command::MarkRead { conversation: place, seq });
    world.set_online(bob.device, false);
    world.run_for(5_000);
    assert!(kept(&world).read < seq, "what the server has not heard is not taken for told");
    world.set_online(bob.device, true);
    world.run_for(120_000);
    assert_eq!(kept(&world).read, seq);
}

#[test]
fn what_is_due_is_done_where_something_else_comes_at_its_moment() {
    let clock = FakeClock::default();
    let mut world: Town = World::new(15, clock.clone(), RealServer::new(15, clock.clone()));
    let ([alice, bob, carol], place) = group(&mut world);
    world.set_online(carol.device, false);
    let said = world.say(alice.device, place, "hello");
    let has_come = |world: &Town| texts(world, bob.device, place).len() == 1;
    assert!(world.run_until(20_000, has_come));
    // The mark is due in the meantime, and before the program gets to say that the time has come its person does something.
    clock.set(world.now().plus_millis(1_000));
    world.command(bob.device, Command::ConfirmPhrase { words: Vec::new() });
    world.run_for(5_000);
    let said = find(&world, alice.device, place, said).row;
    let info = looking(&world, alice.device, |view| view::info(view, said).unwrap().unwrap());
    assert_eq!(info.delivered_to, [bob.account]);
}

#[test]
fn who_has_told_the_server_everything_reads_what_is_said_while_they_are_away() {
    let mut world = town(14);
    let alice = world.person("alice");
    world.run_for(60_000);
    let Person { account, device: bob, .. } = world.sign_up("bobby");
    // As a program does that signs up and ends when nothing waits any more.
    let has_told = |world: &Town| outbox::pending(world.at(bob).engine().reader(), None).unwrap() == 0;
    assert!(world.run_until(60_000, has_told));
    world.set_online(bob, false);
    let place = world.direct(alice.device, account);
    world.say(alice.device, place, "welcome");
    world.run_for(60_000);
    world.set_online(bob, true);
    world.run_for(60_000);
    assert_eq!(texts(&world, bob, place), ["welcome"]);
}

#[test]
fn who_asks_to_talk_learns_that_it_was_read_only_once_it_is_accepted() {
    let mut world = town(30);
    let [alice, bob] = ["alice", "bobby"].map(|name| world.person(name));
    world.run_for(60_000);
    let place = world.direct(alice.device, bob.account);
    let asked = world.say(alice.device, place, "hello");
    world.run_for(60_000);
    let seq = row(&world, bob.device, place).last_seq;
    done(&mut world, bob.device, Command::MarkRead { conversation: place, seq });
    world.run_for(60_000);
    assert_eq!(row(&world, bob.device, place).unread, 0);
    assert_eq!(find(&world, alice.device, place, asked).delivery, Some(Delivery::Delivered));
    assert_eq!(outbox::pending(world.at(bob.device).engine().reader(), None).unwrap(), 0);

    done(&mut world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    world.run_for(60_000);
    assert_eq!(find(&world, alice.device, place, asked).delivery, Some(Delivery::Read));
}

#[test]
fn a_timed_message_goes_everywhere_and_leaves_no_complaint() {
    let mut world = town(13);
    let ([alice, bob, carol], place) = group(&mut world);
    world.set_online(carol.device, false);
    let timer = Some(Timer { seconds: 60, from: TimedFrom::Sent });
    let draft = Draft { text: "soon gone".to_owned(), timer, ..Draft::default() };
    done(&mut world, alice.device, Command::Send { conversation: place, draft });
    world.run_for(20_000);
    assert_eq!(texts(&world, bob.device, place), ["soon gone"]);
    world.run_for(60_000);
    for person in [&alice, &bob] {
        assert!(texts(&world, person.device, place).is_empty());
    }
    world.set_online(carol.device, true);
    world.run_for(120_000);
    assert!(texts(&world, carol.device, place).is_empty(), "{:?}", texts(&world, carol.device, place));
}

#[test]
fn who_joins_later_knows_what_it_is_about() {
    let mut world = town(14);
    let ([alice, bob, _], place) = group(&mut world);
    let title = Some("Книжный клуб".to_owned());
    let timer = Some(Some(Timer { seconds: 86_400, from: TimedFrom::Sent }));
    done(&mut world, alice.device, Command::SetInfo { conversation: place, title, description: None, timer });
    world.run_for(20_000);
    assert_eq!(row(&world, bob.device, place).title, "Книжный клуб");
    let dave = world.person("dave");
    done(&mut world, alice.device, Command::AddMembers { conversation: place, accounts: vec![dave.account] });
    world.run_for(120_000);
    let here = row(&world, dave.device, place);
    assert_eq!((here.title.as_str(), here.timer.map(|timer| timer.seconds)), ("Книжный клуб", Some(86_400)));
    // And so does another device of somebody who was there.
    let tablet = world.recover(&bob, "tablet");
    world.run_for(240_000);
    assert_eq!(row(&world, tablet, place).title, "Книжный клуб");
}

#[test]
fn who_comes_to_a_conversation_is_told_by_whom_and_a_further_device_from_where_on_it_reads() {
    let mut world = town(32);
    let ([alice, bob, _], place) = group(&mut world);
    let first = |world: &Town, device, place| {
        let row = page(world, device, place).into_iter().next().unwrap();
        let Body::System { event } = row.body else { panic!("{row:?}") };
        (row.message.author, event)
    };
    let added = |person: &Person| (alice.account, SystemEvent::Added { accounts: vec![person.account] });
    assert_eq!(first(&world, bob.device, place), added(&bob));
    let dave = world.person("dave");
    done(&mut world, alice.device, Command::AddMembers { conversation: place, accounts: vec![dave.account] });
    world.run_for(60_000);
    assert_eq!(first(&world, dave.device, place), added(&dave));
    let direct = world.direct(alice.device, dave.account);
    world.run_for(60_000);
    assert_eq!(first(&world, dave.device, direct), (alice.account, SystemEvent::Created));
    let tablet = world.recover(&bob, "tablet");
    world.run_for(240_000);
    assert_eq!(first(&world, tablet, place), (bob.account, SystemEvent::JoinedHere));
}

#[test]
fn names_are_seen_by_contacts_and_own_matters_by_own_devices() {
    let mut world = town(15);
    let ([alice, bob, _], place) = group(&mut world);
    let name = |name: &str| ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() };
    done(&mut world, alice.device, Command::SetProfile { profile: name("Алиса") });
    world.run_for(60_000);
    let seen = |world: &Town, device| looking(world, device, |view| view::account(view, alice.account).unwrap().name);
    assert_eq!(seen(&world, bob.device), "Алиса");
    done(&mut world, bob.device, Command::Nickname { account: alice.account, name: "Аля".to_owned() });
    let state = OwnState { muted_until: Some(Timestamp::from_millis(u64::MAX)), ..OwnState::default() };
    done(&mut world, bob.device, Command::Keep { conversation: place, state: state.clone() });
    world.run_for(20_000);

    let tablet = world.recover(&bob, "tablet");
    world.run_for(240_000);
    assert_eq!(seen(&world, tablet), "Аля");
    assert_eq!(row(&world, tablet, place).own, state);
    done(&mut world, tablet, Command::Nickname { account: alice.account, name: String::new() });
    world.run_for(60_000);
    assert_eq!((seen(&world, tablet), seen(&world, bob.device)), ("Алиса".to_owned(), "Алиса".to_owned()));
}

#[test]
fn names_are_learnt_though_a_program_ends_while_it_asks_for_them() {
    let mut world = town(33);
    let [alice, bob] = ["alice", "bobby"].map(|name| world.person(name));
    world.run_for(60_000);
    let name = |world: &Town| looking(world, bob.device, |view| view::account(view, alice.account).unwrap().name);
    let asks = |world: &Town| {
        let conn = world.at(bob.device).engine().reader();
        conn.query_row("SELECT count(*) FROM wanted_people", (), |row| row.get::<_, u32>(0)).unwrap() > 0
    };
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "Hello!");
    assert!(world.run_until(120_000, asks));
    world.restart(bob.device);
    world.run_for(60_000);
    assert_eq!(name(&world), "alice");
    let asking = |world: &Town| looking(world, bob.device, |view| view::account(view, alice.account).unwrap().asking);
    assert!(asking(&world));

    let call = |name: &str| ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() };
    done(&mut world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    done(&mut world, alice.device, Command::SetProfile { profile: call("Алиса") });
    world.run_for(60_000);
    assert_eq!((name(&world).as_str(), asks(&world), asking(&world)), ("Алиса", false, false));
    done(&mut world, alice.device, Command::SetProfile { profile: call("Аля") });
    assert!(world.run_until(120_000, asks));
    world.restart(bob.device);
    world.run_for(60_000);
    assert_eq!((name(&world).as_str(), asks(&world)), ("Аля", false));
}

#[test]
fn who_accepts_a_request_and_who_has_asked_learn_each_others_names() {
    let mut world = town(29);
    let [alice, bob] = ["alice", "bobby"].map(|name| world.person(name));
    world.run_for(60_000);
    for (device, name) in [(alice.device, "Алиса"), (bob.device, "Боб")] {
        let profile = ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() };
        done(&mut world, device, Command::SetProfile { profile });
    }
    let seen = |world: &Town| {
        let name = |device, of| looking(world, device, |view| view::account(view, of).unwrap().name);
        (name(alice.device, bob.account), name(bob.device, alice.account))
    };
    // Whom one has looked for is known already when the conversation begins.
    let looked = world.ask(alice.device, Command::FindAccounts { username: "bobby".to_owned() });
    assert!(matches!(looked, Ok(Outcome::Accounts { .. })), "{looked:?}");
    let place = world.direct(alice.device, bob.account);
    world.say(alice.device, place, "hello");
    world.run_for(60_000);
    assert_eq!(seen(&world), ("bobby".to_owned(), "alice".to_owned()));

    done(&mut world, bob.device, Command::AnswerStranger { conversation: place, accept: true });
    world.run_for(60_000);
    assert_eq!(seen(&world), ("Боб".to_owned(), "Алиса".to_owned()));
}

#[test]
fn who_is_added_to_a_group_sees_everybodys_name_at_once() {
    let mut world = town(18);
    let ([alice, bob, _], place) = group(&mut world);
    for (device, name) in [(alice.device, "Алиса"), (bob.device, "Боб")] {
        let profile = ProfileDraft { name: name.to_owned(), ..ProfileDraft::default() };
        done(&mut world, device, Command::SetProfile { profile });
    }
    world.run_for(60_000);
    let dave = world.person("dave");
    world.run_for(5_000);
    // He says nothing: it is alice who tells.
    world.set_online(bob.device, false);
    let add = Command::AddMembers { conversation: place, accounts: vec![dave.account] };
    done(&mut world, alice.device, add);
    world.run_for(60_000);
    let name = |of| looking(&world, dave.device, |view| view::account(view, of).unwrap().name);
    assert_eq!((name(alice.account), name(bob.account)), ("Алиса".to_owned(), "Боб".to_owned()));
}

#[test]
fn typing_is_seen_and_stops_by_itself() {
    let mut world = town(16);
    let ([alice, bob, _], place) = group(&mut world);
    done(&mut world, alice.device, Command::Typing { conversation: place, typing: true });
    assert!(world.run_until(5_000, |world| row(world, bob.device, place).typing == [alice.account]));
    world.at_mut(bob.device).notices.clear();
    world.run_for(10_000);
    assert!(row(&world, bob.device, place).typing.is_empty());
    let stopped = Notice::Typing { conversation: place, account: alice.account, typing: false };
    assert!(world.at(bob.device).notices.contains(&stopped));

    // The next message may be begun right after one was sent.
    done(&mut world, alice.device, Command::Typing { conversation: place, typing: true });
    assert!(world.run_until(5_000, |world| row(world, bob.device, place).typing == [alice.account]));
    world.say(alice.device, place, "one");
    assert!(world.run_until(1_000, |world| row(world, bob.device, place).typing.is_empty()));
    done(&mut world, alice.device, Command::Typing { conversation: place, typing: true });
    assert!(world.run_until(1_000, |world| row(world, bob.device, place).typing == [alice.account]));
}

#[test]
fn what_was_forwarded_and_deleted_for_oneself_stays_so_on_all_devices() {
    let mut world = town(17);
    let ([alice, bob, _], place) = group(&mut world);
    let tablet = world.recover(&bob, "tablet");
    world.run_for(240_000);
    let said = world.say(alice.device, place, "дословно");
    world.run_for(30_000);
    let notes = world.direct(bob.device, bob.account);
    let target = MessageRef { author: alice.account, id: said };
    let forward = Command::Forward { from: place, messages: vec![target], to: vec![notes], with_author: true };
    done(&mut world, bob.device, forward);
    let delete = Command::Delete { conversation: place, targets: vec![target], for_all: false };
    done(&mut world, bob.device, delete);
    world.run_for(60_000);
    for device in [bob.device, tablet] {
        assert!(texts(&world, device, place).is_empty());
        let kept = page(&world, device, notes);
        let kept = kept.iter().find(|message| message.forward.is_some()).unwrap();
        assert_eq!(kept.forward.as_ref().and_then(|forward| forward.author), Some(alice.account));
    }
    assert_eq!(texts(&world, alice.device, place), ["дословно"]);
}

#[test]
fn a_message_with_the_id_of_another_is_not_hidden() {
    let mut world = town(18);
    let ([alice, bob, carol], place) = group(&mut world);
    let id = world.say(alice.device, place, "alice's own");
    world.run_for(20_000);
    world.set_online(bob.device, false);
    world.run_for(20_000);
    world.say(bob.device, place, "bob's own");
    // Bob's client is not an honest one: it takes an id that it has seen.
    world.tamper(bob.device, |database| {
        let conn = rusqlite::Connection::open(database).unwrap();
        for sql in ["UPDATE outbox SET message = ?1 WHERE class = 0", "UPDATE messages SET message = ?1 WHERE seq = 0"]
        {
            assert_eq!(conn.execute(sql, [id.as_bytes().as_slice()]).unwrap(), 1);
        }
    });
    world.set_online(bob.device, true);
    world.run_for(60_000);
    for person in [&alice, &bob, &carol] {
        let name = &world.at(person.device).name;
        assert_eq!(texts(&world, person.device, place), ["alice's own", "bob's own"], "{name}");
    }
}

/// Says something on a device whose network breaks before the server's answer comes.
fn say_unanswered(world: &mut Town, device: DeviceKey, place: ConversationId, text: &str) -> MessageId {
    let usual = world.conditions;
    // What is on the way arrives before the server learns that nobody is there any more.
    (world.conditions.delay_min, world.conditions.delay_max) = (10, 10);
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    let command = world.command(device, Command::Send { conversation: place, draft });
    let Some(Ok(Outcome::Queued { message })) = world.ending(device, command).cloned() else {
        panic!("{:?}", world.ending(device, command))
    };
    world.set_online(device, false);
    world.run_for(10_000);
    world.conditions = usual;
    message
}

/// The device trusts the server as before.
fn assert_at_peace(world: &Town, device: DeviceKey, place: ConversationId) {
    assert_eq!(row(world, device, place).readiness, Readiness::Ready);
    let warnings = view::warnings(world.at(device).engine().reader()).unwrap();
    assert!(warnings.iter().all(|warning| warning.conversation.is_none()), "{warnings:?}");
}

#[test]
fn a_message_deleted_from_another_device_before_its_own_saw_it_come_is_gone_in_peace() {
    let mut world = town(41);
    let ([alice, bob, _], place) = group(&mut world);
    let laptop = world.recover(&alice, "laptop");
    world.run_for(60_000);
    let message = say_unanswered(&mut world, alice.device, place, "better unsaid");
    assert_eq!(texts(&world, laptop, place), ["better unsaid"]);
    let target = MessageRef { author: alice.account, id: message };
    done(&mut world, laptop, Command::Delete { conversation: place, targets: vec![target], for_all: true });
    // A new epoch besides: what waits to be sent is sealed again under it.
    done(&mut world, laptop, Command::SetRole { conversation: place, account: bob.account, role: Role::Admin });
    world.run_for(60_000);
    world.set_online(alice.device, true);
    world.run_for(60_000);
    for device in [alice.device, laptop, bob.device] {
        assert_eq!(texts(&world, device, place), ["(deleted)"]);
    }
    assert_at_peace(&world, alice.device, place);
}

#[test]
fn a_message_whose_answer_was_lost_stands_though_its_author_was_removed_and_added_again() {
    let mut world = town(42);
    let ([alice, bob, carol], place) = group(&mut world);
    let message = say_unanswered(&mut world, bob.device, place, "said once");
    done(&mut world, alice.device, Command::RemoveMember { conversation: place, account: bob.account });
    world.run_for(30_000);
    done(&mut world, alice.device, Command::AddMembers { conversation: place, accounts: vec![bob.account] });
    world.run_for(30_000);
    world.set_online(bob.device, true);
    world.run_for(60_000);
    for device in [alice.device, bob.device, carol.device] {
        assert_eq!(texts(&world, device, place), ["said once"]);
    }
    let delivery = find(&world, bob.device, place, message).delivery;
    assert!(matches!(delivery, Some(Delivery::Sent | Delivery::Delivered)), "{delivery:?}");
    assert_eq!(row(&world, bob.device, place).readiness, Readiness::Ready);
}

#[test]
fn a_wish_that_somebody_else_fulfilled_does_not_hold_up_the_next() {
    let mut world = town(44);
    let ([alice, bob, carol], place) = group(&mut world);
    let promote =
        |person: &Person| Command::SetRole { conversation: place, account: person.account, role: Role::Admin };
    let laptop = world.recover(&alice, "laptop");
    world.run_for(60_000);
    world.set_online(alice.device, false);
    world.run_for(1_000);
    let wishes = [promote(&bob), promote(&carol)].map(|wish| world.command(alice.device, wish));
    done(&mut world, laptop, promote(&bob));
    world.run_for(60_000);
    world.set_online(alice.device, true);
    world.run_for(600_000);
    for wish in wishes {
        assert_eq!(world.ending(alice.device, wish), Some(&Ok(Outcome::Done)));
    }
    let members = looking(&world, bob.device, |view| view::members(view, place).unwrap().unwrap()).members;
    let role = |person: &Person| members.iter().find(|member| member.who.account == person.account).unwrap().role;
    assert_eq!((role(&bob), role(&carol)), (Role::Admin, Role::Admin));
}

#[test]
fn a_device_that_leaves_and_is_revoked_at_the_same_time_is_removed_once() {
    let mut world = town(45);
    let ([alice, bob, carol], place) = group(&mut world);
    let laptop = world.recover(&carol, "laptop");
    world.run_for(60_000);
    for device in [alice.device, bob.device, carol.device] {
        world.set_online(device, false);
    }
    world.run_for(5_000);
    // The server has the proposal, and nobody has committed it.
    let leave = world.command(laptop, Command::Leave { conversation: place });
    world.run_for(5_000);
    let revoked = Me::find(world.at(laptop).engine().reader()).unwrap().unwrap().device;
    world.set_online(laptop, false);
    world.set_online(carol.device, true);
    let removal = world.command(carol.device, Command::RemoveDevice { device: revoked });
    world.run_for(60_000);
    assert_eq!(world.ending(carol.device, removal), Some(&Ok(Outcome::Done)));
    for device in [alice.device, bob.device, laptop] {
        world.set_online(device, true);
    }
    world.run_for(120_000);
    assert!(world.ending(laptop, leave).is_some());
    let members = looking(&world, bob.device, |view| view::members(view, place).unwrap().unwrap()).members;
    let accounts: Vec<_> = members.into_iter().map(|member| member.who.account).collect();
    assert!(!accounts.contains(&carol.account) && accounts.len() == 2, "{accounts:?}");
    assert_eq!(row(&world, carol.device, place).readiness, Readiness::Left);
}

#[test]
fn a_change_accepted_without_a_network_that_is_not_allowed_any_more_is_announced() {
    let mut world = town(31);
    let ([alice, bob, carol], place) = group(&mut world);
    let dave = world.person("dave");
    world.run_for(60_000);
    let role = |role| Command::SetRole { conversation: place, account: bob.account, role };
    done(&mut world, alice.device, role(Role::Admin));
    world.run_for(60_000);
    world.set_online(bob.device, false);
    let wanted = Command::RemoveMember { conversation: place, account: carol.account };
    assert_eq!(world.ask(bob.device, wanted), Ok(Outcome::Done));
    done(&mut world, alice.device, role(Role::Member));
    world.run_for(60_000);
    let announced = |world: &Town, device| {
        world
            .at(device)
            .notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::NotDone { conversation, why } => Some((*conversation, why.clone())),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(announced(&world, bob.device), []);
    world.set_online(bob.device, true);
    world.run_for(120_000);
    let told = announced(&world, bob.device);
    assert!(matches!(told.as_slice(), [(at, Failure::NotAllowed { .. })] if *at == place), "{told:?}");

    // Who waits for the answer is answered, and that is enough.
    let wanted = Command::AddMembers { conversation: place, accounts: vec![dave.account] };
    let _ = world.ask(bob.device, wanted);
    world.run_for(60_000);
    assert_eq!(announced(&world, bob.device).len(), 1);
}

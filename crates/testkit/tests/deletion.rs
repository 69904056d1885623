//! Stories of people who delete their accounts.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::Reason;
use beseda_engine::api::view::{Anchor, Body, ConnectionState, Readiness, SystemEvent};
use beseda_engine::view::{self, View};
use beseda_model::{Code, ConversationId, Role};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, SERVER, World};

type Town = World<RealServer>;

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn view<'a>(world: &'a Town, device: DeviceKey) -> View<'a> {
    View::new(world.at(device).engine().reader(), world.now()).unwrap()
}

fn delete(world: &mut Town, person: &Person, confirm: &str) -> Result<Outcome, Failure> {
    world.ask(person.device, Command::DeleteAccount { confirm: confirm.to_owned() })
}

fn readiness(world: &Town, device: DeviceKey, conversation: ConversationId) -> Readiness {
    view::conversation(&view(world, device), conversation).unwrap().unwrap().readiness
}

fn roles(world: &Town, device: DeviceKey, conversation: ConversationId) -> Vec<(String, Role)> {
    let members = view::members(&view(world, device), conversation).unwrap().unwrap().members;
    members.into_iter().map(|member| (member.who.name, member.role)).collect()
}

/// Time passes in which nothing happens.
fn leap(world: &mut Town, millis: u64) {
    let at = world.now().plus_millis(millis);
    world.clock.set(at);
    world.run_for(MINUTE);
}

#[test]
fn somebody_deletes_their_account_and_everybody_who_knew_them_is_told() {
    let mut world = town(1);
    let [anna, boris, clara] = ["anna", "boris", "clara"].map(|name| world.person(name));
    let direct = world.direct(anna.device, boris.account);
    world.say(anna.device, direct, "Goodbye");
    let group = world.group(anna.device, "Us", &[boris.account, clara.account]);
    world.run_for(5 * MINUTE);
    let accept = Command::AnswerStranger { conversation: direct, accept: true };
    assert_eq!(world.ask(boris.device, accept), Ok(Outcome::Done));
    world.run_for(MINUTE);

    let careless = delete(&mut world, &anna, "boris");
    assert!(matches!(careless, Err(Failure::Invalid { .. })), "{careless:?}");
    assert_eq!(delete(&mut world, &anna, "@Anna"), Ok(Outcome::Done));
    world.run_for(5 * MINUTE);

    // The group goes on without her, and the one who has been there longest owns it.
    assert_eq!(
        roles(&world, boris.device, group),
        [("boris".to_owned(), Role::Owner), ("clara".to_owned(), Role::Member)]
    );
    world.say(clara.device, group, "She is gone");
    world.run_for(MINUTE);
    assert_eq!(readiness(&world, boris.device, group), Readiness::Ready);
    assert_eq!(readiness(&world, boris.device, direct), Readiness::PeerDeleted);
    assert!(view::account(&view(&world, boris.device), anna.account).unwrap().deleted);
    assert!(!view::conversation(&view(&world, boris.device), direct).unwrap().unwrap().may_send);
    let draft = Draft { text: "Are you there?".to_owned(), ..Draft::default() };
    let nobody = Err(Failure::NotReady { reason: Reason::PeerGone });
    assert_eq!(world.ask(boris.device, Command::Send { conversation: direct, draft }), nobody);
    let page = view::timeline(&view(&world, boris.device), direct, Anchor::End, 50).unwrap().messages;
    let told = |body: &Body| matches!(body, Body::System { event: SystemEvent::AccountDeleted { account } } if *account == anna.account);
    assert_eq!(page.iter().filter(|message| told(&message.body)).count(), 1);
    assert!(page.iter().any(|message| matches!(&message.body, Body::Text { text, .. } if text == "Goodbye")));

    // Her device has forgotten everything, and can be used by somebody else.
    assert_eq!(world.at(anna.device).engine().connection(), ConnectionState::SignedOut);
    assert!(view::me(&view(&world, anna.device)).unwrap().is_none());
    assert!(view::conversations(&view(&world, anna.device)).unwrap().is_empty());
    world.restart(anna.device);
    let again = Command::SignUp {
        server: SERVER.to_owned(),
        username: Some("annika".to_owned()),
        password: None,
        invite: None,
        phone: false,
        device_name: "phone".to_owned(),
    };
    assert!(matches!(world.ask(anna.device, again), Ok(Outcome::SignedUp { .. })));
}

#[test]
fn a_deleted_account_does_not_come_back_by_its_phrase() {
    let mut world = town(2);
    let anna = world.person("anna");
    let second = world.recover(&anna, "tablet");
    world.run_for(MINUTE);
    assert_eq!(delete(&mut world, &anna, "anna"), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(world.at(second).engine().connection(), ConnectionState::SignedOut, "her other devices are signed out");
    let device = world.device("laptop");
    let (server, device_name) = (SERVER.to_owned(), "laptop".to_owned());
    let back = world.ask(device, Command::Recover { server, phrase: anna.phrase.clone(), device_name });
    assert!(matches!(back, Err(Failure::Refused { code: Code::NotFound, .. } | Failure::NotFound)), "{back:?}");
}

#[test]
fn the_name_of_a_deleted_account_is_nobodys_for_a_while() {
    // As long as the limit `username_quarantine_millis` says, which is thirty days.
    let mut world = town(3);
    let anna = world.person("anna");
    let boris = world.person("boris");
    assert_eq!(delete(&mut world, &anna, "anna"), Ok(Outcome::Done));
    let take = Command::SetUsername { username: Some("anna".to_owned()) };
    let early = world.ask(boris.device, take.clone());
    assert!(matches!(early, Err(Failure::Refused { code: Code::Taken, .. })), "{early:?}");
    leap(&mut world, 29 * DAY);
    world.server.tend();
    let early = world.ask(boris.device, take.clone());
    assert!(matches!(early, Err(Failure::Refused { code: Code::Taken, .. })), "{early:?}");
    leap(&mut world, 2 * DAY);
    world.server.tend();
    assert_eq!(world.ask(boris.device, take), Ok(Outcome::Done));
}

#[test]
fn whoever_is_offline_deletes_nothing() {
    let mut world = town(4);
    let anna = world.person("anna");
    world.run_for(MINUTE);
    world.set_online(anna.device, false);
    world.run_for(MINUTE);
    assert_eq!(delete(&mut world, &anna, "anna"), Err(Failure::Unreachable));
    world.set_online(anna.device, true);
    world.run_for(MINUTE);
    assert_eq!(world.at(anna.device).engine().connection(), ConnectionState::Online);
}

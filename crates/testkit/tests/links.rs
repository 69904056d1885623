//! Stories of links: people pass them on, others ask to join by them, members' devices answer.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{AskView, GroupLinkView, GroupStanding, KeyMatch, LinkView, OwnAskView, Readiness};
use beseda_engine::view::{self, View};
use beseda_model::{Code, ConversationId, Permissions, Role, Timestamp};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::people::Person;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::state::{AskOutcome, PrivacySettings};

type Town = World<RealServer>;

const MINUTE: u64 = 60_000;

fn town(seed: u64) -> Town {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

fn view<'a>(world: &'a Town, device: DeviceKey) -> View<'a> {
    View::new(world.at(device).engine().reader(), world.now()).unwrap()
}

/// A link to a group of Anna's making.
struct Link {
    automatic: bool,
    uses: Option<u32>,
    expires_at: Option<Timestamp>,
}

const ASKED: Link = Link { automatic: false, uses: None, expires_at: None };
const OPEN: Link = Link { automatic: true, uses: None, expires_at: None };

fn make(world: &mut Town, device: DeviceKey, conversation: ConversationId, link: &Link) -> GroupLinkView {
    let command = Command::MakeGroupLink {
        conversation,
        automatic: link.automatic,
        expires_at: link.expires_at,
        uses: link.uses,
    };
    match world.ask(device, command) {
        Ok(Outcome::GroupLink { link }) => link,
        other => panic!("no link could be made: {other:?}"),
    }
}

fn url(link: &GroupLinkView) -> String {
    link.url.clone().expect("whoever made it has it")
}

fn ask(world: &mut Town, device: DeviceKey, link: &GroupLinkView) -> Result<Outcome, Failure> {
    world.ask(device, Command::AskToJoin { link: url(link) })
}

fn follow(world: &mut Town, device: DeviceKey, link: &str) -> Result<LinkView, Failure> {
    match world.ask(device, Command::FollowLink { link: link.to_owned(), in_person: false }) {
        Ok(Outcome::Link { leads_to }) => Ok(leads_to),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure),
    }
}

fn answer(
    world: &mut Town,
    device: DeviceKey,
    conversation: ConversationId,
    who: &Person,
    accept: bool,
) -> Result<Outcome, Failure> {
    world.ask(device, Command::AnswerAsk { conversation, account: who.account, accept })
}

fn asks(world: &Town, device: DeviceKey, conversation: ConversationId) -> Vec<AskView> {
    let view = view(world, device);
    let asks = view::asks(&view, conversation).unwrap();
    // The list of conversations tells how many of them wait for somebody.
    let told = view::conversation(&view, conversation).unwrap().map_or(0, |row| row.asks);
    assert_eq!(usize::try_from(told).unwrap(), asks.iter().filter(|ask| !ask.being_added).count());
    asks
}

fn own_ask(world: &Town, device: DeviceKey) -> Option<OwnAskView> {
    view::own_asks(&view(world, device)).unwrap().into_iter().next()
}

fn outcome(world: &Town, device: DeviceKey) -> Option<AskOutcome> {
    own_ask(world, device).map(|ask| ask.outcome)
}

fn is_in(world: &Town, device: DeviceKey, conversation: ConversationId) -> bool {
    let row = view::conversation(&view(world, device), conversation).unwrap();
    row.is_some_and(|row| row.readiness == Readiness::Ready)
}

/// Somebody whom only contacts may add to groups, as it is for everybody who has not changed it.
fn sign_up(world: &mut Town, name: &str) -> Person {
    let person = world.person(name);
    let command = Command::SetPrivacy { privacy: PrivacySettings::default() };
    assert_eq!(world.ask(person.device, command), Ok(Outcome::Done));
    person
}

/// Anna has a group, and knows nobody who may want to join it.
fn group(world: &mut Town, title: &str) -> (Person, ConversationId) {
    let anna = sign_up(world, "anna");
    let id = world.group(anna.device, title, &[]);
    world.run_for(MINUTE);
    (anna, id)
}

#[test]
fn a_stranger_asks_by_a_link_and_is_let_in() {
    let mut world = town(1);
    let (anna, id) = group(&mut world, "Reading");
    let boris = sign_up(&mut world, "boris");
    let link = make(&mut world, anna.device, id, &ASKED);
    let shown = follow(&mut world, boris.device, &url(&link)).unwrap();
    let LinkView::Group { conversation, title, members, automatic, standing, .. } = shown else { panic!("{shown:?}") };
    assert_eq!(
        (conversation, title.as_str(), members, automatic, standing),
        (id, "Reading", 1, false, GroupStanding::New)
    );
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    assert_eq!(
        own_ask(&world, boris.device).map(|ask| (ask.title, ask.outcome)),
        Some(("Reading".to_owned(), AskOutcome::Waiting))
    );
    world.run_for(MINUTE);
    assert!(!is_in(&world, boris.device, id), "nobody has answered");
    let waiting = asks(&world, anna.device, id);
    assert_eq!(waiting.iter().map(|ask| (ask.who.account, ask.doubt)).collect::<Vec<_>>(), [(boris.account, None)]);
    assert_eq!(waiting[0].who.username.as_deref(), Some("boris"));
    assert_eq!(answer(&mut world, anna.device, id, &boris, true), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(is_in(&world, boris.device, id));
    assert_eq!(outcome(&world, boris.device), Some(AskOutcome::Joined));
    assert_eq!(asks(&world, anna.device, id), []);
    world.say(boris.device, id, "Thank you for having me");
    world.run_for(MINUTE);
    let title = view::conversation(&view(&world, boris.device), id).unwrap().unwrap().title;
    assert_eq!(title, "Reading", "who comes in is told what the group is about");
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Conversation { conversation: id }));
}

#[test]
fn an_automatic_link_lets_in_who_comes_while_a_member_is_there() {
    let mut world = town(2);
    let (anna, id) = group(&mut world, "Open air");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let link = make(&mut world, anna.device, id, &OPEN);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(is_in(&world, boris.device, id));
    for member in [&anna, &boris] {
        world.set_online(member.device, false);
    }
    assert_eq!(ask(&mut world, clara.device, &link), Ok(Outcome::Done));
    world.run_for(5 * MINUTE);
    assert_eq!((is_in(&world, clara.device, id), outcome(&world, clara.device)), (false, Some(AskOutcome::Waiting)));
    // Whoever comes first lets her in: Boris may add people, too.
    world.set_online(boris.device, true);
    world.run_for(MINUTE);
    assert!(is_in(&world, clara.device, id));
}

#[test]
fn who_is_turned_down_stays_out_and_is_told() {
    let mut world = town(3);
    let (anna, id) = group(&mut world, "Family");
    let boris = sign_up(&mut world, "boris");
    let link = make(&mut world, anna.device, id, &ASKED);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(answer(&mut world, anna.device, id, &boris, false), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(outcome(&world, boris.device), Some(AskOutcome::Declined));
    assert_eq!(asks(&world, anna.device, id), []);
    let again = ask(&mut world, boris.device, &link);
    assert!(matches!(again, Err(Failure::Refused { code: Code::NotAccepted, .. })), "{again:?}");
    assert!(!is_in(&world, boris.device, id));
}

#[test]
fn of_two_who_ask_by_a_link_for_one_the_second_is_told_that_it_is_used_up() {
    let mut world = town(4);
    let (anna, id) = group(&mut world, "Chess");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let link = make(&mut world, anna.device, id, &Link { uses: Some(1), ..ASKED });
    for person in [&boris, &clara] {
        assert_eq!(ask(&mut world, person.device, &link), Ok(Outcome::Done));
    }
    world.run_for(MINUTE);
    assert_eq!(asks(&world, anna.device, id).len(), 2);
    assert_eq!(answer(&mut world, anna.device, id, &boris, true), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(
        (outcome(&world, boris.device), outcome(&world, clara.device)),
        (Some(AskOutcome::Joined), Some(AskOutcome::Lapsed))
    );
    assert_eq!(asks(&world, anna.device, id), []);
    assert_eq!(answer(&mut world, anna.device, id, &clara, true), Err(Failure::NotFound));
    assert_eq!(ask(&mut world, clara.device, &link), Err(Failure::LinkEnded));
}

#[test]
fn two_members_who_let_in_two_by_the_last_use_of_a_link_let_in_one() {
    let mut world = town(5);
    let (anna, id) = group(&mut world, "Chess");
    let (boris, clara, dora) =
        (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"), sign_up(&mut world, "dora"));
    let open = make(&mut world, anna.device, id, &OPEN);
    assert_eq!(ask(&mut world, dora.device, &open), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(is_in(&world, dora.device, id));
    let link = make(&mut world, anna.device, id, &Link { uses: Some(1), ..ASKED });
    for person in [&boris, &clara] {
        assert_eq!(ask(&mut world, person.device, &link), Ok(Outcome::Done));
    }
    world.run_for(MINUTE);
    let accept = |who: &Person| Command::AnswerAsk { conversation: id, account: who.account, accept: true };
    let (one, other) = (world.command(anna.device, accept(&boris)), world.command(dora.device, accept(&clara)));
    world.run_for(5 * MINUTE);
    let ends = [world.ending(anna.device, one).cloned(), world.ending(dora.device, other).cloned()];
    assert_eq!(ends.iter().filter(|end| **end == Some(Ok(Outcome::Done))).count(), 1, "{ends:?}");
    let inside = [&boris, &clara].into_iter().filter(|person| is_in(&world, person.device, id)).count();
    assert_eq!(inside, 1);
    let mut outcomes = [outcome(&world, boris.device).unwrap(), outcome(&world, clara.device).unwrap()];
    outcomes.sort_by_key(|outcome| *outcome == AskOutcome::Lapsed);
    assert_eq!(outcomes, [AskOutcome::Joined, AskOutcome::Lapsed]);
}

#[test]
fn a_link_that_is_taken_back_lets_nobody_in_who_waits() {
    let mut world = town(6);
    let (anna, id) = group(&mut world, "Choir");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let link = make(&mut world, anna.device, id, &ASKED);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    let revoke = Command::RevokeGroupLink { conversation: id, link: link.link };
    assert_eq!(world.ask(anna.device, revoke), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(outcome(&world, boris.device), Some(AskOutcome::Lapsed));
    assert_eq!(asks(&world, anna.device, id), []);
    assert_eq!(follow(&mut world, clara.device, &url(&link)), Err(Failure::LinkEnded));
    assert_eq!(ask(&mut world, clara.device, &link), Err(Failure::LinkEnded));
    let left = world.ask(anna.device, Command::ListGroupLinks { conversation: id });
    assert_eq!(left, Ok(Outcome::GroupLinks { links: Vec::new() }));
}

#[test]
fn a_link_expires_also_for_those_who_wait() {
    let mut world = town(7);
    let (anna, id) = group(&mut world, "Picnic");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let expires_at = Some(world.now().plus_millis(10 * MINUTE));
    let link = make(&mut world, anna.device, id, &Link { expires_at, ..ASKED });
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(11 * MINUTE);
    assert_eq!(ask(&mut world, clara.device, &link), Err(Failure::LinkEnded));
    let late = answer(&mut world, anna.device, id, &boris, true);
    assert!(matches!(late, Err(Failure::NotAllowed { .. })), "the device knows by itself: {late:?}");
    world.server.tend();
    world.run_for(MINUTE);
    assert_eq!(outcome(&world, boris.device), Some(AskOutcome::Lapsed));
}

#[test]
fn who_lets_in_and_goes_offline_leaves_it_to_another() {
    let mut world = town(8);
    let (anna, id) = group(&mut world, "Hiking");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let link = make(&mut world, anna.device, id, &OPEN);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(is_in(&world, boris.device, id));
    world.set_online(boris.device, false);
    // Anna's device takes the request up and loses the network before it has committed anything.
    let asked = ask(&mut world, clara.device, &link);
    assert_eq!(asked, Ok(Outcome::Done));
    let taken = world.run_until(MINUTE, |world| asks(world, anna.device, id).iter().any(|ask| ask.being_added));
    assert!(taken);
    world.set_online(anna.device, false);
    world.set_online(boris.device, true);
    world.run_for(MINUTE / 2);
    assert!(!is_in(&world, clara.device, id), "for a minute it is left to Anna");
    world.run_for(MINUTE);
    world.server.tend();
    world.run_for(MINUTE);
    assert!(is_in(&world, clara.device, id), "{:?}", asks(&world, boris.device, id));
}

#[test]
fn who_was_put_out_does_not_come_back_by_an_automatic_link() {
    let mut world = town(9);
    let (anna, id) = group(&mut world, "Quiet");
    let boris = sign_up(&mut world, "boris");
    let link = make(&mut world, anna.device, id, &OPEN);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    let out = Command::RemoveMember { conversation: id, account: boris.account };
    assert_eq!(world.ask(anna.device, out), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(5 * MINUTE);
    assert!(!is_in(&world, boris.device, id));
    assert_eq!(asks(&world, anna.device, id).len(), 1, "a person may still let him in");
    assert_eq!(answer(&mut world, anna.device, id, &boris, true), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert!(is_in(&world, boris.device, id));
}

#[test]
fn only_who_may_add_people_makes_links_and_sees_who_asks() {
    let mut world = town(10);
    let (anna, id) = group(&mut world, "Board");
    let (boris, clara) = (sign_up(&mut world, "boris"), sign_up(&mut world, "clara"));
    let open = make(&mut world, anna.device, id, &OPEN);
    assert_eq!(ask(&mut world, boris.device, &open), Ok(Outcome::Done));
    world.run_for(MINUTE);
    let link = make(&mut world, boris.device, id, &OPEN);
    let permissions = Permissions { add_members: Role::Admin, ..Permissions::default() };
    assert_eq!(world.ask(anna.device, Command::SetPermissions { conversation: id, permissions }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    let refused = world
        .ask(boris.device, Command::MakeGroupLink { conversation: id, automatic: true, expires_at: None, uses: None });
    assert!(matches!(refused, Err(Failure::NotAllowed { .. })), "{refused:?}");
    assert_eq!(ask(&mut world, clara.device, &link), Err(Failure::LinkEnded), "its maker may not add people any more");
    let closed = make(&mut world, anna.device, id, &ASKED);
    assert_eq!(ask(&mut world, clara.device, &closed), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!((asks(&world, anna.device, id).len(), asks(&world, boris.device, id).len()), (1, 0));
    // An admin learns of those who wait already.
    let promote = Command::SetRole { conversation: id, account: boris.account, role: Role::Admin };
    assert_eq!(world.ask(anna.device, promote), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(asks(&world, boris.device, id).len(), 1);
}

#[test]
fn a_request_is_taken_back() {
    let mut world = town(11);
    let (anna, id) = group(&mut world, "Garden");
    let boris = sign_up(&mut world, "boris");
    let link = make(&mut world, anna.device, id, &ASKED);
    assert_eq!(ask(&mut world, boris.device, &link), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!(world.ask(boris.device, Command::WithdrawAsk { conversation: id }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    assert_eq!((asks(&world, anna.device, id), own_ask(&world, boris.device)), (Vec::new(), None));
}

#[test]
fn a_link_to_a_person_shows_who_they_are() {
    let mut world = town(12);
    let (anna, boris) = (sign_up(&mut world, "anna"), sign_up(&mut world, "boris"));
    let Ok(Outcome::PersonLink { url }) = world.ask(anna.device, Command::MakePersonLink) else { panic!() };
    assert!(url.starts_with("http://beseda.test/u/anna#"), "{url}");
    let met = |world: &mut Town, link: &str, in_person| match world
        .ask(boris.device, Command::FollowLink { link: link.to_owned(), in_person })
    {
        Ok(Outcome::Link { leads_to: LinkView::Person { who, key } }) => (who, key),
        other => panic!("{other:?}"),
    };
    let (who, key) = met(&mut world, &url, false);
    assert_eq!((who.account, key, who.verified), (anna.account, KeyMatch::Same, false));
    world.run_for(MINUTE);
    met(&mut world, &url, true);
    world.run_for(MINUTE);
    assert!(view::account(&view(&world, boris.device), anna.account).unwrap().verified, "scanned in her presence");
    let (bare, _) = url.split_once('#').unwrap();
    assert_eq!(met(&mut world, bare, true).1, KeyMatch::NotGiven);
    let other = format!("{bare}#{}", "A".repeat(43));
    assert_eq!(met(&mut world, &other, true).1, KeyMatch::Other);
    let elsewhere = url.replace("beseda.test", "evil.test");
    let refused = world.ask(boris.device, Command::FollowLink { link: elsewhere, in_person: true });
    assert_eq!(refused, Err(Failure::OtherServer { server: "http://evil.test".to_owned() }));
}

#[test]
fn somebody_without_a_username_has_a_link_that_can_be_taken_back() {
    let mut world = town(13);
    let (anna, boris) = (sign_up(&mut world, "anna"), sign_up(&mut world, "boris"));
    assert_eq!(world.ask(anna.device, Command::SetUsername { username: None }), Ok(Outcome::Done));
    world.run_for(MINUTE);
    let link = |world: &mut Town| match world.ask(anna.device, Command::MakePersonLink) {
        Ok(Outcome::PersonLink { url }) => url,
        other => panic!("{other:?}"),
    };
    let first = link(&mut world);
    assert!(first.starts_with("http://beseda.test/p/"), "{first}");
    assert_eq!(link(&mut world), first, "it stays the same until it is taken back");
    let shown = follow(&mut world, boris.device, &first).unwrap();
    assert!(
        matches!(&shown, LinkView::Person { who, key: KeyMatch::Same } if who.account == anna.account),
        "{shown:?}"
    );
    assert_eq!(world.ask(anna.device, Command::RevokePersonLink), Ok(Outcome::Done));
    assert_eq!(follow(&mut world, boris.device, &first), Err(Failure::LinkEnded));
    assert_ne!(link(&mut world), first);
}

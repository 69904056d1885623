//! Cloud drives that a person connects: what they ask of them holds what the drive wants to be shown, and nothing else does.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::drive::{DriveAsk, DriveCall, DriveKind, DriveOf, DriveView, GrantAsk};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::view::{self, View};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::http::{DriveAccess, DriveGrant, DriveProvider};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

type Town = World<RealServer>;

fn dav(password: &str) -> DriveAccess {
    let (address, user) = ("https://cloud.example/dav".to_owned(), "alice".to_owned());
    DriveAccess::Webdav { address, user, password: password.to_owned() }
}

fn keep(world: &mut Town, device: DeviceKey, name: &str, password: &str) -> Result<Outcome, Failure> {
    world.ask(device, Command::KeepDrive { name: name.to_owned(), access: dav(password) })
}

fn drives(world: &Town, device: DeviceKey) -> Vec<DriveView> {
    view::drives(&View::new(world.at(device).engine().reader(), world.now()).unwrap()).unwrap()
}

fn call(world: &Town, device: DeviceKey, drive: u32, what: &DriveAsk) -> Option<DriveCall> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::drive_call(&view, &DriveOf::Kept { drive }, what).unwrap()
}

#[test]
fn a_drive_is_kept_renamed_and_forgotten() {
    let clock = FakeClock::default();
    let mut world = World::new(1, clock.clone(), RealServer::new(1, clock));
    let alice = world.person("Alice");
    assert_eq!(keep(&mut world, alice.device, "  Cloud ", "the-password"), Ok(Outcome::Done));
    let [drive] = <[DriveView; 1]>::try_from(drives(&world, alice.device)).unwrap();
    assert_eq!(
        (drive.name.as_str(), drive.kind, drive.address.as_str()),
        ("Cloud", DriveKind::Webdav, "https://cloud.example/dav")
    );
    assert!(!format!("{drive:?}").contains("the-password"));

    let list = DriveAsk::List { path: "a/b".to_owned(), skip: 500 };
    let asked = call(&world, alice.device, drive.drive, &list).unwrap();
    assert!(asked.url.ends_with("/api/v1/drives/list"));
    let body = asked.body.clone().unwrap();
    assert!(body.contains("the-password") && body.contains("a/b") && body.contains("500"));
    assert!(asked.headers.iter().any(|(name, value)| name == "authorization" && value.starts_with("Bearer ")));
    assert_eq!(format!("{asked:?} {list:?}"), "DriveCall(…) DriveAsk(…)");
    let write = DriveAsk::Write { path: "a".to_owned(), replace: false };
    let asked = call(&world, alice.device, drive.drive, &write).unwrap();
    assert!(asked.body.is_none() && asked.headers.iter().any(|(name, _)| name == "beseda-drive"));

    let rename = Command::RenameDrive { drive: drive.drive, name: "Home".to_owned() };
    assert_eq!(world.ask(alice.device, rename), Ok(Outcome::Done));
    assert_eq!(drives(&world, alice.device)[0].name, "Home");
    let other = Command::RenameDrive { drive: 99, name: "Home".to_owned() };
    assert_eq!(world.ask(alice.device, other), Err(Failure::NotFound));
    assert_eq!(world.ask(alice.device, Command::ForgetDrive { drive: drive.drive }), Ok(Outcome::Done));
    assert_eq!((drives(&world, alice.device), call(&world, alice.device, drive.drive, &list)), (vec![], None));
}

#[test]
fn names_numbers_and_lengths_of_drives_have_bounds() {
    let clock = FakeClock::default();
    let mut world = World::new(2, clock.clone(), RealServer::new(2, clock));
    let alice = world.person("Alice");
    let invalid = |what, reason| Err(Failure::Invalid { what, reason });
    assert_eq!(keep(&mut world, alice.device, " ", "x"), invalid(Field::Name, Reason::Empty));
    assert_eq!(keep(&mut world, alice.device, &"д".repeat(65), "x"), invalid(Field::Name, Reason::TooLong));
    assert_eq!(keep(&mut world, alice.device, "a", &"x".repeat(2_049)), invalid(Field::Command, Reason::TooLong));
    assert_eq!(keep(&mut world, alice.device, &"д".repeat(64), &"x".repeat(2_048)), Ok(Outcome::Done));
    for _ in 1..20 {
        assert_eq!(keep(&mut world, alice.device, "a", "x"), Ok(Outcome::Done));
    }
    assert_eq!(keep(&mut world, alice.device, "a", "x"), invalid(Field::Command, Reason::TooMany));
}

const HOUR: u64 = 3_600_000;

fn grant(access: &str, refresh: Option<&str>) -> DriveGrant {
    let millis = u32::try_from(HOUR).unwrap();
    DriveGrant { access: access.to_owned(), millis, refresh: refresh.map(str::to_owned) }
}

fn authorize(name: &str, drive: Option<u32>) -> Command {
    let back = "https://chat.example/drive-connected".to_owned();
    Command::AuthorizeDrive { provider: DriveProvider::Google, name: name.to_owned(), drive, back }
}

fn keep_grant(state: &str, grant: DriveGrant) -> Command {
    Command::KeepGrant { state: state.to_owned(), grant }
}

fn granting(world: &Town, device: DeviceKey, what: &GrantAsk) -> Option<DriveCall> {
    let view = View::new(world.at(device).engine().reader(), world.now()).unwrap();
    view::grant_call(&view, what).unwrap()
}

/// What is in a body under this name; all of them are texts.
fn said(call: Option<&DriveCall>, name: &str) -> String {
    let body = call.unwrap().body.clone().unwrap();
    let (_, rest) = body.split_once(&format!("\"{name}\":\"")).unwrap_or_else(|| panic!("no {name} in {body}"));
    rest.split('"').next().unwrap().to_owned()
}

fn exchange(state: &str) -> GrantAsk {
    GrantAsk::Exchange { code: "the-code".to_owned(), state: state.to_owned() }
}

fn list() -> DriveAsk {
    DriveAsk::List { path: String::new(), skip: 0 }
}

#[test]
fn a_drive_of_a_provider_is_connected_by_who_has_asked_for_it() {
    let clock = FakeClock::default();
    let mut world = World::new(3, clock.clone(), RealServer::new(3, clock));
    let alice = world.person("Alice").device;
    assert_eq!(granting(&world, alice, &GrantAsk::Authorize), None);
    assert_eq!(world.ask(alice, authorize(" Mine ", None)), Ok(Outcome::Done));

    // What is taken along to the page proves later who was sent there.
    let page = granting(&world, alice, &GrantAsk::Authorize);
    assert!(page.as_ref().unwrap().url.ends_with("/api/v1/drives/authorize"));
    let (state, challenge) = (said(page.as_ref(), "state"), said(page.as_ref(), "challenge"));
    assert_eq!(granting(&world, alice, &exchange("another")), None);
    world.restart(alice);
    let code = granting(&world, alice, &exchange(&state));
    let verifier = said(code.as_ref(), "verifier");
    assert_eq!(BASE64URL_NOPAD.encode(&Sha256::digest(&verifier)), challenge);
    assert!(verifier.len() >= 43 && state.len() >= 43 && verifier != state);
    assert_eq!(said(code.as_ref(), "code"), "the-code");
    assert_eq!(said(code.as_ref(), "back"), "https://chat.example/drive-connected");
    assert_eq!(format!("{:?} {code:?}", exchange(&state)), "GrantAsk(…) Some(DriveCall(…))");

    assert_eq!(world.ask(alice, keep_grant("another", grant("a-1", Some("r-1")))), Err(Failure::NotFound));
    let empty = Failure::Invalid { what: Field::Command, reason: Reason::Empty };
    assert_eq!(world.ask(alice, keep_grant(&state, grant("a-1", None))), Err(empty));
    assert_eq!(world.ask(alice, keep_grant(&state, grant("a-1", Some("r-1")))), Ok(Outcome::Done));
    let [drive] = <[DriveView; 1]>::try_from(drives(&world, alice)).unwrap();
    assert_eq!((drive.name.as_str(), drive.kind, drive.address.as_str()), ("Mine", DriveKind::Google, ""));
    let asked = call(&world, alice, drive.drive, &list()).unwrap();
    assert!(asked.body.as_ref().unwrap().contains(r#"{"kind":"cloud","provider":"google","token":"a-1"}"#));
    assert!(!asked.is_over);

    // Nothing is connected twice by the same code.
    assert_eq!(granting(&world, alice, &exchange(&state)), None);
    assert_eq!(world.ask(alice, keep_grant(&state, grant("a-2", Some("r-2")))), Err(Failure::NotFound));
}

fn with_a_drive(world: &mut Town, device: DeviceKey) -> u32 {
    world.ask(device, authorize("Mine", None)).unwrap();
    let state = said(granting(world, device, &GrantAsk::Authorize).as_ref(), "state");
    world.ask(device, keep_grant(&state, grant("a-1", Some("r-1")))).unwrap();
    drives(world, device)[0].drive
}

#[test]
fn tokens_are_renewed_before_they_end_and_those_that_turn_are_kept() {
    let clock = FakeClock::default();
    let mut world = World::new(4, clock.clone(), RealServer::new(4, clock.clone()));
    let alice = world.person("Alice").device;
    let drive = with_a_drive(&mut world, alice);
    clock.advance_millis(HOUR - 120_001);
    assert!(!call(&world, alice, drive, &list()).unwrap().is_over);
    clock.advance_millis(1);
    assert!(call(&world, alice, drive, &list()).unwrap().is_over);

    let asked = granting(&world, alice, &GrantAsk::Refresh { drive });
    assert!(asked.as_ref().unwrap().url.ends_with("/api/v1/drives/refresh"));
    assert_eq!((said(asked.as_ref(), "provider"), said(asked.as_ref(), "token")), ("google".into(), "r-1".into()));
    let refresh = |access: &str, refresh| Command::RefreshDrive { drive, grant: grant(access, refresh) };
    assert_eq!(world.ask(alice, refresh("a-2", None)), Ok(Outcome::Done));
    let again = call(&world, alice, drive, &list()).unwrap();
    assert!(!again.is_over && again.body.unwrap().contains("a-2"));
    assert_eq!(said(granting(&world, alice, &GrantAsk::Refresh { drive }).as_ref(), "token"), "r-1");
    assert_eq!(world.ask(alice, refresh("a-3", Some("r-2"))), Ok(Outcome::Done));
    world.restart(alice);
    assert_eq!(said(granting(&world, alice, &GrantAsk::Refresh { drive }).as_ref(), "token"), "r-2");

    // Connected anew, it is the same drive.
    world.ask(alice, authorize("", Some(drive))).unwrap();
    let state = said(granting(&world, alice, &GrantAsk::Authorize).as_ref(), "state");
    world.ask(alice, keep_grant(&state, grant("a-4", Some("r-3")))).unwrap();
    assert_eq!((drives(&world, alice).len(), drives(&world, alice)[0].name.as_str()), (1, "Mine"));
    let revoked = granting(&world, alice, &GrantAsk::Revoke { drive });
    assert!(revoked.as_ref().unwrap().url.ends_with("/api/v1/drives/revoke"));
    assert_eq!(said(revoked.as_ref(), "token"), "r-3");
    world.ask(alice, Command::ForgetDrive { drive }).unwrap();
    assert_eq!(granting(&world, alice, &GrantAsk::Revoke { drive }), None);
    assert_eq!(world.ask(alice, refresh("a-5", None)), Err(Failure::NotFound));
}

#[test]
fn what_is_asked_of_a_provider_has_bounds() {
    let clock = FakeClock::default();
    let mut world = World::new(5, clock.clone(), RealServer::new(5, clock.clone()));
    let alice = world.person("Alice").device;
    let invalid = |what, reason| Err(Failure::Invalid { what, reason });
    assert_eq!(world.ask(alice, authorize(" ", None)), invalid(Field::Name, Reason::Empty));
    assert_eq!(world.ask(alice, authorize("Mine", Some(7))), Err(Failure::NotFound));
    keep(&mut world, alice, "Cloud", "x").unwrap();
    let other = drives(&world, alice)[0].drive;
    assert_eq!(world.ask(alice, authorize("Mine", Some(other))), Err(Failure::NotFound), "it has no provider");
    assert_eq!(granting(&world, alice, &GrantAsk::Refresh { drive: other }), None);
    assert_eq!(granting(&world, alice, &GrantAsk::Revoke { drive: other }), None);
    let access = DriveAccess::Cloud { provider: DriveProvider::Google, token: "a".to_owned() };
    let bare = Command::KeepDrive { name: "Mine".to_owned(), access };
    assert_eq!(world.ask(alice, bare), Err(Failure::NotFound), "nothing could renew it");
    let back = "x".repeat(2_049);
    let far = Command::AuthorizeDrive { provider: DriveProvider::Google, name: "Mine".to_owned(), drive: None, back };
    assert_eq!(world.ask(alice, far), invalid(Field::Command, Reason::TooLong));

    // An hour is enough to say yes, and not more.
    world.ask(alice, authorize("Mine", None)).unwrap();
    let state = said(granting(&world, alice, &GrantAsk::Authorize).as_ref(), "state");
    clock.advance_millis(HOUR - 1);
    assert!(granting(&world, alice, &exchange(&state)).is_some());
    clock.advance_millis(1);
    assert_eq!(granting(&world, alice, &exchange(&state)), None);
    assert_eq!(world.ask(alice, keep_grant(&state, grant("a", Some("r")))), Err(Failure::NotFound));

    world.ask(alice, authorize("Mine", None)).unwrap();
    let state = said(granting(&world, alice, &GrantAsk::Authorize).as_ref(), "state");
    let (long, longer) = ("x".repeat(8_192), "x".repeat(8_193));
    let too_long = invalid(Field::Command, Reason::TooLong);
    assert_eq!(world.ask(alice, keep_grant(&state, grant(&longer, Some("r")))), too_long);
    assert_eq!(world.ask(alice, keep_grant(&state, grant("a", Some(&longer)))), too_long);
    assert_eq!(world.ask(alice, keep_grant(&state, grant(&long, Some(&long)))), Ok(Outcome::Done));
}

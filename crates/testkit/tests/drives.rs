//! Cloud drives that a person connects: what they ask of them holds what the drive wants to be shown, and nothing else does.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::drive::{DriveAsk, DriveCall, DriveKind, DriveOf, DriveView};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::view::{self, View};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::world::{DeviceKey, World};
use beseda_wire::http::DriveAccess;

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

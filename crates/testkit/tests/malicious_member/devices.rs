//! Devices that are not what they should be: outside the group, with others' keys, from a forgotten log, or copied.

use beseda_crypto::credential::Credential;
use beseda_engine::api::view::WarningKind;
use beseda_model::device_log::DeviceLogOp;
use beseda_model::{Code, LIMITS, Limits};
use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::world::World;
use beseda_wire::http::{AddDevice, Session, SignUp};
use beseda_wire::state::{DeviceLogEntry, EntryClass};
use beseda_wire::{Bytes, Request};
use tls_codec::Serialize as _;

use crate::town::{MINUTE, Town, text, town};

#[test]
fn a_device_that_has_not_joined_adds_nothing() {
    let mut town = town(40);
    town.rogue.follow(&mut town.world);
    let mut outsider = town.world.rogue(&town.mallory.clone());
    // What its sibling has sealed, in its own name.
    let aad = town.rogue.aad(&mut town.world);
    let junk = town.rogue.seal(aad, b"junk");
    let before = town.row(town.alice.device).last_seq;
    let refused = outsider.append(&mut town.world, junk, EntryClass::Counted, &[]);
    assert_eq!(refused.expect_err("it has no leaf").code, Code::Forbidden);
    town.pass();
    assert_eq!(town.row(town.alice.device).last_seq, before);
    // Once it has joined it may speak like everybody else.
    outsider.join(&mut town.world, town.group).expect("it is a device of a member");
    outsider.say(&mut town.world, text("here I am")).expect("it has a leaf");
    town.pass();
    assert!(town.texts(town.alice.device).contains(&"here I am".to_owned()));
    town.assert_unnoticed("an outsider");
    town.assert_unharmed("an outsider");
}

#[test]
fn key_packages_that_nobody_could_use_are_not_taken() {
    let mut town = town(41);
    let own = town.rogue.own_credential();
    let root = town.rogue.policy().member(town.bob.account).expect("he is a member").root;
    let bytes = |package: &openmls::prelude::KeyPackage| Bytes(package.tls_serialize_detached().expect("it is whole"));
    let good = bytes(&town.rogue.key_package(own, false));
    let mut damaged = good.clone();
    *damaged.0.last_mut().expect("it is not empty") ^= 1;
    let forged = [
        bytes(&town.rogue.key_package(Credential { account: town.bob.account, root, ..own }, false)),
        bytes(&town.rogue.key_package(Credential { device: town.device(town.mallory.device), ..own }, false)),
        bytes(&town.rogue.key_package(Credential { root, ..own }, false)),
        bytes(&town.rogue.key_package(own, true)),
        damaged,
        Bytes(vec![0; 500]),
    ];
    for package in forged {
        let request = Request::PublishKeys { packages: vec![good.clone(), package], last_resort: None };
        let refused = town.rogue.ask(&mut town.world, request).expect_err("nobody could use it");
        assert_eq!(refused.code, Code::KeyPackageUsed, "{refused}");
    }
    let request = Request::PublishKeys { packages: vec![good], last_resort: None };
    town.rogue.ask(&mut town.world, request).expect("this one is good");
    town.assert_unnoticed("forged key packages");
}

#[test]
fn nobody_runs_out_of_key_packages() {
    let limits = Limits { key_package_claims: LIMITS.key_package_claims, ..RealServer::roomy() };
    let mut town = Town::with(42, |clock| RealServer::limited(42, clock, limits));
    let victim = town.newcomer("david");
    for _ in 0..LIMITS.key_package_claims {
        let (packages, _) = town.rogue.claim(&mut town.world, victim.account).expect("within the budget");
        assert_eq!(packages.len(), 1);
    }
    let refused = town.rogue.claim(&mut town.world, victim.account).expect_err("the budget is spent");
    assert!(refused.code == Code::RateLimited && refused.retry_after_ms.is_some(), "{refused:?}");
    // Others have budgets of their own.
    town.add(town.bob.device, victim.account);
    assert!(town.row(victim.device).is_caught_up());
    town.world.say(victim.device, town.group, "thank you");
    town.pass();
    assert!(town.texts(town.carol.device).contains(&"thank you".to_owned()));
    town.assert_unharmed("many claims");
}

#[test]
fn a_forgotten_entry_of_a_device_log_gives_nobody_a_session() {
    let mut town = town(43);
    let backup = tempfile::tempdir().expect("a temporary folder can be made");
    let everybody = [town.alice.device, town.bob.device, town.carol.device, town.mallory.device];
    town.world.server.restart(|data| copy(data, backup.path()));
    for key in everybody {
        town.world.set_online(key, false);
        town.world.set_online(key, true);
    }
    town.pass();
    // Bob adds a tablet; everybody who shares a conversation with him sees the entry.
    let bob = town.bob.clone();
    let tablet = town.world.recover(&bob, "tablet");
    town.world.run_for(5 * MINUTE);
    let device = town.device(tablet);
    let seen = town.world.rogue(&bob);
    let entry = |at: usize| DeviceLogEntry(seen.log.entries()[at].encode().into());
    assert!(matches!(seen.log.entries()[1].op, DeviceLogOp::Add { device: added, .. } if added == device));

    town.world.server.restart(|data| {
        std::fs::remove_dir_all(data).expect("a folder can be removed");
        std::fs::create_dir_all(data).expect("a folder can be made");
        copy(backup.path(), data);
        beseda_infra::db::sqlite::renew_store_epoch(data, [9; 16]).expect("a restored store is marked");
    });
    // The server has forgotten it, and the entry follows again; but the key that it names is not Mallory's.
    let proof = town.rogue.prove(&mut town.world, &entry(1));
    let body = AddDevice { account: bob.account, entry: entry(1), proof };
    let refused = town.world.post::<_, Session>("devices", &body).expect_err("it is the tablet's");
    assert_eq!(refused.code, Code::Unauthorized, "{refused}");
    let again = town.world.post::<_, Session>("devices", &body).expect_err("the challenge was not even used up");
    assert_eq!(again.code, Code::Unauthorized, "{again}");

    // The same at a server that has forgotten the whole account.
    let clock = FakeClock::default();
    let mut empty = World::new(45, clock.clone(), RealServer::new(45, clock));
    let proof = Some(town.rogue.prove(&mut empty, &entry(0)));
    let (account, root) = (bob.account, Bytes(seen.root.public().to_vec()));
    let body =
        SignUp { account, root, entry: entry(0), username: None, password: None, proof, invite: None, phone: None };
    let refused = empty.post::<_, Session>("accounts", &body).expect_err("it is bob's");
    assert_eq!(refused.code, Code::SignUpRefused, "{refused}");
    assert!(refused.detail.contains("not signed by the key"), "{refused}");
}

#[test]
fn a_profile_that_runs_twice_doubles_nothing() {
    let mut town = town(44);
    let copied = town.world.device("copy");
    let stolen = std::cell::RefCell::new(Vec::new());
    town.world.tamper(town.mallory.device, |database| {
        *stolen.borrow_mut() = std::fs::read(database).expect("the profile is a file");
    });
    town.world.tamper(copied, |database| {
        let folder = database.parent().expect("a file is in a folder");
        for entry in std::fs::read_dir(folder).expect("it can be read") {
            std::fs::remove_file(entry.expect("it can be read").path()).expect("it can be removed");
        }
        std::fs::write(database, stolen.borrow().as_slice()).expect("it can be written");
    });
    town.pass();
    let group = town.group;
    for round in 0..5 {
        for key in [town.mallory.device, copied] {
            let draft = beseda_engine::api::command::Draft {
                text: format!("{round} of {}", town.world.at(key).name),
                ..Default::default()
            };
            // One of the two is retired at some point and may say nothing more.
            drop(town.world.ask(key, beseda_engine::Command::Send { conversation: group, draft }));
        }
        town.pass();
    }
    for key in [town.mallory.device, copied] {
        town.world.set_online(key, false);
        town.world.set_online(key, true);
    }
    town.pass();
    let retired = [town.mallory.device, copied].map(|key| town.warnings(key).contains(&WarningKind::ProfileCopied));
    assert!(retired.contains(&true), "one of the two knows: {retired:?}");
    let texts = town.texts(town.alice.device);
    for key in town.honest() {
        assert_eq!(town.texts(key), texts, "everybody has heard the same");
    }
    let mut once = texts.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), texts.len(), "nothing came twice: {texts:?}");
    town.assert_unharmed("a copied profile");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            std::fs::create_dir_all(&target).expect("a folder can be made");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

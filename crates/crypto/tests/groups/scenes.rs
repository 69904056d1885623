//! The groups that fuzzing starts from, as bytes in `tests/fuzz/scenes.cbor`: OpenMLS takes its chance from the operating
//! system, so they are made once and kept. `BESEDA_WRITE_SCENES=1 cargo test -p beseda-crypto --test groups scenes` makes
//! them again, which is due when a format changes; the seeds in the corpora refer to positions in them.

use std::path::Path;

use beseda_crypto::{key_package, policy_ext};
use beseda_model::{ConversationKind, Policy, Role};
use ciborium::Value;
use openmls::prelude::MlsMessageIn;
use tls_codec::{Deserialize as _, Serialize as _};

use crate::world::{Change, Posted, World, account};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fuzz/scenes.cbor");

fn map(fields: Vec<(&str, Value)>) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (Value::Text(name.to_owned()), value)).collect())
}

fn list(items: impl IntoIterator<Item = Vec<u8>>) -> Value {
    Value::Array(items.into_iter().map(Value::Bytes).collect())
}

/// A group at one point, and what may be posted to it there.
fn scene(world: &World, commits: Vec<Posted>, proposals: Vec<Vec<u8>>, messages: Vec<Vec<u8>>) -> Value {
    let (commits, group_infos): (Vec<_>, Vec<_>) =
        commits.into_iter().map(|posted| (posted.commit, posted.group_info)).unzip();
    map(vec![
        ("group_info", Value::Bytes(world.state.group_info.clone())),
        ("tree", Value::Bytes(world.state.ratchet_tree.clone())),
        ("waiting", list(world.state.proposals.clone())),
        ("commits", list(commits)),
        ("group_infos", list(group_infos)),
        ("proposals", list(proposals)),
        ("messages", list(messages)),
    ])
}

fn build(world: &mut World, committer: usize, change: Change) -> Posted {
    let posted = world.build(committer, change);
    world.check(&posted).unwrap();
    world.forget(committer);
    posted
}

fn build_external(world: &mut World, joiner: usize) -> Posted {
    let cite = [world.devices[joiner].account];
    let posted = world.build_external(joiner, &cite);
    world.forget(joiner);
    posted
}

fn policy(world: &World, change: impl FnOnce(&mut Policy)) -> Change {
    Change { policy: Some(world.policy_with(change)), ..Change::default() }
}

/// Three people, the first with a second device outside, and a fourth person to add.
fn group(world: &mut World, second: usize, fourth: usize) -> Value {
    let added = world.entry(4, Role::Member);
    let roster = |policy: &mut Policy| policy.roster.push(added);
    let commits = vec![
        build(world, 0, Change::default()),
        build(world, 1, Change::default()),
        build(world, 0, Change { add: vec![second], cite: vec![account(1)], ..Change::default() }),
        build(world, 0, Change { add: vec![fourth], ..policy(world, roster) }),
        build(
            world,
            0,
            Change {
                remove: world.leaves_of(3),
                ..policy(world, |policy| policy.roster.retain(|entry| entry.account != account(3)))
            },
        ),
        build(world, 0, policy(world, |policy| policy.roster[1].role = Role::Admin)),
        build(world, 0, policy(world, |policy| policy.permissions.send = Role::Admin)),
        build_external(world, second),
    ];
    let proposals = (1..3).map(|device| {
        let proposal = world.self_remove(device);
        world.server().check_proposal(&proposal).unwrap();
        world.take_back(device);
        proposal
    });
    let proposals = proposals.collect();
    let messages = vec![world.say(0, b"one"), world.say(2, &[0; 192])];
    scene(world, commits, proposals, messages)
}

/// The third wants to leave.
fn leaving(world: &mut World, second: usize) -> Value {
    world.leave(2).unwrap();
    let without = |policy: &mut Policy| policy.roster.retain(|entry| entry.account != account(3));
    let carried_out = Change { remove: world.leaves_of(3), ..policy(world, without) };
    let carried_out = build(world, 0, carried_out);
    let ignored = world.build(1, Change { ignore_waiting: true, ..Change::default() });
    world.forget(1);
    let joining = build_external(world, second);
    let proposal = world.self_remove(1);
    world.take_back(1);
    scene(world, vec![carried_out, ignored, joining], vec![proposal], vec![])
}

/// Six people, of whom two were removed: a tree with holes.
fn holes() -> (Value, World) {
    let mut world = World::with_group(6);
    world.kick(0, 3).unwrap();
    world.kick(0, 5).unwrap();
    let commits = vec![build(&mut world, 5, Change::default()), build(&mut world, 0, Change::default())];
    let scene = scene(&world, commits, vec![], vec![]);
    (scene, world)
}

fn make() -> Value {
    let mut world = World::with_group(3);
    let second = world.device(1);
    world.person(4);
    let fourth = world.device(4);
    let key_packages: Vec<_> = [second, fourth]
        .into_iter()
        .map(|device| world.key_package(device).tls_serialize_detached().unwrap())
        .chain([{
            let device = &world.devices[fourth];
            let bundle = key_package::build(&device.provider, &device.signer, world.credential(fourth), true).unwrap();
            bundle.key_package().tls_serialize_detached().unwrap()
        }])
        .collect();
    let mut scenes = vec![group(&mut world, second, fourth), leaving(&mut world, second)];
    // Devices have the same ids and keys in every world; the logs of the larger world are kept with it.
    let logs = logs(&world);
    let (with_holes, larger) = holes();
    scenes.push(with_holes);

    let mut alone = World::with_people(2);
    alone.create(0, Policy::new(ConversationKind::Notes, vec![alone.entry(1, Role::Owner)]));
    let commits = vec![build(&mut alone, 0, Change::default())];
    scenes.push(scene(&alone, commits, vec![], vec![]));

    map(vec![
        ("scenes", Value::Array(scenes)),
        ("logs", Value::Array(vec![logs.clone(), logs, self::logs(&larger), self::logs(&alone)])),
        ("key_packages", list(key_packages)),
        ("policies", list([policy_ext::encode(&world.policy()), policy_ext::encode(&larger.policy())])),
    ])
}

fn logs(world: &World) -> Value {
    let logs = world.logs.values().map(|log| {
        map(vec![
            ("account", Value::Bytes(log.account().as_bytes().to_vec())),
            ("root", Value::Bytes(log.first_root_key().to_vec())),
            ("entries", list(log.entries().iter().map(beseda_model::device_log::DeviceLogEntry::encode))),
        ])
    });
    Value::Array(logs.collect())
}

#[test]
fn scenes_for_fuzzing_can_be_made() {
    let scenes = make();
    let mut bytes = Vec::new();
    ciborium::into_writer(&scenes, &mut bytes).unwrap();
    if std::env::var_os("BESEDA_WRITE_SCENES").is_some() {
        std::fs::write(FILE, bytes).unwrap();
    }
    assert!(Path::new(FILE).is_file(), "make it with BESEDA_WRITE_SCENES=1");
    let kept: Value = ciborium::from_reader(std::fs::read(FILE).unwrap().as_slice()).unwrap();
    let commits = |file: &Value| -> Vec<usize> {
        let scenes = field(file, "scenes").as_array().unwrap();
        scenes.iter().map(|scene| field(scene, "commits").as_array().unwrap().len()).collect()
    };
    assert_eq!(commits(&kept), commits(&scenes), "the file holds other scenes than are made now");
    for scene in field(&kept, "scenes").as_array().unwrap() {
        for commit in field(scene, "commits").as_array().unwrap() {
            MlsMessageIn::tls_deserialize_exact(commit.as_bytes().unwrap()).unwrap();
        }
    }
}

fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    &value.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name)).unwrap().1
}

//! Two people meet and talk.

use beseda_testkit::backend::RealServer;
use beseda_testkit::clock::FakeClock;
use beseda_testkit::world::World;

fn world(seed: u64) -> World<RealServer> {
    let clock = FakeClock::default();
    World::new(seed, clock.clone(), RealServer::new(seed, clock))
}

#[test]
fn alice_and_bob_sign_up_and_open_a_conversation() {
    let mut world = world(1);
    let alice = world.person("alice");
    let bob = world.person("bob");
    world.run_for(5_000);
    let here = world.direct(alice.device, bob.account);
    world.run_for(60_000);
    let there = world.direct(bob.device, alice.account);
    assert_eq!(here, there);
}

#[test]
fn a_group_with_a_second_device_gets_ready() {
    use beseda_engine::store::conversations::Conversation;
    let mut world = world(2);
    let alice = world.person("alice");
    let bob = world.person("bob");
    let carol = world.person("carol");
    let group = world.group(alice.device, "Friends", &[bob.account, carol.account]);
    world.run_for(60_000);
    world.recover(&bob, "laptop");
    world.run_for(120_000);
    for key in world.keys() {
        let rows = Conversation::all(world.at(key).engine().reader()).unwrap();
        let row = rows.iter().find(|row| row.id == group);
        assert!(row.is_some_and(|row| row.is_current()), "{}: {rows:#?}", world.at(key).name);
    }
}

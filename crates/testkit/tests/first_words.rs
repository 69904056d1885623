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

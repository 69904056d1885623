//! Random operations by 20 people: whatever they do, everybody agrees, and who is not entitled is refused by all.

use beseda_crypto::public_group::GroupError;
use beseda_model::Role;
use openmls::prelude::Sender;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::world::{World, account};

#[derive(Debug, Clone)]
enum Op {
    Update(Index),
    Invite(Index, Index),
    Kick(Index, Index),
    SetRole(Index, Index, Role),
    Leave(Index),
    CarryOut(Index),
    NewDevice(Index),
    Resync(Index),
    RevokeAndRemove(Index, Index),
    Say(Index),
}

fn ops() -> impl Strategy<Value = Op> {
    let role = prop_oneof![Just(Role::Member), Just(Role::Admin), Just(Role::Owner)];
    prop_oneof![
        2 => any::<Index>().prop_map(Op::Update),
        2 => any::<(Index, Index)>().prop_map(|(who, whom)| Op::Invite(who, whom)),
        2 => any::<(Index, Index)>().prop_map(|(who, whom)| Op::Kick(who, whom)),
        2 => (any::<Index>(), any::<Index>(), role).prop_map(|(who, whom, role)| Op::SetRole(who, whom, role)),
        2 => any::<Index>().prop_map(Op::Leave),
        3 => any::<Index>().prop_map(Op::CarryOut),
        2 => any::<Index>().prop_map(Op::NewDevice),
        1 => any::<Index>().prop_map(Op::Resync),
        1 => any::<(Index, Index)>().prop_map(|(who, whom)| Op::RevokeAndRemove(who, whom)),
        1 => any::<Index>().prop_map(Op::Say),
    ]
}

/// Carries out one operation. `World` compares everybody's state and verdict on the way.
fn run(world: &mut World, op: Op) {
    // A device that wishes to leave has to wait; OpenMLS does not let it commit.
    let waits = |device: &usize| {
        world.devices[*device].group.as_ref().is_some_and(|group| {
            group.pending_proposals().any(|proposal| *proposal.sender() == Sender::Member(group.own_leaf_index()))
        })
    };
    let members: Vec<usize> = world.members().into_iter().filter(|device| !waits(device)).collect();
    let roster: Vec<u8> = world.policy().roster.iter().map(|entry| entry.account.as_bytes()[0]).collect();
    let waiting = world.server().leavers().next().is_some();
    let result = match op {
        Op::Update(who) => world.update(*who.get(&members)).map(drop),
        Op::Invite(who, whom) => {
            let outside: Vec<u8> = (1..=20).filter(|person| !roster.contains(person)).collect();
            if outside.is_empty() {
                return;
            }
            let device = world.device(*whom.get(&outside));
            world.invite(*who.get(&members), &[device]).map(drop)
        }
        Op::Kick(who, whom) => {
            let (who, whom) = (*who.get(&members), *whom.get(&roster));
            if world.devices[who].account == account(whom) {
                return;
            }
            world.kick(who, whom).map(drop)
        }
        Op::SetRole(who, whom, role) => {
            let whom = *whom.get(&roster);
            world.set_role(*who.get(&members), whom, role).map(drop)
        }
        Op::Leave(who) => {
            let who = *who.get(&members);
            if world.server().leavers().any(|leaver| leaver == world.devices[who].account) {
                return;
            }
            world.leave(who)
        }
        Op::CarryOut(who) => {
            let who = *who.get(&members);
            let leaving = world.server().leavers().any(|leaver| leaver == world.devices[who].account);
            if !waiting || leaving {
                return;
            }
            world.carry_out(who).map(drop)
        }
        Op::NewDevice(whose) => {
            if world.devices.len() > 60 {
                return;
            }
            let device = world.device(*whose.get(&roster));
            world.join_externally(device).map(drop)
        }
        Op::Resync(who) => {
            if waiting {
                return;
            }
            let who = *who.get(&members);
            if members.len() == 1 {
                return;
            }
            world.devices[who].provider = beseda_crypto::suite::Provider::default();
            world.devices[who].group = None;
            world.join_externally(who).map(drop)
        }
        Op::RevokeAndRemove(who, whom) => {
            let (who, whom) = (*who.get(&members), *whom.get(&members));
            if who == whom || waiting {
                return;
            }
            world.revoke(whom);
            let change = crate::world::Change {
                remove: vec![world.leaf(whom)],
                cite: vec![world.devices[whom].account],
                ..Default::default()
            };
            world.commit(who, change).map(drop)
        }
        Op::Say(who) => {
            if !waiting {
                world.say(*who.get(&members), b"a word");
            }
            return;
        }
    };
    match result {
        // A wish to leave that the sender does not carry out, or a leaver that commits, are refused; so are all things
        // that a role does not allow. Everything else would be a mistake of the test.
        Ok(())
        | Err(GroupError::Rejected(_) | GroupError::JoinLater | GroupError::LeaverOmitted | GroupError::Leave(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 64, ..ProptestConfig::default() })]
    #[test]
    fn slow_everybody_agrees(ops in proptest::collection::vec(ops(), 1..40)) {
        let mut world = World::with_group(20);
        for op in ops {
            run(&mut world, op);
            world.agree();
        }
    }
}

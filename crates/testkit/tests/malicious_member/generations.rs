//! Groups that a member breaks, or says are broken.

use beseda_engine::Command;
use beseda_engine::api::view::{Body, SystemEvent};
use beseda_engine::store::conversations::Standing;
use beseda_model::{Code, LIMITS, Limits, Role};
use beseda_testkit::backend::RealServer;
use beseda_testkit::rogue::Change;
use beseda_wire::Request;

use crate::town::{MINUTE, Town, text, town};

#[test]
fn a_commit_that_nobody_can_open_keeps_nobody_out() {
    let mut town = town(10);
    let cite = vec![town.rogue.own_log()];
    let bundle = town.rogue.build(&mut town.world, Change { cite, ..Change::default() });
    let spoiled = town.rogue.spoil(&bundle);
    town.rogue.commit(&mut town.world, spoiled).expect("the server can't look into its secrets");
    town.pass();
    town.assert_unharmed("spoiled secrets");
    // Enough accounts have reported it for a plain member to open another generation.
    town.done(town.bob.device, Command::RenewGroup { conversation: town.group });
    town.pass();
    for key in town.honest() {
        let row = town.row(key);
        assert_eq!(row.mls_generation, Some(1), "{}", town.world.at(key).name);
        let shown =
            town.messages(key).iter().any(|message| message.body == Body::System { event: SystemEvent::Renewed });
        assert!(shown, "{}", town.world.at(key).name);
    }
    town.assert_unharmed("the next generation");
}

#[test]
fn a_new_generation_takes_more_than_one_members_word() {
    let mut town = town(11);
    let cite = vec![town.rogue.own_log()];
    let good = town.rogue.build(&mut town.world, Change { cite, ..Change::default() });
    let seq = town.rogue.commit(&mut town.world, good).expect("nothing is wrong with it");
    town.pass();
    let group = town.group;
    let report = |seq| Request::ReportCommit { conversation: group, seq };
    for _ in 0..3 {
        town.rogue.ask(&mut town.world, report(seq)).expect("anybody may complain");
    }
    let said = town.rogue.say(&mut town.world, text("not a commit")).expect("it is a member");
    for absurd in [0, said, seq + 1_000, u64::MAX] {
        let refused = town.rogue.ask(&mut town.world, report(absurd)).expect_err("there is no commit");
        assert_eq!(refused.code, Code::NotFound, "{absurd}");
    }
    let policy = town.rogue.policy();
    let refused = town.rogue.succeed(&mut town.world, &policy).expect_err("one account is not enough");
    assert_eq!(refused.code, Code::Forbidden, "{refused}");
    // Another device of the same account does not count.
    let refused = town.world.ask(town.mallory.device, Command::RenewGroup { conversation: group });
    assert!(refused.is_err(), "{refused:?}");
    town.assert_unnoticed("false reports");
    town.assert_unharmed("false reports");
    assert_eq!(town.row(town.alice.device).generation, 0);
}

#[test]
fn a_successor_carries_what_was_agreed_last() {
    let mut town = town(12);
    let cite = vec![town.rogue.own_log()];
    let good = town.rogue.build(&mut town.world, Change { cite, ..Change::default() });
    let seq = town.rogue.commit(&mut town.world, good).expect("nothing is wrong with it");
    town.pass();
    // An accomplice in another account: together they may open one.
    let mut second = town.world.rogue(&town.bob.clone());
    let group = town.group;
    for rogue in [&mut town.rogue, &mut second] {
        rogue.ask(&mut town.world, Request::ReportCommit { conversation: group, seq }).expect("both are members");
    }
    let agreed = town.rogue.policy();
    let mallory = town.mallory.account;
    let lies = [
        town.rogue.policy_with(|policy| policy.permissions.remove_members = Role::Member),
        town.rogue.policy_with(|policy| policy.roster.retain(|entry| entry.account == mallory)),
        town.rogue.policy_with(|policy| policy.roster.iter_mut().for_each(|entry| entry.role = Role::Owner)),
    ];
    for lie in &lies {
        let refused = town.rogue.succeed(&mut town.world, lie).expect_err("it is not what was agreed");
        assert_eq!(refused.code, Code::InvalidCommit, "{refused}");
    }
    town.rogue.succeed(&mut town.world, &agreed).expect("two accounts complained");
    town.world.run_for(5 * MINUTE);
    for key in town.honest() {
        let row = town.row(key);
        assert_eq!((row.mls_generation, row.policy.as_ref()), (Some(1), Some(&agreed)));
        let shown =
            town.messages(key).iter().any(|message| message.body == Body::System { event: SystemEvent::Renewed });
        assert!(shown, "{}", town.world.at(key).name);
    }
    town.assert_unharmed("a successor without need");
}

#[test]
fn whoever_may_not_join_again_today_is_led_out() {
    let limits = Limits { joins: LIMITS.joins, ..RealServer::roomy() };
    let mut town = Town::with(14, |clock| RealServer::limited(14, clock, limits));
    town.world.set_online(town.mallory.device, false);
    let mut second = town.world.rogue(&town.mallory.clone());
    let group = town.group;
    // Each spoiled commit costs everybody, Mallory included, one of the day's attempts to join.
    for attempt in 0..=LIMITS.joins {
        let rogue = if attempt < LIMITS.joins { &mut town.rogue } else { &mut second };
        if attempt > 0 {
            rogue.join(&mut town.world, group).expect("it may still join");
        }
        let cite = vec![rogue.own_log()];
        let bundle = rogue.build(&mut town.world, Change { cite, ..Change::default() });
        let spoiled = rogue.spoil(&bundle);
        rogue.commit(&mut town.world, spoiled).expect("the server can't look into its secrets");
        town.world.run_for(5 * MINUTE);
    }
    for key in town.honest() {
        assert_eq!(town.row(key).standing, Standing::Joining, "{} has no attempt left", town.world.at(key).name);
    }
    town.done(town.carol.device, Command::RenewGroup { conversation: group });
    town.pass();
    assert_eq!(town.row(town.alice.device).mls_generation, Some(1));
    town.assert_unharmed("spoiling all day");
    town.done(town.alice.device, Command::RemoveMember { conversation: group, account: town.mallory.account });
    town.assert_unharmed("being rid of Mallory");
}

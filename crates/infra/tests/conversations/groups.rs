use beseda_app::domain::AppendError;
use beseda_app::usecase::conversation::{self, ConversationError};
use beseda_app::usecase::{account, log};
use beseda_model::ConversationKind::{Direct, Group, Notes};
use beseda_model::Role;

use super::world::{Change, World, account as account_of, conversation as id_of};

#[test]
fn a_group_begins_with_its_group_info_and_the_commit_that_adds_its_members() {
    let mut world = World::new(3);
    world.open_doors();
    let id = id_of(1);
    assert_eq!(world.create(id, Group, &[1, 2, 3]).unwrap().seq, 2);
    assert_eq!(world.welcome(1, id), 2);
    world.welcome(2, id);
    let state = world.state(1, id);
    assert_eq!((state.generation, state.epoch, state.first_seq, state.last_seq), (0, 1, 1, 2));
    assert!(state.member && state.joined && state.due.is_empty());
    assert_eq!(world.say(1, "hello").unwrap().seq, 3);
    assert_eq!(world.say(0, "hello you").unwrap().seq, 4);
    let actor = world.devices[2].actor;
    let again = world.store().read_blocking(move |view| conversation::waiting_welcome(view, actor, id));
    assert!(matches!(again, Err(ConversationError::NotFound)), "a Welcome is forgotten once it was processed");
}

#[test]
fn a_second_commit_for_an_epoch_is_refused() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    world.welcome(1, id);
    let (first, second) = (world.build(0, Change::default()), world.build(1, Change::default()));
    let first = world.post(0, &first);
    assert_eq!(first.unwrap().seq, 3);
    let second = world.post(1, &second).unwrap_err();
    assert!(matches!(second, ConversationError::StaleEpoch { generation: 0, epoch: 2 }), "{second:?}");
    assert_eq!(world.say(1, "late").unwrap_err(), AppendError::StaleEpoch { generation: 0, epoch: 2 });
}

#[test]
fn whoever_is_removed_reads_up_to_the_removal_and_no_further() {
    let mut world = World::new(3);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2, 3]).unwrap();
    world.welcome(2, id);
    let policy = world.policy(id, |policy| policy.roster.retain(|entry| entry.account != account_of(3)));
    let removed = world.commit(0, Change { remove: vec![2], policy: Some(policy), ..Change::default() }).unwrap();
    world.say(0, "we are two").unwrap();
    let actor = world.devices[2].actor;
    let page = world.store().read_blocking(move |view| log::log_page(view, actor, id, 1, 99)).unwrap();
    assert_eq!((page.last_seq, page.entries.len() as u64), (removed.seq, removed.seq));
    let state = world.state(2, id);
    assert!(!state.member);
    assert_eq!(state.last_seq, removed.seq);
    assert_eq!(world.say(2, "I am still here").unwrap_err(), AppendError::NotAMember);
}

#[test]
fn whoever_leaves_is_cut_off_at_once_and_nothing_is_sent_until_it_is_committed() {
    let mut world = World::new(3);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2, 3]).unwrap();
    let welcomed = world.welcome(2, id);
    let left = world.leave(2).unwrap();
    assert_eq!(left.seq, welcomed + 1);
    assert!(!world.state(2, id).member);
    let device = world.devices[2].actor.device;
    assert_eq!(world.say(0, "wait").unwrap_err(), AppendError::CommitDue { devices: vec![device] });
    assert_eq!(world.state(0, id).due, [device]);
    world.follow(0, id, left.seq);
    let policy = world.policy(id, |policy| policy.roster.retain(|entry| entry.account != account_of(3)));
    world.commit(0, Change { policy: Some(policy), ..Change::default() }).unwrap();
    assert!(world.state(0, id).due.is_empty());
    assert!(world.say(0, "on we go").is_ok());
}

#[test]
fn a_revoked_device_is_removed_before_anything_is_sent() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    let second = world.add_device(2);
    world.join(second, id).unwrap();
    world.revoke(1);
    let device = world.devices[1].actor.device;
    world.follow(0, id, 3);
    assert_eq!(world.say(0, "wait").unwrap_err(), AppendError::CommitDue { devices: vec![device] });
    world.commit(0, Change { remove: vec![1], cite: vec![account_of(2)], ..Change::default() }).unwrap();
    assert!(world.say(0, "safe again").is_ok());
    assert!(world.state(second, id).joined);
}

#[test]
fn joins_go_one_after_the_other_and_not_too_often() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    let (second, third) = (world.add_device(2), world.add_device(2));
    let (actor, now) = (world.devices[second].actor, world.now);
    world.store().write_blocking(move |uow| conversation::group_info(uow, actor, id, now)).unwrap();
    let waiting = world.join(third, id).unwrap_err();
    assert!(matches!(waiting, ConversationError::JoinLater { retry_after_ms: 5_000 }), "{waiting:?}");
    for _ in 0..3 {
        world.join(second, id).unwrap();
    }
    assert!(world.state(second, id).joined);
    let spent = world.join(second, id).unwrap_err();
    assert!(matches!(spent, ConversationError::BudgetSpent { limit: "joins" }), "{spent:?}");
    world.now = world.now.plus_millis(5_000);
    world.join(third, id).unwrap();
    assert!(world.say(third, "here I am").is_ok());
}

#[test]
fn a_deserted_group_goes_on_without_those_who_wait_to_leave() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    world.welcome(1, id);
    let second = world.add_device(1);
    world.leave(1).unwrap();
    let waiting = world.join(second, id).unwrap_err();
    assert!(matches!(waiting, ConversationError::JoinLater { .. }), "the other device can carry it out: {waiting:?}");

    world.revoke(0);
    let (actor, now) = (world.devices[second].actor, world.now);
    let info = world.store().write_blocking(move |uow| conversation::group_info(uow, actor, id, now)).unwrap();
    assert_eq!(info.proposals.len(), 1);
    let refused = world.join(second, id).unwrap_err();
    assert!(matches!(refused, ConversationError::JoinLater { .. }), "a wish to leave is never lost: {refused:?}");
    let whole = world.store().read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap().policy;
    let without = world.policy(id, |policy| policy.roster.retain(|entry| entry.account != account_of(2)));
    let refused = world.succeed(second, id, &whole, &[]).unwrap_err();
    assert!(matches!(refused, ConversationError::Invalid(_)), "{refused:?}");
    world.succeed(second, id, &without, &[]).unwrap();
    assert_eq!(world.policy(id, |_| ()).member(account_of(2)), None);
    let state = world.state(second, id);
    assert!(state.joined && state.due.is_empty(), "{state:?}");
    assert!(world.say(second, "alone").is_ok());
}

#[test]
fn a_member_opens_no_successor_while_somebody_is_there() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    world.welcome(1, id);
    world.revoke(1);
    let second = world.add_device(2);
    let policy = world.store().read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap().policy;
    let refused = world.succeed(second, id, &policy, &[]).unwrap_err();
    assert!(matches!(refused, ConversationError::SuccessorUnfounded), "{refused:?}");
}

#[test]
fn a_direct_conversation_is_unique_and_begins_as_a_request() {
    let mut world = World::new(2);
    let id = id_of(1);
    world.create(id, Direct, &[1, 2]).unwrap();
    assert_eq!(world.state(1, id).request_from, Some(account_of(1)));
    let again = world.create(id_of(2), Direct, &[2, 1]).unwrap_err();
    assert!(matches!(again, ConversationError::AlreadyExists { conversation } if conversation == id), "{again:?}");
    world.say(0, "may I?").unwrap();
    assert_eq!(world.say(0, "please").unwrap_err(), AppendError::RequestPending);
    let actor = world.devices[1].actor;
    world.store().write_blocking(move |uow| conversation::answer_stranger(uow, actor, id, true)).unwrap();
    assert!(world.say(0, "thank you").is_ok());
    assert_eq!(world.state(1, id).request_from, None);
}

#[test]
fn nobody_is_written_to_or_added_against_their_settings() {
    let mut world = World::new(2);
    let refused = world.create(id_of(1), Group, &[1, 2]).unwrap_err();
    assert!(matches!(refused, ConversationError::NotAccepted), "only contacts may add by default: {refused:?}");
    let actor = world.devices[1].actor;
    world.store().write_blocking(move |uow| account::block(uow, actor, account_of(1), true)).unwrap();
    let refused = world.create(id_of(2), Direct, &[1, 2]).unwrap_err();
    assert!(matches!(refused, ConversationError::NotAccepted), "{refused:?}");
    world.create(id_of(3), Notes, &[1]).unwrap();
    let again = world.create(id_of(4), Notes, &[1]).unwrap_err();
    assert!(matches!(again, ConversationError::AlreadyExists { .. }), "{again:?}");
}

#[test]
fn a_successor_takes_a_reason_and_continues_log_and_policy() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    world.welcome(1, id);
    let policy = world.store().read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap().policy;
    let unfounded = world.succeed(1, id, &policy, &[0]).unwrap_err();
    assert!(matches!(unfounded, ConversationError::SuccessorUnfounded), "{unfounded:?}");
    for device in 0..2 {
        let actor = world.devices[device].actor;
        world.store().write_blocking(move |uow| conversation::report_commit(uow, actor, id, 2)).unwrap();
    }
    assert_eq!(world.succeed(1, id, &policy, &[0]).unwrap().seq, 4);
    world.merge(1);
    let state = world.state(0, id);
    assert_eq!((state.generation, state.epoch, state.last_seq), (1, 1, 4));
    let late = world.succeed(0, id, &policy, &[1]).unwrap_err();
    assert!(matches!(late, ConversationError::StaleEpoch { generation: 1, epoch: 1 }), "{late:?}");
    assert!(world.say(1, "again").is_ok());
    assert_eq!(world.policy(id, |_| ()).role(account_of(1)), Some(Role::Owner));
}

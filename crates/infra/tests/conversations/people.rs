//! Joining, devices, keys and what people let others see.

use beseda_app::domain::{Actor, Audience, PrivacySettings, Reveal, TokenHash};
use beseda_app::port::UnitOfWork;
use beseda_app::usecase::account::{self, AccountError, IssueTicket, Registration, ResetIdentity, SignUp};
use beseda_app::usecase::device::{self, DeviceError};
use beseda_app::usecase::invite::{CreateInvite, create_invite};
use beseda_app::usecase::keys::{self, ClaimKeys, KeysError, PublishKeys};
use beseda_app::usecase::link::{self, ApproveLink, LinkError, LinkOutcome, OpenLink, PollLink, StartLink};
use beseda_app::usecase::session::{self, SessionError};
use beseda_crypto::chain::body_hash;
use beseda_crypto::root::RootKey;
use beseda_model::ConversationKind::{Direct, Group};
use beseda_model::device_log::{DeviceLog, DeviceLogOp, LogSigner};
use beseda_model::{Code, DeviceId, InviteId, LinkId, Timestamp};

use super::world::{NOW, World, account as account_of, conversation as id_of};

fn token(text: &str) -> TokenHash {
    TokenHash::of(text.as_bytes())
}

/// A sign-up of somebody new, who is numbered apart from the world's people.
fn newcomer(number: u8) -> SignUp {
    let account = account_of(number);
    let root = RootKey::from_entropy(&[number; 32]);
    let log = DeviceLog::new(account, root.public());
    let device = DeviceId::from_bytes([number; 16]);
    let mut entry = log.unsigned(DeviceLogOp::Add { device, signature_key: [number; 32] }, LogSigner::Root);
    entry.signature = root.sign(&entry.signed_bytes(account));
    SignUp {
        registration: Registration::Open,
        account,
        root_key: root.public(),
        entry: entry.encode(),
        username: None,
        password_hash: None,
        invite: None,
        phone: None,
        token: token(&number.to_string()),
        at: NOW,
    }
}

fn sign_up(world: &World, cmd: SignUp) -> Result<Actor, AccountError> {
    world.store().write_blocking(move |uow| account::sign_up(uow, cmd.clone()))
}

#[test]
fn somebody_signs_up_once_under_a_name_of_their_own() {
    let world = World::new(0);
    let alice = SignUp { username: Some("alice".parse().unwrap()), ..newcomer(50) };
    let actor = sign_up(&world, alice.clone()).unwrap();
    let hash = alice.token;
    let session = world.store().read_blocking(move |view| session::authenticate(view, &hash)).unwrap();
    assert_eq!((session.actor, session.send_no), (actor, 0));
    assert_eq!(sign_up(&world, alice.clone()).unwrap_err().code(), Code::Taken);
    let other = SignUp { username: alice.username, ..newcomer(51) };
    assert_eq!(sign_up(&world, other), Err(AccountError::UsernameTaken));
    let nameless = SignUp { password_hash: Some("$hash".to_owned()), ..newcomer(52) };
    assert_eq!(sign_up(&world, nameless), Err(AccountError::PasswordWithoutUsername));
    let forged = SignUp { root_key: [9; 32], ..newcomer(53) };
    assert_eq!(sign_up(&world, forged).unwrap_err().code(), Code::InvalidDeviceLog);
    let count = world.store().read_blocking(|view| view.accounts().count());
    assert_eq!(count, Ok(1));
}

#[test]
fn an_invitation_brings_in_as_many_as_it_says() {
    let world = World::new(0);
    let invite = |id: u8, secret: &'static str, expires_at| {
        let cmd =
            CreateInvite { id: InviteId::from_bytes([id; 16]), secret: token(secret), uses: 1, expires_at, at: NOW };
        world.store().write_blocking(move |uow| create_invite(uow, cmd.clone())).unwrap();
    };
    invite(1, "one", None);
    invite(2, "late", Some(NOW));
    let with = |number, invite: Option<&str>| {
        sign_up(&world, SignUp { registration: Registration::Invite, invite: invite.map(token), ..newcomer(number) })
    };
    assert_eq!(with(50, None), Err(AccountError::InviteNeeded));
    assert_eq!(with(50, Some("none")), Err(AccountError::InviteInvalid));
    assert_eq!(with(50, Some("late")), Err(AccountError::InviteInvalid));
    assert!(with(50, Some("one")).is_ok());
    assert_eq!(with(51, Some("one")), Err(AccountError::InviteInvalid));
    let closed = SignUp { registration: Registration::Closed, invite: Some(token("one")), ..newcomer(52) };
    assert_eq!(sign_up(&world, closed), Err(AccountError::Closed));
}

#[test]
fn a_session_ends_by_signing_out_and_by_revocation() {
    let mut world = World::new(1);
    let second = world.add_device(1);
    let actor = world.devices[second].actor;
    let hash = TokenHash::of(actor.device.as_bytes());
    let authenticate = |world: &World| world.store().read_blocking(move |view| session::authenticate(view, &hash));
    assert!(authenticate(&world).is_ok());
    world.revoke(second);
    assert_eq!(authenticate(&world), Err(SessionError::Revoked));
    let first = world.devices[0].actor;
    let own = TokenHash::of(first.device.as_bytes());
    let foreign = world.store().write_blocking(move |uow| session::sign_out(uow, first, &hash));
    assert_eq!(foreign, Err(SessionError::Unknown));
    world.store().write_blocking(move |uow| session::sign_out(uow, first, &own)).unwrap();
    let ended = world.store().read_blocking(move |view| session::authenticate(view, &own));
    assert_eq!(ended, Err(SessionError::Unknown));
}

#[test]
fn a_device_log_takes_signed_entries_alone_and_without_a_device_those_of_root() {
    let world = World::new(1);
    let actor = world.devices[0].actor;
    let log = world.log(actor.account);
    let add = log.unsigned(
        DeviceLogOp::Add { device: DeviceId::from_bytes([77; 16]), signature_key: [77; 32] },
        LogSigner::Device(actor.device),
    );
    let refused = world.store().write_blocking(move |uow| device::append_log(uow, actor, &add.encode()));
    assert_eq!(refused.unwrap_err().code(), Code::InvalidDeviceLog);
    let unsigned = log.unsigned(DeviceLogOp::Remove { device: actor.device }, LogSigner::Root);
    let refused = world.store().write_blocking(move |uow| device::append_log(uow, actor, &unsigned.encode()));
    assert_eq!(refused.unwrap_err().code(), Code::InvalidDeviceLog);
    let by_device = account::AddDevice { account: actor.account, entry: add.encode(), token: token("t"), at: NOW };
    let refused = world.store().write_blocking(move |uow| account::add_device(uow, by_device.clone()));
    assert_eq!(refused, Err(DeviceError::NotByRoot));
}

struct NewDevice {
    reveal: Reveal,
    poll: PollLink,
}

fn start_link(world: &World) -> NewDevice {
    let reveal = Reveal { device: DeviceId::from_bytes([88; 16]), signature_key: [8; 32], nonce: [3; 32] };
    let commitment = body_hash(&[reveal.device.as_bytes().as_slice(), &reveal.signature_key, &reveal.nonce].concat());
    let start = StartLink {
        id: LinkId::from_bytes([1; 16]),
        code: "ABCD-EFGH".to_owned(),
        secret: token("secret"),
        commitment,
        at: NOW,
    };
    world.store().write_blocking(move |uow| link::start_link(uow, start.clone())).unwrap();
    let poll = PollLink {
        code: "abcd efgh".to_owned(),
        secret: token("secret"),
        reveal: None,
        token: token("linked"),
        at: NOW,
    };
    NewDevice { reveal, poll }
}

fn poll(world: &World, cmd: PollLink) -> Result<LinkOutcome, LinkError> {
    world.store().write_blocking(move |uow| link::poll_link(uow, cmd.clone()))
}

#[test]
fn a_new_device_is_approved_by_an_old_one() {
    let world = World::new(2);
    let NewDevice { reveal, poll: cmd } = start_link(&world);
    assert_eq!(poll(&world, cmd.clone()), Ok(LinkOutcome::Waiting));
    let old = world.devices[0].actor;
    let open = OpenLink { code: "ABCDEFGH".to_owned(), nonce: [4; 32], at: NOW };
    let opened =
        |actor, open: OpenLink| world.store().write_blocking(move |uow| link::open_link(uow, actor, open.clone()));
    opened(old, open.clone()).unwrap();
    assert!(opened(old, open.clone()).is_ok(), "an answer may have been lost");
    let again = OpenLink { nonce: [5; 32], ..open.clone() };
    assert_eq!(opened(old, again), Err(LinkError::WrongStep), "a second nonce could choose the code");
    assert_eq!(opened(world.devices[1].actor, open), Err(LinkError::WrongStep));
    let outcome = poll(&world, cmd.clone());
    assert!(
        matches!(outcome, Ok(LinkOutcome::Opened { account, nonce, .. }) if account == old.account && nonce == [4; 32])
    );

    let other_key = Reveal { signature_key: [9; 32], ..reveal };
    let broken = poll(&world, PollLink { reveal: Some(other_key), ..cmd.clone() });
    assert_eq!(broken, Err(LinkError::CommitmentBroken));
    let shown = poll(&world, PollLink { reveal: Some(reveal.clone()), ..cmd.clone() });
    assert_eq!(shown, Ok(LinkOutcome::Comparing));

    let entry = world.device_entry(0, DeviceLogOp::Add { device: reveal.device, signature_key: reveal.signature_key });
    let approve = ApproveLink { code: "ABCD-EFGH".to_owned(), entry, at: NOW };
    let other = world.device_entry(0, DeviceLogOp::Add { device: reveal.device, signature_key: [1; 32] });
    let wrong = ApproveLink { entry: other, ..approve.clone() };
    let approved =
        |actor, cmd: ApproveLink| world.store().write_blocking(move |uow| link::approve_link(uow, actor, cmd.clone()));
    assert_eq!(approved(old, wrong), Err(LinkError::OtherDevice));
    assert_eq!(approved(world.devices[1].actor, approve.clone()), Err(LinkError::NotFound));
    approved(old, approve).unwrap();
    let outcome = poll(&world, cmd.clone()).unwrap();
    let LinkOutcome::Approved { actor, log, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((actor.account, actor.device, log.len()), (old.account, reveal.device, 2));
    let hash = cmd.token;
    assert!(world.store().read_blocking(move |view| session::authenticate(view, &hash)).is_ok());
}

#[test]
fn a_link_can_be_turned_down_expires_and_needs_its_secret() {
    let world = World::new(1);
    let NewDevice { poll: cmd, .. } = start_link(&world);
    let guessed = PollLink { secret: token("guess"), ..cmd.clone() };
    assert_eq!(poll(&world, guessed), Err(LinkError::NotFound));
    let late = PollLink { at: NOW.plus_millis(300_000), ..cmd.clone() };
    assert_eq!(poll(&world, late), Err(LinkError::NotFound));
    let actor = world.devices[0].actor;
    let refuse = || world.store().write_blocking(move |uow| link::refuse_link(uow, actor, "ABCDEFGH", NOW));
    assert_eq!(refuse(), Err(LinkError::WrongStep));
    let open = OpenLink { code: "ABCDEFGH".to_owned(), nonce: [4; 32], at: NOW };
    world.store().write_blocking(move |uow| link::open_link(uow, actor, open.clone())).unwrap();
    refuse().unwrap();
    assert_eq!(poll(&world, cmd), Ok(LinkOutcome::Refused));
}

#[test]
fn an_identity_reset_is_another_person_who_belongs_to_nothing() {
    let mut world = World::new(2);
    world.open_doors();
    let id = id_of(1);
    world.create(id, Group, &[1, 2]).unwrap();
    let old = world.devices[1].actor;
    let ticket = IssueTicket { account: old.account, ticket: token("ticket"), at: NOW };
    world.store().write_blocking(move |uow| account::issue_ticket(uow, ticket.clone())).unwrap();
    let (_, cursor) = world.sync(0, None);

    let root = RootKey::from_entropy(&[99; 32]);
    let device = DeviceId::from_bytes([99; 16]);
    let op = DeviceLogOp::Add { device, signature_key: [99; 32] };
    let mut entry = DeviceLog::new(old.account, root.public()).unsigned(op, LogSigner::Root);
    entry.signature = root.sign(&entry.signed_bytes(old.account));
    let reset = ResetIdentity {
        ticket: token("ticket"),
        root_key: root.public(),
        entry: entry.encode(),
        token: token("new"),
        at: NOW.plus_millis(600_000),
    };
    let run = |cmd: ResetIdentity| world.store().write_blocking(move |uow| account::reset_identity(uow, cmd.clone()));
    assert_eq!(run(reset.clone()), Err(AccountError::TicketInvalid), "ten minutes are over");
    let reset = ResetIdentity { at: NOW.plus_millis(599_999), ..reset };
    let new = run(reset.clone()).unwrap();
    assert_eq!((new.account, new.device), (old.account, device));
    assert_eq!(run(reset), Err(AccountError::TicketInvalid), "a ticket is used once");

    let hash = TokenHash::of(old.device.as_bytes());
    let session = world.store().read_blocking(move |view| session::authenticate(view, &hash));
    assert_eq!(session, Err(SessionError::Revoked));
    assert_eq!(world.state(0, id).due, [old.device]);
    let state = world.store().read_blocking(move |view| view.feed().conversation(&new, id)).unwrap().unwrap();
    assert!(!state.member);
    // Whoever was away learns of it all the same.
    let (changes, _) = world.sync(0, Some(cursor));
    let fingerprint = root.fingerprint();
    assert!(changes.iter().any(|change| matches!(change,
        beseda_app::domain::Change::DeviceLog { account, root, version: 1 }
            if *account == old.account && *root == fingerprint)));
}

#[test]
fn key_packages_are_budgeted_and_strangers_get_the_last_one() {
    let world = World::new(2);
    let (alice, bob) = (world.devices[0].actor, world.devices[1].actor);
    let publish = |packages: Vec<Vec<u8>>, last_resort: Option<Vec<u8>>| {
        keys::publish_keys(world.store(), bob, PublishKeys { packages, last_resort, at: NOW })
    };
    let packages: Vec<_> = (0..11).map(|_| world.key_package(1, 1, false)).collect();
    publish(packages.clone(), Some(world.key_package(1, 1, true))).unwrap();
    assert_eq!(publish(vec![packages[3].clone()], None), Err(KeysError::Used));
    assert_eq!(publish(vec![vec![0; 2_049]], None).unwrap_err().code(), Code::TooLarge);
    let too_many = (0..190u16).map(|number| [9, 9].iter().chain(&number.to_be_bytes()).copied().collect()).collect();
    assert_eq!(publish(too_many, None).unwrap_err().code(), Code::TooLarge);
    let claim = |at: Timestamp| {
        let cmd = ClaimKeys { account: bob.account, devices: Vec::new(), at };
        let claimed = world.store().write_blocking(move |uow| keys::claim_keys(uow, alice, cmd.clone()))?;
        Ok::<_, KeysError>(claimed.keys.into_iter().map(|claimed| claimed.key.last_resort).collect::<Vec<_>>())
    };
    assert_eq!(claim(NOW), Ok(vec![false]));
    assert_eq!(claim(NOW), Ok(vec![false]));
    assert_eq!(claim(NOW), Ok(vec![true]), "fewer than ten are left, and a stranger asks");
    for _ in 3..10 {
        claim(NOW).unwrap();
    }
    assert_eq!(claim(NOW), Err(KeysError::BudgetSpent));
    assert_eq!(claim(NOW.plus_millis(86_400_000)), Ok(vec![true]));
    let old = NOW.plus_millis(85 * 86_400_000);
    assert_eq!(claim(old), Ok(vec![]), "packages that old are not handed out");
    let left = world.store().read_blocking(move |view| keys::count_keys(view, bob, NOW));
    assert_eq!(left, Ok(9));
    world.store().write_blocking(move |uow| account::block(uow, bob, alice.account, true)).unwrap();
    assert_eq!(claim(NOW.plus_millis(2 * 86_400_000)), Err(KeysError::NotAccepted));
}

#[test]
fn key_packages_that_nobody_could_use_are_not_taken() {
    let mut world = World::new(2);
    let second = world.add_device(2);
    let bob = world.devices[1].actor;
    let publish = |packages: Vec<Vec<u8>>, last_resort: Option<Vec<u8>>| {
        keys::publish_keys(world.store(), bob, PublishKeys { packages, last_resort, at: NOW })
    };
    let good = world.key_package(1, 1, false);
    for (package, whose) in [
        (world.key_package(0, 0, false), "another account's"),
        (world.key_package(second, second, false), "another device's"),
        (world.key_package(1, second, false), "under another key than the device log has"),
    ] {
        assert_eq!(publish(vec![good.clone(), package.clone()], None), Err(KeysError::NotOwn), "{whose}");
        assert_eq!(publish(vec![package], None).unwrap_err().code(), Code::KeyPackageUsed, "{whose}");
    }
    assert_eq!(publish(vec![world.key_package(1, 1, true)], None), Err(KeysError::WrongUse));
    assert_eq!(publish(Vec::new(), Some(good.clone())), Err(KeysError::WrongUse));
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for bytes in [damaged, b"nonsense".to_vec(), Vec::new()] {
        assert!(matches!(publish(vec![bytes], None), Err(KeysError::Unusable(_))));
    }
    let count = || world.store().read_blocking(move |view| keys::count_keys(view, bob, NOW));
    assert_eq!(count(), Ok(0), "of several all or none are taken");
    publish(vec![good], Some(world.key_package(1, 1, true))).unwrap();
    assert_eq!(count(), Ok(1));
}

#[test]
fn presence_is_shown_to_those_who_show_theirs() {
    let mut world = World::new(2);
    let (alice, bob) = (world.devices[0].actor, world.devices[1].actor);
    let sees = |world: &World| {
        world.store().read_blocking(move |view| account::sees_presence(view, alice, bob.account)).unwrap()
    };
    assert!(!sees(&world), "strangers do not by default");
    world.create(id_of(1), Direct, &[1, 2]).unwrap();
    assert!(!sees(&world), "a request is not accepted yet");
    let answer =
        move |uow: &mut dyn UnitOfWork| beseda_app::usecase::conversation::answer_stranger(uow, bob, id_of(1), true);
    world.store().write_blocking(answer).unwrap();
    assert!(sees(&world));
    let hidden = PrivacySettings { presence: Audience::Nobody, ..PrivacySettings::default() };
    world.store().write_blocking(move |uow| account::set_privacy(uow, alice, hidden)).unwrap();
    assert!(!sees(&world), "one sees only what one shows");
}

#[test]
fn a_name_finds_its_account_even_if_it_is_not_searchable() {
    let world = World::new(0);
    for (number, name) in [(50, "anna"), (51, "annabel")] {
        let actor = sign_up(&world, SignUp { username: Some(name.parse().unwrap()), ..newcomer(number) }).unwrap();
        let hidden = PrivacySettings { searchable: number == 51, ..PrivacySettings::default() };
        world.store().write_blocking(move |uow| account::set_privacy(uow, actor, hidden)).unwrap();
    }
    let find = |text: &'static str| {
        let cards = world.store().read_blocking(move |view| account::find_accounts(view, text)).unwrap();
        cards.into_iter().map(|card| card.account).collect::<Vec<_>>()
    };
    assert_eq!(find("anna"), [account_of(50), account_of(51)]);
    assert_eq!(find("ANN"), [account_of(51)]);
    assert!(find("an").is_empty(), "too short to be a search");
}

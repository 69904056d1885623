//! The ways in, against a server that is played here: it takes and gives the real bodies, and loses answers when told to.

mod link;
mod phone;
mod server;

use beseda_model::{Rng, Timestamp};
use beseda_wire::http::Registration;
use rusqlite::Connection;

use self::server::Server;
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, HttpResponse, Notice};
use crate::api::failure::Failure;
use crate::api::view::WarningKind;
use crate::identity::{self, phrase};
use crate::store::me::Me;
use crate::store::{accounts, migrate, warnings};
use beseda_model::Code;

struct Dice(u64);
impl Rng for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes()[0];
        }
    }
}

/// A profile without an engine around it.
struct Profile {
    conn: Connection,
    now: u64,
    dice: Dice,
    effects: Vec<Effect>,
    commands: u64,
}

impl Profile {
    fn new(seed: u64) -> Self {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn).unwrap();
        Self { conn, now: 1_700_000_000_000, dice: Dice(seed), effects: Vec::new(), commands: 0 }
    }

    fn step<T>(&mut self, act: impl FnOnce(&mut Step<'_>) -> T) -> T {
        let tx = self.conn.unchecked_transaction().unwrap();
        let mut step = Step::new(&tx, Timestamp::from_millis(self.now), &mut self.dice);
        let result = act(&mut step);
        self.effects.extend(step.finish().unwrap().0);
        tx.commit().unwrap();
        result
    }

    /// The engine was closed and opened: what it wanted of the host is gone.
    fn restart(&mut self) {
        self.effects.clear();
        self.step(identity::on_open).unwrap();
    }

    fn command(&mut self, command: &Command) -> u64 {
        self.commands += 1;
        let id = self.commands;
        let taken = self.step(|step| identity::on_command(step, id, command)).unwrap();
        assert!(taken.is_some());
        id
    }

    /// Carries out one request, or lets time pass until there is one; false when there is nothing left to do.
    fn turn(&mut self, server: &mut Server) -> bool {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Http { .. }));
        if let Some(at) = at {
            let Effect::Http { id, method, url, body, .. } = self.effects.remove(at) else { unreachable!() };
            let response = server.http(self.now, method, &url, body.as_deref());
            self.step(|step| identity::on_http(step, id, response.as_ref())).unwrap();
            return true;
        }
        let Some(wake) = identity::next_wake(&self.conn).unwrap() else {
            return false;
        };
        self.now = self.now.max(wake.as_millis());
        self.step(|step| identity::on_tick(step, false)).unwrap();
        true
    }

    fn run(&mut self, server: &mut Server) {
        while self.turn(server) {}
    }

    fn result(&self, command: u64) -> Option<Result<Outcome, Failure>> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Done { id, result } if *id == command => Some(result.clone()),
            _ => None,
        })
    }

    fn me(&self) -> Me {
        Me::find(&self.conn).unwrap().expect("somebody is signed in")
    }

    fn warnings(&self) -> Vec<WarningKind> {
        warnings::list(&self.conn).unwrap().into_iter().map(|warning| warning.kind).collect()
    }
}

fn sign_up(username: Option<&str>) -> Command {
    Command::SignUp {
        server: "http://server/".to_owned(),
        username: username.map(str::to_owned),
        password: username.map(|_| "correct horse".to_owned()),
        invite: None,
        phone: false,
        device_name: "laptop".to_owned(),
    }
}

fn recover(phrase: &str) -> Command {
    Command::Recover { server: "http://server".to_owned(), phrase: phrase.to_owned(), device_name: "phone".to_owned() }
}

fn phrase_of(result: Option<Result<Outcome, Failure>>) -> String {
    let Some(Ok(Outcome::SignedUp { phrase, .. })) = result else { panic!("{result:?}") };
    phrase
}

fn code_of(result: Option<Result<Outcome, Failure>>) -> Code {
    let Some(Err(Failure::Refused { code, .. })) = result else { panic!("{result:?}") };
    code
}

/// An account with its phrase, signed up by one profile.
fn alice(server: &mut Server) -> (Profile, String) {
    let mut profile = Profile::new(1);
    let id = profile.command(&sign_up(Some("alice")));
    profile.run(server);
    let phrase = phrase_of(profile.result(id));
    (profile, phrase)
}

#[test]
fn a_new_account_is_pinned_and_shows_its_phrase_until_it_is_confirmed() {
    let mut server = Server::new();
    let (mut alice, phrase) = alice(&mut server);
    let me = alice.me();
    assert_eq!(server.devices_of(me.account), [me.device]);
    let log = accounts::device_log(&alice.conn, me.account).unwrap().unwrap();
    assert!(log.is_current(me.device));
    assert_eq!(log.root_at(1), me.root);
    assert!(identity::is_signed_in(&alice.conn).unwrap());
    assert_eq!(identity::devices(&alice.conn).unwrap()[0].name, "laptop");

    let kept = phrase::kept(&alice.conn).unwrap().unwrap();
    assert_eq!(*kept.words(), phrase);
    let wrong = alice.command(&Command::ConfirmPhrase { words: vec![(3, "zzzz".to_owned())] });
    assert!(matches!(alice.result(wrong), Some(Err(Failure::Invalid { .. }))));
    let word = kept.word(3).unwrap().to_uppercase();
    let right = alice.command(&Command::ConfirmPhrase { words: vec![(3, word)] });
    assert_eq!(alice.result(right), Some(Ok(Outcome::Done)));
    assert_eq!(phrase::kept(&alice.conn).unwrap(), None);
}

#[test]
fn the_proof_of_work_is_made_in_slices() {
    let mut server = Server::new();
    server.bits = 18;
    let mut alice = Profile::new(3);
    let id = alice.command(&sign_up(None));
    let mut turns = 0;
    while alice.turn(&mut server) {
        turns += 1;
    }
    assert!(matches!(alice.result(id), Some(Ok(Outcome::SignedUp { .. }))));
    // Three requests, and at least two slices of 65,536 hashes each with this chance.
    assert!(turns >= 5, "{turns}");
}

#[test]
fn whatever_answer_is_lost_there_is_one_account_with_one_device() {
    // The answers are lost one at a time; the server has carried the requests out. Without the very first answer there
    // is nobody.
    for lost in 2..6 {
        let mut server = Server::new();
        let mut alice = Profile::new(10 + lost);
        server.lose = vec![lost];
        let id = alice.command(&sign_up(Some("alice")));
        alice.run(&mut server);
        phrase_of(alice.result(id));
        let me = alice.me();
        assert_eq!(server.accounts(), 1, "lost {lost}");
        // A device whose session was lost is removed by the one that has a session.
        let (_, asks) = alice.step(|step| identity::on_hello(step, 0, 0)).unwrap();
        let orphans = server.devices_of(me.account).len() - 1;
        let removals = asks.iter().filter(|ask| matches!(ask.purpose, identity::Purpose::RemoveDevice { .. }));
        assert_eq!(removals.count(), orphans, "lost {lost}");
    }
}

#[test]
fn a_sign_up_that_was_cut_off_is_gone_on_with_not_repeated() {
    let mut server = Server::new();
    let mut alice = Profile::new(5);
    alice.command(&sign_up(Some("alice")));
    // The answer that tells of the account is lost with the engine.
    server.lose = vec![3];
    while server.accounts() == 0 {
        assert!(alice.turn(&mut server));
    }
    alice.restart();
    let again = alice.command(&sign_up(Some("alice")));
    alice.run(&mut server);
    phrase_of(alice.result(again));
    assert_eq!(server.accounts(), 1);
}

#[test]
fn a_server_that_is_not_there_is_told_at_once_and_a_dying_one_after_some_tries() {
    let mut server = Server::new();
    server.lose = vec![1];
    let mut alice = Profile::new(6);
    let id = alice.command(&sign_up(None));
    assert!(alice.turn(&mut server));
    assert_eq!(alice.result(id), Some(Err(Failure::Unreachable)));
    assert!(!alice.turn(&mut server));

    server.lose = (3..100).collect();
    let id = alice.command(&sign_up(None));
    alice.run(&mut server);
    assert_eq!(alice.result(id), Some(Err(Failure::Unreachable)));
}

#[test]
fn refusals_are_clear() {
    let mut server = Server::new();
    alice(&mut server);
    let mut bob = Profile::new(7);
    let taken = bob.command(&sign_up(Some("Alice")));
    bob.run(&mut server);
    assert_eq!(code_of(bob.result(taken)), Code::Taken);

    server.registration = Registration::Closed;
    let closed = bob.command(&sign_up(Some("bob")));
    bob.run(&mut server);
    assert_eq!(code_of(bob.result(closed)), Code::SignUpRefused);

    server.registration = Registration::Invite;
    let no_invite = bob.command(&sign_up(Some("bob")));
    bob.run(&mut server);
    assert_eq!(code_of(bob.result(no_invite)), Code::SignUpRefused);

    server.registration = Registration::Open;
    server.password_required = true;
    let no_password = bob.command(&sign_up(None));
    bob.run(&mut server);
    assert!(matches!(bob.result(no_password), Some(Err(Failure::Invalid { .. }))));

    for (username, password) in [(None, Some("long enough")), (Some("bob"), Some("short")), (Some("b"), None)] {
        let command = Command::SignUp {
            server: "http://server".to_owned(),
            username: username.map(str::to_owned),
            password: password.map(str::to_owned),
            invite: None,
            phone: false,
            device_name: String::new(),
        };
        let id = bob.command(&command);
        assert!(matches!(bob.result(id), Some(Err(Failure::Invalid { .. }))));
    }
    assert_eq!(server.accounts(), 1);

    let id = bob.command(&Command::SignOut);
    assert_eq!(bob.result(id), Some(Err(Failure::NotSignedIn)));
    bob.command(&sign_up(Some("bob")));
    bob.run(&mut server);
}

#[test]
fn a_profile_in_use_is_not_taken_over() {
    let mut server = Server::new();
    let (mut alice, phrase) = alice(&mut server);
    let link = Command::StartLink { server: "http://server".to_owned(), device_name: String::new() };
    for command in [sign_up(Some("other")), recover(&phrase), link] {
        let id = alice.command(&command);
        assert_eq!(alice.result(id), Some(Err(Failure::AlreadySignedIn)));
    }
}

#[test]
fn a_challenge_that_grew_old_is_replaced_once() {
    let mut server = Server::new();
    server.refuse_proofs = 1;
    let mut alice = Profile::new(8);
    let id = alice.command(&sign_up(None));
    alice.run(&mut server);
    phrase_of(alice.result(id));

    server.refuse_proofs = 100;
    let mut bob = Profile::new(9);
    let id = bob.command(&sign_up(None));
    bob.run(&mut server);
    assert_eq!(code_of(bob.result(id)), Code::SignUpRefused);
}

#[test]
fn the_phrase_brings_a_new_device_in_and_the_old_one_is_told() {
    let mut server = Server::new();
    let (mut laptop, phrase) = alice(&mut server);
    let mut phone = Profile::new(20);
    let id = phone.command(&recover(&phrase.to_uppercase()));
    phone.run(&mut server);
    let me = phone.me();
    assert_eq!(phone.result(id), Some(Ok(Outcome::SignedIn { account: laptop.me().account, device: me.device })));
    assert_eq!(phrase::kept(&phone.conn).unwrap(), None, "a typed phrase is not kept");
    assert_eq!(server.devices_of(me.account).len(), 2);

    let (root, entries) = server.device_log(me.account);
    laptop.step(|step| identity::learn(step, me.account, &root, &entries)).unwrap();
    assert_eq!(laptop.warnings(), [WarningKind::OwnDeviceAdded { device: me.device }]);
    assert_eq!(identity::devices(&laptop.conn).unwrap().len(), 2);
}

#[test]
fn a_phrase_of_nobody_and_a_mistyped_one_are_told_apart() {
    let mut server = Server::new();
    alice(&mut server);
    let mut phone = Profile::new(21);
    let stranger = phrase::Phrase::generate(&mut Dice(99)).words().to_string();
    let id = phone.command(&recover(&stranger));
    phone.run(&mut server);
    assert_eq!(code_of(phone.result(id)), Code::NotFound);
    let id = phone.command(&recover("abandon ability able"));
    assert!(matches!(phone.result(id), Some(Err(Failure::Invalid { .. }))));
}

#[test]
fn a_device_log_of_another_root_is_not_taken() {
    let mut server = Server::new();
    let (_, phrase) = alice(&mut server);
    server.forge_log = true;
    let mut phone = Profile::new(22);
    let id = phone.command(&recover(&phrase));
    phone.run(&mut server);
    assert_eq!(code_of(phone.result(id)), Code::Unknown);
    assert!(Me::find(&phone.conn).unwrap().is_none());
}

#[test]
fn the_password_gives_a_new_identity_whatever_answer_is_lost() {
    for lost in 0..4 {
        let mut server = Server::new();
        let (laptop, _) = alice(&mut server);
        server.requests = 0;
        server.lose = vec![lost];
        let mut phone = Profile::new(30 + lost);
        let command = Command::ResetIdentity {
            server: "http://server".to_owned(),
            username: "alice".to_owned(),
            password: "correct horse".to_owned(),
            device_name: "phone".to_owned(),
        };
        let id = phone.command(&command);
        phone.run(&mut server);
        if lost == 1 {
            assert_eq!(
                phone.result(id),
                Some(Err(Failure::Unreachable)),
                "the first answer tells whether one is there"
            );
            continue;
        }
        phrase_of(phone.result(id));
        let me = phone.me();
        assert_eq!(me.account, laptop.me().account);
        assert_ne!(me.root, laptop.me().root);
        assert!(server.devices_of(me.account).contains(&me.device));
    }
}

#[test]
fn a_wrong_password_is_said() {
    let mut server = Server::new();
    alice(&mut server);
    let mut phone = Profile::new(40);
    let command = Command::ResetIdentity {
        server: "http://server".to_owned(),
        username: "alice".to_owned(),
        password: "battery staple".to_owned(),
        device_name: String::new(),
    };
    let id = phone.command(&command);
    phone.run(&mut server);
    assert_eq!(code_of(phone.result(id)), Code::WrongCredentials);
}

#[test]
fn a_copied_profile_signs_out_and_may_come_back_as_another_device() {
    let mut server = Server::new();
    let (mut laptop, phrase) = alice(&mut server);
    let before = laptop.me();
    let (standing, _) = laptop.step(|step| identity::on_hello(step, 4, 3)).unwrap();
    assert_eq!(standing, identity::Standing::Retired);
    assert_eq!(laptop.warnings(), [WarningKind::ProfileCopied]);
    assert!(!identity::is_signed_in(&laptop.conn).unwrap());

    let mut other = Server::new();
    let (_, other_phrase) = {
        let mut bob = Profile::new(61);
        let id = bob.command(&sign_up(Some("bob")));
        bob.run(&mut other);
        let phrase = phrase_of(bob.result(id));
        (bob, phrase)
    };
    let wrong = laptop.command(&recover(&other_phrase));
    laptop.run(&mut other);
    assert!(matches!(laptop.result(wrong), Some(Err(Failure::Invalid { .. }))), "history belongs to one person");

    let id = laptop.command(&recover(&phrase));
    laptop.run(&mut server);
    assert!(matches!(laptop.result(id), Some(Ok(Outcome::SignedIn { .. }))));
    let after = laptop.me();
    assert_eq!(after.account, before.account);
    assert_ne!(after.device, before.device);
    assert!(identity::is_signed_in(&laptop.conn).unwrap());
}

#[test]
fn signing_out_without_a_connection_is_made_good_later() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    let me = laptop.me();
    laptop.commands += 1;
    let id = laptop.commands;
    let asks = laptop.step(|step| identity::on_command(step, id, &Command::SignOut)).unwrap().unwrap();
    for ask in asks {
        laptop.step(|step| identity::on_lost(step, ask.purpose)).unwrap();
    }
    assert_eq!(laptop.result(id), Some(Ok(Outcome::Done)));
    assert!(!identity::is_signed_in(&laptop.conn).unwrap());
    laptop.restart();
    let (standing, asks) = laptop.step(|step| identity::on_hello(step, 0, 0)).unwrap();
    assert_eq!(standing, identity::Standing::Leaving);
    server.carry(&mut laptop, asks);
    assert_eq!(server.devices_of(me.account), []);
    assert!(laptop.me().signed_out);
}

#[test]
fn a_removed_device_is_out_and_nobody_is_removed_twice() {
    let mut server = Server::new();
    let (mut laptop, phrase) = alice(&mut server);
    let mut phone = Profile::new(70);
    phone.command(&recover(&phrase));
    phone.run(&mut server);
    let (root, entries) = server.device_log(phone.me().account);
    let account = phone.me().account;
    laptop.step(|step| identity::learn(step, account, &root, &entries)).unwrap();

    let device = phone.me().device;
    assert_eq!(server.socket(&mut laptop, &Command::RemoveDevice { device }), Ok(Outcome::Done));
    assert_eq!(server.devices_of(phone.me().account), [laptop.me().device]);
    assert_eq!(server.socket(&mut laptop, &Command::RemoveDevice { device }), Err(Failure::NotFound));

    let (root, entries) = server.device_log(account);
    phone.step(|step| identity::learn(step, account, &root, &entries)).unwrap();
    assert!(phone.me().signed_out, "it sees its own removal");
    assert!(phone.effects.contains(&Effect::Notice(Notice::SignedOut)));
}

/// An answer of the played server.
fn answer(status: u16, body: Vec<u8>) -> HttpResponse {
    HttpResponse { status, body }
}

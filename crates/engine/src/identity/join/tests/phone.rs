//! A phone number: verified, given to an account, and what it does not open.

use beseda_model::Code;
use beseda_wire::http::PhoneOffer;

use super::server::{SMS_CODE, Server};
use super::{Profile, alice, code_of, phrase_of, recover, sign_up};
use crate::api::command::{Command, Outcome};
use crate::api::failure::Failure;
use crate::api::view::{NumberHolder, PhoneView};
use crate::identity;
use crate::timeline;
use crate::view::{self, View};
use beseda_model::Timestamp;

const NUMBER: &str = "+79123456789";

fn request(phone: &str) -> Command {
    Command::RequestCode {
        server: Some("http://server/".to_owned()),
        phone: phone.to_owned(),
        region: Some("RU".to_owned()),
        language: Some("ru".to_owned()),
    }
}

fn check(code: &str) -> Command {
    Command::CheckCode { code: code.to_owned() }
}

fn by_phone() -> Command {
    let Command::SignUp { server, invite, device_name, .. } = sign_up(None) else { unreachable!() };
    Command::SignUp { server, username: None, password: None, invite, phone: true, device_name }
}

impl Profile {
    fn carry_out(&mut self, server: &mut Server, command: &Command) -> Result<Outcome, Failure> {
        let id = self.command(command);
        self.run(server);
        self.result(id).expect("the command has ended")
    }

    fn verify(&mut self, server: &mut Server) -> Option<NumberHolder> {
        let sent = self.carry_out(server, &request("+7 912 345-67-89"));
        assert!(matches!(sent, Ok(Outcome::CodeSent { .. })), "{sent:?}");
        match self.carry_out(server, &check("012 345")) {
            Ok(Outcome::PhoneVerified { phone, holder }) => {
                assert_eq!(phone, NUMBER);
                holder
            }
            other => panic!("{other:?}"),
        }
    }

    fn phone(&self) -> Option<PhoneView> {
        view::phone(&self.view()).unwrap()
    }

    fn view(&self) -> View<'_> {
        View::new(&self.conn, Timestamp::from_millis(self.now)).unwrap()
    }

    /// The server tells how the account's settings stand.
    fn told(&mut self, phone: bool) {
        self.step(|step| timeline::apply_settings(step, Default::default(), &[], None, phone)).unwrap();
    }
}

#[test]
fn a_number_is_verified_and_comes_along_with_the_sign_up() {
    let mut server = Server::new();
    server.phone = PhoneOffer::Required;
    server.cool_down = 30;
    let mut alice = Profile::new(1);
    assert_eq!(alice.phone(), None);
    let refused = alice.command(&sign_up(Some("alice")));
    alice.run(&mut server);
    assert_eq!(code_of(alice.result(refused)), Code::SignUpRefused);
    assert_eq!(alice.carry_out(&mut server, &by_phone()), Err(Failure::CodeExpired), "nothing was verified");

    let sent = alice.carry_out(&mut server, &request("+7 912 345-67-89"));
    let expected = Outcome::CodeSent { phone: NUMBER.to_owned(), digits: 6, resend_after_s: 30, expires_after_s: 600 };
    assert_eq!(sent, Ok(expected));
    let shown = alice.phone().unwrap();
    assert_eq!((shown.phone.as_str(), shown.verified), (NUMBER, false));
    assert_eq!(shown.resend_at, Timestamp::from_millis(alice.now + 30_000));
    assert_eq!(alice.carry_out(&mut server, &check("543210")), Err(Failure::WrongCode { tries_left: 4 }));
    alice.restart();
    assert!(alice.phone().is_some(), "it goes on where it was");
    assert!(matches!(alice.carry_out(&mut server, &check(SMS_CODE)), Ok(Outcome::PhoneVerified { holder: None, .. })));
    assert!(alice.phone().unwrap().verified);

    let made = alice.carry_out(&mut server, &by_phone());
    phrase_of(Some(made));
    assert_eq!(server.numbers[NUMBER], alice.me().account);
    assert_eq!(alice.phone(), None, "it has served");
    alice.told(true);
    let me = view::me(&alice.view()).unwrap().unwrap();
    assert_eq!((me.has_phone, me.phone.as_deref()), (true, Some(NUMBER)));
}

#[test]
fn whatever_answer_is_lost_one_code_is_sent_and_one_account_made() {
    for lost in 1..=8 {
        let mut server = Server::new();
        server.lose = vec![lost];
        let mut alice = Profile::new(10 + lost);
        assert_eq!(alice.verify(&mut server), None);
        // The very first question of a sign-up tells whether anybody is there at all.
        if let Err(failure) = alice.carry_out(&mut server, &by_phone()) {
            assert_eq!(failure, Failure::Unreachable);
            phrase_of(Some(alice.carry_out(&mut server, &by_phone())));
        }
        assert_eq!((server.codes, server.accounts()), (1, 1), "with answer {lost} lost");
        assert_eq!(server.numbers[NUMBER], alice.me().account);
    }
}

#[test]
fn a_question_that_was_given_up_is_the_same_when_it_is_asked_again() {
    let mut server = Server::new();
    server.lose = (1..=4).collect();
    let mut alice = Profile::new(1);
    assert_eq!(alice.carry_out(&mut server, &request(NUMBER)), Err(Failure::Unreachable));
    alice.restart();
    alice.verify(&mut server);
    assert_eq!(server.codes, 1 + 1, "another spelling is another question");
    let mut bob = Profile::new(2);
    server.lose = (server.requests + 1..=server.requests + 4).collect();
    assert_eq!(bob.carry_out(&mut server, &request(NUMBER)), Err(Failure::Unreachable));
    bob.restart();
    assert!(bob.carry_out(&mut server, &request(NUMBER)).is_ok());
    assert_eq!(server.codes, 3);
}

#[test]
fn a_dead_code_is_told_and_an_old_one_outlives_a_refusal() {
    let mut server = Server::new();
    let mut alice = Profile::new(1);
    assert_eq!(alice.carry_out(&mut server, &check(SMS_CODE)), Err(Failure::CodeExpired), "none was sent");
    alice.carry_out(&mut server, &request(NUMBER)).unwrap();
    assert!(matches!(alice.carry_out(&mut server, &request("no digits")), Err(Failure::Invalid { .. })));
    assert!(matches!(alice.carry_out(&mut server, &check("letters")), Err(Failure::Invalid { .. })));
    assert!(alice.phone().is_some());
    server.tries = 1;
    assert_eq!(alice.carry_out(&mut server, &check("1")), Err(Failure::WrongCode { tries_left: 0 }));
    assert_eq!(alice.carry_out(&mut server, &check("2")), Err(Failure::CodeExpired));
    assert_eq!(alice.phone(), None);
    alice.carry_out(&mut server, &request(NUMBER)).unwrap();
    alice.now += 600_000;
    assert_eq!(alice.carry_out(&mut server, &check(SMS_CODE)), Err(Failure::CodeExpired), "by this device's clock");
}

#[test]
fn a_known_number_opens_nothing_but_may_be_taken_along() {
    let mut server = Server::new();
    let (mut laptop, phrase) = alice(&mut server);
    laptop.verify(&mut server);
    server.socket(&mut laptop, &Command::SetPhone).unwrap();
    laptop.told(true);
    assert_eq!(laptop.phone(), None);

    let mut phone = Profile::new(20);
    assert_eq!(phone.verify(&mut server), Some(NumberHolder { can_reset: false }));
    let reset = Command::ResetByPhone { device_name: "phone".to_owned() };
    assert!(matches!(phone.carry_out(&mut server, &reset), Err(Failure::NotAllowed { .. })));
    // By the phrase it is the same account.
    assert!(matches!(phone.carry_out(&mut server, &recover(&phrase)), Ok(Outcome::SignedIn { .. })));
    assert_eq!(phone.me().account, laptop.me().account);

    let mut somebody = Profile::new(21);
    somebody.verify(&mut server);
    phrase_of(Some(somebody.carry_out(&mut server, &by_phone())));
    assert_ne!(somebody.me().account, laptop.me().account);
    assert_eq!(server.numbers[NUMBER], somebody.me().account);
    laptop.told(false);
    assert_eq!(laptop.warnings(), [crate::api::view::WarningKind::PhoneGone]);
    let me = view::me(&laptop.view()).unwrap().unwrap();
    assert_eq!((me.has_phone, me.phone), (false, None));
}

#[test]
fn a_number_is_taken_away_without_a_warning_by_who_does_it() {
    let mut server = Server::new();
    let (mut laptop, _) = alice(&mut server);
    assert_eq!(server.socket(&mut laptop, &Command::SetPhone), Err(Failure::CodeExpired));
    laptop.verify(&mut server);
    server.socket(&mut laptop, &Command::SetPhone).unwrap();
    laptop.told(true);
    server.socket(&mut laptop, &Command::RemovePhone).unwrap();
    laptop.told(false);
    assert_eq!((laptop.warnings(), server.numbers.len()), (vec![], 0));
    assert_eq!(view::me(&laptop.view()).unwrap().unwrap().phone, None);
    let mut nobody = Profile::new(2);
    let id = nobody.command(&Command::RemovePhone);
    assert_eq!(nobody.result(id), Some(Err(Failure::NotSignedIn)));
}

#[test]
fn an_account_out_of_use_is_reset_by_its_number_whatever_answer_is_lost() {
    for lost in 0..4 {
        let mut server = Server::new();
        let (mut laptop, _) = alice(&mut server);
        laptop.verify(&mut server);
        server.socket(&mut laptop, &Command::SetPhone).unwrap();
        server.out_of_use = true;
        let mut phone = Profile::new(30 + lost);
        assert_eq!(phone.verify(&mut server), Some(NumberHolder { can_reset: true }));
        server.requests = 0;
        server.lose = vec![lost];
        let command = Command::ResetByPhone { device_name: "phone".to_owned() };
        phrase_of(Some(phone.carry_out(&mut server, &command)));
        let me = phone.me();
        assert_eq!(me.account, laptop.me().account);
        assert_ne!(me.root, laptop.me().root);
        assert!(server.devices_of(me.account).contains(&me.device), "with answer {lost} lost");
    }
}

#[test]
fn a_wrong_clock_does_not_keep_a_question_waiting() {
    let mut server = Server::new();
    let mut alice = Profile::new(1);
    let id = alice.command(&request(NUMBER));
    server.lose = vec![1];
    assert!(alice.turn(&mut server));
    let at = identity::next_wake(&alice.conn).unwrap().expect("it is asked again");
    alice.now = at.as_millis() - 3_600_000;
    let latest = Timestamp::from_millis(alice.now);
    alice.step(|step| identity::relax(step, latest)).unwrap();
    assert_eq!(identity::next_wake(&alice.conn).unwrap(), Some(latest));
    alice.run(&mut server);
    assert!(matches!(alice.result(id), Some(Ok(Outcome::CodeSent { .. }))));
}

//! A server of one's own making, as far as joining goes. It takes device logs as the real one does; what it lies about is
//! switched on by the tests.

use std::collections::BTreeMap;

use beseda_crypto::signature::Ed25519;
use beseda_crypto::{possession, pow};
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as Entry, DeviceLogOp, root_fingerprint};
use beseda_model::{AccountId, Code, DeviceId, Fingerprint, Timestamp};
use beseda_wire::error::ProblemData;
use beseda_wire::http::{
    AccountByRoot, AddDevice, Challenge, CheckPhoneCode, LinkReveal, LinkStarted, LinkState, PhoneCodeSent,
    PhoneHolder, PhoneOffer, PhoneVerified, PollLink, Proof, Registration, RequestPhoneCode, ResetIdentity, ServerInfo,
    Session, SignIn, SignInTicket, SignUp, StartLink,
};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Encoding, Problem, Push, Reply, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Profile, answer};
use crate::api::command::{Command, Outcome};
use crate::api::event::HttpResponse;
use crate::api::failure::Failure;
use crate::identity::link::commitment;
use crate::identity::{self, Asks};

struct Account {
    username: Option<String>,
    password: Option<String>,
    log: DeviceLog,
}

struct Attempt {
    phone: String,
    verified: bool,
}

struct Link {
    commitment: Bytes,
    opened: Option<(AccountId, Bytes)>,
    reveal: Option<LinkReveal>,
    approved: bool,
    refused: bool,
}

pub(super) struct Server {
    pub(super) registration: Registration,
    pub(super) password_required: bool,
    pub(super) phone: PhoneOffer,
    /// Seconds until the next code may be asked for.
    pub(super) cool_down: u64,
    /// Codes that were sent.
    pub(super) codes: u32,
    /// Wrong codes that one may still try.
    pub(super) tries: u32,
    /// Accounts by number, whom they were verified for, and whether the number alone resets them.
    pub(super) numbers: BTreeMap<String, AccountId>,
    pub(super) out_of_use: bool,
    attempts: BTreeMap<String, Attempt>,
    pub(super) bits: u8,
    /// Which requests are carried out without the answer's coming through, counted from 1.
    pub(super) lose: Vec<u64>,
    pub(super) requests: u64,
    pub(super) refuse_proofs: u32,
    pub(super) forge_log: bool,
    pub(super) swap_revealed_key: bool,
    pub(super) stand_between: bool,
    pub(super) name_other_root: bool,
    pub(super) pushes: Vec<Push>,
    accounts: BTreeMap<AccountId, Account>,
    link: Option<Link>,
}

const CODE: &str = "K7M2-QX";
/// What comes as a text message.
pub(super) const SMS_CODE: &str = "012345";
/// The key that the server would like to see approved.
const EVIL: ([u8; 16], [u8; 32], [u8; 32]) = ([0xee; 16], [0xee; 32], [0xee; 32]);

impl Server {
    pub(super) fn new() -> Self {
        Self {
            registration: Registration::Open,
            password_required: false,
            phone: PhoneOffer::Optional,
            cool_down: 0,
            codes: 0,
            tries: 5,
            numbers: BTreeMap::new(),
            out_of_use: false,
            attempts: BTreeMap::new(),
            bits: 4,
            lose: Vec::new(),
            requests: 0,
            refuse_proofs: 0,
            forge_log: false,
            swap_revealed_key: false,
            stand_between: false,
            name_other_root: false,
            pushes: Vec::new(),
            accounts: BTreeMap::new(),
            link: None,
        }
    }

    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    pub(super) fn devices_of(&self, account: AccountId) -> Vec<DeviceId> {
        self.accounts[&account].log.current_devices().map(|(device, _)| device).collect()
    }

    pub(super) fn device_log(&self, account: AccountId) -> (Bytes, Vec<DeviceLogEntry>) {
        let log = &self.accounts[&account].log;
        let entries = log.entries().iter().map(|entry| DeviceLogEntry(Bytes(entry.encode()))).collect();
        (Bytes(log.first_root_key().to_vec()), entries)
    }

    pub(super) fn http(&mut self, now: u64, method: &str, url: &str, body: Option<&[u8]>) -> Option<HttpResponse> {
        self.requests += 1;
        let path = url.strip_prefix("http://server/api/v1/").expect("the address that was typed, without its slash");
        let parts: Vec<&str> = path.split('/').collect();
        let body = body.unwrap_or_default();
        let result = match (method, &parts[..]) {
            ("GET", ["server"]) => ok(&ServerInfo {
                name: "test".to_owned(),
                version: "1".to_owned(),
                feature: 1,
                registration: self.registration,
                password_required: self.password_required,
                push_key: Bytes::default(),
                phone: self.phone,
                phone_region: None,
                drives: false,
                drive_providers: Vec::new(),
                previews: false,
                gifs: None,
                map: None,
            }),
            ("POST", ["challenges"]) => {
                let expires_at = now + 600_000;
                let challenge = pow::Challenge { random: [7; 16], expires_at };
                ok(&Challenge {
                    challenge: Bytes(challenge.to_bytes().to_vec()),
                    bits: self.bits,
                    expires_at: Timestamp::from_millis(expires_at),
                })
            }
            ("POST", ["accounts"]) => self.sign_up(read(body)),
            ("GET", ["accounts", "by-root", root]) => self.by_root(root.parse().unwrap()),
            ("POST", ["devices"]) => self.add_device(&read(body)),
            ("POST", ["sessions"]) => self.sign_in(&read(body)),
            ("POST", ["identity-resets"]) => self.reset(&read(body)),
            ("POST", ["phone-codes"]) => self.request_code(read(body)),
            ("POST", ["phone-codes", "check"]) => self.check_code(&read(body)),
            ("POST", ["links"]) => {
                let StartLink { commitment } = read(body);
                let link = Link { commitment, opened: None, reveal: None, approved: false, refused: false };
                self.link = Some(link);
                let expires_at = Timestamp::from_millis(now + 300_000);
                ok(&LinkStarted { code: CODE.to_owned(), secret: "secret".to_owned(), expires_at })
            }
            ("POST", ["links", CODE, "poll"]) => self.poll(read(body)),
            _ => panic!("no such door: {method} {path}"),
        };
        if self.lose.contains(&self.requests) {
            return None;
        }
        Some(match result {
            Ok(body) => answer(200, body),
            Err(code) => {
                let data = ProblemData { tries_left: Some(self.tries), ..ProblemData::default() };
                answer(400, Encoding::Json.encode(&Problem { data: Some(data), ..Problem::new(code, "no") }))
            }
        })
    }

    fn sign_up(&mut self, body: SignUp) -> Result<Vec<u8>, Code> {
        let proof = body.proof.expect("a proof");
        assert!(is_proven(&proof, &body.entry), "a server asks for the device's key");
        if self.registration == Registration::Open {
            let challenge = pow::Challenge::from_bytes(&proof.challenge).unwrap();
            if self.refuse_proofs > 0 || !pow::verify(&challenge, u32::from(self.bits), proof.nonce) {
                self.refuse_proofs -= 1;
                return Err(Code::SignUpRefused);
            }
        }
        let username = body.username.map(|name| name.as_str().to_owned());
        let taken = self.accounts.values().any(|other| username.is_some() && other.username == username);
        if taken || self.accounts.contains_key(&body.account) {
            return Err(Code::Taken);
        }
        if let Some(attempt) = &body.phone {
            let number = self.redeem(attempt).ok_or(Code::DigitsExpired)?;
            self.numbers.insert(number, body.account);
        }
        let log = begin(body.account, &body.root, &body.entry);
        self.accounts.insert(body.account, Account { username, password: body.password, log });
        ok(&self.session_of(body.account))
    }

    /// A session for the device that was added last.
    fn session_of(&self, account: AccountId) -> Session {
        let last = self.accounts[&account].log.entries().last().expect("a log begins with a device");
        let DeviceLogOp::Add { device, .. } = last.op else { panic!("the last entry adds a device") };
        Session { account, device, token: format!("token of {device}") }
    }

    fn by_root(&self, root: Fingerprint) -> Result<Vec<u8>, Code> {
        let found = self.accounts.iter().find(|(_, account)| account.log.root_at(account.log.version()) == root);
        let (id, _) = found.ok_or(Code::NotFound)?;
        let (mut first_root, device_log) = self.device_log(*id);
        if self.forge_log {
            first_root = Bytes(vec![9; 32]);
        }
        ok(&AccountByRoot { account: *id, root, first_root, device_log })
    }

    fn add_device(&mut self, body: &AddDevice) -> Result<Vec<u8>, Code> {
        let account = self.accounts.get_mut(&body.account).ok_or(Code::NotFound)?;
        let entry = Entry::decode(&body.entry.0).unwrap();
        assert!(is_proven(&body.proof, &body.entry), "a server asks for the device's key");
        account.log.verify_and_append(entry, &Ed25519).map_err(|_| Code::InvalidDeviceLog)?;
        ok(&self.session_of(body.account))
    }

    fn sign_in(&self, body: &SignIn) -> Result<Vec<u8>, Code> {
        let found = self.accounts.iter().find(|(_, account)| {
            account.username.as_deref() == Some(body.username.as_str())
                && account.password.as_ref() == Some(&body.password)
        });
        let (id, account) = found.ok_or(Code::WrongCredentials)?;
        let root = account.log.root_at(account.log.version());
        ok(&SignInTicket { account: *id, root, ticket: id.to_string() })
    }

    fn reset(&mut self, body: &ResetIdentity) -> Result<Vec<u8>, Code> {
        let by_phone = self.redeem(&body.ticket).and_then(|number| self.numbers.get(&number).copied());
        let id: AccountId = by_phone.or_else(|| body.ticket.parse().ok()).ok_or(Code::Unauthorized)?;
        let account = self.accounts.get_mut(&id).ok_or(Code::Unauthorized)?;
        account.log = begin(id, &body.root, &body.entry);
        ok(&self.session_of(id))
    }

    fn request_code(&mut self, body: RequestPhoneCode) -> Result<Vec<u8>, Code> {
        if !self.attempts.contains_key(&body.attempt) {
            self.codes += 1;
            let phone = format!("+{}", body.phone.chars().filter(char::is_ascii_digit).collect::<String>());
            self.attempts.insert(body.attempt.clone(), Attempt { phone, verified: false });
        }
        let phone = self.attempts[&body.attempt].phone.clone();
        ok(&PhoneCodeSent { phone, digits: 6, resend_after_s: self.cool_down, expires_after_s: 600 })
    }

    fn check_code(&mut self, body: &CheckPhoneCode) -> Result<Vec<u8>, Code> {
        let attempt = self.attempts.get_mut(&body.attempt).ok_or(Code::DigitsExpired)?;
        if body.code != SMS_CODE {
            self.tries = self.tries.checked_sub(1).ok_or(Code::DigitsExpired)?;
            return Err(Code::WrongDigits);
        }
        attempt.verified = true;
        let reset = |account: &AccountId| PhoneHolder { reset: self.out_of_use.then_some(*account) };
        let holder = self.numbers.get(&attempt.phone).map(reset);
        ok(&PhoneVerified { expires_after_s: 1_800, holder })
    }

    /// The number that an attempt has verified, once.
    fn redeem(&mut self, attempt: &str) -> Option<String> {
        let found = self.attempts.get(attempt).filter(|attempt| attempt.verified).map(|attempt| attempt.phone.clone());
        if found.is_some() {
            self.attempts.remove(attempt);
        }
        found
    }

    fn poll(&mut self, body: PollLink) -> Result<Vec<u8>, Code> {
        assert_eq!(body.secret, "secret");
        let Some(link) = &mut self.link else { return Err(Code::NotFound) };
        let Some((account, nonce)) = link.opened.clone() else { return ok(&LinkState::Waiting) };
        if link.refused {
            return ok(&LinkState::Refused);
        }
        if link.approved {
            let (root, device_log) = self.device_log(account);
            return ok(&LinkState::Approved { session: self.session_of(account), device_log, root });
        }
        if let Some(reveal) = body.reveal {
            if link.reveal.is_none() {
                let mut shown = reveal.clone();
                if self.stand_between || self.swap_revealed_key {
                    let (device, key, nonce) = EVIL;
                    shown = LinkReveal {
                        device: DeviceId::from_bytes(device),
                        signature_key: Bytes(key.to_vec()),
                        nonce: Bytes(nonce.to_vec()),
                    };
                }
                link.reveal = Some(reveal);
                self.pushes.push(Push::LinkRevealed {
                    code: CODE.to_owned(),
                    device: shown.device,
                    signature_key: shown.signature_key,
                    nonce: shown.nonce,
                });
            }
            return ok(&LinkState::Comparing);
        }
        let log = &self.accounts[&account].log;
        let root = if self.name_other_root {
            Fingerprint::from_bytes([9; 32])
        } else {
            root_fingerprint(&log.root_key_at(log.version()))
        };
        ok(&LinkState::Opened { account, root, nonce })
    }

    /// Carries out a command whose request goes over the socket, and tells how it ended.
    pub(super) fn socket(&mut self, profile: &mut Profile, command: &Command) -> Result<Outcome, Failure> {
        profile.commands += 1;
        let id = profile.commands;
        let asks = profile.step(|step| identity::on_command(step, id, command)).unwrap().expect("it is about identity");
        self.carry(profile, asks);
        profile.result(id).expect("the command has ended")
    }

    /// Answers asks, and those that follow from the answers.
    pub(super) fn carry(&mut self, profile: &mut Profile, asks: Asks) {
        let mut waiting = std::collections::VecDeque::from(asks);
        while let Some(ask) = waiting.pop_front() {
            let account = profile.me().account;
            let answer = self.request(account, ask.request).map_err(|code| Problem::new(code, "no"));
            let more = profile.step(|step| identity::on_reply(step, ask.purpose, answer)).unwrap();
            waiting.extend(more);
        }
    }

    fn request(&mut self, account: AccountId, request: Request) -> Result<Reply, Code> {
        match request {
            Request::OpenLink { nonce, .. } => {
                let link = self.link.as_mut().ok_or(Code::NotFound)?;
                link.opened = Some((account, nonce));
                if self.stand_between {
                    let (device, key, nonce) = EVIL;
                    let evil = commitment(DeviceId::from_bytes(device), &key, &nonce);
                    return Ok(Reply::Link { commitment: Bytes(evil.to_vec()) });
                }
                Ok(Reply::Link { commitment: link.commitment.clone() })
            }
            Request::ApproveLink { entry, .. } => {
                self.append(account, &entry)?;
                self.link.as_mut().ok_or(Code::NotFound)?.approved = true;
                Ok(Reply::Done)
            }
            Request::RefuseLink { .. } => {
                self.link.as_mut().ok_or(Code::NotFound)?.refused = true;
                Ok(Reply::Done)
            }
            Request::SetPhone { attempt: Some(attempt) } => {
                let number = self.redeem(&attempt).ok_or(Code::DigitsExpired)?;
                self.numbers.insert(number, account);
                Ok(Reply::Done)
            }
            Request::SetPhone { attempt: None } => {
                self.numbers.retain(|_, holder| *holder != account);
                Ok(Reply::Done)
            }
            Request::AppendDeviceLog { entry } => self.append(account, &entry).map(|()| Reply::Done),
            Request::DeviceLog { account, from } => {
                let (root, entries) = self.device_log(account);
                let from = usize::try_from(from).unwrap() - 1;
                Ok(Reply::DeviceLog { entries: entries.into_iter().skip(from).collect(), root })
            }
            other => panic!("not about identity: {other:?}"),
        }
    }

    fn append(&mut self, account: AccountId, entry: &DeviceLogEntry) -> Result<(), Code> {
        let entry = Entry::decode(&entry.0).unwrap();
        let log = &mut self.accounts.get_mut(&account).ok_or(Code::NotFound)?.log;
        log.verify_and_append(entry, &Ed25519).map_err(|_| Code::InvalidDeviceLog)
    }
}

fn is_proven(proof: &Proof, entry: &DeviceLogEntry) -> bool {
    let challenge = pow::Challenge::from_bytes(&proof.challenge).unwrap();
    let DeviceLogOp::Add { signature_key, .. } = Entry::decode(&entry.0).unwrap().op else { return false };
    possession::verify(&signature_key, &challenge, &entry.0, proof.signature.0.as_slice().try_into().unwrap())
}

fn begin(account: AccountId, root: &Bytes, entry: &DeviceLogEntry) -> DeviceLog {
    let root = root.0.as_slice().try_into().unwrap();
    DeviceLog::verify(account, root, [Entry::decode(&entry.0).unwrap()], &Ed25519).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the doors that can refuse end with it")]
fn ok<T: Serialize>(body: &T) -> Result<Vec<u8>, Code> {
    Ok(Encoding::Json.encode(body))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> T {
    Encoding::Json.decode(body).expect("a body of the protocol")
}

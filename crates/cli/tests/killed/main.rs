//! Death at any moment. Two people talk in a group, each in a process of their own, through a server in a third; again and
//! again one of the three is killed at a random instant and started anew. At the end everything that was accepted, and
//! everything that was shown, stands once and at the same place on both sides.

#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

mod process;
mod talk;
mod upload;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use beseda_cli::host::{Core, Host, Profile};
use beseda_engine::Command;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::view::{Anchor, Body, ConnectionState, Delivery, MessageView, SystemEvent};
use beseda_model::{AccountId, ConversationId, Timestamp};
use beseda_testkit::chance::SeededRng;
use beseda_wire::state::{Audience, PrivacySettings};
use process::{Process, Role, Told};

/// Most lines that are heard between two deaths, and most microseconds after the last of them.
const LINES: u64 = 12;
const MICROS: u64 = 40_000;

/// A port that the system gives to nobody who does not ask for it by number, so that it is still free when a killed
/// server comes back.
fn port() -> SocketAddr {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let free = (first..32_000).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    free.into_iter().find(|addr| TcpListener::bind(addr).is_ok()).expect("there is a free port")
}

fn open(dir: &Path) -> (Host, Profile) {
    beseda_cli::host::open(dir, None).expect("the profile opens")
}

async fn sign_up(dir: &Path, name: &str, server: SocketAddr) -> AccountId {
    let (host, _profile) = open(dir);
    let joining = Command::SignUp {
        server: format!("http://{server}"),
        username: Some(name.to_owned()),
        password: None,
        invite: None,
        phone: false,
        device_name: "terminal".to_owned(),
    };
    let Ok(Outcome::SignedUp { account, .. }) = host.command(joining).await else { panic!("{name} can't join") };
    let privacy = PrivacySettings { group_adds: Audience::Everyone, ..PrivacySettings::default() };
    assert_eq!(host.command(Command::SetPrivacy { privacy }).await, Ok(Outcome::Done));
    // Whoever left before the server has their keys could only come into a group by themselves, after what was said there.
    until(&host, |core, _| has_told(core)).await;
    host.stop().await;
    account
}

async fn make_group(dir: &Path, with: AccountId) -> ConversationId {
    let (host, _profile) = open(dir);
    let making = Command::CreateGroup { title: "Until death".to_owned(), members: vec![with] };
    let Ok(Outcome::Conversation { conversation }) = host.command(making).await else { panic!("no group is made") };
    settle(&host, conversation).await;
    host.stop().await;
    conversation
}

/// Waits until the engine has sent and fetched everything, and has the conversation.
async fn settle(host: &Host, conversation: ConversationId) {
    until(host, move |core, now| {
        Ok(core.conversations(now)?.iter().any(|row| row.conversation == conversation) && has_told(core)?)
    })
    .await;
}

fn has_told(core: &mut dyn Core) -> Result<bool, Failure> {
    Ok(core.connection() == ConnectionState::Online && core.pending(None)? == 0)
}

async fn until(host: &Host, is_so: impl Fn(&mut dyn Core, Timestamp) -> Result<bool, Failure> + Copy + Send + 'static) {
    let mut notices = host.notices();
    while !host.read(is_so).await.unwrap() {
        // Some changes are told by no notice.
        drop(tokio::time::timeout(Duration::from_millis(100), notices.next()).await);
    }
}

/// The whole timeline, oldest first.
async fn timeline(host: &Host, conversation: ConversationId) -> Vec<MessageView> {
    let mut all = Vec::new();
    let mut anchor = Anchor::End;
    loop {
        let page = host.read(move |core, now| core.timeline(conversation, anchor, 500, now)).await.unwrap();
        let Some(first) = page.messages.first() else { return all };
        anchor = Anchor::Before(first.row);
        all.splice(0..0, page.messages);
        if !page.more_before {
            return all;
        }
    }
}

/// What a timeline says, which must be readable and delivered.
fn texts(timeline: &[MessageView]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut joined = 0;
    for message in timeline {
        assert!(!matches!(message.delivery, Some(Delivery::Queued | Delivery::Sending | Delivery::Failed { .. })));
        match &message.body {
            Body::Text { text, .. } => texts.push(text.clone()),
            Body::System { event: SystemEvent::JoinedHere } => joined += 1,
            Body::System {
                event: SystemEvent::Created | SystemEvent::RoleChanged { .. } | SystemEvent::Title { .. },
            } => {}
            Body::System { event: SystemEvent::Added { .. } } => {}
            other => panic!("{} has a message that is {other:?}", message.author_name),
        }
    }
    assert!(joined <= 1, "a device had to come in again");
    texts
}

#[test]
fn slow_whoever_is_killed_a_hundred_times_nothing_accepted_is_lost_and_nothing_is_said_twice() {
    const DEATHS: u32 = 100;
    let folder = beseda_testkit::memory_folder();
    let dir = |name: &str| folder.path().join(name);
    let listen = port();
    let (ears, told) = mpsc::channel();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let serving = Role::Server { dir: dir("server"), listen };
    let server = Process::start(&serving, 0, ears.clone());
    assert_eq!(told.recv(), Ok(Told::Ready));
    let conversation = runtime.block_on(async {
        sign_up(&dir("alice"), "alice", listen).await;
        let bob = sign_up(&dir("bob"), "bob", listen).await;
        make_group(&dir("alice"), bob).await
    });
    runtime.block_on(async {
        let (host, _profile) = open(&dir("bob"));
        settle(&host, conversation).await;
        host.stop().await;
    });

    let talking = |name: &str| Role::Talker { dir: dir(name), conversation };
    let roles = [serving, talking("alice"), talking("bob")];
    let start = |who: usize, life: u32| Process::start(&roles[who], life, ears.clone());
    let mut processes = [server, start(1, 0), start(2, 0)];
    let mut heard: BTreeMap<Told, u32> = BTreeMap::new();
    let mut rng = SeededRng::new(1);
    let mut lives = [0; 3];
    while lives.iter().any(|life| *life < DEATHS) {
        let who = usize::try_from(rng.below(3)).unwrap();
        if lives[who] == DEATHS {
            continue;
        }
        for _ in 0..rng.below(LINES) {
            *heard.entry(told.recv().unwrap()).or_default() += 1;
        }
        // Nothing is waited for here: the instant itself is what is drawn.
        std::thread::sleep(Duration::from_micros(rng.below(MICROS)));
        processes[who].kill();
        lives[who] += 1;
        processes[who] = start(who, lives[who]);
    }
    for talker in &mut processes[1..] {
        talker.kill();
    }
    for told in told.try_iter() {
        *heard.entry(told).or_default() += 1;
    }

    let (at_alice, at_bob) = runtime.block_on(async {
        let (alice, _alices) = open(&dir("alice"));
        let (bob, _bobs) = open(&dir("bob"));
        settle(&alice, conversation).await;
        settle(&bob, conversation).await;
        // Bob's last words may have come to Alice after she had settled.
        settle(&alice, conversation).await;
        for host in [&alice, &bob] {
            assert_eq!(host.read(|core, _| core.warnings()).await.unwrap(), []);
        }
        let both = (timeline(&alice, conversation).await, timeline(&bob, conversation).await);
        alice.stop().await;
        bob.stop().await;
        both
    });
    let (at_alice, at_bob) = (texts(&at_alice), texts(&at_bob));
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for text in &at_alice {
        *times.entry(text).or_default() += 1;
    }
    let mut accepted = 0;
    for told in heard.keys() {
        match told {
            Told::Ready => {}
            Told::Accepted(text) | Told::Shown(text) => {
                assert_eq!(times.get(text.as_str()), Some(&1), "{told:?}, so often in the end");
                accepted += u32::from(matches!(told, Told::Accepted(_)));
            }
        }
    }
    let doubled: Vec<_> = times.iter().filter(|(_, times)| **times != 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
    assert!(at_alice == at_bob, "the timelines differ");
    assert!(accepted > DEATHS, "they talked");
}

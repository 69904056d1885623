//! Death at any moment. The store runs in a child process, which is this test binary again with a role in its
//! environment; what it acknowledges it says on its standard output, one line each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

use beseda_app::port::conformance::world::{conversation, converse, message, people, said, say};
use beseda_crypto::chain;
use beseda_model::ConversationKind::Group;

use super::{open, options, try_open};

const ROLE: &str = "BESEDA_TEST_ROLE";
const DIR: &str = "BESEDA_TEST_DIR";
const FROM: &str = "BESEDA_TEST_FROM";
const CONVERSATIONS: u32 = 3;

/// This binary in another process, doing `role` in `dir`.
pub(crate) fn child(role: &str, dir: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::role", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(ROLE, role).env(DIR, dir).stdout(Stdio::piped()).stderr(Stdio::piped());
    Child(command)
}

pub(crate) struct Child(Command);

impl Child {
    /// Runs it as somebody without rights, if this is root: from a copy of the binary that they may reach.
    pub(crate) fn output_as_nobody(self) -> Output {
        const NOBODY: u32 = 65_534;
        let Self(mut command) = self;
        if !is_root() {
            return command.output().unwrap();
        }
        let dir = tempfile::tempdir().unwrap();
        let copy = dir.path().join("test");
        std::fs::copy(command.get_program(), &copy).unwrap();
        for path in [dir.path(), &copy] {
            std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        let mut as_nobody = Command::new(copy);
        as_nobody.args(command.get_args()).current_dir("/").uid(NOBODY).gid(NOBODY);
        for (name, value) in command.get_envs() {
            as_nobody.env(name, value.unwrap());
        }
        as_nobody.output().unwrap()
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// Not a test of its own: what the children do.
#[test]
fn role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let dir = std::path::PathBuf::from(std::env::var(DIR).unwrap());
    match role.as_str() {
        "open" => match try_open(&options(&dir)) {
            Ok(_) => println!("opened: fine"),
            Err(error) => println!("opened: {error:?}"),
        },
        "append" => append_for_ever(&dir, std::env::var(FROM).unwrap().parse().unwrap()),
        other => panic!("no such role: {other}"),
    }
}

/// Appends to all conversations, several at a time, and says what was acknowledged.
fn append_for_ever(dir: &Path, from: u32) {
    let store = open(dir);
    let (sender, receiver) = mpsc::sync_channel::<(u32, u32, u64)>(64);
    std::thread::spawn(move || {
        let mut out = std::io::stdout();
        for (conversation, number, seq) in receiver {
            writeln!(out, "stored {conversation} {number} {seq}").unwrap();
        }
    });
    for number in from.. {
        let to = number % CONVERSATIONS;
        let sender = sender.clone();
        let acknowledge = move |result: Result<beseda_app::domain::Appended, _>| {
            let _ = sender.send((to, number, result.unwrap().seq));
        };
        if number % 7 == 0 {
            let appended = say(&*store, 1, conversation(to), number);
            acknowledge(appended);
        } else {
            store.append(said(1, conversation(to), number), Box::new(acknowledge));
        }
    }
}

/// Kills the child after it has acknowledged so many and looks at what is left.
fn rounds(count: u32) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    people(&*store, &[1]);
    for number in 0..CONVERSATIONS {
        converse(&*store, number, Group, &[1]);
    }
    drop(store);
    let mut acknowledged: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let mut from = 1;
    for round in 0..count {
        let Child(mut command) = child("append", dir.path());
        let mut process = command.env(FROM, from.to_string()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        // Another number each round, so that death comes at another place of the batches.
        let mut left = 1 + (round * 37) % 211;
        for line in lines.map_while(Result::ok) {
            let Some(rest) = line.split("stored ").nth(1) else { continue };
            let mut numbers = rest.split(' ').map(|number| number.parse::<u64>().unwrap());
            let mut next = || numbers.next().unwrap();
            let (to, number, seq) = (next(), next(), next());
            let (to, number) = (u32::try_from(to).unwrap(), u32::try_from(number).unwrap());
            acknowledged.insert((to, number), seq);
            from = from.max(number + 1);
            left = left.saturating_sub(1);
            if left == 0 {
                process.kill().unwrap();
            }
        }
        process.wait().unwrap();
        // Some may have been stored without anybody learning of it: none of them is sent again.
        from += 1_000;
        check(dir.path(), &acknowledged);
    }
}

/// Every acknowledged message is where it was said to be, logs are dense, chained, and name nothing twice.
fn check(dir: &Path, acknowledged: &BTreeMap<(u32, u32), u64>) {
    let store = open(dir);
    for number in 0..CONVERSATIONS {
        let id = conversation(number);
        let row = store.read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap();
        let entries = store.read_blocking(move |view| view.log().page(id, 1, u64::MAX, u32::MAX, u64::MAX)).unwrap();
        let mut hash = chain::start(id);
        let mut bodies = BTreeSet::new();
        for (seq, entry) in (1..).zip(&entries) {
            let body = entry.body.as_ref().unwrap();
            hash = chain::next(&hash, seq, &chain::body_hash(body));
            assert_eq!((entry.seq, entry.count, entry.chain), (seq, seq, hash));
            assert!(bodies.insert(body.clone()), "a message is there twice");
        }
        assert_eq!((row.last_seq, row.count, row.chain), (entries.len() as u64, entries.len() as u64, hash));
    }
    for ((to, number), seq) in acknowledged {
        let (id, number) = (conversation(*to), *number);
        let found = store
            .read_blocking(move |view| {
                view.log().find_message(id, beseda_app::port::conformance::world::device(1), message(number))
            })
            .unwrap();
        assert_eq!(found.map(|found| found.seq), Some(*seq), "message {number}");
    }
}

#[test]
fn killed_at_twenty_moments_it_loses_nothing_acknowledged_and_doubles_nothing() {
    rounds(20);
}

#[test]
#[ignore = "soak"]
fn killed_at_a_hundred_moments_it_loses_nothing_acknowledged_and_doubles_nothing() {
    rounds(100);
}

/// A tail of the write-ahead log that was torn by a power cut is dropped, up to the last whole commit.
#[test]
fn a_torn_tail_of_the_log_is_survived() {
    for torn in [Torn::Cut(1), Torn::Cut(700), Torn::Cut(4_097), Torn::Garbled(1), Torn::Garbled(900)] {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        people(&*store, &[1]);
        let id = converse(&*store, 1, Group, &[1]);
        for number in 1..=20 {
            say(&*store, 1, id, number).unwrap();
        }
        // A copy while the store is open is what a power cut leaves.
        let crashed = tempfile::tempdir().unwrap();
        for name in ["beseda.db", "beseda.db-wal"] {
            std::fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
        }
        tear(&crashed.path().join("beseda.db-wal"), torn);
        let store = open(crashed.path());
        let row = store.read_blocking(move |view| view.conversations().find(id)).unwrap().unwrap();
        assert_eq!(row.last_seq, 19, "{torn:?}: only the last commit was torn");
        assert_eq!(say(&*store, 1, id, 20).unwrap().seq, 20);
        assert_eq!(say(&*store, 1, id, 19).unwrap().seq, 19);
    }
}

#[derive(Debug, Clone, Copy)]
enum Torn {
    /// So many bytes are missing.
    Cut(u64),
    /// So many bytes from the end, one is not what was written.
    Garbled(u64),
}

fn tear(file: &Path, torn: Torn) {
    let mut bytes = std::fs::read(file).unwrap();
    match torn {
        Torn::Cut(count) => bytes.truncate(bytes.len() - usize::try_from(count).unwrap()),
        Torn::Garbled(back) => {
            let at = bytes.len() - usize::try_from(back).unwrap();
            bytes[at] ^= 0x55;
        }
    }
    std::fs::write(file, bytes).unwrap();
}

//! Somebody who sends a large file and dies on the way, and one who sends a file as large as may be.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use beseda_cli::host::{Heard, Host, Profile};
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::file::{AttachmentView, FileNumber, FileState, SharedKind};
use beseda_engine::api::view::{Anchor, Body, MessageView};
use beseda_engine::{Command, Notice};
use beseda_model::ConversationId;

use super::process::{Process, Role, Told, tell};
use super::{make_group, open, port, settle, sign_up, until};

/// So much that the server gets it in many portions.
const SIZE: usize = 24 * 1024 * 1024;

fn content() -> Vec<u8> {
    (0..=250).cycle().take(SIZE).collect()
}

/// Sends what lies beside the profile, and dies as soon as a part of it is on the server.
pub(crate) fn send_and_die(dir: &Path, conversation: ConversationId) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (host, _profile) = open(dir);
        let mut notices = host.notices();
        let attachment = host.seal(source(dir), false, |_| {}).await.unwrap();
        let file = attachment.file;
        let draft = Draft { attachments: vec![attachment], ..Draft::default() };
        let sent = host.command(Command::Send { conversation, draft }).await;
        assert!(matches!(sent, Ok(Outcome::Queued { .. })), "{sent:?}");
        while let Some(heard) = notices.next().await {
            // Whoever is slow to listen misses some, perhaps the last one.
            let is_told = matches!(&heard, Heard::Missed) || heard == Heard::Notice(Notice::File(file));
            if is_told && is_on_its_way(&host, file).await {
                tell(&Told::Ready);
                std::process::abort();
            }
        }
    });
}

fn source(dir: &Path) -> PathBuf {
    dir.with_extension("source")
}

async fn is_on_its_way(host: &Host, file: FileNumber) -> bool {
    let view = host.read(move |core, now| core.file(file, now)).await.unwrap().unwrap();
    match view.at {
        FileState::Moving { up: true, done, total } => 0 < done && done < total,
        other => panic!("it was to be killed on the way: {other:?}"),
    }
}

/// The only message with a file, and that file.
async fn sent(host: &Host, conversation: ConversationId) -> Option<(MessageView, AttachmentView)> {
    let page = host.read(move |core, now| core.timeline(conversation, Anchor::End, 50, now)).await.unwrap();
    let mut found = page.messages.into_iter().filter_map(|message| match &message.body {
        Body::Text { attachments, .. } => attachments.first().cloned().map(|attachment| (message, attachment)),
        _ => None,
    });
    let one = found.next();
    assert!(found.next().is_none(), "it was said twice");
    one
}

#[test]
fn slow_an_upload_goes_on_where_its_program_was_killed() {
    let folder = beseda_testkit::memory_folder();
    let dir = |name: &str| folder.path().join(name);
    let listen = port();
    let (ears, told) = mpsc::channel();
    let _server = Process::start(&Role::Server { dir: dir("server"), listen }, 0, ears);
    assert_eq!(told.recv(), Ok(Told::Ready));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let conversation = runtime.block_on(async {
        sign_up(&dir("alice"), "alice", listen).await;
        let bob = sign_up(&dir("bob"), "bob", listen).await;
        make_group(&dir("alice"), bob).await
    });
    std::fs::write(source(&dir("alice")), content()).unwrap();
    let (ears, told) = mpsc::channel();
    let dying = Process::start(&Role::Sender { dir: dir("alice"), conversation }, 0, ears);
    assert_eq!(told.recv(), Ok(Told::Ready), "it was on its way");
    dying.ends();
    // What was sealed is in the profile: the file itself is not needed any more.
    std::fs::remove_file(source(&dir("alice"))).unwrap();

    runtime.block_on(async {
        let (alice, _alices): (Host, Profile) = open(&dir("alice"));
        let (before, attachment) = sent(&alice, conversation).await.unwrap();
        assert_eq!(before.seq, None, "it waits for its file");
        let kept = alice.read(move |core, now| core.file(attachment.file, now)).await.unwrap().unwrap();
        assert!(matches!(kept.at, FileState::Moving { up: true, done, .. } if done > 0), "{kept:?}");
        settle(&alice, conversation).await;
        assert!(sent(&alice, conversation).await.unwrap().0.seq.is_some());
        alice.stop().await;
        let (bob, _bobs) = open(&dir("bob"));
        settle(&bob, conversation).await;
        let path = fetch_and_save(&bob, conversation, folder.path()).await;
        assert!(std::fs::read(path).unwrap() == content());
        bob.stop().await;
    });
}

async fn fetch_and_save(host: &Host, conversation: ConversationId, to: &Path) -> PathBuf {
    // Who has just come online may still be told what was said meanwhile.
    until(host, move |core, now| Ok(!core.shared(conversation, SharedKind::File, "", None, 1, now)?.is_empty())).await;
    let (_, AttachmentView { file, .. }) = sent(host, conversation).await.unwrap();
    host.command(Command::FetchFile { file }).await.unwrap();
    until(host, move |core, _| Ok(core.file_reference(file)?.is_some())).await;
    host.save(file, to.to_owned(), "received".to_owned(), |_| {}).await.unwrap()
}

/// Two gibibytes, most of them a hole.
fn make_huge(path: &Path) {
    const SIZE: u64 = (2 << 30) + 5;
    let mut file = File::create(path).unwrap();
    file.set_len(SIZE).unwrap();
    for at in [0, 65_530, 1 << 30, SIZE - 4] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(b"here").unwrap();
    }
}

fn assert_same(one: &Path, other: &Path) {
    let size = |path: &Path| std::fs::metadata(path).unwrap().len();
    assert_eq!(size(one), size(other));
    let [mut one, mut other] = [one, other].map(|path| BufReader::new(File::open(path).unwrap()));
    let (mut here, mut there) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    for part in 0.. {
        let read = one.read(&mut here).unwrap();
        if read == 0 {
            return;
        }
        other.read_exact(&mut there[..read]).unwrap();
        assert!(here[..read] == there[..read], "at about {part} MiB");
    }
}

/// The most that this process has held at once, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
#[ignore = "soak"]
fn two_gibibytes_arrive_as_they_were_and_nobody_holds_them() {
    // Not in memory, as others are: there may not be so much of it.
    let folder = tempfile::tempdir().unwrap();
    let dir = |name: &str| folder.path().join(name);
    let listen = port();
    let (ears, told) = mpsc::channel();
    let _server = Process::start(&Role::Server { dir: dir("server"), listen }, 0, ears);
    assert_eq!(told.recv(), Ok(Told::Ready));
    make_huge(&source(&dir("alice")));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        sign_up(&dir("alice"), "alice", listen).await;
        let bob = sign_up(&dir("bob"), "bob", listen).await;
        let conversation = make_group(&dir("alice"), bob).await;
        let (alice, _alices) = open(&dir("alice"));
        let attachment = alice.seal(source(&dir("alice")), false, |_| {}).await.unwrap();
        let draft = Draft { attachments: vec![attachment], ..Draft::default() };
        alice.command(Command::Send { conversation, draft }).await.unwrap();
        settle(&alice, conversation).await;
        alice.stop().await;
        let (bob, _bobs) = open(&dir("bob"));
        settle(&bob, conversation).await;
        let path = fetch_and_save(&bob, conversation, folder.path()).await;
        assert_same(&source(&dir("alice")), &path);
        bob.stop().await;
    });
    if let Some(most) = most_memory() {
        assert!(most < 512 << 20, "it held {most} bytes");
    }
}

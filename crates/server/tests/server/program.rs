//! The program itself, as an operator starts it: a process of its own on a data directory.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use beseda_model::{Code, ConversationId, ConversationKind};
use beseda_wire::request::{Reply, Request};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::Digest as _;

use crate::mls::say;
use crate::world::{Server, Socket};

/// A running `beseda`. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Program(Child);

impl Program {
    /// Starts it on this data directory, at an address of the system's choice.
    pub(crate) fn start(data_dir: &Path) -> Self {
        Self::start_in(data_dir, &[])
    }

    /// The same with these variables in its environment.
    pub(crate) fn start_in(data_dir: &Path, environment: &[(&str, &str)]) -> Self {
        Self(command(data_dir).envs(environment.iter().copied()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until it accepts connections, and tells where.
    pub(crate) fn addr(&mut self) -> SocketAddr {
        self.addr_and_errors().0
    }

    /// The same, and what it tells the operator from then on.
    pub(crate) fn addr_and_errors(&mut self) -> (SocketAddr, mpsc::Receiver<String>) {
        let mut lines = BufReader::new(self.0.stderr.take().expect("it is asked once")).lines().map_while(Result::ok);
        let addr = lines.find_map(|line| line.split_once("listen=")?.1.split_whitespace().next()?.parse().ok());
        let (tell, told) = mpsc::channel();
        // A full pipe would stop the program, whether or not anybody listens.
        std::thread::spawn(move || lines.for_each(|line| drop(tell.send(line))));
        (addr.expect("it says where it listens"), told)
    }

    /// SIGKILL, if it has not ended by itself.
    pub(crate) fn kill(&mut self) {
        assert_eq!(self.0.try_wait().unwrap(), None, "it ended by itself");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Why it does not start: its exit code and its one sentence.
pub(crate) fn refused(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn an_unknown_setting_is_named_and_nothing_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("beseda.toml"));
    std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
    let told = "beseda: there is no setting `lisen`; did you mean `listen`?\n";
    assert_eq!(refused(command(&data).arg("--config").arg(&file)), (Some(1), told.to_owned()));
    let told = "beseda: there is no setting `BESEDA_LIMITS_SENT`; did you mean `sends`?\n";
    assert_eq!(refused(command(&data).env("BESEDA_LIMITS_SENT", "1")), (Some(1), told.to_owned()));
    assert!(!data.exists());
}

#[tokio::test]
async fn a_data_directory_of_a_newer_program_is_refused_and_left_as_it_is() {
    let mut server = Server::start().await;
    server.join(1).await;
    server.stop().await;
    let database = server.data_dir().join("beseda.db");
    let mut bytes = std::fs::read(&database).unwrap();
    // The schema's version in the header of an SQLite file.
    bytes[60..64].copy_from_slice(&99u32.to_be_bytes());
    std::fs::write(&database, &bytes).unwrap();
    let (code, told) = refused(&mut command(&server.data_dir()));
    assert!(code == Some(1) && told.contains("schema version 99") && told.contains("use the newer program"), "{told}");
    assert_eq!(std::fs::read(&database).unwrap(), bytes);
}

/// Root may write anywhere: then it runs as somebody who may not, from a copy that they may reach.
#[tokio::test]
async fn a_data_directory_that_may_not_be_written_is_refused_and_left_as_it_is() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65_534;
    let mut server = Server::start().await;
    server.join(1).await;
    server.stop().await;
    let (data, place) = (server.data_dir(), tempfile::tempdir().unwrap());
    let program = place.path().join("beseda");
    std::fs::copy(env!("CARGO_BIN_EXE_beseda"), &program).unwrap();
    let open = |path: &Path, mode| set_permissions(path, Permissions::from_mode(mode)).unwrap();
    open(place.path(), 0o755);
    open(server.folder(), 0o755);
    for entry in std::fs::read_dir(&data).unwrap() {
        open(&entry.unwrap().path(), 0o444);
    }
    open(&data, 0o555);
    let before = std::fs::read(data.join("beseda.db")).unwrap();
    let mut command = Command::new(&program);
    command.env_clear().current_dir("/").arg("--data-dir").arg(&data).args(["--listen", "127.0.0.1:0"]);
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let (code, told) = refused(&mut command);
    open(&data, 0o755);
    assert!(code == Some(1) && told.contains("can't be written: check its owner and permissions"), "{told}");
    assert_eq!(std::fs::read(data.join("beseda.db")).unwrap(), before);
}

#[test]
fn a_program_with_an_authority_of_its_own_says_what_to_open_and_what_to_compare() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["--tls", "local", "--tls-name", "chat.example.org"]).stderr(Stdio::piped());
    let mut program = Program(command.spawn().unwrap());
    let (addr, errors) = program.addr_and_errors();
    let told = errors.iter().find(|line| line.contains("fingerprint=")).unwrap();
    assert!(told.contains(&format!("guide=http://localhost:{}/trust ", addr.port())), "{told}");
    let certificate = std::fs::read(folder.path().join("tls/ca.pem")).unwrap();
    let certificate = CertificateDer::from_pem_slice(&certificate).unwrap();
    let fingerprint = sha2::Sha256::digest(&certificate).map(|byte| format!("{byte:02X}"));
    assert!(told.contains(&fingerprint.join(":")), "{told}");
}

#[test]
fn files_for_tls_are_named_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let (data, missing) = (folder.path().join("data"), folder.path().join("cert.pem"));
    let told = "beseda: the setting `tls_key` is wrong: needed where `tls` is `files`\n";
    let mut incomplete = command(&data);
    assert_eq!(refused(incomplete.args(["--tls", "files", "--cert"]).arg(&missing)), (Some(1), told.to_owned()));
    let mut absent = command(&data);
    let (code, told) = refused(absent.args(["--tls", "files", "--key", "key.pem", "--cert"]).arg(&missing));
    assert!(code == Some(1) && told.contains("cannot use TLS: ") && told.contains("cert.pem can't be read"), "{told}");
}

/// One conversation lies on a damaged page: whoever asks for it hears that the server failed, the operator hears what to
/// do, and everybody else goes on.
#[tokio::test]
async fn a_damaged_page_is_told_to_the_operator_and_the_rest_goes_on() {
    let mut server = Server::start_with(|config| config.limits.sends = 1_000_000).await;
    let (alice, bob) = (server.join(1).await, server.join(2).await);
    let here = server.converse(ConversationKind::Direct, &[&alice, &bob]);
    let there = ConversationId::from_bytes([0xc1, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]);
    server.converse_as(there, ConversationKind::Notes, &[&alice]);
    let mut socket = alice.connect(&server).await;
    let (lost, kept) = ([0xa5; 3_000], [0x5a; 3_000]);
    for number in 1..=40 {
        socket.ask(say(here, number, &lost)).await.unwrap();
    }
    for number in 41..=80 {
        socket.ask(say(there, number, &kept)).await.unwrap();
    }
    server.stop().await;
    let database = server.data_dir().join("beseda.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let mut damaged = 0;
    let holds = |page: &[u8], what: &[u8]| page.windows(1_000).any(|part| part == &what[..1_000]);
    // Leaves of tables begin so; what once was one may have become the root, and still hold old bytes.
    for page in bytes.chunks_mut(4_096).filter(|page| page[0] == 0x0d && holds(page, &lost) && !holds(page, &kept)) {
        page.fill(0xee);
        damaged += 1;
    }
    assert!(damaged >= 30, "{damaged} pages");
    std::fs::write(&database, &bytes).unwrap();

    let mut program = Program::start(&server.data_dir());
    let (addr, errors) = program.addr_and_errors();
    let mut socket = Socket::dial(addr, beseda_wire::Encoding::Cbor).await.unwrap();
    socket.hello(&alice.token).await.unwrap();
    let page = |conversation| Request::Log { conversation, from: 1, limit: 40 };
    let why = socket.ask(page(here)).await.unwrap_err();
    assert_eq!(why.code, Code::Internal);
    let request = why.data.unwrap().request.unwrap();
    match socket.ask(page(there)).await.unwrap() {
        Reply::Log { entries, .. } => assert_eq!(entries.len(), 40),
        other => panic!("expected a log, there came {other:?}"),
    }
    socket.ask(say(there, 81, b"on we go")).await.unwrap();
    program.kill();
    let errors: Vec<String> = errors.iter().collect();
    let told = errors.iter().find(|line| line.contains(&request)).expect("the log has the request");
    assert!(told.contains("the database file is damaged: restore the last backup"), "{told}");
}

pub(crate) fn command(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_beseda"));
    command.env_clear().envs([("BESEDA_LIMITS_SENDS", "1000000"), ("BESEDA_LIMITS_REQUESTS", "1000000")]);
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0"]).stdin(Stdio::null());
    command
}

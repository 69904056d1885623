//! TLS as browsers and operators meet it: an authority of the server's own, files of the operator's, and what plain HTTP
//! is told.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use beseda_model::{Clock as _, Code};
use beseda_server::config::TlsMode;
use beseda_server::{Config, StartError};
use beseda_wire::http::{Challenge, Session};
use beseda_wire::request::{ClientFrame, Hello, Reply, Request};
use beseda_wire::{Encoding, FEATURE_LEVEL};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::people::{answer, stranger};
use crate::world::{Answer, Server, Socket, TestClock};

const DAY_MS: u64 = 86_400_000;

#[derive(Debug)]
struct TestTime(Arc<TestClock>);

impl TimeProvider for TestTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(self.0.now().as_millis())))
    }
}

/// A client that trusts this authority and nobody else.
struct Client(TlsConnector);

impl Client {
    fn of(server: &Server, authority: &[u8]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_details(provider, Arc::new(TestTime(server.clock.clone())))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }

    /// A connection to a server that is called so.
    async fn connect(&self, server: &Server, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        self.0.connect(name, TcpStream::connect(server.addr()).await?).await
    }

    /// The certificate that the server shows under this name.
    async fn shown(&self, server: &Server, name: &str) -> std::io::Result<Vec<u8>> {
        let stream = self.connect(server, name).await?;
        Ok(stream.get_ref().1.peer_certificates().unwrap()[0].to_vec())
    }

    async fn get(&self, server: &Server, name: &str, path: &str) -> Answer {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n");
        self.ask(server, name, head.as_bytes()).await
    }

    async fn post<T: DeserializeOwned>(&self, server: &Server, path: &str, body: &impl Serialize) -> T {
        let body = serde_json::to_string(body).unwrap();
        let kind = format!("content-type: application/json\r\ncontent-length: {}", body.len());
        let request = format!("POST {path} HTTP/1.1\r\nhost: nas\r\nconnection: close\r\n{kind}\r\n\r\n{body}");
        self.ask(server, "nas", request.as_bytes()).await.json().unwrap()
    }

    async fn ask(&self, server: &Server, name: &str, request: &[u8]) -> Answer {
        let mut stream = self.connect(server, name).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        Answer::parse(&answer)
    }
}

async fn local(names: &[&str]) -> Server {
    Server::start_with(|config| {
        config.tls = TlsMode::Local;
        config.tls_names = names.iter().map(|&name| name.to_owned()).collect();
    })
    .await
}

/// As a phone gets it.
async fn authority(server: &Server) -> Vec<u8> {
    let answer = server.send("GET", "/trust/beseda-ca.crt", &[], &[]).await;
    assert!(answer.head.contains("content-type: application/x-x509-ca-cert"), "{}", answer.head);
    answer.body
}

async fn refusal(change: impl FnOnce(&mut Config), folder: &Path) -> String {
    let mut config =
        Config { data_dir: folder.to_owned(), listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Config::default() };
    change(&mut config);
    match beseda_server::start(config).await {
        Err(error @ StartError::Tls(_)) => error.to_string(),
        other => panic!("it must not start: {other:?}"),
    }
}

#[tokio::test]
async fn who_trusts_the_servers_authority_connects_under_each_of_its_names() {
    let server = local(&["chat.example.org"]).await;
    let client = Client::of(&server, &authority(&server).await);
    for name in ["chat.example.org", "nas", "nas.local", "localhost", "127.0.0.1"] {
        let answer = client.get(&server, name, "/api/v1/server").await;
        assert_eq!(answer.status, 200, "{name}");
        assert!(!answer.head.contains("strict-transport-security"), "it would hold for all ports of the machine");
    }
    for name in ["bank.example", "other.example.org", "192.168.1.6"] {
        assert!(client.connect(&server, name).await.is_err(), "{name}");
    }
    let other = local(&[]).await;
    let stranger = Client::of(&server, &authority(&other).await);
    assert!(stranger.connect(&server, "nas").await.is_err(), "another server's authority");
}

#[tokio::test]
async fn the_socket_works_with_tls() {
    let server = local(&[]).await;
    let client = Client::of(&server, &authority(&server).await);
    let stream = client.connect(&server, "nas").await.unwrap();
    let mut socket = Socket::over(stream, "wss://nas", Encoding::Json).await.unwrap();
    // Far more than one record of TLS, before the hello and after it.
    let padded = |request: Request| {
        let mut bytes = Encoding::Json.encode(&ClientFrame { id: 7, request });
        bytes.resize(500_000, b' ');
        bytes
    };
    let (_, mut sign_up) = stranger(1);
    let challenge: Challenge = client.post(&server, "/api/v1/challenges", &()).await;
    sign_up.proof = Some(answer(&challenge, &sign_up.entry));
    let session: Session = client.post(&server, "/api/v1/accounts", &sign_up).await;
    socket.send_bytes(padded(Request::Hello(Hello { token: session.token, feature: FEATURE_LEVEL }))).await;
    socket.answer(7).await.unwrap();
    socket.send_bytes(padded(Request::Ping)).await;
    assert_eq!(socket.answer(7).await.unwrap(), Reply::Done);
}

#[tokio::test]
async fn plain_http_gets_the_way_to_https_and_nothing_else() {
    let server = local(&[]).await;
    let get = async |path: &str| server.send("GET", path, &[], &[]).await;
    let sent_to = |answer: &Answer, target: &str| {
        assert_eq!(answer.status, 307, "{}", answer.head);
        assert!(answer.head.lines().any(|line| line == format!("location: {target}")), "{}", answer.head);
        assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
    };
    sent_to(&get("/").await, "/trust");
    sent_to(&get("/c/018bcfe5?x=1").await, "https://test/c/018bcfe5?x=1");
    for (method, path) in [
        ("GET", "/api/v1/server"),
        ("GET", "/api/v1/socket"),
        ("POST", "/api/v1/accounts"),
        ("POST", "/"),
        ("GET", "//example.org/"),
        ("GET", "/nothing.js"),
    ] {
        let answer = server.send(method, path, &[("content-type", "application/json")], b"{}").await;
        let why = answer.json::<()>().unwrap_err();
        assert!(why.code == Code::BadRequest && why.detail.contains("HTTPS"), "{method} {path}: {why:?}");
    }
    for host in ["", "user@evil.example", "a b"] {
        let request = format!("GET /c/x HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(server.addr()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(Answer::parse(&answer).status, 400, "{host}");
    }
}

#[tokio::test]
async fn another_address_sends_on_to_the_right_port() {
    let server = Server::start_with(|config| {
        config.tls = TlsMode::Local;
        config.redirect_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    })
    .await;
    let mut stream = TcpStream::connect(server.redirect_addr().unwrap()).await.unwrap();
    stream.write_all(b"GET /settings HTTP/1.1\r\nhost: nas.lan:80\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = Answer::parse(&answer);
    let target = format!("location: https://nas.lan:{}/settings", server.addr().port());
    assert!(answer.status == 307 && answer.head.contains(&target), "{}", answer.head);
}

#[tokio::test]
async fn the_guide_speaks_the_readers_language_and_runs_nothing() {
    let server = Server::start_with(|config| {
        config.tls = TlsMode::Local;
        config.name = "<Chat> & co".to_owned();
    })
    .await;
    let ask = async |path: &str, language: &str| {
        let answer = server.send("GET", path, &[("accept-language", language)], &[]).await;
        assert_eq!(answer.status, 200);
        assert!(
            answer.head.contains("content-security-policy: default-src 'none'; style-src 'self';"),
            "{}",
            answer.head
        );
        String::from_utf8(answer.body).unwrap()
    };
    let (english, russian) = (ask("/trust", "de, en;q=0.5").await, ask("/trust", "ru-RU,ru;q=0.9,en;q=0.8").await);
    assert!(english.contains("<html lang=\"en\">") && english.contains("Download the certificate"));
    assert!(russian.contains("<html lang=\"ru\">") && russian.contains("Скачать сертификат"));
    assert_eq!(ask("/trust?lang=en", "ru").await, english);
    assert_eq!(ask("/trust?lang=ru", "en").await, russian);
    let fingerprint = server.trust().unwrap().1;
    for page in [&english, &russian] {
        assert!(page.contains("&lt;Chat&gt; &amp; co") && !page.contains("<Chat>"));
        assert!(page.contains(&fingerprint) && page.contains("href=\"https://test/\""));
        assert!(page.contains("<svg") && page.contains("http://test:443/trust"));
        for active in ["<script", " style=", " onclick", "javascript:", "//cdn"] {
            assert!(!page.contains(active), "{active}");
        }
    }
    let style = server.send("GET", "/trust/style.css", &[], &[]).await;
    assert!(style.status == 200 && style.head.contains("content-type: text/css"));
    // Also over TLS, for the next device; and only where there is an authority to trust.
    let client = Client::of(&server, &authority(&server).await);
    assert_eq!(client.get(&server, "nas", "/trust").await.status, 200);
    let without = Server::start().await;
    for path in ["/trust", "/trust/style.css", "/trust/beseda-ca.crt"] {
        assert_eq!(without.send("GET", path, &[], &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_certificate_is_renewed_a_month_before_it_ends() {
    let server = local(&[]).await;
    let client = Client::of(&server, &authority(&server).await);
    let first = client.shown(&server, "nas").await.unwrap();
    server.clock.advance(59 * DAY_MS);
    server.tend().await;
    assert_eq!(client.shown(&server, "nas").await.unwrap(), first);
    server.clock.advance(2 * DAY_MS);
    server.tend().await;
    let second = client.shown(&server, "nas").await.unwrap();
    assert_ne!(second, first);
    server.clock.advance(70 * DAY_MS);
    assert_eq!(client.shown(&server, "nas").await.unwrap(), second, "the old one would have ended by now");
    // The clock is set right after it was far ahead: a certificate of the future helps nobody.
    server.clock.jump(-400 * i64::try_from(DAY_MS).unwrap());
    assert!(client.shown(&server, "nas").await.is_err());
    server.tend().await;
    assert!(client.shown(&server, "nas").await.is_ok());
}

#[tokio::test]
async fn the_certificate_follows_the_machine_to_other_addresses() {
    let server = Server::start_with(|config| {
        config.tls = TlsMode::Local;
        config.listen = SocketAddr::from(([0, 0, 0, 0], 0));
    })
    .await;
    let client = Client::of(&server, &authority(&server).await);
    let works = async |address: &str| client.shown(&server, address).await.is_ok();
    assert!(works("192.168.1.5").await && !works("192.168.1.77").await);
    // An address in the public internet is none that the authority was made for.
    server.machine.move_to(&["192.168.1.77", "203.0.113.9"]);
    assert!(!works("192.168.1.77").await, "not before somebody looks");
    server.tend().await;
    assert!(works("192.168.1.77").await && !works("192.168.1.5").await && !works("203.0.113.9").await);
}

#[tokio::test]
async fn the_authority_stays_and_its_key_is_its_owners_alone() {
    let mut server = local(&[]).await;
    let before = authority(&server).await;
    let folder = server.data_dir().join("tls");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("ca-key.pem"))), (0o700, 0o600));
    // As a careless backup brings it back.
    std::fs::set_permissions(folder.join("ca-key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    server.restart().await;
    assert_eq!(mode(&folder.join("ca-key.pem")), 0o600);
    assert_eq!(authority(&server).await, before);
    let client = Client::of(&server, &before);
    assert!(client.connect(&server, "nas").await.is_ok());
}

/// Who steals the key from the data directory can pose as this server, but as no other site.
#[tokio::test]
async fn the_authority_can_vouch_for_nobody_else() {
    let server = local(&["chat.example.org"]).await;
    let certificate = authority(&server).await;
    let stolen = std::fs::read_to_string(server.data_dir().join("tls/ca-key.pem")).unwrap();
    let verify = |claimed: &str| {
        let mut authority = CertificateParams::default();
        authority.distinguished_name = rcgen::DistinguishedName::new();
        let called = x509_cert::der::Decode::from_der(&certificate).map(|parsed: x509_cert::Certificate| {
            parsed.tbs_certificate.subject.to_string().trim_start_matches("CN=").to_owned()
        });
        authority.distinguished_name.push(rcgen::DnType::CommonName, called.unwrap());
        let issuer = Issuer::new(authority, KeyPair::from_pem(&stolen).unwrap());
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![claimed.to_owned()]).unwrap();
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        let forged = params.signed_by(&key, &issuer).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate.clone())).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_millis(server.clock.now().as_millis()));
        let name = ServerName::try_from(claimed.to_owned()).unwrap();
        use rustls::client::danger::ServerCertVerifier as _;
        verifier.verify_server_cert(forged.der(), &[], &name, &[], now).map(drop)
    };
    for own in ["chat.example.org", "nas", "printer.lan", "192.168.7.7"] {
        verify(own).expect(own);
    }
    for foreign in ["bank.example", "example.org", "203.0.113.9", "2001:db8::1"] {
        verify(foreign).expect_err(foreign);
    }
}

#[tokio::test]
async fn an_authority_that_can_not_be_used_is_told_with_what_to_do() {
    let mut server = local(&[]).await;
    server.stop().await;
    let (data, tls) = (server.data_dir(), server.data_dir().join("tls"));
    let named = |config: &mut Config| {
        config.tls = TlsMode::Local;
        config.tls_names = vec!["chat.example.org".to_owned()];
    };
    let told = refusal(named, &data).await;
    assert!(told.contains("may not vouch for chat.example.org: remove the folder"), "{told}");
    let key = std::fs::read(tls.join("ca-key.pem")).unwrap();
    std::fs::remove_file(tls.join("ca-key.pem")).unwrap();
    let told = refusal(|config| config.tls = TlsMode::Local, &data).await;
    assert!(told.contains("ca-key.pem is missing: bring it back from a backup"), "{told}");
    // The key of another one.
    std::fs::write(tls.join("ca-key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let told = refusal(|config| config.tls = TlsMode::Local, &data).await;
    assert!(told.contains("ca.pem is not a certificate authority of this program"), "{told}");
    std::fs::write(tls.join("ca-key.pem"), key).unwrap();
    std::fs::write(tls.join("ca.pem"), "nothing").unwrap();
    let told = refusal(|config| config.tls = TlsMode::Local, &data).await;
    assert!(told.contains("there is no certificate in") && told.contains("ca.pem"), "{told}");
}

/// A pair of files as an operator has them: the root that signed it, the certificate, the key.
fn files(name: &str, until_days: i64) -> (Vec<u8>, String, String) {
    let start = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_millis(1_800_000_000_000);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_after = start + Duration::from_secs(86_400) * u32::try_from(until_days).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    (root, certificate.pem(), key.serialize_pem())
}

#[tokio::test]
async fn certificates_of_the_operators_are_shown_and_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let write = |pair: &(Vec<u8>, String, String)| {
        std::fs::write(&cert, &pair.1).unwrap();
        std::fs::write(&key, &pair.2).unwrap();
    };
    let (old, new) = (files("chat.example.org", 60), files("chat.example.org", 90));
    write(&old);
    let server = Server::start_with(|config| {
        config.tls = TlsMode::Files;
        (config.tls_cert, config.tls_key) = (Some(cert.clone()), Some(key.clone()));
    })
    .await;
    let (of_old, of_new) = (Client::of(&server, &old.0), Client::of(&server, &new.0));
    let answer = of_old.get(&server, "chat.example.org", "/").await;
    assert!(answer.head.contains("strict-transport-security: max-age=31536000"), "{}", answer.head);
    let plain = server.send("GET", "/", &[], &[]).await;
    assert!(plain.status == 307 && plain.head.contains("location: https://test/"), "{}", plain.head);
    assert!(!plain.head.contains("strict-transport-security"), "{}", plain.head);
    assert_eq!(server.send("GET", "/trust", &[], &[]).await.json::<()>().unwrap_err().code, Code::NotFound);
    // Half of the new pair is there: the old one is shown further on.
    std::fs::write(&cert, &new.1).unwrap();
    server.tend().await;
    assert!(of_old.connect(&server, "chat.example.org").await.is_ok());
    write(&new);
    server.tend().await;
    assert!(of_new.connect(&server, "chat.example.org").await.is_ok());
    std::fs::remove_file(&cert).unwrap();
    server.tend().await;
    assert!(of_new.connect(&server, "chat.example.org").await.is_ok());
}

#[tokio::test]
async fn files_that_can_not_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let with_files = |config: &mut Config| {
        config.tls = TlsMode::Files;
        (config.tls_cert, config.tls_key) = (Some(cert.clone()), Some(key.clone()));
    };
    let data = folder.path().join("data");
    let told = refusal(with_files, &data).await;
    assert!(told.contains("cert.pem can't be read"), "{told}");
    let (one, other) = (files("chat.example.org", 60), files("chat.example.org", 60));
    std::fs::write(&cert, &one.1).unwrap();
    std::fs::write(&key, "nothing").unwrap();
    let told = refusal(with_files, &data).await;
    assert!(told.contains("there is no private key in") && told.contains("key.pem"), "{told}");
    std::fs::write(&key, &other.2).unwrap();
    let told = refusal(with_files, &data).await;
    assert!(told.contains("does not belong to the certificate in"), "{told}");
    std::fs::write(&cert, &one.2).unwrap();
    let told = refusal(with_files, &data).await;
    assert!(told.contains("there is no certificate in") && told.contains("cert.pem"), "{told}");
    let root = CertificateDer::from_pem_slice(one.1.as_bytes());
    assert!(root.is_ok(), "the pair itself is well-formed");
    assert!(!data.exists(), "nothing was begun");
}

//! A push service (RFC 8030) of the tests' own, and a program that has subscribed there. It decrypts (RFC 8188, RFC 8291)
//! and checks signatures (RFC 8292) with another library than the server uses, written from the standards.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey as Verifier};
use beseda_wire::state::PushSubscription;
use data_encoding::BASE64URL_NOPAD;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// After this long a test is not slow but stuck.
const STUCK: Duration = Duration::from_secs(60);

/// A service that takes what is posted to it.
pub(crate) struct PushService {
    pub(crate) addr: SocketAddr,
    came: UnboundedReceiver<Delivery>,
    answers: Arc<Mutex<VecDeque<Vec<u8>>>>,
    connections: Arc<AtomicUsize>,
}

/// What was posted.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl PushService {
    /// It answers `201` as long as it is not told otherwise.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (sender, came) = unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let shared = answers.clone();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (sender, answers) = (sender.clone(), shared.clone());
                std::thread::spawn(move || serve(stream.unwrap(), &sender, &answers));
            }
        });
        Self { addr, came, answers, connections }
    }

    /// What the next posts are answered, one after the other: status line and headers.
    pub(crate) fn answer(&self, head: &str) {
        self.answer_with(head, b"");
    }

    /// The same with a body.
    pub(crate) fn answer_with(&self, head: &str, body: &[u8]) {
        let mut answer = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
        answer.extend_from_slice(body);
        self.answers.lock().unwrap().push_back(answer);
    }

    /// The next post.
    pub(crate) async fn next(&mut self) -> Delivery {
        tokio::time::timeout(STUCK, self.came.recv()).await.expect("something is posted").unwrap()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// It never answers the next post.
    pub(crate) fn say_nothing(&self) {
        self.answers.lock().unwrap().push_back(SILENCE.to_vec());
    }

    /// What was posted, if anything was.
    pub(crate) fn posted(&mut self) -> Option<Delivery> {
        self.came.try_recv().ok()
    }
}

fn serve(stream: TcpStream, came: &UnboundedSender<Delivery>, answers: &Mutex<VecDeque<Vec<u8>>>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut words = lines[0].split(' ');
        assert_eq!(words.next(), Some("POST"));
        let path = words.next().unwrap().to_owned();
        let headers: HashMap<String, String> = lines[1..]
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer = answers.lock().unwrap().pop_front();
        drop(came.send(Delivery { path, headers, body }));
        let answer = answer.unwrap_or_else(|| b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n".to_vec());
        if answer == SILENCE {
            // The other side gives up some day.
            drop(reader.read(&mut [0]));
            return;
        }
        if writer.write_all(&answer).is_err() {
            return;
        }
    }
}

const SILENCE: &[u8] = b"HTTP/1.1 silence\r\ncontent-length: 0\r\n\r\n";

/// A program that has subscribed.
pub(crate) struct Subscriber {
    private: PrivateKey,
    auth: [u8; 16],
    endpoint: String,
}

impl Subscriber {
    /// At the service, under this name.
    pub(crate) fn at(service: &PushService, name: &str) -> Self {
        let private = PrivateKey::generate(&ECDH_P256).unwrap();
        Self { private, auth: [9; 16], endpoint: format!("http://{}/{name}", service.addr) }
    }

    fn public(&self) -> Vec<u8> {
        self.private.compute_public_key().unwrap().as_ref().to_vec()
    }

    /// It has the same keys elsewhere.
    pub(crate) fn move_to(&mut self, endpoint: String) {
        self.endpoint = endpoint;
    }

    /// What the server is told.
    pub(crate) fn subscription(&self) -> PushSubscription {
        PushSubscription {
            endpoint: self.endpoint.clone(),
            p256dh: self.public().into(),
            auth: self.auth.to_vec().into(),
            quietly: true,
        }
    }

    /// Decrypts what was posted: one record of `aes128gcm`.
    pub(crate) fn open(&self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        let (size, rest) = rest.split_at(4);
        let (length, rest) = rest.split_first().unwrap();
        let (sender, sealed) = rest.split_at(usize::from(*length));
        assert!(sealed.len() <= usize::try_from(u32::from_be_bytes(size.try_into().unwrap())).unwrap());
        let info = [b"WebPush: info\0", &*self.public(), sender].concat();
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let material = agree(&self.private, peer, Unspecified, |shared| Ok(derive(&self.auth, shared, &info, 32)));
        let material = material.unwrap();
        let key = derive(salt, &material, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = derive(salt, &material, b"Content-Encoding: nonce\0", 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut text = sealed.to_vec();
        let text = key.open_in_place(nonce, Aad::empty(), &mut text).expect("the message is for this subscriber");
        let end = text.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(text[end], 2, "the only record is the last one");
        text[..end].to_vec()
    }

    /// The token in a wake-up.
    pub(crate) fn token(&self, delivery: &Delivery) -> String {
        let text = String::from_utf8(self.open(&delivery.body)).unwrap();
        match text.strip_prefix('1') {
            Some(token) if token.len() == 43 => token.to_owned(),
            _ => panic!("this is no wake-up: {text}"),
        }
    }
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(salt: &[u8], secret: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    let key = Salt::new(HKDF_SHA256, salt).extract(secret);
    key.expand(&[info], Bytes(length)).unwrap().fill(&mut out).unwrap();
    out
}

/// Checks who sent it, for a service at `origin` that knows the sender's key; what was claimed.
pub(crate) fn verify(delivery: &Delivery, origin: &str, key: &[u8]) -> serde_json::Value {
    let authorization = delivery.headers["authorization"].strip_prefix("vapid ").unwrap();
    let parts: HashMap<&str, &str> = authorization.split(", ").map(|part| part.split_once('=').unwrap()).collect();
    assert_eq!(BASE64URL_NOPAD.decode(parts["k"].as_bytes()).unwrap(), key);
    let (signed, signature) = parts["t"].rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    Verifier::new(&ECDSA_P256_SHA256_FIXED, key).verify(signed.as_bytes(), &signature).expect("the server signed it");
    let json = |part: &str| -> serde_json::Value {
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(json(header), serde_json::json!({ "typ": "JWT", "alg": "ES256" }));
    let claims = json(claims);
    assert_eq!(claims["aud"], origin);
    claims
}

/// A subscription with good keys and this endpoint.
pub(crate) fn subscription(endpoint: &str) -> PushSubscription {
    let private = PrivateKey::generate(&ECDH_P256).unwrap();
    let public = private.compute_public_key().unwrap();
    PushSubscription {
        endpoint: endpoint.to_owned(),
        p256dh: public.as_ref().to_vec().into(),
        auth: vec![9; 16].into(),
        quietly: false,
    }
}

/// The other half of RFC 8291, appendix A: this side reads the example of the standard.
#[test]
fn the_example_of_the_standard_is_read() {
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    let private = decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
    let subscriber = Subscriber {
        private: PrivateKey::from_private_key(&ECDH_P256, &private).unwrap(),
        auth: decode("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        endpoint: String::new(),
    };
    let body = decode(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl\
         7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    );
    assert_eq!(subscriber.open(&body), b"When I grow up, I want to be a watermelon");
}

//! The way to the web: the conformance suite of its port, and everything that must not get through.
#![expect(clippy::unwrap_used, reason = "a test helper that fails should stop the test")]

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beseda_app::port::conformance::fetch::{reads_nothing_that_is_not_public, reads_what_is_there_and_no_more};
use beseda_app::port::{FetchError, Fetched, Fetcher as _, Fetching, Wanted};
use beseda_infra::fetch::{FetchOptions, HttpFetcher, Names, Resolved, SystemNames};
use flate2::Compression;
use flate2::write::GzEncoder;

const HTML: &str = "HTTP/1.1 200 OK\r\ncontent-type: Text/HTML; charset=\"UTF-8\"\r\n";

fn run(fetching: Fetching<'_>) -> Result<Fetched, FetchError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(fetching)
}

/// A site that remembers what it was asked.
struct Site {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Each request is answered by `answer`, which knows its path and the connection.
    fn start(answer: impl Fn(&str, u16, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let requests = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let head = head(&mut stream);
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                requests.lock().unwrap().push(head);
                answer(&path, port, &mut stream);
            }
        });
        Self { port, asked }
    }

    fn saying(answer: Vec<u8>) -> Self {
        // Whoever has heard enough hangs up.
        Self::start(move |_, _, stream| drop(stream.write_all(&answer)))
    }

    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// A way to it, although it is not public.
    fn fetcher(&self) -> HttpFetcher {
        HttpFetcher::new(options(&[self.port], &["127.0.0.1/32"]), Arc::new(SystemNames))
    }
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn options(ports: &[u16], allow: &[&str]) -> FetchOptions {
    let allow = allow.iter().map(|network| network.parse().unwrap()).collect();
    FetchOptions { ports: ports.to_vec(), allow, time: Duration::from_secs(30) }
}

fn page(url: &str) -> Wanted {
    Wanted { url: url.to_owned(), types: &["text/html"], most: 1_000 }
}

fn whole(body: &[u8]) -> Vec<u8> {
    [format!("{HTML}content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    let body = encoder.finish().unwrap();
    [format!("{HTML}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat()
}

/// Names with answers of their own, one after the other.
struct Changing(Mutex<VecDeque<Vec<IpAddr>>>);

impl Changing {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parse).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Names for Changing {
    fn addresses<'a>(&'a self, _: &'a str) -> Resolved<'a> {
        let next = self.0.lock().unwrap().pop_front();
        Box::pin(async move { next.ok_or_else(|| std::io::ErrorKind::NotFound.into()) })
    }
}

#[test]
fn it_reads_what_is_there_and_no_more() {
    let body = b"<title>here</title>";
    let site = Site::saying(whole(body));
    reads_what_is_there_and_no_more(&site.fetcher(), run, &site.at("/"), body);
}

#[test]
fn it_reads_nothing_that_is_not_public() {
    let fetcher = HttpFetcher::new(options(&[80, 443], &[]), Arc::new(SystemNames));
    reads_nothing_that_is_not_public(&fetcher, run);
}

#[test]
fn this_machine_is_not_reached_unless_the_operator_allows_it() {
    let site = Site::saying(whole(b"x"));
    let fetcher = HttpFetcher::new(options(&[site.port], &[]), Arc::new(SystemNames));
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"] {
        let fetched = run(fetcher.fetch(&page(&format!("http://{host}:{}/", site.port))));
        assert_eq!(fetched, Err(FetchError::NotPublic), "{host}");
    }
    assert_eq!(site.asked(), Vec::<String>::new());
    assert!(run(site.fetcher().fetch(&page(&site.at("/")))).is_ok());
}

#[test]
fn a_site_is_told_nothing_of_who_asks() {
    let site = Site::saying(whole(b"x"));
    let fetched = run(site.fetcher().fetch(&page(&site.at("/a?b#c")))).unwrap();
    assert_eq!((fetched.url, fetched.charset.as_deref()), (site.at("/a?b"), Some("utf-8")));
    let asked = site.asked().remove(0).to_ascii_lowercase();
    let names: Vec<_> = asked.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    assert!(asked.starts_with("get /a?b http/1.1\r\n"), "{asked}");
    for name in names {
        assert!(["accept", "accept-encoding", "user-agent", "host"].contains(&name), "{asked}");
    }
}

#[test]
fn redirects_are_followed_five_times_and_each_is_judged() {
    let site = Site::start(|path, port, stream| {
        let number: u32 = path.trim_start_matches('/').parse().unwrap_or(99);
        let answer = match number {
            0 => whole(b"end"),
            98 => b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
            99 => format!("HTTP/1.1 302 Found\r\nlocation: {path}\r\n\r\n").into_bytes(),
            90 => b"HTTP/1.1 301 Moved\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n".to_vec(),
            91 => {
                format!("HTTP/1.1 307 Moved\r\nlocation: http://169.254.169.254:{port}/\r\ncontent-length: 0\r\n\r\n")
                    .into_bytes()
            }
            92 => b"HTTP/1.1 308 Moved\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n".to_vec(),
            number => format!(
                "HTTP/1.1 302 Found\r\nlocation: /{}\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
                number - 1
            )
            .into_bytes(),
        };
        stream.write_all(&answer).unwrap();
    });
    let fetch = |path: &str| run(site.fetcher().fetch(&page(&site.at(path))));
    assert_eq!(fetch("/5").unwrap().url, site.at("/0"));
    assert!(site.asked().iter().all(|head| !head.to_ascii_lowercase().contains("cookie")));
    assert_eq!(fetch("/6"), Err(FetchError::Redirect));
    assert_eq!(fetch("/98"), Err(FetchError::Redirect));
    assert_eq!(fetch("/90"), Err(FetchError::Address), "its port is not one that is asked");
    assert_eq!(fetch("/91"), Err(FetchError::NotPublic));
    assert_eq!(fetch("/92"), Err(FetchError::Address));
}

#[test]
fn a_name_is_resolved_once_and_what_it_says_later_makes_no_difference() {
    let site = Site::saying(whole(b"x"));
    let names = Changing::new(&[&["127.0.0.1"], &["127.0.0.2"]]);
    let fetcher = HttpFetcher::new(options(&[site.port], &["127.0.0.1/32"]), names.clone());
    let url = format!("http://changing.example:{}/", site.port);
    assert!(run(fetcher.fetch(&page(&url))).is_ok());
    assert_eq!(names.left(), 1, "it was asked once");
    assert_eq!(run(fetcher.fetch(&page(&url))), Err(FetchError::NotPublic), "the next time it is judged anew");
    assert_eq!(run(fetcher.fetch(&page(&url))), Err(FetchError::Unreachable), "it has no address");
    assert_eq!(site.asked().len(), 1);
}

#[test]
fn a_name_with_one_address_that_is_not_public_is_not_reached() {
    let names = Changing::new(&[&["1.1.1.1", "192.168.0.1"], &["::ffff:10.0.0.1"], &["64:ff9b::7f00:1"]]);
    let fetcher = HttpFetcher::new(options(&[80], &[]), names);
    for _ in 0..3 {
        assert_eq!(run(fetcher.fetch(&page("http://mixed.example/"))), Err(FetchError::NotPublic));
    }
}

#[test]
fn other_types_statuses_and_packings_are_not_taken() {
    for (answer, why) in [
        ("HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 1\r\n\r\nx", FetchError::Type),
        ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", FetchError::Type),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx",
            FetchError::Type,
        ),
        (
            "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 1\r\n\r\nx",
            FetchError::Status { status: 404 },
        ),
        (
            "HTTP/1.1 206 Partial\r\ncontent-type: text/html\r\ncontent-length: 1\r\n\r\nx",
            FetchError::Status { status: 206 },
        ),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\n\r\nx", FetchError::Unreachable),
        ("nonsense\r\n\r\n", FetchError::Unreachable),
    ] {
        let site = Site::saying(answer.as_bytes().to_vec());
        assert_eq!(run(site.fetcher().fetch(&page(&site.at("/")))), Err(why), "{answer}");
    }
}

#[test]
fn a_body_is_limited_as_it_comes_and_as_it_is_unpacked() {
    let fetch = |answer: Vec<u8>| {
        let site = Site::saying(answer);
        run(site.fetcher().fetch(&page(&site.at("/")))).map(|fetched| fetched.bytes.len())
    };
    assert_eq!(fetch(whole(&[b'x'; 1_000])), Ok(1_000));
    assert_eq!(fetch(whole(&[b'x'; 1_001])), Err(FetchError::TooLarge));
    // Without a length that it could be refused by.
    let endless = [format!("{HTML}\r\n").into_bytes(), vec![b'x'; 1_001]].concat();
    assert_eq!(fetch(endless), Err(FetchError::TooLarge));
    assert_eq!(fetch(packed(&[b'x'; 1_000])), Ok(1_000));
    assert_eq!(fetch(packed(&[b'x'; 1_001])), Err(FetchError::TooLarge));
    assert_eq!(fetch(packed(&vec![0; 900_000])), Err(FetchError::TooLarge), "a bomb");
}

#[test]
fn headers_without_end_are_given_up() {
    let site = Site::start(|_, _, stream| {
        drop(stream.write_all(HTML.as_bytes()));
        // Until the other side has had enough.
        while stream.write_all(&[b"x-more: ", &[b'x'; 4_000][..], b"\r\n"].concat()).is_ok() {}
    });
    assert_eq!(run(site.fetcher().fetch(&page(&site.at("/")))), Err(FetchError::Unreachable));
}

#[test]
fn who_is_slow_is_not_waited_for() {
    let site = Site::start(|_, _, stream| {
        drop(stream.write_all(format!("{HTML}content-length: 10\r\n\r\nx").as_bytes()));
        // Until the other side hangs up.
        drop(stream.read(&mut [0]));
    });
    let hurried = FetchOptions { time: Duration::from_millis(50), ..options(&[site.port], &["127.0.0.0/8"]) };
    let fetcher = HttpFetcher::new(hurried, Arc::new(SystemNames));
    assert_eq!(run(fetcher.fetch(&page(&site.at("/")))), Err(FetchError::TimedOut));
}

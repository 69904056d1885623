//! The web app as browsers get it: files under their names, what may be kept and for how long, what its pages may do.

use beseda_model::Code;
use beseda_server::site::File;
use beseda_server::{Config, Site};

use crate::limits::refused;
use crate::world::{Answer, Server};

const INDEX: File = File {
    name: "index.html",
    tag: "0011",
    plain: b"<!doctype html><title>Beseda</title>",
    brotli: Some(b"(index as brotli)"),
    gzip: Some(b"(index as gzip, longer)"),
};
const SCRIPT: File =
    File { name: "assets/app-4f2a.js", tag: "2233", plain: b"app()", brotli: Some(b"app"), gzip: None };
const WORKER: File = File { name: "sw.js", tag: "4455", plain: b"sw()", brotli: None, gzip: None };
const MANIFEST: File = File { name: "manifest.webmanifest", tag: "6677", plain: b"{}", brotli: None, gzip: None };
const WASM: File = File { name: "assets/engine-77.wasm", tag: "8899", plain: b"\0asm", brotli: None, gzip: None };
const SITE: Site = Site::of(&[SCRIPT, WASM, INDEX, MANIFEST, WORKER]);

async fn site() -> Server {
    Server::serving(SITE, |_: &mut Config| {}).await
}

async fn get(server: &Server, path: &str) -> Answer {
    server.send("GET", path, &[], &[]).await
}

#[track_caller]
fn has(answer: &Answer, lines: &[&str]) {
    for line in lines {
        assert!(answer.head.lines().any(|header| header == *line), "{line} is not in {}", answer.head);
    }
}

#[tokio::test]
async fn each_file_comes_with_its_type_and_may_be_kept_if_its_name_changes_with_it() {
    let server = site().await;
    const FOREVER: &str = "cache-control: public, max-age=31536000, immutable";
    const ASK_AGAIN: &str = "cache-control: no-cache";
    for (file, kind, caching) in [
        (INDEX, "content-type: text/html; charset=utf-8", ASK_AGAIN),
        (SCRIPT, "content-type: text/javascript; charset=utf-8", FOREVER),
        (WASM, "content-type: application/wasm", FOREVER),
        (WORKER, "content-type: text/javascript; charset=utf-8", ASK_AGAIN),
        (MANIFEST, "content-type: application/manifest+json", ASK_AGAIN),
    ] {
        let answer = get(&server, &format!("/{}", file.name)).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, file.plain), "{}", file.name);
        let etag = format!("etag: \"{}-plain\"", file.tag);
        has(&answer, &[kind, caching, &etag, "x-content-type-options: nosniff", "vary: accept-encoding"]);
    }
}

#[tokio::test]
async fn the_form_that_the_client_takes_is_sent() {
    let server = site().await;
    for (accepted, encoding, body) in [
        ("gzip, deflate, br", Some("br"), INDEX.brotli.unwrap()),
        ("gzip", Some("gzip"), INDEX.gzip.unwrap()),
        ("br;q=0, identity", None, INDEX.plain),
    ] {
        let answer = server.send("GET", "/", &[("accept-encoding", accepted)], &[]).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, body), "{accepted}");
        let tag = format!("etag: \"0011-{}\"", encoding.unwrap_or("plain"));
        has(&answer, &[&tag, &format!("content-length: {}", body.len()), "vary: accept-encoding"]);
        match encoding {
            Some(encoding) => has(&answer, &[&format!("content-encoding: {encoding}")]),
            None => assert!(!answer.head.contains("content-encoding"), "{}", answer.head),
        }
    }
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let server = site().await;
    let ask = async |tag: &str, accepted: &str| {
        server.send("GET", "/", &[("if-none-match", tag), ("accept-encoding", accepted)], &[]).await
    };
    let same = ask("\"0011-br\"", "br").await;
    assert_eq!((same.status, same.body.len()), (304, 0));
    has(&same, &["etag: \"0011-br\"", "cache-control: no-cache", "vary: accept-encoding"]);
    assert_eq!(ask("\"0011-br\"", "gzip").await.status, 200, "it has another form");
    assert_eq!(ask("\"0010-br\"", "br").await.status, 200, "it has another version");
}

#[tokio::test]
async fn head_tells_the_same_without_the_body() {
    let server = site().await;
    let (got, told) = (get(&server, "/").await, server.send("HEAD", "/", &[], &[]).await);
    assert_eq!((told.status, told.body.len()), (200, 0));
    let undated = |answer: &Answer| {
        answer.head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(undated(&told), undated(&got));
    has(&told, &[&format!("content-length: {}", INDEX.plain.len())]);
}

#[tokio::test]
async fn places_in_the_app_are_the_app_and_nothing_else_is() {
    let server = site().await;
    for place in ["/", "/c/018bcfe5-6800-7003-8003-030303030303", "/settings/", "/@alice?from=qr"] {
        let answer = get(&server, place).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, INDEX.plain), "{place}");
    }
    for nothing in [
        "/api",
        "/api/v1/nothing",
        "/api/v2/server",
        "/assets/app-0000.js",
        "/assets/",
        "/favicon.ico",
        "/sw.js.map",
        "/../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/../../Cargo.toml",
        "/assets/..%5c..%5cCargo.toml",
        "/.git/config",
        "/c/%00",
        "//example.org/",
        "/index.html/",
    ] {
        let answer = get(&server, nothing).await;
        assert_eq!((answer.status, answer.json::<()>().unwrap_err().code), (404, Code::NotFound), "{nothing}");
        has(
            &answer,
            &["cache-control: no-store", "content-security-policy: default-src 'none'; frame-ancestors 'none'"],
        );
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let why = server.send(method, "/", &[], &[]).await.json::<()>().unwrap_err();
        assert_eq!(why.code, Code::BadRequest, "{method}");
        let why = server.send(method, "/api/v1/nothing", &[], &[]).await.json::<()>().unwrap_err();
        assert_eq!(why.code, Code::NotFound, "{method}");
    }
}

/// Workers keep to the policy that comes with their script, so each file carries it.
#[tokio::test]
async fn pages_and_workers_may_do_no_more_than_they_must() {
    let server = site().await;
    for path in ["/", "/assets/app-4f2a.js", "/sw.js"] {
        let answer = get(&server, path).await;
        let policy = answer.head.lines().find_map(|line| line.strip_prefix("content-security-policy: ")).unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "require-trusted-types-for 'script'",
            "style-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(directives.contains(&directive), "{directive} is not in {policy}");
        }
        for loophole in ["unsafe-inline", "'unsafe-eval'", "http:", "https:", " *"] {
            assert!(!policy.contains(loophole), "{loophole} is in {policy}");
        }
        has(
            &answer,
            &[
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
                "origin-agent-cluster: ?1",
                "referrer-policy: no-referrer",
                "x-frame-options: deny",
            ],
        );
        assert!(
            answer.head.contains("permissions-policy: ")
                && answer.head.contains("geolocation=(self)")
                && answer.head.contains("microphone=(self)")
        );
        assert!(!answer.head.contains("access-control-allow"), "no other origin is let in");
        assert!(!answer.head.contains("strict-transport-security"), "it means nothing over plain HTTP");
    }
}

#[tokio::test]
async fn many_files_may_be_asked_for_but_not_without_end() {
    let limited = |config: &mut Config| (config.limits.page_requests, config.limits.anonymous_requests) = (4, 1);
    let server = Server::serving(SITE, limited).await;
    for _ in 0..4 {
        assert_eq!(get(&server, "/sw.js").await.status, 200);
    }
    for path in ["/sw.js", "/", "/nothing.txt", "/api/v1/nothing"] {
        refused(get(&server, path).await.json::<()>(), Code::RateLimited, "page_requests");
    }
    assert_eq!(get(&server, "/healthz").await.status, 200, "what is no page is counted elsewhere");
}

/// This test runs both ways: the program says what it is.
#[tokio::test]
async fn a_program_that_was_built_without_the_web_app_says_so() {
    let server = Server::start().await;
    let answer = get(&server, "/").await;
    assert_eq!(answer.status, 200);
    let page = String::from_utf8(answer.body).unwrap();
    let says_so = page.contains("built without the web app") && page.contains("cargo xtask run");
    assert_eq!(says_so, !cfg!(feature = "web"), "{page}");
    assert!(!page.contains("<script>") && !page.contains("style=\""), "the policy forbids what is inline");
}

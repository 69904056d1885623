//! Bad input and bad luck: a clear sentence, an exit code, and nothing lost.

use std::net::TcpListener;

use beseda_engine::rusqlite::Connection;
use beseda_testkit::served::Served;
use serde_json::json;

use crate::terminal::Terminal;

/// The sentences of a refusal.
fn words(error: &serde_json::Value) -> String {
    format!("{} {}", error["what"].as_str().expect("it says what"), error["todo"].as_str().expect("it says what to do"))
}

#[test]
fn slow_an_address_that_leads_nowhere_is_told_from_one_that_is_wrong() {
    let server = Served::start();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let with_tls = server.url().replace("http:", "https:");
    for (address, code, said) in [
        ("not an address", 2, "such as https://"),
        ("ftp://chat.example.org", 2, "such as https://"),
        (&format!("http://{free}"), 3, "does not answer"),
        ("http://no-such-host.invalid", 3, "name is not found"),
        (&with_tls, 3, "not a Beseda server"),
    ] {
        let (exit, error) = Terminal::new(&server).refused(&["sign-up", "--server", address]);
        assert_eq!(exit, code, "{address}");
        assert!(words(&error).contains(said), "{address}: {}", words(&error));
    }
}

#[test]
fn slow_wrong_words_and_codes_are_named() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let of_nobody = format!("{}art", "abandon ".repeat(23));
    let stranger = Terminal::new(&server).with("BESEDA_PHRASE", &of_nobody);
    let (exit, error) = stranger.refused(&["recover"]);
    assert_eq!((exit, &error["kind"]), (5, &json!("not_found")));
    assert!(words(&error).contains("No account on this server"), "{error}");
    let (exit, error) = alice.refused(&["device", "approve", "ABCD-EFGH"]);
    assert_eq!((exit, &error["kind"]), (5, &json!("not_found")));
    assert!(words(&error).contains("No device waits with this code"), "{error}");
}

#[test]
fn slow_a_username_is_dropped_on_purpose_only() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    assert_eq!(alice.done(&["username"]), [json!({ "type": "username", "username": "alice" })]);
    alice.done(&["username", "@alisa"]);
    assert_eq!(alice.done(&["username"])[0]["username"], "alisa");
    alice.done(&["username", "--off"]);
    assert_eq!(alice.done(&["username"])[0]["username"], json!(null));
}

#[test]
fn slow_a_watch_in_which_nothing_comes_is_no_failure_of_the_server() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let (exit, error) = alice.refused(&["watch", "--for", "1", "--timeout", "1"]);
    assert_eq!((exit, &error["kind"]), (7, &json!("timeout")));
    assert_eq!(error["what"], "Nothing came in that time.");
}

#[test]
fn slow_a_device_that_was_signed_out_keeps_its_history() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    alice.done(&["send", "notes", "To be kept"]);
    alice.done(&["sign-out"]);
    let history = alice.done(&["history", "notes"]);
    assert!(history.iter().any(|row| row["body"]["text"] == "To be kept"));
    let (exit, error) = alice.refused(&["send", "notes", "More"]);
    assert_eq!((exit, &error["kind"]), (6, &json!("not_signed_in")));
    assert!(words(&error).contains("This device was signed out"), "{error}");
}

#[test]
fn slow_a_profile_of_a_newer_version_is_left_alone() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let database = || Connection::open(alice.home().join("profile.db")).unwrap();
    database().execute("INSERT INTO migrations (number) VALUES (9999)", ()).unwrap();
    let (exit, error) = alice.refused(&["me"]);
    assert_eq!((exit, &error["kind"]), (1, &json!("store")));
    assert!(words(&error).contains("newer version"), "{error}");
    database().execute("DELETE FROM migrations WHERE number = 9999", ()).unwrap();
    assert_eq!(alice.done(&["me"])[0]["username"], "alice");
}

#[test]
fn slow_what_is_no_profile_is_not_overwritten() {
    let server = Served::start();
    let alice = Terminal::new(&server);
    std::fs::create_dir(alice.home()).unwrap();
    let database = alice.home().join("profile.db");
    let precious = "the only copy of somebody's poems\n".repeat(500);
    std::fs::write(&database, &precious).unwrap();
    let (exit, error) = alice.refused(&["me"]);
    assert_eq!((exit, &error["kind"]), (1, &json!("store")));
    assert!(std::fs::read_to_string(&database).unwrap() == precious);

    let elsewhere = Terminal::new(&server);
    std::fs::write(elsewhere.home(), &precious).unwrap();
    let (exit, error) = elsewhere.refused(&["me"]);
    assert_eq!((exit, &error["kind"]), (1, &json!("failure")));
    assert!(words(&error).contains("not a directory"), "{error}");
    assert!(std::fs::read_to_string(elsewhere.home()).unwrap() == precious);
}

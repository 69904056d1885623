//! Phone numbers at the terminal.

use beseda_testkit::served::Served;
use serde_json::{Value, json};

use crate::terminal::Terminal;

const ALICE: &str = "+79123456789";
const BOB: &str = "+79123456788";

/// Has a code sent and goes on with it, as a script that is called twice does.
fn with_code(server: &Served, terminal: Terminal, number: &str, args: &[&str]) -> (Terminal, Vec<Value>) {
    let (exit, error) = terminal.refused(args);
    assert_eq!((exit, &error["kind"]), (2, &json!("invalid")), "there is no code yet: {error}");
    let terminal = terminal.with("BESEDA_CODE", &server.code_for(number));
    let lines = terminal.done(&[args, &["--code-sent"]].concat());
    (terminal, lines)
}

#[test]
fn slow_a_number_brings_somebody_in_and_can_be_changed_and_removed() {
    let server = Served::start();
    let typed = ["join", "phone", "8 912 345-67-89", "--region", "ru", "--username", "alice"];
    let (alice, lines) = with_code(&server, Terminal::new(&server), ALICE, &typed);
    assert_eq!(lines[0], json!({ "type": "phone_verified", "phone": ALICE, "holder": null }));
    assert_eq!(lines[1]["type"], "signed_up");
    assert_eq!(lines[1]["phrase"].as_str().unwrap().split(' ').count(), 24);
    let shown = |phone: Option<&str>| [json!({ "type": "phone", "has_phone": phone.is_some(), "phone": phone })];
    assert_eq!(alice.done(&["phone", "--sync"]), shown(Some(ALICE)));
    assert_eq!(alice.done(&["me"])[0]["phone"], ALICE);
    let (exit, error) = alice.refused(&["phone", ALICE]);
    assert_eq!((exit, &error["code"]), (3, &json!("RATE_LIMITED")), "a code was sent to it just now");
    assert!(error["retry_after_ms"].as_u64().is_some_and(|wait| wait <= 30_000), "{error}");

    // The first number's code is still in the environment: it is tried for the second.
    let asking = alice.begin(&["phone", BOB]);
    let (sent, asking) = asking.until(|line| line["type"] == "code_sent");
    assert_eq!((&sent["phone"], &sent["digits"], &sent["resend_after_s"]), (&json!(BOB), &json!(6), &json!(30)));
    let (error, asking) = asking.until(|line| line["type"] == "error");
    assert_eq!((&error["kind"], &error["tries_left"], asking.end()), (&json!("wrong_code"), &json!(4), 4));
    let alice = alice.with("BESEDA_CODE", &server.code_for(BOB));
    alice.done(&["phone", BOB, "--code-sent"]);
    assert_eq!(alice.done(&["phone"]), shown(Some(BOB)));
    alice.done(&["phone", "--off"]);
    assert_eq!(alice.done(&["phone"]), shown(None));
    assert!(alice.done(&["warnings"]).is_empty(), "she did it herself");
}

#[test]
fn slow_numbers_that_get_no_code_are_told_apart() {
    let server = Served::start();
    let alice = Terminal::new(&server);
    let (exit, _) = alice.refused(&["join", "phone", ALICE]);
    assert_eq!(exit, 2);
    let stranger = Terminal::new(&server);
    for (number, exit, kind, code) in [
        (ALICE, 3, "refused", json!("RATE_LIMITED")),
        ("12345", 4, "refused", json!("INVALID_PHONE")),
        ("no digits", 2, "invalid", json!(null)),
    ] {
        let (found, error) = stranger.refused(&["join", "phone", number]);
        assert_eq!((found, &error["kind"], &error["code"]), (exit, &json!(kind), &code), "{number}");
    }
    let (exit, error) = stranger.refused(&["phone", "--off"]);
    assert_eq!((exit, &error["kind"]), (6, &json!("not_signed_in")));
    let late = stranger.with("BESEDA_CODE", "012345");
    let (exit, error) = late.refused(&["join", "phone", ALICE, "--code-sent"]);
    assert_eq!((exit, &error["kind"]), (4, &json!("code_expired")), "no code was sent to this one");
}

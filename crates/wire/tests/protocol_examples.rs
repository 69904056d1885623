//! The examples in `docs/protocol.md` are what the program reads and writes, and none is missing.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use std::collections::BTreeSet;

use beseda_model::Code;
use beseda_wire::http::SignUp;
use beseda_wire::state::Change;
use beseda_wire::{ClientFrame, Encoding, Push, Reply, Request, ServerFrame};
use serde::Serialize;
use serde::de::DeserializeOwned;

struct Example {
    name: String,
    kind: String,
    text: String,
}

fn examples() -> Vec<Example> {
    let page = include_str!("../../../docs/protocol.md");
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some((kind, name)) = line.strip_prefix("```").and_then(|info| info.split_once(' ')) else { continue };
        let text: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        found.push(Example { name: name.to_owned(), kind: kind.to_owned(), text: text.join("\n") });
    }
    found
}

fn hex_of(examples: &[Example], kind: &str, name: &str) -> Vec<u8> {
    let example = examples.iter().find(|e| e.kind == kind && e.name == name);
    let text = &example.unwrap_or_else(|| panic!("no {kind} block for {name}")).text;
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).unwrap()
}

/// Lines of 60 bytes, as they stand in the page.
fn hex(bytes: &[u8]) -> String {
    bytes.chunks(60).map(|line| data_encoding::HEXLOWER.encode(line)).collect::<Vec<_>>().join("\n")
}

fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(json: &Example, bytes: &[u8]) {
    let value: T = Encoding::Json.decode(json.text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", json.name));
    let cbor = Encoding::Cbor.encode(&value);
    assert!(cbor == bytes, "{}: the bytes are\n{}", json.name, hex(&cbor));
    assert_eq!(Encoding::Cbor.decode::<T>(bytes).as_ref(), Ok(&value), "{}", json.name);
    let again = String::from_utf8(Encoding::Json.encode(&value)).unwrap();
    assert_eq!(again, json.text, "{}", json.name);
}

#[test]
fn every_frame_example_reads_and_writes_alike_in_both_encodings() {
    let examples = examples();
    let frames: Vec<_> = examples.iter().filter(|e| e.kind == "json").collect();
    assert!(frames.len() >= 8, "found only {}", frames.len());
    for json in frames {
        let bytes = hex_of(&examples, "hex", &json.name);
        if json.text.starts_with("{\"id\"") {
            check::<ClientFrame>(json, &bytes);
        } else {
            check::<ServerFrame>(json, &bytes);
        }
    }
}

#[test]
fn the_content_example_is_what_the_program_encrypts() {
    let examples = examples();
    let json = examples.iter().find(|e| e.kind == "json-content").unwrap();
    let expected: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    let bytes = hex_of(&examples, "hex-content", &json.name);
    let message = beseda_wire::content::Message { text: "Привет!".to_owned(), ..Default::default() };
    let authored = beseda_wire::content::Authored {
        at: beseda_model::Timestamp::from_millis(1_700_000_000_000),
        content: beseda_wire::Content::Message(message),
    };
    let padded = authored.encode();
    let item: Vec<u8> =
        padded.iter().rev().skip_while(|b| **b == 0).copied().collect::<Vec<_>>().into_iter().rev().collect();
    assert!(item == bytes, "the bytes are\n{}", hex(&item));
    let shown: serde_json::Value = ciborium::from_reader(bytes.as_slice()).unwrap();
    assert_eq!(shown, expected);
}

/// The names of all variants, as serde knows them: it lists them when it is asked for one that is not there.
fn variants<T: DeserializeOwned>() -> BTreeSet<String> {
    let refusal = serde_json::from_str::<T>(r#""no such variant""#).map(drop).unwrap_err().to_string();
    let (_, listed) = refusal.split_once("expected one of ").unwrap();
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every line of the block is a `T` and is written again as it stands; no variant is left out.
fn check_each<T: Serialize + DeserializeOwned>(name: &str, unwritten: &[&str]) {
    let examples = examples();
    let block = examples.iter().find(|e| e.kind == "json-each" && e.name == name).unwrap();
    let mut shown: BTreeSet<String> = unwritten.iter().map(|name| (*name).to_owned()).collect();
    for line in block.text.lines() {
        let value: T = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(serde_json::to_string(&value).unwrap(), line);
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let variant = line.as_str().or_else(|| line.as_object()?.keys().next().map(String::as_str));
        shown.insert(variant.unwrap().to_owned());
    }
    assert_eq!(shown, variants::<T>());
}

#[test]
fn every_request_is_on_the_page() {
    check_each::<Request>("request", &[]);
}

#[test]
fn every_reply_is_on_the_page() {
    check_each::<Reply>("reply", &[]);
}

#[test]
fn every_push_is_on_the_page() {
    // What a client makes of a push that it can't read; never sent.
    check_each::<Push>("push", &["unknown"]);
}

#[test]
fn every_change_is_on_the_page() {
    check_each::<Change>("change", &[]);
}

#[test]
fn every_code_is_on_the_page() {
    let page = include_str!("../../../docs/protocol.md");
    let listed: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).collect();
    for code in Code::ALL {
        assert!(listed.iter().any(|(listed, _)| *listed == code.as_str()), "{code} is missing");
    }
}

#[test]
fn the_body_of_a_sign_up_is_one() {
    let examples = examples();
    let body = examples.iter().find(|e| e.kind == "json-body" && e.name == "sign-up").unwrap();
    let read: SignUp = serde_json::from_str(&body.text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), body.text);
}

//! The byte examples in `docs/protocol.md` are what the program reads and writes.
#![expect(clippy::unwrap_used, reason = "a test helper may fail the test")]

use beseda_wire::{ClientFrame, Encoding, ServerFrame};
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

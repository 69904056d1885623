//! What a newer program sends: fields, pushes, changes, classes and codes that this version does not know.

use beseda_model::{Code, ConversationId};
use beseda_wire::http::Registration;
use beseda_wire::state::{Change, EntryClass};
use beseda_wire::{ClientFrame, Encoding, Problem, Push, Reply, ServerFrame};
use ciborium::Value;
use proptest::prelude::*;
use serde_json::json;

use crate::strategies::{change, client_frame, push, server_frame};

const CONVERSATION: ConversationId = ConversationId::from_bytes([7; 16]);

/// Adds a field to every structure. What names a variant is a map as well, of one entry with a map in it (or the name of a
/// push without data); it is left alone.
fn with_more_fields(value: Value) -> Value {
    match value {
        Value::Map(entries) => {
            let names_a_variant = match entries.as_slice() {
                [(_, Value::Map(_))] => true,
                [(key, _)] => key.as_text() == Some("push"),
                _ => false,
            };
            let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key, with_more_fields(value))).collect();
            if !names_a_variant {
                let future = Value::Array(vec![Value::Null, Value::Map(vec![]), Value::Text("future".to_owned())]);
                entries.insert(0, (Value::Text("zz_before".to_owned()), future));
                entries.push((Value::Text("zz_after".to_owned()), Value::Integer(1.into())));
            }
            Value::Map(entries)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(with_more_fields).collect()),
        other => other,
    }
}

/// The same in both encodings. Bytes are bytes in CBOR only, so each encoding starts from its own form of the value.
fn grown<T: serde::Serialize>(encoding: Encoding, value: &T) -> Vec<u8> {
    let bytes = encoding.encode(value);
    match encoding {
        Encoding::Cbor => {
            let value = ciborium::from_reader::<Value, _>(bytes.as_slice()).unwrap();
            encoding.encode(&with_more_fields(value))
        }
        Encoding::Json => {
            let value = serde_json::from_slice::<Value>(&bytes).unwrap();
            encoding.encode(&with_more_fields(value))
        }
    }
}

fn both(value: &serde_json::Value) -> [(Encoding, Vec<u8>); 2] {
    [(Encoding::Cbor, Encoding::Cbor.encode(value)), (Encoding::Json, Encoding::Json.encode(value))]
}

fn decode(value: &serde_json::Value) -> [ServerFrame; 2] {
    both(value).map(|(encoding, bytes)| encoding.decode(&bytes).unwrap())
}

proptest! {
    #[test]
    fn unknown_fields_of_client_frames_are_ignored(frame in client_frame()) {
        for encoding in [Encoding::Cbor, Encoding::Json] {
            let bytes = grown(encoding, &frame);
            let read = encoding.decode::<ClientFrame>(&bytes);
            prop_assert_eq!(read.as_ref(), Ok(&frame), "{:?}", encoding);
        }
    }

    #[test]
    fn unknown_fields_of_server_frames_are_ignored(frame in server_frame()) {
        for encoding in [Encoding::Cbor, Encoding::Json] {
            let bytes = grown(encoding, &frame);
            let read = encoding.decode::<ServerFrame>(&bytes);
            prop_assert_eq!(read.as_ref(), Ok(&frame), "{:?}", encoding);
        }
    }

    #[test]
    fn a_push_under_another_name_is_unknown(push in push()) {
        for encoding in [Encoding::Cbor, Encoding::Json] {
            let value: Value = encoding.decode(&encoding.encode(&push)).unwrap();
            let renamed = match value {
                Value::Map(mut entries) => {
                    entries[0].0 = Value::Text("hologram".to_owned());
                    Value::Map(entries)
                }
                _ => Value::Text("hologram".to_owned()),
            };
            let frame = Value::Map(vec![(Value::Text("push".to_owned()), renamed)]);
            let read = encoding.decode::<ServerFrame>(&encoding.encode(&frame));
            prop_assert_eq!(read, Ok(ServerFrame::Push(Push::Unknown)), "{:?}", encoding);
        }
    }

    #[test]
    fn unknown_changes_cost_only_themselves(known in proptest::collection::vec(change(), 1..4)) {
        for encoding in [Encoding::Cbor, Encoding::Json] {
            let mut changes: Vec<Value> =
                known.iter().map(|change| encoding.decode(&encoding.encode(change)).unwrap()).collect();
            let poll = Value::Map(vec![(Value::Text("question".to_owned()), Value::Bytes(vec![1]))]);
            let poll = if encoding == Encoding::Cbor { poll } else { Value::Text("question".to_owned()) };
            let story = Value::Map(vec![(Value::Text("story".to_owned()), Value::Map(vec![]))]);
            changes.insert(0, poll);
            changes.insert(1, story);
            changes.push(Value::Text("weather".to_owned()));
            let sync = json!({"ok": {"id": 1, "re": {"sync": {"changes": [], "cursor": [], "more": true}}}});
            let mut frame: Value = Value::serialized(&sync).unwrap();
            let cursor = if encoding == Encoding::Cbor { Value::Bytes(vec![]) } else { Value::Text(String::new()) };
            *at(&mut frame, &["ok", "re", "sync", "changes"]) = Value::Array(changes);
            *at(&mut frame, &["ok", "re", "sync", "cursor"]) = cursor;
            let read = encoding.decode::<ServerFrame>(&encoding.encode(&frame));
            let sync = Reply::Sync { changes: known.clone(), cursor: Vec::new().into(), more: true };
            prop_assert_eq!(read, Ok(ServerFrame::Ok { id: 1, re: sync }), "{:?}", encoding);
        }
    }
}

fn at<'a>(value: &'a mut Value, path: &[&str]) -> &'a mut Value {
    path.iter().fold(value, |value, name| {
        let entries = value.as_map_mut().unwrap();
        &mut entries.iter_mut().find(|(key, _)| key.as_text() == Some(name)).unwrap().1
    })
}

#[test]
fn a_known_push_of_an_unknown_shape_is_unknown() {
    for push in [
        json!({"change": {"weather": {"rain": true}}}),
        json!({"change": "weather"}),
        json!({"closing": {"reconnect_ms": "soon"}}),
        json!({"resync": {"from": 7}}),
        json!({"entry": {"in": CONVERSATION.to_string()}}),
        json!(null),
        json!(["entry"]),
        json!(1.5),
    ] {
        for frame in decode(&json!({ "push": push })) {
            assert_eq!(frame, ServerFrame::Push(Push::Unknown), "{push}");
        }
    }
}

#[test]
fn a_conversation_of_an_unknown_kind_is_skipped() {
    let state = json!({
        "conversation": CONVERSATION.to_string(), "kind": "channel", "generation": 0, "epoch": 0, "first_seq": 1,
        "last_seq": 1, "count": 1, "member": true, "joined": false, "delivered": 0, "read": 0, "read_count": 0,
    });
    let left = json!({"keys_low": {"left": 3}});
    let frame = json!({"ok": {"id": 1, "re": {"sync": {
        "changes": [{"conversation": state}, left], "cursor": "", "more": false,
    }}}});
    let read: ServerFrame = Encoding::Json.decode(&Encoding::Json.encode(&frame)).unwrap();
    let sync = Reply::Sync { changes: vec![Change::KeysLow { left: 3 }], cursor: Vec::new().into(), more: false };
    assert_eq!(read, ServerFrame::Ok { id: 1, re: sync });
}

#[test]
fn an_unknown_code_is_a_general_failure() {
    for frame in decode(&json!({"err": {"id": 7, "why": {"code": "TEAPOT", "data": {"colour": "red"}}}})) {
        let ServerFrame::Err { id: 7, why: Problem { code: Code::Unknown, data: Some(_), .. } } = frame else {
            panic!("{frame:?}")
        };
    }
}

#[test]
fn an_entry_of_an_unknown_class_keeps_its_place() {
    let entry = json!({"seq": 4, "class": "announcement", "count": 2, "at": 9});
    for frame in decode(&json!({"ok": {"id": 1, "re": {"log": {"entries": [entry], "last_seq": 4}}}})) {
        let ServerFrame::Ok { re: Reply::Log { entries, .. }, .. } = frame else { panic!("{frame:?}") };
        assert_eq!((entries[0].seq, entries[0].class), (4, EntryClass::Silent));
    }
}

#[test]
fn an_unknown_way_of_registration_is_closed() {
    for (encoding, bytes) in both(&json!("vouched")) {
        assert_eq!(encoding.decode(&bytes), Ok(Registration::Closed));
    }
}

#[test]
fn the_server_takes_no_request_that_it_does_not_know() {
    for request in [json!({"levitate": {"height": 3}}), json!("levitate"), json!({"ping": {}})] {
        for (encoding, bytes) in both(&json!({"id": 1, "do": request})) {
            assert!(encoding.decode::<ClientFrame>(&bytes).is_err(), "{request}");
        }
    }
}

//! Effects as JavaScript objects.

use beseda_engine::Effect;
use beseda_engine::api::event::{FileDeed, Part};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::json::json;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export type Effect =
  | { readonly effect: "connect"; readonly url: string }
  | { readonly effect: "disconnect" }
  | { readonly effect: "send"; readonly frame: Uint8Array<ArrayBuffer> }
  | { readonly effect: "http"; readonly id: bigint; readonly method: string; readonly url: string; readonly token: string | undefined; readonly body: string | undefined }
  | { readonly effect: "transfer"; readonly id: bigint; readonly method: string; readonly url: string; readonly headers: [string, string][]; readonly part: Part }
  | { readonly effect: "stop_transfer"; readonly id: bigint }
  | { readonly effect: "check_file"; readonly file: number }
  | { readonly effect: "erase_file"; readonly file: number }
  | { readonly effect: "keep_files"; readonly files: number[] }
  | { readonly effect: "wake"; readonly at: number }
  | { readonly effect: "done"; readonly id: number; readonly result: string }
  | { readonly effect: "notice"; readonly notice: string };

/** Bytes of a file that are sent, or written to it. */
export type Part = { readonly way: "none" | "send" | "receive"; readonly file: number; readonly at: number; readonly len: number };
"#;

/// The effects, in order.
pub(super) fn array(effects: Vec<Effect>) -> Array {
    effects.into_iter().map(object).collect()
}

fn object(effect: Effect) -> JsValue {
    match effect {
        Effect::Connect { url } => with("connect", &[("url", url.into())]),
        Effect::Disconnect => with("disconnect", &[]),
        Effect::Send(frame) => with("send", &[("frame", Uint8Array::from(frame.as_slice()).into())]),
        Effect::Http { id, method, url, token, body } => {
            let body = body.map_or(JsValue::UNDEFINED, |body| String::from_utf8_lossy(&body).as_ref().into());
            let token = token.map_or(JsValue::UNDEFINED, JsValue::from);
            let (method, url) = (method.into(), url.into());
            with("http", &[("id", id.into()), ("method", method), ("url", url), ("token", token), ("body", body)])
        }
        Effect::Transfer { id, transfer } => {
            let headers: Array = transfer
                .headers
                .into_iter()
                .map(|(name, value)| Array::of2(&JsValue::from(name), &JsValue::from(value)))
                .collect();
            let (method, url) = (transfer.method.into(), transfer.url.into());
            let fields = [
                ("id", id.into()),
                ("method", method),
                ("url", url),
                ("headers", headers.into()),
                ("part", part(transfer.part)),
            ];
            with("transfer", &fields)
        }
        Effect::StopTransfer { id } => with("stop_transfer", &[("id", id.into())]),
        Effect::File(FileDeed::Check { file }) => with("check_file", &[("file", number(file.cast_unsigned()))]),
        Effect::File(FileDeed::Erase { file }) => with("erase_file", &[("file", number(file.cast_unsigned()))]),
        Effect::File(FileDeed::KeepOnly { files }) => {
            let files: Array = files.into_iter().map(|file| number(file.cast_unsigned())).collect();
            with("keep_files", &[("files", files.into())])
        }
        Effect::WakeAt(at) => with("wake", &[("at", number(at.as_millis()))]),
        Effect::Done { id, result } => with("done", &[("id", number(id)), ("result", json(&result).into())]),
        Effect::Notice(notice) => with("notice", &[("notice", json(&notice).into())]),
    }
}

fn number(value: u64) -> JsValue {
    // Commands are counted from one, and a wish to be woken in ten thousand years may be off by some milliseconds.
    JsValue::from_f64(value as f64)
}

fn part(part: Part) -> JsValue {
    let (way, file, at, len) = match part {
        Part::Nothing => ("none", 0, 0, 0),
        Part::Send { file, at, len } => ("send", file, at, len),
        Part::Receive { file, at, len } => ("receive", file, at, len),
    };
    let file = number(file.cast_unsigned());
    named("way", way, &[("file", file), ("at", number(at)), ("len", number(len))])
}

fn with(name: &str, fields: &[(&str, JsValue)]) -> JsValue {
    named("effect", name, fields)
}

fn named(tag: &str, name: &str, fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in [(tag, JsValue::from(name))].iter().chain(fields) {
        // A new object takes any field.
        let _set = Reflect::set(&object, &JsValue::from(*key), value);
    }
    object.into()
}

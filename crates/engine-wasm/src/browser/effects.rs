//! Effects as JavaScript objects.

use beseda_engine::Effect;
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
  | { readonly effect: "http"; readonly id: bigint; readonly method: string; readonly url: string; readonly body: string | undefined }
  | { readonly effect: "wake"; readonly at: number }
  | { readonly effect: "done"; readonly id: number; readonly result: string }
  | { readonly effect: "notice"; readonly notice: string };
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
        Effect::Http { id, method, url, body } => {
            let body = body.map_or(JsValue::UNDEFINED, |body| String::from_utf8_lossy(&body).as_ref().into());
            with("http", &[("id", id.into()), ("method", method.into()), ("url", url.into()), ("body", body)])
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

fn with(name: &str, fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in [("effect", JsValue::from(name))].iter().chain(fields) {
        // A new object takes any field.
        let _set = Reflect::set(&object, &JsValue::from(*key), value);
    }
    object.into()
}

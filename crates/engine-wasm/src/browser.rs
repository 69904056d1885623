//! The engine as the worker's script drives it: an event goes in, effects come out. Views, commands and outcomes are
//! JSON of the engine's own types; frames are bytes.
//!
//! A panic leaves as a JavaScript exception and nothing of the instance may be used after it: the worker ends itself.

mod console;
mod effects;
mod failure;
mod files;
mod peek;
mod storage;

use std::panic::PanicHookInfo;

use beseda_engine::api::event::{HttpResponse, TransferAnswer};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::{Effect, Engine, Event};
use beseda_model::{BlobId, Rng, Timestamp};
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::json::json;
use crate::{Query, ask};

/// Prepares the instance; once, before anything else.
#[wasm_bindgen]
pub fn start() {
    std::panic::set_hook(Box::new(panicked));
    console::log_here();
}

/// Says where, and not what: a panic's message may quote what people wrote.
fn panicked(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    wasm_bindgen::throw_str(&format!("the engine stopped at {place}"));
}

/// An engine and its database.
#[wasm_bindgen]
pub struct BrowserEngine {
    engine: Engine,
    /// What is to be done since it was opened.
    first: Vec<Effect>,
}

impl std::fmt::Debug for BrowserEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.engine.fmt(f)
    }
}

#[wasm_bindgen]
impl BrowserEngine {
    /// Opens the database of this origin, and makes it if there is none.
    ///
    /// # Errors
    /// An `Error` whose name is the reason.
    pub async fn open() -> Result<Self, JsValue> {
        let conn = storage::open().await.map_err(JsValue::from)?;
        let (engine, first) = Engine::open(conn, Box::new(WebRng), now()).map_err(failure::of_engine)?;
        Ok(Self { engine, first })
    }

    /// What is to be done since the engine was opened; the second time nothing.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn first(&mut self) -> Array {
        effects::array(std::mem::take(&mut self.first))
    }

    /// A wish of a person. `id` returns with its end, `key` makes it one and the same when it is given again; what can't
    /// be read ends at once, as it may come from a tab with another version of the app.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn command(&mut self, id: u32, key: &str, command: &str) -> Array {
        match (key.parse(), serde_json::from_str(command)) {
            (Ok(key), Ok(command)) => self.handle(Event::Command { id: id.into(), key: Some(key), command }),
            _ => {
                let result = Err(Failure::invalid(Field::Command, Reason::UnknownCommand));
                effects::array(vec![Effect::Done { id: id.into(), result }])
            }
        }
    }

    /// An answer as `{"Ok": …}` or `{"Err": …}`.
    pub fn query(&self, query: &str) -> String {
        let answer = match serde_json::from_str::<Query>(query) {
            Ok(query) => ask(&self.engine, &query, now(), &mut WebRng),
            Err(_) => Err(Failure::invalid(Field::Command, Reason::UnknownCommand)),
        };
        json(&answer)
    }

    /// A moment that was asked for has come.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn tick(&mut self) -> Array {
        self.handle(Event::Tick)
    }

    /// Now is a good moment to connect.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn nudge(&mut self) -> Array {
        self.handle(Event::Nudge)
    }

    /// The network costs by the byte, or does not.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn network(&mut self, metered: bool) -> Array {
        self.handle(Event::Network { metered })
    }

    /// The socket is open.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn connected(&mut self) -> Array {
        self.handle(Event::Connected)
    }

    /// The socket is closed, or was not opened.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn disconnected(&mut self) -> Array {
        self.handle(Event::Disconnected)
    }

    /// A frame has arrived.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn frame(&mut self, bytes: Vec<u8>) -> Array {
        self.handle(Event::Frame(bytes))
    }

    /// The answer to an HTTP request; without a status, the server could not be reached.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn http(&mut self, id: u64, status: Option<u16>, body: Vec<u8>) -> Array {
        let response = status.map(|status| HttpResponse { status, body });
        self.handle(Event::Http { id, response })
    }

    /// The answer to a transfer; without a status, the server could not be reached. `headers` are names and values in turn.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn transferred(
        &mut self,
        id: u64,
        status: Option<u16>,
        headers: Vec<String>,
        body: Vec<u8>,
        stored: Option<f64>,
    ) -> Array {
        let headers = headers.chunks_exact(2).filter_map(|pair| match pair {
            [name, value] => Some((name.clone(), value.clone())),
            _ => None,
        });
        let (headers, stored) = (headers.collect(), stored.map(files::whole));
        let answer = status.map(|status| TransferAnswer { status, headers, body, stored });
        self.handle(Event::Transferred { id, answer })
    }

    /// The digest of a file that was to be checked; none if it can't be read.
    #[wasm_bindgen(unchecked_return_type = "Effect[]")]
    pub fn file_checked(&mut self, file: f64, digest: Option<Vec<u8>>) -> Array {
        let digest = digest.and_then(|digest| BlobId::try_from(digest.as_slice()).ok());
        self.handle(Event::FileChecked { file: files::number(file), digest })
    }

    /// Opens a file that is on this device; none if it is not.
    pub fn opener(&self, file: f64) -> Option<files::FileOpener> {
        files::FileOpener::of(self.engine.reader(), files::number(file))
    }

    /// Where a file is to be had; none if there is no such file.
    pub fn source(&self, file: f64) -> Option<files::FileSource> {
        files::FileSource::of(self.engine.reader(), files::number(file))
    }

    fn handle(&mut self, event: Event) -> Array {
        effects::array(self.engine.handle(now(), event))
    }
}

/// Deletes what [`BrowserEngine::open`] opens. No engine may be open.
///
/// # Errors
/// An `Error` whose name is the reason.
#[wasm_bindgen]
pub async fn erase() -> Result<(), JsValue> {
    storage::erase().await.map_err(JsValue::from)
}

fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
    Timestamp::from_millis(js_sys::Date::now() as u64)
}

struct WebRng;

impl Rng for WebRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the browser gives random bytes");
    }
}

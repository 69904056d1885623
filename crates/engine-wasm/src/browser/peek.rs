//! A look at what is new after a wake-up, as the service worker drives it: there is no dedicated worker and no lock on the
//! files there, so it brings a copy of the database.

use beseda_engine::notification::peek::{Next, Peek};
use beseda_engine::rusqlite::Connection;
use js_sys::Error;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{WebRng, now};
use crate::json::json;

/// A look under way. Nothing of it is written anywhere.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Look {
    peek: Peek,
    next: Next,
}

#[wasm_bindgen]
impl Look {
    /// Looks with the token of a wake-up in this copy of the database; `minute` is that of the day on the wall.
    ///
    /// # Errors
    /// When the copy is not one piece, or of another version.
    #[wasm_bindgen(constructor)]
    pub fn new(copy: &[u8], token: String, minute: u16) -> Result<Self, JsValue> {
        // Without the reason: it would be the database's.
        let unusable = || JsValue::from(Error::new("the copy of the database can't be used"));
        let mut conn = Connection::open_in_memory().map_err(|_| unusable())?;
        conn.deserialize_read_exact("main", copy, copy.len(), false).map_err(|_| unusable())?;
        let (peek, next) = Peek::open(conn, Box::new(WebRng), now(), minute, token).map_err(|_| unusable())?;
        Ok(Self { peek, next })
    }

    /// What to post next; none at the end.
    pub fn question(&self) -> Option<String> {
        match &self.next {
            Next::Ask(body) => Some(String::from_utf8_lossy(body).into_owned()),
            Next::Done(_) | Next::Blind => None,
        }
    }

    /// What was answered.
    pub fn answer(&mut self, status: u16, body: &[u8]) {
        self.next = self.peek.answer(now(), status, body);
    }

    /// What there is to tell, as JSON; none if that could not be found out.
    pub fn news(&self) -> Option<String> {
        match &self.next {
            Next::Done(news) => Some(json(news)),
            Next::Ask(_) | Next::Blind => None,
        }
    }
}

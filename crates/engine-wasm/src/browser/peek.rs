//! A look at what is new after a wake-up, as the service worker drives it: there is no dedicated worker and no lock on the
//! files there, so it brings a copy of the database.

use beseda_engine::notification::peek::{Next, Peek};
use beseda_engine::rusqlite::{Connection, OpenFlags};
use js_sys::Error;
use rsqlite_vfs::VfsFilesManager;
use rsqlite_vfs::memvfs::{MemVfsError, MemVfsUtil};
use rsqlite_vfs::transfer::DbTransfer;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{WebRng, now};
use crate::json::json;

/// Where SQLite finds the copy in memory, and what it looks for beside it.
const COPY: &str = "copy.db";
const JOURNAL: &str = "copy.db-journal";

/// A look under way. Nothing of it is written anywhere.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Look {
    peek: Peek,
    next: Next,
}

#[wasm_bindgen]
impl Look {
    /// Looks with the token of a wake-up in this copy of the database; `journal` is what lay beside it, of a transaction that
    /// was not finished: it is rolled back in the copy. `minute` is that of the day on the wall.
    ///
    /// # Errors
    /// When the copy is not one piece, or of another version.
    #[wasm_bindgen(constructor)]
    pub fn new(database: &[u8], journal: Option<Vec<u8>>, token: String, minute: u16) -> Result<Self, JsValue> {
        // Without the reason: it would be the database's.
        let unusable = || JsValue::from(Error::new("the copy of the database can't be used"));
        place(database, journal.as_deref()).map_err(|_| unusable())?;
        let conn = Connection::open_with_flags_and_vfs(COPY, OpenFlags::SQLITE_OPEN_READ_WRITE, c"memvfs")
            .map_err(|_| unusable())?;
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

/// Puts the files where SQLite finds them, in place of those of an earlier look.
fn place(database: &[u8], journal: Option<&[u8]>) -> Result<(), MemVfsError> {
    #[expect(unsafe_code, reason = "the VFS in memory is to be had by an unsafe function only")]
    // SAFETY: wasm32 without threads has one thread, on which SQLite has installed the VFS and is used.
    let files = unsafe { MemVfsUtil::get() }?;
    let Ok(()) = files.clear();
    files.import_db_unchecked(COPY, database)?;
    journal.map_or(Ok(()), |journal| files.import_db_unchecked(JOURNAL, journal))
}

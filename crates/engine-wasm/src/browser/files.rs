//! Sealing and opening, for whoever reads and writes the bytes. Numbers and sizes are JavaScript's, which are exact beyond
//! any file.

use beseda_engine::api::event::Transfer;
use beseda_engine::api::file::FileNumber;
use beseda_engine::files;
use beseda_engine::files::chunks::{Opener, Sealer};
use beseda_engine::rusqlite::Connection;
use js_sys::Error;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::WebRng;
use crate::json::json;

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number that is not negative")]
pub(super) const fn whole(number: f64) -> u64 {
    number as u64
}

pub(super) const fn number(number: f64) -> FileNumber {
    whole(number).cast_signed()
}

fn thrown(error: impl std::fmt::Display) -> JsValue {
    Error::new(&error.to_string()).into()
}

/// Seals a file from its beginning to its end.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FileSealer(Option<Sealer>);

#[wasm_bindgen]
impl FileSealer {
    /// For a file of `size` bytes.
    ///
    /// # Errors
    /// When it is too large.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64) -> Result<Self, JsValue> {
        Sealer::new(whole(size), &mut WebRng).map(|sealer| Self(Some(sealer))).map_err(thrown)
    }

    /// Seals what comes next: a multiple of 65,536 bytes, but for the end. A file without bytes is pushed once, too.
    ///
    /// # Errors
    /// When there is more than was said.
    pub fn push(&mut self, plain: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.0.as_mut().ok_or_else(|| thrown("it was finished"))?.push(plain).map_err(thrown)
    }

    /// What the engine is told of it, as JSON.
    ///
    /// # Errors
    /// When there was less than was said.
    pub fn finish(&mut self) -> Result<String, JsValue> {
        let sealer = self.0.take().ok_or_else(|| thrown("it was finished"))?;
        sealer.finish().map(|sealed| json(&sealed)).map_err(thrown)
    }
}

/// Opens a file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FileOpener(Opener);

impl FileOpener {
    pub(super) fn of(conn: &Connection, file: FileNumber) -> Option<Self> {
        let file = files::reference(conn, file).ok()??;
        Opener::new(&file).ok().map(Self)
    }
}

/// Where a file is to be had, and what opens it: a part is shown before the rest is here.
#[wasm_bindgen]
#[derive(Debug)]
pub struct FileSource {
    opener: Opener,
    get: Transfer,
}

impl FileSource {
    pub(super) fn of(conn: &Connection, file: FileNumber) -> Option<Self> {
        let files::Source { file, get } = files::source(conn, file).ok()??;
        Opener::new(&file).ok().map(|opener| Self { opener, get })
    }
}

#[wasm_bindgen]
impl FileSource {
    /// Bytes of the file.
    pub fn size(&self) -> f64 {
        self.opener.layout().size() as f64
    }

    /// The chunks in which the bytes from `start` to before `end` are: the number of the first, where they lie in the
    /// sealed file (from, to before), and which byte of the file the first one begins with. Empty if there are none.
    pub fn covering(&self, start: f64, end: f64) -> Vec<f64> {
        let layout = self.opener.layout();
        let chunks = layout.covering(&(whole(start)..whole(end)));
        if chunks.is_empty() {
            return Vec::new();
        }
        let (first, last) = (chunks.start, chunks.end.saturating_sub(1));
        let (from, to) = (layout.sealed(first).start, layout.sealed(last).end);
        vec![f64::from(first), from as f64, to as f64, layout.plain(first).start as f64]
    }

    /// See [`FileOpener::open`].
    ///
    /// # Errors
    /// When they are damaged.
    pub fn open(&self, chunk: u32, sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.opener.open(chunk, sealed).map_err(thrown)
    }

    /// Whom to ask for the sealed bytes.
    pub fn url(&self) -> String {
        self.get.url.clone()
    }

    /// What to say besides which range of them is wanted: names and values in turn.
    pub fn headers(&self) -> Vec<String> {
        self.get.headers.iter().flat_map(|(name, value)| [(*name).to_owned(), value.clone()]).collect()
    }
}

#[wasm_bindgen]
impl FileOpener {
    /// Bytes of the file.
    pub fn size(&self) -> f64 {
        self.0.layout().size() as f64
    }

    /// Opens whole sealed chunks (of 65,552 bytes, but for the last), of which the first has this number.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn open(&self, chunk: u32, sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.0.open(chunk, sealed).map_err(thrown)
    }
}

/// Computes what a sealed file is called.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct FileDigest(Sha256);

#[wasm_bindgen]
impl FileDigest {
    /// Of no bytes yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// More bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// 32 bytes.
    pub fn finish(&mut self) -> Vec<u8> {
        self.0.finalize_reset().to_vec()
    }
}

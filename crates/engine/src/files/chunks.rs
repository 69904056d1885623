//! Files as they lie on the server: sealed in chunks, of which each can be opened alone, so that a part of a film is shown
//! before the rest is here, and nothing large is ever held in memory.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
//! Misuse-Resistance", 2015) over ChaCha20-Poly1305: a chunk's nonce is its number and whether it is the last. None can be
//! moved, left out or doubled, and the end can't be cut off.

use std::ops::Range;

use beseda_model::{BlobId, Rng};
use beseda_wire::Bytes;
use beseda_wire::content::{FileKey, FileRef};
use chacha20poly1305::aead::KeyInit as _;
use chacha20poly1305::aead::stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::{ChaCha20Poly1305, Key};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Plain bytes of a chunk; the last one of a file may have fewer.
pub const CHUNK: u64 = CHUNK_BYTES as u64;
const CHUNK_BYTES: usize = 65_536;

/// What sealing adds to a chunk.
const TAG: u64 = 16;
/// Bytes of a sealed chunk; the last one of a file may have fewer.
const SEALED_BYTES: usize = CHUNK_BYTES + 16;

/// What the nonces of a file have in common. Every file has a key of its own, so it need not differ.
const PREFIX: [u8; 7] = [0; 7];

/// A key for a file that is about to be sealed.
pub fn new_key(rng: &mut dyn Rng) -> FileKey {
    let mut bytes = [0; 32];
    rng.fill(&mut bytes);
    FileKey(bytes)
}

/// Why a file could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Its chunks could not be numbered.
    #[error("no file is that large")]
    TooLarge,
    /// More or fewer bytes came than the file was said to have.
    #[error("the file has another size than was said")]
    Size,
    /// There is no such chunk, or it has another length.
    #[error("chunk {chunk} has another length than the file's size says")]
    Length {
        /// Which.
        chunk: u32,
    },
    /// The bytes are not what was sealed at this place under this key.
    #[error("chunk {chunk} is damaged")]
    Damaged {
        /// Which.
        chunk: u32,
    },
}

/// Where the chunks of a file lie, as its size decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    chunks: u32,
}

impl Layout {
    /// Of a file of `size` bytes; none if it is so large that its chunks could not be numbered (256 TiB).
    pub fn of(size: u64) -> Option<Self> {
        // A file without bytes has a chunk as well: that it is empty has to be shown.
        let chunks = u32::try_from(size.div_ceil(CHUNK).max(1)).ok()?;
        Some(Self { size, chunks })
    }

    /// The file's size in bytes.
    pub const fn size(self) -> u64 {
        self.size
    }

    /// Its size when it is sealed.
    pub fn sealed_size(self) -> u64 {
        self.size.saturating_add(u64::from(self.chunks).saturating_mul(TAG))
    }

    /// How many chunks it has: at least one.
    pub const fn chunks(self) -> u32 {
        self.chunks
    }

    /// Where a chunk lies in the file; empty beyond its end.
    pub fn plain(self, chunk: u32) -> Range<u64> {
        let start = u64::from(chunk).saturating_mul(CHUNK).min(self.size);
        start..start.saturating_add(CHUNK).min(self.size)
    }

    /// Where a chunk lies in the sealed file; empty beyond its end.
    pub fn sealed(self, chunk: u32) -> Range<u64> {
        let start = u64::from(chunk).saturating_mul(CHUNK + TAG).min(self.sealed_size());
        start..start.saturating_add(CHUNK + TAG).min(self.sealed_size())
    }

    /// The chunks in which these bytes of the file are.
    pub fn covering(self, bytes: &Range<u64>) -> Range<u32> {
        let end = bytes.end.min(self.size);
        if bytes.start >= end {
            return 0..0;
        }
        let number = |chunk: u64| u32::try_from(chunk).unwrap_or(self.chunks);
        number(bytes.start / CHUNK)..number(end.div_ceil(CHUNK))
    }
}

/// Seals and opens the chunks of one file, in any order.
pub struct Chunks {
    stream: StreamBE32<ChaCha20Poly1305>,
    layout: Layout,
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl Chunks {
    /// Of the file that is sealed by this key.
    pub fn new(key: &FileKey, layout: Layout) -> Self {
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&key.0));
        Self { stream: StreamBE32::from_aead(cipher, &PREFIX.into()), layout }
    }

    /// Seals a chunk.
    ///
    /// # Errors
    /// When it has another length than the file's size says.
    pub fn seal(&self, chunk: u32, plain: &[u8]) -> Result<Vec<u8>, ChunkError> {
        self.check(chunk, plain.len(), self.layout.plain(chunk))?;
        self.stream.encrypt(chunk, self.is_last(chunk), plain).map_err(|_| ChunkError::Length { chunk })
    }

    /// Opens a chunk.
    ///
    /// # Errors
    /// When it has another length than the file's size says, or is damaged.
    pub fn open(&self, chunk: u32, sealed: &[u8]) -> Result<Vec<u8>, ChunkError> {
        self.check(chunk, sealed.len(), self.layout.sealed(chunk))?;
        self.stream.decrypt(chunk, self.is_last(chunk), sealed).map_err(|_| ChunkError::Damaged { chunk })
    }

    fn check(&self, chunk: u32, length: usize, place: Range<u64>) -> Result<(), ChunkError> {
        let is_right = chunk < self.layout.chunks && length as u64 == place.end.saturating_sub(place.start);
        is_right.then_some(()).ok_or(ChunkError::Length { chunk })
    }

    fn is_last(&self, chunk: u32) -> bool {
        chunk.saturating_add(1) == self.layout.chunks
    }
}

/// Seals a file from its beginning to its end, and learns its names on the way.
pub struct Sealer {
    key: FileKey,
    chunks: Chunks,
    next: u32,
    plain: Sha256,
    sealed: Sha256,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("chunks", &self.chunks).field("next", &self.next).finish_non_exhaustive()
    }
}

/// A file that was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sealed {
    /// What is needed to have it.
    pub file: FileRef,
    /// SHA-256 of the file itself: the same content is known again.
    #[cfg_attr(feature = "ts", ts(as = "String"))]
    pub plain: Bytes,
}

impl Sealer {
    /// For a file of `size` bytes, under a key of its own.
    ///
    /// # Errors
    /// When it is too large for any server.
    pub fn new(size: u64, rng: &mut dyn Rng) -> Result<Self, ChunkError> {
        let layout = Layout::of(size).ok_or(ChunkError::TooLarge)?;
        let key = new_key(rng);
        Ok(Self { chunks: Chunks::new(&key, layout), key, next: 0, plain: Sha256::new(), sealed: Sha256::new() })
    }

    /// Seals what comes next: a multiple of [`CHUNK`], but for the end of the file. A file without bytes is pushed once, too.
    ///
    /// # Errors
    /// When there is more than the file was said to have, or it comes in other portions.
    pub fn push(&mut self, plain: &[u8]) -> Result<Vec<u8>, ChunkError> {
        let mut sealed = Vec::with_capacity(plain.len().saturating_add(plain.len() / 1024).saturating_add(64));
        let mut rest = plain;
        while !rest.is_empty() || (self.next == 0 && self.chunks.layout.size == 0) {
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK_BYTES));
            let bytes = self.chunks.seal(self.next, chunk)?;
            self.plain.update(chunk);
            self.sealed.update(&bytes);
            sealed.extend(bytes);
            self.next = self.next.saturating_add(1);
            rest = after;
        }
        Ok(sealed)
    }

    /// The file is at its end.
    ///
    /// # Errors
    /// When it is not.
    pub fn finish(self) -> Result<Sealed, ChunkError> {
        let layout = self.chunks.layout;
        if self.next != layout.chunks() {
            return Err(ChunkError::Size);
        }
        let blob = BlobId::from_bytes(self.sealed.finalize().into());
        Ok(Sealed {
            file: FileRef { blob, key: self.key, size: layout.size() },
            plain: self.plain.finalize().as_slice().into(),
        })
    }
}

/// Opens a file, from any of its chunks on.
#[derive(Debug)]
pub struct Opener(Chunks);

impl Opener {
    /// Opens this one.
    ///
    /// # Errors
    /// When no file is as large as this one is said to be.
    pub fn new(file: &FileRef) -> Result<Self, ChunkError> {
        let layout = Layout::of(file.size).ok_or(ChunkError::TooLarge)?;
        Ok(Self(Chunks::new(&file.key, layout)))
    }

    /// Where its chunks lie.
    pub const fn layout(&self) -> Layout {
        self.0.layout
    }

    /// Opens whole chunks, one after the other, of which the first is `chunk`.
    ///
    /// # Errors
    /// When they are not of this file, or not at this place.
    pub fn open(&self, chunk: u32, sealed: &[u8]) -> Result<Vec<u8>, ChunkError> {
        let mut plain = Vec::with_capacity(sealed.len());
        for (number, bytes) in (chunk..).zip(sealed.chunks(SEALED_BYTES)) {
            plain.extend(self.0.open(number, bytes)?);
        }
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Chance(u8);
    impl beseda_model::Rng for Chance {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
            self.0 = self.0.wrapping_add(1);
        }
    }

    fn key(seed: u8) -> FileKey {
        new_key(&mut Chance(seed))
    }

    fn file(size: u64) -> Vec<u8> {
        (0..size).map(|at| u8::try_from(at % 251).unwrap_or(0)).collect()
    }

    fn part(bytes: &[u8], range: Range<u64>) -> &[u8] {
        &bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
    }

    fn sealed(key: &FileKey, plain: &[u8]) -> Vec<u8> {
        let layout = Layout::of(plain.len() as u64).unwrap();
        let chunks = Chunks::new(key, layout);
        (0..layout.chunks()).flat_map(|chunk| chunks.seal(chunk, part(plain, layout.plain(chunk))).unwrap()).collect()
    }

    #[test]
    fn what_was_sealed_is_opened_at_every_border() {
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1] {
            let plain = file(size);
            let layout = Layout::of(size).unwrap();
            let bytes = sealed(&key(1), &plain);
            assert_eq!(bytes.len() as u64, layout.sealed_size());
            assert_eq!(layout.sealed_size(), bytes.len() as u64);
            let chunks = Chunks::new(&key(1), layout);
            let opened: Vec<u8> = (0..layout.chunks())
                .flat_map(|chunk| chunks.open(chunk, part(&bytes, layout.sealed(chunk))).unwrap())
                .collect();
            assert_eq!(opened, plain);
        }
    }

    #[test]
    fn nothing_is_opened_elsewhere_by_another_key_or_when_it_was_changed() {
        let size = 3 * CHUNK;
        let layout = Layout::of(size).unwrap();
        let bytes = sealed(&key(1), &file(size));
        let chunks = Chunks::new(&key(1), layout);
        let first = part(&bytes, layout.sealed(0));
        assert_eq!(chunks.open(1, first), Err(ChunkError::Damaged { chunk: 1 }), "moved");
        assert_eq!(Chunks::new(&key(2), layout).open(0, first), Err(ChunkError::Damaged { chunk: 0 }), "another key");
        let mut changed = first.to_vec();
        changed[100] ^= 1;
        assert_eq!(chunks.open(0, &changed), Err(ChunkError::Damaged { chunk: 0 }));
        // Who cuts the end off has to say that the file is shorter: then the last chunk is not known to be the last.
        let shorter = Chunks::new(&key(1), Layout::of(2 * CHUNK).unwrap());
        assert_eq!(shorter.open(1, part(&bytes, layout.sealed(1))), Err(ChunkError::Damaged { chunk: 1 }), "cut off");
    }

    #[test]
    fn a_chunk_of_another_length_or_number_is_refused() {
        let chunks = Chunks::new(&key(1), Layout::of(CHUNK + 1).unwrap());
        assert_eq!(chunks.seal(0, b"short"), Err(ChunkError::Length { chunk: 0 }));
        assert_eq!(chunks.seal(2, b""), Err(ChunkError::Length { chunk: 2 }));
        assert_eq!(chunks.open(1, &[0; 16]), Err(ChunkError::Length { chunk: 1 }));
        assert_eq!(chunks.open(u32::MAX, &[]), Err(ChunkError::Length { chunk: u32::MAX }));
    }

    #[test]
    fn a_file_is_sealed_in_portions_and_opened_from_any_chunk_on() {
        for size in [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7] {
            let plain = file(size);
            let mut sealer = Sealer::new(size, &mut Chance(1)).unwrap();
            let mut bytes = Vec::new();
            for portion in plain.chunks(2 * CHUNK_BYTES).chain(plain.is_empty().then_some(&[][..])) {
                bytes.extend(sealer.push(portion).unwrap());
            }
            let Sealed { file, plain: digest } = sealer.finish().unwrap();
            assert_eq!(bytes, sealed(&key(1), &plain));
            assert_eq!(file.blob.as_bytes().as_slice(), Sha256::digest(&bytes).as_slice());
            assert_eq!(digest.0, Sha256::digest(&plain).as_slice());
            let opener = Opener::new(&file).unwrap();
            for chunk in 0..opener.layout().chunks() {
                let (at, start) = (opener.layout().sealed(chunk).start, opener.layout().plain(chunk).start);
                let rest = opener.open(chunk, part(&bytes, at..bytes.len() as u64)).unwrap();
                assert_eq!(rest, part(&plain, start..size));
            }
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_sealed_is_refused() {
        let mut short = Sealer::new(CHUNK + 1, &mut Chance(1)).unwrap();
        short.push(&file(CHUNK)).unwrap();
        assert_eq!(short.finish(), Err(ChunkError::Size));
        let mut long = Sealer::new(1, &mut Chance(1)).unwrap();
        assert_eq!(long.push(&file(2)), Err(ChunkError::Length { chunk: 0 }));
        assert!(matches!(Sealer::new(u64::MAX, &mut Chance(1)), Err(ChunkError::TooLarge)));
    }

    proptest! {
        #[test]
        fn a_layout_covers_the_file_once(size in 0..=1_u64 << 41) {
            let layout = Layout::of(size).unwrap();
            let last = layout.chunks() - 1;
            prop_assert_eq!((layout.plain(0).start, layout.sealed(0).start), (0, 0));
            prop_assert_eq!((layout.plain(last).end, layout.sealed(last).end), (size, layout.sealed_size()));
            for chunk in [0, last / 2, last.saturating_sub(1)].into_iter().filter(|chunk| *chunk < last) {
                prop_assert_eq!(layout.plain(chunk).end, layout.plain(chunk + 1).start);
                prop_assert_eq!(layout.sealed(chunk).end, layout.sealed(chunk + 1).start);
            }
        }

        #[test]
        fn a_range_is_covered_by_just_its_chunks(size in 1..=1_u64 << 41, at in 0.0..1.0, length in 1..=3 * CHUNK) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "any place does")]
            let start = (size as f64 * at) as u64;
            let bytes = start..start.saturating_add(length).min(size);
            let layout = Layout::of(size).unwrap();
            let chunks = layout.covering(&bytes);
            if bytes.is_empty() {
                prop_assert!(chunks.is_empty());
            } else {
                prop_assert!(layout.plain(chunks.start).contains(&bytes.start));
                prop_assert!(layout.plain(chunks.end - 1).contains(&(bytes.end - 1)));
            }
        }
    }
}

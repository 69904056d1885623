//! [`BlobStore`]. Each behaviour is shown by a store that can be opened again, as after a restart.

use beseda_model::{BlobId, UploadId};
use sha2::{Digest as _, Sha256};

use crate::domain::Blob;
use crate::port::{BlobStore, StoreError};

fn upload(number: u8) -> UploadId {
    UploadId::from_bytes([number; 16])
}

fn id_of(bytes: &[u8]) -> BlobId {
    BlobId::from_bytes(Sha256::digest(bytes).into())
}

fn content(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length).collect()
}

fn place(blob_store: &dyn BlobStore, number: u8, bytes: &[u8]) -> BlobId {
    let (upload, blob) = (upload(number), id_of(bytes));
    let done = blob_store
        .create(upload)
        .and_then(|()| blob_store.append(upload, 0, bytes))
        .and_then(|()| blob_store.sync(upload))
        .and_then(|()| blob_store.place(upload, blob))
        .and_then(|()| blob_store.discard(upload));
    done.expect("a blob can be stored");
    blob
}

/// All that a reader of so many bytes tells.
fn read(blob_store: &dyn BlobStore, blob: BlobId, at: usize, most: usize) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(mut reader) = blob_store.read(blob, at as u64, most as u64)? else { return Ok(None) };
    let mut bytes = Vec::new();
    loop {
        let part = reader.next(4_096)?;
        bytes.extend_from_slice(&part);
        if part.len() < 4_096 {
            assert_eq!(reader.next(1), Ok(vec![]), "the end stays the end");
            return Ok(Some(bytes));
        }
    }
}

/// An upload grows at its end only, over restarts, and can be cut and erased.
pub fn grows_at_the_end(open: &dyn Fn() -> Box<dyn BlobStore>) {
    let blob_store = open();
    let one = upload(1);
    assert_eq!(blob_store.size(one), Ok(None));
    assert_eq!(blob_store.append(one, 0, b"x"), Err(StoreError::Conflict), "it has not begun");
    assert_eq!(blob_store.create(one), Ok(()));
    assert_eq!(blob_store.size(one), Ok(Some(0)));
    assert_eq!(blob_store.append(one, 0, b"hello "), Ok(()));
    assert_eq!(blob_store.append(one, 0, b"again"), Err(StoreError::Conflict));
    assert_eq!(blob_store.append(one, 7, b"beyond"), Err(StoreError::Conflict));
    assert_eq!(blob_store.sync(one), Ok(()));
    drop(blob_store);
    let blob_store = open();
    assert_eq!(blob_store.create(one), Ok(()), "what has begun stays");
    assert_eq!(blob_store.size(one), Ok(Some(6)));
    assert_eq!(blob_store.append(one, 6, b"word"), Ok(()));
    assert_eq!(blob_store.cut(one, 9), Ok(()));
    assert_eq!(blob_store.append(one, 9, b"ld"), Ok(()));
    assert_eq!(blob_store.digest(one), Ok(id_of(b"hello world")));
    assert_eq!(blob_store.uploads(), Ok(vec![one]));
    assert_eq!((blob_store.discard(one), blob_store.discard(one)), (Ok(()), Ok(())));
    assert_eq!((blob_store.size(one), blob_store.uploads()), (Ok(None), Ok(vec![])));
}

/// A blob is read in parts, over restarts, whatever becomes of its upload, until it is removed.
pub fn reads_what_was_placed(open: &dyn Fn() -> Box<dyn BlobStore>) {
    for (number, length) in [(1, 0), (2, 1), (3, 4_097), (4, 300_000)] {
        let bytes = content(length);
        let blob_store = open();
        let blob = id_of(&bytes);
        assert_eq!(read(&*blob_store, blob, 0, 10), Ok(None));
        assert_eq!(blob_store.create(upload(number)), Ok(()));
        assert_eq!(blob_store.append(upload(number), 0, &bytes), Ok(()));
        assert_eq!(blob_store.place(upload(number), blob), Ok(()));
        assert_eq!(read(&*blob_store, blob, 0, length), Ok(Some(bytes.clone())), "before the upload is discarded");
        assert_eq!(blob_store.discard(upload(number)), Ok(()));
        drop(blob_store);
        let blob_store = open();
        let part = |at, most| read(&*blob_store, blob, at, most);
        let slice = |at: usize, most: usize| bytes.iter().skip(at).take(most).copied().collect::<Vec<_>>();
        for (at, most) in [(0, length + 1), (0, 1), (length / 2, 7), (length, 5), (length + 9, 5), (0, 0)] {
            assert_eq!(part(at, most), Ok(Some(slice(at, most))), "{most} bytes at {at} of {length}");
        }
        assert_eq!((blob_store.remove(&[blob]), blob_store.remove(&[blob])), (Ok(()), Ok(())));
        for most in [0, 10] {
            assert_eq!(read(&*blob_store, blob, 0, most), Ok(None));
        }
    }
}

/// What was removed can be placed again, by another upload of the same bytes or by the same one, and others stay.
pub fn places_again_what_was_removed(open: &dyn Fn() -> Box<dyn BlobStore>) {
    let blob_store = open();
    let other = place(&*blob_store, 1, b"other");
    let blob = place(&*blob_store, 2, b"again");
    assert_eq!(blob_store.remove(&[blob, id_of(b"unknown")]), Ok(()));
    assert_eq!(place(&*blob_store, 3, b"again"), blob);
    assert_eq!(read(&*blob_store, blob, 0, 9), Ok(Some(b"again".to_vec())));
    assert_eq!(blob_store.create(upload(4)), Ok(()));
    assert_eq!(blob_store.append(upload(4), 0, b"again"), Ok(()));
    for _ in 0..2 {
        assert_eq!(blob_store.place(upload(4), blob), Ok(()));
        assert_eq!(blob_store.remove(&[blob]), Ok(()));
        assert_eq!(read(&*blob_store, blob, 0, 9), Ok(None));
    }
    assert_eq!(blob_store.place(upload(4), blob), Ok(()));
    assert_eq!(read(&*blob_store, blob, 0, 9), Ok(Some(b"again".to_vec())));
    assert_eq!(read(&*blob_store, other, 0, 9), Ok(Some(b"other".to_vec())));
}

/// The same bytes are one blob, and two uploads of them do not disturb each other.
pub fn stores_the_same_once(open: &dyn Fn() -> Box<dyn BlobStore>) {
    let blob_store = open();
    let bytes = content(10_000);
    let blob = place(&*blob_store, 1, &bytes);
    assert_eq!(place(&*blob_store, 2, &bytes), blob);
    let other = place(&*blob_store, 3, b"other");
    let found = |id: BlobId| blob_store.blobs(id.as_bytes()[0]).expect("blobs can be listed");
    assert!(found(blob).contains(&Blob { id: blob, size: 10_000 }));
    assert_eq!(found(blob).iter().filter(|known| known.id == blob).count(), 1);
    assert!(found(other).contains(&Blob { id: other, size: 5 }));
    let all: usize = (0..=u8::MAX).map(|first| blob_store.blobs(first).expect("blobs can be listed").len()).sum();
    assert_eq!(all, 2);
    // An end between `place` and `discard`: the upload is placed again.
    assert_eq!(blob_store.create(upload(4)), Ok(()));
    assert_eq!(blob_store.append(upload(4), 0, b"twice"), Ok(()));
    for _ in 0..2 {
        assert_eq!(blob_store.place(upload(4), id_of(b"twice")), Ok(()));
    }
    assert_eq!(read(&*blob_store, id_of(b"twice"), 0, 9), Ok(Some(b"twice".to_vec())));
}

//! What is in the bucket.

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use beseda_app::domain::Blob;
use beseda_app::port::StoreError;
use beseda_model::{BlobId, Rng};
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use lru::LruCache;
use object_store::aws::AmazonS3;
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::path::Path;
use object_store::{Error, GetOptions, ObjectMeta, ObjectStore as _};
use tokio::sync::Semaphore;

use super::names::{Names, Object};
use super::open::Trouble;
use super::put::put;

/// Objects whose names are remembered, so that not each download asks for a list: some 400 bytes each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(16_384).expect("it is not zero");
/// Uploads that are put at once. Each takes the memory of up to three parts.
const PUT_AT_ONCE: usize = 8;
/// Lists that are asked for at once when blobs are erased.
const LISTS_AT_ONCE: usize = 16;

/// What an answer of the store holds, as it comes.
pub(super) type Parts = BoxStream<'static, Result<Bytes, Error>>;

/// See the module's description.
pub(super) struct Bucket {
    store: AmazonS3,
    names: Names,
    rng: Mutex<Box<dyn Rng>>,
    known: Mutex<LruCache<BlobId, Object>>,
    putting: Semaphore,
    /// Whether the last request has failed, so that the log tells the beginning of a trouble and its end alone.
    fails: AtomicBool,
}

impl Bucket {
    pub(super) fn new(store: AmazonS3, names: Names, rng: Box<dyn Rng>) -> Self {
        let (rng, known) = (Mutex::new(rng), Mutex::new(LruCache::new(REMEMBERED)));
        Self { store, names, rng, known, putting: Semaphore::new(PUT_AT_ONCE), fails: AtomicBool::new(false) }
    }

    /// Puts the bytes of a file there as a blob, whether or not it is there: what is there may be about to be erased.
    pub(super) async fn put(&self, file: File, blob: Blob) -> Result<(), StoreError> {
        let _putting = self.putting.acquire().await.map_err(|_| StoreError::Closed)?;
        let name = self.names.fresh(blob.id, self.chance());
        put(&self.store, &name, file, blob).await.map_err(|error| error.told(self))?;
        self.works();
        // What came before is the same, and counted nowhere. Where it can't be erased, it goes with the blob.
        if let Ok(all) = self.all_of(blob.id).await {
            drop(self.erase(all.into_iter().map(|object| object.name).filter(|other| *other != name).collect()).await);
        }
        self.known().put(blob.id, Object { name, blob });
        Ok(())
    }

    /// At most `most` bytes of a blob from `at` on.
    pub(super) async fn get(&self, blob: BlobId, at: u64, most: u64) -> Result<Option<Parts>, StoreError> {
        let known = self.known().get(&blob).cloned();
        if let Some(object) = known {
            if let Some(parts) = self.get_from(&object, at, most).await? {
                return Ok(Some(parts));
            }
            self.known().pop(&blob);
        }
        let Some(object) = self.all_of(blob).await?.pop() else { return Ok(None) };
        self.known().put(blob, object.clone());
        self.get_from(&object, at, most).await
    }

    async fn get_from(&self, object: &Object, at: u64, most: u64) -> Result<Option<Parts>, StoreError> {
        let end = object.blob.size.min(at.saturating_add(most));
        // There is no range without bytes.
        let is_empty = at >= end;
        let range = (!is_empty).then(|| (at..end).into());
        match self.store.get_opts(&object.name, GetOptions { range, head: is_empty, ..GetOptions::default() }).await {
            Ok(found) => {
                self.works();
                Ok(Some(if is_empty { stream::empty().boxed() } else { found.into_stream() }))
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Erases blobs.
    pub(super) async fn remove(&self, blobs: &[BlobId]) -> Result<(), StoreError> {
        {
            let mut known = self.known();
            blobs.iter().for_each(|blob| drop(known.pop(blob)));
        }
        let found = stream::iter(blobs.to_vec()).map(|blob| self.all_of(blob)).buffer_unordered(LISTS_AT_ONCE);
        let found: Vec<Vec<Object>> = found.try_collect().await?;
        self.erase(found.into_iter().flatten().map(|object| object.name).collect()).await
    }

    async fn erase(&self, names: Vec<Path>) -> Result<(), StoreError> {
        let mut erasing = self.store.delete_stream(stream::iter(names.into_iter().map(Ok)).boxed());
        while let Some(erased) = erasing.next().await {
            match erased {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        Ok(())
    }

    /// All blobs whose id begins with this byte.
    pub(super) async fn blobs(&self, beginning: u8) -> Result<Vec<Blob>, StoreError> {
        let found = self.list(&self.names.folder(beginning)).await?;
        let found: BTreeMap<BlobId, Blob> = found.into_iter().map(|object| (object.blob.id, object.blob)).collect();
        Ok(found.into_values().collect())
    }

    /// All objects that are this blob: more than one where something was cut short.
    async fn all_of(&self, blob: BlobId) -> Result<Vec<Object>, StoreError> {
        self.list(&self.names.of(blob)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let listed = list(&self.store, prefix).await.map_err(|error| self.failed(&error))?;
        self.works();
        Ok(listed.iter().filter_map(|found| self.names.read(found)).collect())
    }

    /// Tells the operator what the store did, if it is new.
    pub(super) fn failed(&self, error: &Error) -> StoreError {
        if !self.fails.swap(true, Ordering::Relaxed) {
            tracing::warn!(error = %Trouble::of(error), "The object store fails; files are refused until it answers again.");
        }
        StoreError::Unavailable
    }

    fn works(&self) {
        if self.fails.load(Ordering::Relaxed) && self.fails.swap(false, Ordering::Relaxed) {
            tracing::info!("The object store answers again.");
        }
    }

    fn chance(&self) -> [u8; 16] {
        let mut chance = [0; 16];
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut chance);
        chance
    }

    fn known(&self) -> MutexGuard<'_, LruCache<BlobId, Object>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All objects whose names begin so.
pub(super) async fn list(store: &AmazonS3, prefix: &str) -> Result<Vec<ObjectMeta>, Error> {
    let (mut found, mut page_token) = (Vec::new(), None);
    loop {
        let options = PaginatedListOptions { page_token, ..PaginatedListOptions::default() };
        let page = store.list_paginated(Some(prefix), options).await?;
        found.extend(page.result.objects);
        page_token = page.page_token;
        if page_token.is_none() {
            return Ok(found);
        }
    }
}

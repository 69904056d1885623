//! Previews of pages: who may have how many made at once, what is fetched for them, and for how long it is remembered so
//! that a page is asked once, however many people are sent its address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_app::domain::read_page;
use beseda_app::port::{FetchError, Fetched, Fetcher, Wanted};
use beseda_model::{AccountId, Limits, Timestamp};
use beseda_wire::http::{Preview, PreviewPicture};
use beseda_wire::{Bytes, Problem};
use tokio::sync::{OnceCell, Semaphore};

use crate::context::Context;
use crate::problem;
use crate::rates::{RateClass, Subject};
use crate::shares::{Share, Shares};

const PAGES: &[&str] = &["text/html", "application/xhtml+xml"];
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"];

/// How long a preview is remembered, and that there is none.
const REMEMBERED_MS: u64 = 10 * 60_000;
const NONE_REMEMBERED_MS: u64 = 60_000;
/// Most previews that are remembered, and most bytes of their pictures.
const MOST_REMEMBERED: usize = 128;
const MOST_BYTES: usize = 64 * 1_048_576;

/// What was found; none if there is nothing to be shown.
type Found = Option<Arc<Preview>>;

#[derive(Debug)]
struct Remembered {
    at: Timestamp,
    found: Arc<OnceCell<Found>>,
}

impl Remembered {
    fn bytes(&self) -> usize {
        let preview = self.found.get().and_then(Option::as_ref);
        preview.and_then(|preview| preview.picture.as_ref()).map_or(0, |picture| picture.bytes.len())
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        let kept = if self.found.get().is_some_and(Option::is_none) { NONE_REMEMBERED_MS } else { REMEMBERED_MS };
        now < self.at.plus_millis(kept)
    }
}

/// See the module's description.
pub(crate) struct Previews {
    fetcher: Arc<dyn Fetcher>,
    /// By address: in memory alone, and not by whom it was asked for.
    remembered: Mutex<HashMap<String, Remembered>>,
    at_once: Semaphore,
    shares: Shares,
    page_bytes: u64,
    picture_bytes: u64,
}

impl std::fmt::Debug for Previews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Previews").finish_non_exhaustive()
    }
}

impl Previews {
    /// Nothing is remembered yet.
    pub(crate) fn new(fetcher: Arc<dyn Fetcher>, limits: &Limits) -> Self {
        Self {
            fetcher,
            remembered: Mutex::default(),
            at_once: Semaphore::new(usize::try_from(limits.fetches_at_once).unwrap_or(Semaphore::MAX_PERMITS)),
            shares: Shares::new("previews_at_once", limits.previews_at_once),
            page_bytes: limits.preview_page_bytes,
            picture_bytes: limits.preview_picture_bytes,
        }
    }

    /// Lets an account have one more made.
    ///
    /// # Errors
    /// When as many are being made for it as may be at once.
    pub(crate) fn share(&self, account: AccountId) -> Result<Share, Problem> {
        self.shares.take(account, "as many previews as may be are being made")
    }

    /// What there is to be shown of a page.
    ///
    /// # Errors
    /// When the server fetches as much as it may.
    pub(crate) async fn look(&self, context: &Context, url: &str) -> Result<Found, Problem> {
        let found = self.place(url, context.clock.now());
        found.get_or_try_init(|| self.make(context, url)).await.cloned()
    }

    /// Where a page's preview is remembered. Whoever comes while it is being made waits for it there.
    fn place(&self, url: &str, now: Timestamp) -> Arc<OnceCell<Found>> {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.retain(|_, one| one.is_fresh(now));
        if let Some(known) = remembered.get(url) {
            return known.found.clone();
        }
        while remembered.len() >= MOST_REMEMBERED
            || remembered.values().map(Remembered::bytes).sum::<usize>() > MOST_BYTES
        {
            let oldest = remembered.iter().min_by_key(|(_, one)| one.at).map(|(url, _)| url.clone());
            let Some(oldest) = oldest else { break };
            remembered.remove(&oldest);
        }
        let found = Arc::new(OnceCell::new());
        remembered.insert(url.to_owned(), Remembered { at: now, found: found.clone() });
        found
    }

    async fn make(&self, context: &Context, url: &str) -> Result<Found, Problem> {
        let Ok(found) = self.fetch(context, url, PAGES, self.page_bytes).await? else { return Ok(None) };
        let reading = move || read_page(&found.url, found.charset.as_deref(), &found.bytes);
        // A large page takes milliseconds, and one that was made for it more.
        let page = tokio::task::spawn_blocking(reading).await.unwrap_or_default();
        let picture = match &page.picture {
            Some(url) => self.fetch(context, url, PICTURES, self.picture_bytes).await?.ok(),
            None => None,
        };
        let picture =
            picture.map(|Fetched { media_type, bytes, .. }| PreviewPicture { media_type, bytes: Bytes(bytes) });
        if page.title.is_empty() && page.description.is_empty() && picture.is_none() {
            return Ok(None);
        }
        let preview = Preview { title: page.title, description: page.description, site: page.site, picture };
        Ok(Some(Arc::new(preview)))
    }

    async fn fetch(
        &self,
        context: &Context,
        url: &str,
        types: &'static [&'static str],
        most: u64,
    ) -> Result<Result<Fetched, FetchError>, Problem> {
        // Nobody waits here: a preview that comes late is of no use, and those who wait take room.
        let _turn = self.at_once.try_acquire().map_err(|_| problem::overloaded())?;
        context.rates.take(RateClass::Fetches, Subject::Server)?;
        Ok(self.fetcher.fetch(&Wanted { url: url.to_owned(), types, most }).await)
    }
}

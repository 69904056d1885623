//! Previews of pages: who may have how many made at once, what is fetched for them, and for how long it is remembered.

use std::sync::Arc;

use beseda_app::domain::read_page;
use beseda_app::port::Fetched;
use beseda_model::{AccountId, Limits};
use beseda_wire::http::{Preview, WebPicture};
use beseda_wire::{Bytes, Problem};

use crate::context::Context;
use crate::shares::{Share, Shares};
use crate::web::{Found, Kept, Memory, Web};

const PAGES: &[&str] = &["text/html", "application/xhtml+xml"];
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"];

const KEPT: Kept<Preview> = Kept {
    found_ms: 10 * 60_000,
    nothing_ms: 60_000,
    most: 128,
    most_bytes: 64 * 1_048_576,
    bytes: |preview| preview.picture.as_ref().map_or(0, |picture| picture.bytes.len()),
};

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Previews {
    web: Arc<Web>,
    remembered: Memory<Preview>,
    shares: Shares,
    page_bytes: u64,
    picture_bytes: u64,
}

impl Previews {
    /// Nothing is remembered yet.
    pub(crate) fn new(web: Arc<Web>, limits: &Limits) -> Self {
        Self {
            web,
            remembered: Memory::new(KEPT),
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
    pub(crate) async fn look(&self, context: &Context, url: &str) -> Result<Found<Preview>, Problem> {
        let found = self.remembered.place(url, context.clock.now());
        found.get_or_try_init(|| self.make(context, url)).await.cloned()
    }

    async fn make(&self, context: &Context, url: &str) -> Result<Found<Preview>, Problem> {
        let Ok(found) = self.web.fetch(context, url, PAGES, self.page_bytes).await? else { return Ok(None) };
        let reading = move || read_page(&found.url, found.charset.as_deref(), &found.bytes);
        // A large page takes milliseconds, and one that was made for it more.
        let page = tokio::task::spawn_blocking(reading).await.unwrap_or_default();
        let picture = match &page.picture {
            Some(url) => self.web.fetch(context, url, PICTURES, self.picture_bytes).await?.ok(),
            None => None,
        };
        let picture = picture.map(|Fetched { media_type, bytes, .. }| WebPicture { media_type, bytes: Bytes(bytes) });
        if page.title.is_empty() && page.description.is_empty() && picture.is_none() {
            return Ok(None);
        }
        let preview = Preview { title: page.title, description: page.description, site: page.site, picture };
        Ok(Some(Arc::new(preview)))
    }
}

//! Pictures from the web that are looked at as they are: of moving ones a choice, of a map its squares.

use std::sync::Arc;

use beseda_app::port::Fetched;
use beseda_model::{AccountId, Limits};
use beseda_wire::http::WebPicture;
use beseda_wire::{Bytes, Problem};

use crate::context::Context;
use crate::shares::{Share, Shares};
use crate::web::{Found, Kept, Memory, Web};

const KEPT: Kept<WebPicture> = Kept {
    found_ms: 60 * 60_000,
    nothing_ms: 60_000,
    most: 2_048,
    most_bytes: 24 * 1_048_576,
    bytes: |picture| picture.bytes.len(),
};

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Pictures {
    web: Arc<Web>,
    types: &'static [&'static str],
    remembered: Memory<WebPicture>,
    shares: Shares,
    most: u64,
}

impl Pictures {
    /// Those of these types.
    pub(crate) fn new(web: Arc<Web>, types: &'static [&'static str], limits: &Limits) -> Self {
        let shares = Shares::new("web_pictures_at_once", limits.web_pictures_at_once);
        Self { web, types, remembered: Memory::new(KEPT), shares, most: limits.web_picture_bytes }
    }

    /// Lets an account have one more.
    ///
    /// # Errors
    /// When as many are being fetched for it as may be at once.
    pub(crate) fn share(&self, account: AccountId) -> Result<Share, Problem> {
        self.shares.take(account, "as many pictures as may be are being fetched")
    }

    /// What is at this address.
    ///
    /// # Errors
    /// When the server fetches as much as it may.
    pub(crate) async fn fetch(&self, context: &Context, address: &str) -> Result<Found<WebPicture>, Problem> {
        let found = self.remembered.place(address, context.clock.now());
        let fetch = async || {
            let fetched = self.web.fetch(context, address, self.types, self.most).await?;
            let picture = |Fetched { media_type, bytes, .. }| WebPicture { media_type, bytes: Bytes(bytes) };
            Ok(fetched.ok().map(picture).map(Arc::new))
        };
        found.get_or_try_init(fetch).await.cloned()
    }
}

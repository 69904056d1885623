//! The map: whoever draws it sees the server, and not who looks where.

use std::sync::Arc;

use beseda_model::{AccountId, Limits};
use beseda_wire::Problem;
use beseda_wire::http::{AskMapTile, MapOffer, WebPicture};

use crate::config::Map as Settings;
use crate::context::Context;
use crate::pictures::Pictures;
use crate::shares::Share;
use crate::web::{Found, Web};

const TYPES: &[&str] = &["image/png", "image/jpeg", "image/webp"];

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Map {
    settings: Settings,
    pictures: Pictures,
}

impl Map {
    /// The map that the operator names; none where there is no such.
    pub(crate) fn new(web: Arc<Web>, settings: &Settings, limits: &Limits) -> Option<Self> {
        let has_map = !settings.tiles.is_empty();
        has_map.then(|| Self { settings: settings.clone(), pictures: Pictures::new(web, TYPES, limits) })
    }

    /// What clients must know of it.
    pub(crate) fn offer(&self) -> MapOffer {
        MapOffer { attribution: self.settings.attribution.clone(), max_zoom: self.settings.max_zoom }
    }

    /// Lets an account have one more square fetched.
    ///
    /// # Errors
    /// When as many are being fetched for it as may be at once.
    pub(crate) fn share(&self, account: AccountId) -> Result<Share, Problem> {
        self.pictures.share(account)
    }

    /// A square; none where there is none.
    ///
    /// # Errors
    /// When the server fetches as much as it may.
    pub(crate) async fn tile(&self, context: &Context, tile: AskMapTile) -> Result<Found<WebPicture>, Problem> {
        let AskMapTile { zoom, x, y } = tile;
        let side = 1_u32.checked_shl(zoom.into()).unwrap_or(0);
        if zoom > self.settings.max_zoom || x >= side || y >= side {
            return Ok(None);
        }
        self.pictures.fetch(context, &self.settings.address(zoom, x, y)).await
    }
}

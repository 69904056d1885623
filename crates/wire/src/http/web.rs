//! What the server fetches from the web in its people's place: what pages say of themselves, moving pictures, maps.

use serde::{Deserialize, Serialize};

use crate::Bytes;

/// Who gives moving pictures: they want to be named where their pictures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum GifProvider {
    /// GIPHY.
    Giphy,
    /// Tenor, or who speaks as it does.
    Tenor,
    /// One that this version does not know.
    #[serde(other)]
    Other,
}

/// A map of squares, 256 pixels each, in the projection of the web's maps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct MapOffer {
    /// Whose map it is: to be shown with it.
    pub attribution: String,
    /// How far one can look into it.
    pub max_zoom: u8,
}

/// `POST /api/v1/gifs`: what moving pictures are there? The server asks who gives them; they see the server, and not who
/// asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AskGifs {
    /// What is looked for, at most 100 characters; empty: what many send now.
    pub query: String,
    /// The language in which it is looked for: two letters.
    pub language: String,
    /// Where the page before has ended; empty at first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
}

/// What somebody looks for is of no business in a log.
impl std::fmt::Debug for AskGifs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskGifs(…)")
    }
}

/// A page of moving pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GifPage {
    /// The pictures, the fittest first.
    pub gifs: Vec<Gif>,
    /// Where it goes on; empty: that was all.
    #[serde(default)]
    pub next: String,
}

/// A moving picture that can be had.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Gif {
    /// What is to be seen on it, as who gives it says; at most 200 characters, may be empty.
    pub title: String,
    /// Pixels.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// By this it is asked for; the server understands it until it starts anew.
    pub picture: String,
    /// By this a small one is asked for.
    pub small: String,
}

/// See [`AskGifs`].
impl std::fmt::Debug for Gif {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gif(…)")
    }
}

/// `POST /api/v1/gifs/picture`: one of the pictures that were found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AskGifPicture {
    /// As the server gave it.
    pub picture: String,
}

/// See [`AskGifs`].
impl std::fmt::Debug for AskGifPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskGifPicture(…)")
    }
}

/// `POST /api/v1/map-tiles`: a square of the map.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AskMapTile {
    /// How far one looks into it: at 0 the whole earth is one square.
    pub zoom: u8,
    /// Which, from the west.
    pub x: u32,
    /// Which, from the north.
    pub y: u32,
}

/// Where somebody looks is of no business in a log.
impl std::fmt::Debug for AskMapTile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskMapTile(…)")
    }
}

/// `POST /api/v1/previews`: what does a page of the web say of itself? The server asks the page; the page sees the server,
/// and not who asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AskPreview {
    /// The page's whole address, of the web.
    pub url: String,
}

/// Where somebody looks is of no business in a log.
impl std::fmt::Debug for AskPreview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AskPreview(…)")
    }
}

/// What a page says of itself, in lines without control characters; what it does not say is empty.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Preview {
    /// What it is called, at most 200 characters.
    pub title: String,
    /// What it is about, at most 500 characters.
    pub description: String,
    /// The site that it belongs to, at most 100 characters.
    pub site: String,
    /// A picture of it, as the site gave it: nothing of it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<WebPicture>,
}

/// See [`AskPreview`].
impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Preview(…)")
    }
}

/// A picture from the web, as its site gave it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct WebPicture {
    /// `image/jpeg`, `image/png`, `image/webp`, `image/gif` or `image/avif`, as the site says.
    pub media_type: String,
    /// The file.
    pub bytes: Bytes,
}

/// See [`AskPreview`].
impl std::fmt::Debug for WebPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebPicture").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

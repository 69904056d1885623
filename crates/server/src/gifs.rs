//! Moving pictures: who gives them is asked by the server, which tells them nothing of who looks for what, and keeps their
//! pictures' addresses to itself: clients have them by marks that only this server makes and understands.

mod giphy;
mod tenor;

use std::sync::Arc;

use beseda_model::{AccountId, Limits};
use beseda_wire::Problem;
use beseda_wire::http::{AskGifs, Gif, GifPage, GifProvider, WebPicture};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::Url;

use crate::config::{GifSource, Gifs as Settings};
use crate::context::Context;
use crate::pictures::Pictures;
use crate::shares::Share;
use crate::web::{Found, Kept, Memory, Web};

/// Most pictures of a page.
const PAGE: usize = 24;
/// Most bytes of what is answered to a search.
const MOST_ANSWER: u64 = 2 * 1_048_576;
/// Most characters of what is said of a picture.
const MOST_TITLE: usize = 200;
/// More pixels on a side has no picture that is sent.
const MOST_SIDE: u32 = 4_096;
/// Bytes of a mark's proof.
const PROOF: usize = 16;

const ANSWERS: &[&str] = &["application/json"];
const TYPES: &[&str] = &["image/gif", "image/webp"];

const KEPT: Kept<GifPage> =
    Kept { found_ms: 10 * 60_000, nothing_ms: 10_000, most: 256, most_bytes: usize::MAX, bytes: |_| 0 };

/// A picture as who gives it tells of it.
#[derive(Debug)]
struct Told {
    title: String,
    width: u32,
    height: u32,
    picture: String,
    small: String,
}

/// What is answered to a search.
#[derive(Debug)]
struct Answer {
    gifs: Vec<Told>,
    next: String,
}

/// See the module's description.
pub(crate) struct Gifs {
    web: Arc<Web>,
    source: GifSource,
    url: Url,
    key: String,
    /// Proves that a mark is one of this server's.
    secret: [u8; 32],
    remembered: Memory<GifPage>,
    pictures: Pictures,
}

impl std::fmt::Debug for Gifs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gifs").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Gifs {
    /// Asks whom the operator names; none where nobody is.
    pub(crate) fn new(web: Arc<Web>, settings: &Settings, limits: &Limits, secret: [u8; 32]) -> Option<Self> {
        let usual = match settings.provider {
            GifSource::None => return None,
            GifSource::Giphy => giphy::URL,
            GifSource::Tenor => tenor::URL,
        };
        let url = if settings.url.is_empty() { usual } else { &settings.url };
        Some(Self {
            source: settings.provider,
            url: url.parse().ok()?,
            key: settings.key.reveal().to_owned(),
            secret,
            remembered: Memory::new(KEPT),
            pictures: Pictures::new(web.clone(), TYPES, limits),
            web,
        })
    }

    /// Whom to name where the pictures are shown.
    pub(crate) const fn provider(&self) -> GifProvider {
        match self.source {
            GifSource::Tenor => GifProvider::Tenor,
            GifSource::Giphy | GifSource::None => GifProvider::Giphy,
        }
    }

    /// Lets an account have one more picture fetched.
    ///
    /// # Errors
    /// When as many are being fetched for it as may be at once.
    pub(crate) fn share(&self, account: AccountId) -> Result<Share, Problem> {
        self.pictures.share(account)
    }

    /// What there is; none if whoever is asked does not answer.
    ///
    /// # Errors
    /// When the server fetches as much as it may.
    pub(crate) async fn find(&self, context: &Context, asked: &AskGifs) -> Result<Found<GifPage>, Problem> {
        let url = match self.source {
            GifSource::Tenor => tenor::ask(&self.url, &self.key, asked),
            GifSource::Giphy | GifSource::None => giphy::ask(&self.url, &self.key, asked),
        };
        let found = self.remembered.place(url.as_str(), context.clock.now());
        let find = async || {
            let Ok(answer) = self.web.fetch(context, url.as_str(), ANSWERS, MOST_ANSWER).await? else {
                return Ok(None);
            };
            Ok(self.read(&answer.bytes).map(Arc::new))
        };
        found.get_or_try_init(find).await.cloned()
    }

    /// One of the pictures that were found.
    ///
    /// # Errors
    /// When the server fetches as much as it may.
    pub(crate) async fn picture(&self, context: &Context, mark: &str) -> Result<Found<WebPicture>, Problem> {
        match self.address(mark) {
            Some(address) => self.pictures.fetch(context, &address).await,
            None => Ok(None),
        }
    }

    fn read(&self, answer: &[u8]) -> Option<GifPage> {
        let Answer { gifs, next } = match self.source {
            GifSource::Tenor => tenor::read(answer),
            GifSource::Giphy | GifSource::None => giphy::read(answer),
        }?;
        let side = 1..=MOST_SIDE;
        let sound = |told: &Told| side.contains(&told.width) && side.contains(&told.height);
        let gifs = gifs.into_iter().filter(sound).take(PAGE).map(|told| Gif {
            title: told.title.chars().filter(|letter| !letter.is_control()).take(MOST_TITLE).collect(),
            width: told.width,
            height: told.height,
            picture: self.mark(&told.picture),
            small: self.mark(&told.small),
        });
        Some(GifPage { gifs: gifs.collect(), next })
    }

    fn proof(&self, address: &str) -> Option<Hmac<Sha256>> {
        let mut proof = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        proof.update(address.as_bytes());
        Some(proof)
    }

    fn mark(&self, address: &str) -> String {
        let proof = self.proof(address).map(|proof| proof.finalize().into_bytes()).unwrap_or_default();
        BASE64URL_NOPAD.encode(&[proof.get(..PROOF).unwrap_or_default(), address.as_bytes()].concat())
    }

    /// What a mark stands for, if this server has made it.
    fn address(&self, mark: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(mark.as_bytes()).ok()?;
        let (proof, address) = bytes.split_at_checked(PROOF)?;
        let address = std::str::from_utf8(address).ok()?;
        // In constant time: nobody learns from how long it takes how much of a guess is right.
        self.proof(address)?.verify_truncated_left(proof).ok()?;
        Some(address.to_owned())
    }
}

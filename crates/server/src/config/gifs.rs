use serde::Deserialize;
use url::Url;

use super::Secret;

/// Who is asked for moving pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GifSource {
    /// Nobody: people have what they send each other.
    #[default]
    None,
    /// GIPHY.
    Giphy,
    /// Tenor, or another that answers as its second version does.
    Tenor,
}

/// Moving pictures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gifs {
    /// Who is asked.
    pub provider: GifSource,
    /// By what they know the server.
    pub key: Secret,
    /// Where they are asked; empty: where GIPHY and Tenor are.
    pub url: String,
}

impl Gifs {
    /// The setting that is wrong, and what would be right.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.provider != GifSource::None && self.key.reveal().is_empty() {
            return Some(("gifs.key", "needed where there is a `gifs.provider`: it gives one to who registers there"));
        }
        let is_address = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let wrong = !self.url.is_empty() && !self.url.parse().as_ref().is_ok_and(is_address);
        wrong.then_some(("gifs.url", "an address such as `https://gifs.example`"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn the_environment_names_who_is_asked_and_nothing_shows_the_key() {
        let load = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            Config::load(None, pairs, []).map_err(|error| error.to_string())
        };
        let giphy = ("BESEDA_GIFS_PROVIDER", "giphy");
        let config = load(&[giphy, ("BESEDA_GIFS_KEY", "key-canary")]).expect("valid");
        assert_eq!((config.gifs.provider, config.gifs.key.reveal()), (GifSource::Giphy, "key-canary"));
        assert!(!format!("{config:?}").contains("canary"));
        assert!(load(&[giphy]).expect_err("without a key").contains("`gifs.key`"));
        let elsewhere = |url| load(&[giphy, ("BESEDA_GIFS_KEY", "k"), ("BESEDA_GIFS_URL", url)]);
        assert_eq!(elsewhere("https://gifs.example").expect("valid").gifs.url, "https://gifs.example");
        for url in ["gifs.example", "ftp://gifs.example", "data:text/plain,x"] {
            assert!(elsewhere(url).expect_err(url).contains("`gifs.url`"), "{url}");
        }
        assert!(load(&[("BESEDA_GIFS_PROVIDER", "gify")]).is_err());
        assert!(load(&[("BESEDA_GIFS_KEYS", "k")]).expect_err("a slip").contains("`key`"));
    }
}

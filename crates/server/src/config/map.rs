use serde::Deserialize;
use url::Url;

/// The most that one can look into a map.
const DEEPEST: u8 = 22;

/// The map: squares of 256 pixels in the projection of the web's maps, which the server fetches for its people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Map {
    /// The address of a square, with `{z}`, `{x}` and `{y}` in it; empty: there is no map.
    pub tiles: String,
    /// Whose map it is: shown with it.
    pub attribution: String,
    /// How far one can look into it.
    pub max_zoom: u8,
}

impl Default for Map {
    fn default() -> Self {
        Self { tiles: String::new(), attribution: "© OpenStreetMap".to_owned(), max_zoom: 19 }
    }
}

impl Map {
    /// The address of a square.
    pub(crate) fn address(&self, zoom: u8, x: u32, y: u32) -> String {
        let parts = [("{z}", u32::from(zoom)), ("{x}", x), ("{y}", y)];
        parts.iter().fold(self.tiles.clone(), |url, (name, number)| url.replace(name, &number.to_string()))
    }

    /// The setting that is wrong, and what would be right.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.max_zoom == 0 || self.max_zoom > DEEPEST {
            return Some(("map.max_zoom", "a number from 1 to 22"));
        }
        let is_address = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_whole = ["{z}", "{x}", "{y}"].iter().all(|name| self.tiles.contains(name));
        let is_map = is_whole && self.address(0, 0, 0).parse().as_ref().is_ok_and(is_address);
        let expected = "an address such as `https://tiles.example/{z}/{x}/{y}.png`";
        (!self.tiles.is_empty() && !is_map).then_some(("map.tiles", expected))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    #[test]
    fn a_map_has_an_address_for_each_square() {
        let load = |name: &str, text: &str| {
            let pair = (name.to_owned(), text.to_owned());
            Config::load(None, [pair], []).map_err(|error| error.to_string())
        };
        let map = load("BESEDA_MAP_TILES", "https://tiles.example/{z}/{x}/{y}.png?key=1").expect("valid").map;
        assert_eq!(map.address(3, 5, 2), "https://tiles.example/3/5/2.png?key=1");
        assert_eq!(load("BESEDA_MAP_ATTRIBUTION", "© We").expect("valid").map.attribution, "© We");
        assert_eq!(load("BESEDA_MAP_MAX_ZOOM", "22").expect("valid").map.max_zoom, 22);
        assert!(Config::default().map.tiles.is_empty());
        let wrong = [
            ("BESEDA_MAP_TILES", "https://tiles.example/{z}/{x}.png", "map.tiles"),
            ("BESEDA_MAP_TILES", "tiles/{z}/{x}/{y}", "map.tiles"),
            ("BESEDA_MAP_MAX_ZOOM", "23", "map.max_zoom"),
            ("BESEDA_MAP_MAX_ZOOM", "0", "map.max_zoom"),
        ];
        for (name, text, key) in wrong {
            assert!(load(name, text).expect_err(text).contains(&format!("`{key}`")), "{text}");
        }
    }
}

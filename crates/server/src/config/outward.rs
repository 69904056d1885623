use beseda_infra::fetch::Network;
use serde::Deserialize;

/// Previews of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Previews {
    /// Whether the server looks at pages for its people, if they want it.
    pub enabled: bool,
}

impl Default for Previews {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// Where the server goes to read what is on the web. To public addresses it always does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fetch {
    /// Ports that are asked.
    pub ports: Vec<u16>,
    /// Networks that are not public and may be reached all the same, as those of an intranet.
    pub allow: Vec<String>,
}

impl Default for Fetch {
    fn default() -> Self {
        Self { ports: vec![80, 443], allow: Vec::new() }
    }
}

impl Fetch {
    /// The setting that is wrong, and what would be right.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.ports.is_empty() || self.ports.contains(&0) {
            return Some(("fetch.ports", "ports, such as `[80, 443]`; `previews.enabled = false` is for none"));
        }
        let is_network = |text: &String| text.parse::<Network>().is_ok();
        let expected = "networks, such as `[\"10.20.0.0/16\"]`; one address is `127.0.0.1/32`";
        (!self.allow.iter().all(is_network)).then_some(("fetch.allow", expected))
    }

    /// The networks; those that are none were told of before.
    pub(crate) fn networks(&self) -> Vec<Network> {
        self.allow.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn load(text: &str, env: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("beseda.toml");
        std::fs::write(&path, text).expect("written");
        let env = env.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Config::load(Some(&path), env, []).map_err(|error| error.to_string())
    }

    #[test]
    fn the_file_says_where_the_server_goes_and_the_environment_whether_it_does() {
        let config = load("[fetch]\nports = [80, 8080]\nallow = [\"10.0.0.0/8\", \"fd00::/8\"]", &[]).expect("valid");
        assert_eq!((config.fetch.ports.as_slice(), config.fetch.networks().len()), (&[80, 8080][..], 2));
        assert!(config.previews.enabled);
        assert!(!load("", &[("BESEDA_PREVIEWS_ENABLED", "false")]).expect("valid").previews.enabled);
        assert!(!load("[previews]\nenabled = false", &[]).expect("valid").previews.enabled);
        for (text, key) in [
            ("[fetch]\nports = []", "fetch.ports"),
            ("[fetch]\nports = [0]", "fetch.ports"),
            ("[fetch]\nallow = [\"intranet\"]", "fetch.allow"),
            ("[fetch]\nallow = [\"10.0.0.1\"]", "fetch.allow"),
            ("[previews]\nenable = true", "previews"),
        ] {
            let error = load(text, &[]).expect_err("invalid");
            assert!(error.contains(&format!("`{key}`")), "{error}");
        }
    }
}

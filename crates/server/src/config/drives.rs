use serde::Deserialize;

/// Cloud drives: files from and to them pass through the server, for those of its people who ask it to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drives {
    /// Whether the server passes them on.
    pub enabled: bool,
    /// Networks that are not everybody's and may be reached all the same, as those of an intranet; without encryption, too.
    pub allow: Vec<String>,
}

impl Default for Drives {
    fn default() -> Self {
        Self { enabled: true, allow: Vec::new() }
    }
}

#[cfg(feature = "drives")]
impl Drives {
    /// The setting that is wrong, and what would be right.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let is_network = |text: &String| text.parse::<beseda_infra::drive::Network>().is_ok();
        let expected = "networks, such as `[\"10.20.0.0/16\"]`; one address is `127.0.0.1/32`";
        (!self.allow.iter().all(is_network)).then_some(("drives.allow", expected))
    }

    /// How far requests go. Those that are no networks were told of before.
    pub(crate) fn reach(&self) -> beseda_infra::drive::Reach {
        beseda_infra::drive::Reach { allow: self.allow.iter().filter_map(|text| text.parse().ok()).collect() }
    }
}

#[cfg(not(feature = "drives"))]
impl Drives {
    /// Nothing that this program could judge.
    pub(super) const fn wrong(&self) -> Option<(&'static str, &'static str)> {
        None
    }
}

#[cfg(all(test, feature = "drives"))]
mod tests {
    use super::super::Config;

    #[test]
    fn the_environment_says_whether_and_how_far() {
        let load = |pairs: &[(&str, &str)]| {
            let env = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            Config::load(None, env, []).map_err(|error| error.to_string())
        };
        assert!(load(&[]).expect("valid").drives.enabled);
        let config = load(&[("BESEDA_DRIVES_ENABLED", "false"), ("BESEDA_DRIVES_ALLOW", "10.0.0.0/8, ::1/128")]);
        let config = config.expect("valid");
        assert_eq!((config.drives.enabled, config.drives.reach().allow.len()), (false, 2));
        let error = load(&[("BESEDA_DRIVES_ALLOW", "10.0.0.1")]).expect_err("no network");
        assert!(error.contains("`drives.allow`"), "{error}");
    }
}

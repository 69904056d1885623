use serde::Deserialize;

use super::Secret;

/// The settings of each provider.
pub(super) const CLIENT_KEYS: &[&str] = &["client_id", "client_secret", "at"];

/// Cloud drives: files from and to them pass through the server, for those of its people who ask it to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drives {
    /// Whether the server passes them on.
    pub enabled: bool,
    /// Networks that are not everybody's and may be reached all the same, as those of an intranet; without encryption, too.
    pub allow: Vec<String>,
    /// The client that is registered with Dropbox.
    pub dropbox: DriveClient,
    /// The client that is registered with Google.
    pub google: DriveClient,
    /// The client that is registered with Microsoft.
    pub onedrive: DriveClient,
}

/// A client that is registered with a provider; none where both are empty. In both `${NAME}` stands for a variable of the
/// environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DriveClient {
    /// By what the provider knows the server.
    pub client_id: Secret,
    /// How the server proves it.
    pub client_secret: Secret,
    /// For tests: where all hosts of the provider are instead, such as `http://127.0.0.1:9000`.
    pub at: String,
}

impl Default for Drives {
    fn default() -> Self {
        let none = DriveClient::default;
        Self { enabled: true, allow: Vec::new(), dropbox: none(), google: none(), onedrive: none() }
    }
}

#[cfg(feature = "drives")]
impl DriveClient {
    fn is_half(&self) -> bool {
        self.client_id.reveal().is_empty() != self.client_secret.reveal().is_empty()
    }

    fn is_elsewhere(&self) -> bool {
        let at = self.at.strip_prefix("http://").or_else(|| self.at.strip_prefix("https://"));
        !self.at.is_empty() && at.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@']))
    }
}

#[cfg(feature = "drives")]
impl Drives {
    /// The setting that is wrong, and what would be right.
    pub(super) fn wrong(&self) -> Option<(&'static str, &'static str)> {
        let is_network = |text: &String| text.parse::<beseda_infra::drive::Network>().is_ok();
        let expected = "networks, such as `[\"10.20.0.0/16\"]`; one address is `127.0.0.1/32`";
        if !self.allow.iter().all(is_network) {
            return Some(("drives.allow", expected));
        }
        let clients =
            [("drives.dropbox", &self.dropbox), ("drives.google", &self.google), ("drives.onedrive", &self.onedrive)];
        if let Some((key, _)) = clients.iter().find(|(_, client)| client.is_half()) {
            return Some((key, "`client_id` and `client_secret` go together"));
        }
        let elsewhere = clients.iter().find(|(_, client)| client.is_elsewhere());
        elsewhere
            .map(|(key, _)| (*key, "`at` is for tests: an address without a path, such as `http://127.0.0.1:9000`"))
    }

    /// The clients that are registered, with what the environment says of them.
    ///
    /// # Errors
    /// When it does not; which of them.
    pub(crate) fn clients(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<beseda_infra::drive::Clients, (&'static str, beseda_infra::drive::ClientError)> {
        let client = |name: &'static str, client: &DriveClient| {
            let (id, secret) = (client.client_id.reveal().to_owned(), client.client_secret.reveal().to_owned());
            let at = (!client.at.is_empty()).then(|| client.at.clone());
            let client = (!id.is_empty()).then_some(beseda_infra::drive::Client { id, secret, at });
            client.map(|client| client.filled(&environment)).transpose().map_err(|error| (name, error))
        };
        Ok(beseda_infra::drive::Clients {
            dropbox: client("dropbox", &self.dropbox)?,
            google: client("google", &self.google)?,
            onedrive: client("onedrive", &self.onedrive)?,
        })
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

    #[test]
    fn clients_are_whole_or_none_and_shown_nowhere() {
        let load = |pairs: &[(&str, &str)]| {
            let env = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            Config::load(None, env, []).map_err(|error| error.to_string())
        };
        let config = load(&[
            ("BESEDA_DRIVES_GOOGLE_CLIENT_ID", "canary-id"),
            ("BESEDA_DRIVES_GOOGLE_CLIENT_SECRET", "canary-secret"),
            ("BESEDA_DRIVES_GOOGLE_AT", "http://127.0.0.1:9000"),
        ]);
        let config = config.expect("valid");
        let clients = config.drives.clients(|_| None).expect("nothing is left to the environment");
        assert!(clients.dropbox.is_none() && clients.onedrive.is_none());
        let google = clients.google.expect("a client");
        assert_eq!((google.id.as_str(), google.secret.as_str()), ("canary-id", "canary-secret"));
        assert_eq!(google.at.as_deref(), Some("http://127.0.0.1:9000"));
        assert!(!format!("{config:?}").contains("canary"));
        let error = load(&[("BESEDA_DRIVES_DROPBOX_CLIENT_ID", "x")]).expect_err("half of one");
        assert!(error.contains("`drives.dropbox`"), "{error}");
        for at in ["127.0.0.1:9000", "http://a/b", "http://", "http://me@a"] {
            let error = load(&[("BESEDA_DRIVES_ONEDRIVE_AT", at)]).expect_err("no address");
            assert!(error.contains("`drives.onedrive`"), "{error}");
        }
        let error = load(&[("BESEDA_DRIVES_DROPBOX_CLIENTID", "x")]).expect_err("no setting");
        assert_eq!(error, "there is no setting `BESEDA_DRIVES_DROPBOX_CLIENTID`; did you mean `client_id`?");
    }
}

use serde::Deserialize;

use super::Secret;

/// The settings, as the environment names them after `BESEDA_S3_`.
pub(super) const KEYS: &[&str] =
    &["endpoint", "bucket", "region", "prefix", "access_key_id", "secret_access_key", "path_style"];

/// A bucket of an object store that speaks S3. In the two keys `${NAME}` stands for a variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3 {
    /// The store's address; that of Amazon, if it is empty.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Where it is.
    pub region: String,
    /// What the names of all objects of this server begin with.
    pub prefix: String,
    /// By what the store knows the server.
    pub access_key_id: Secret,
    /// How the server proves it.
    pub secret_access_key: Secret,
    /// Whether the bucket is a part of the path, not of the host's name.
    pub path_style: bool,
}

impl Default for S3 {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            bucket: String::new(),
            region: "us-east-1".to_owned(),
            prefix: String::new(),
            access_key_id: Secret::default(),
            secret_access_key: Secret::default(),
            path_style: true,
        }
    }
}

impl S3 {
    /// What must be set and is not.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let needed = [
            ("s3.bucket", self.bucket.as_str()),
            ("s3.access_key_id", self.access_key_id.reveal()),
            ("s3.secret_access_key", self.secret_access_key.reveal()),
        ];
        needed.into_iter().find(|(_, value)| value.is_empty()).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn the_environment_names_each_setting_and_nothing_shows_a_secret() {
        let env = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let all = [
            ("BESEDA_BLOBS", "s3"),
            ("BESEDA_S3_ENDPOINT", "http://127.0.0.1:9000"),
            ("BESEDA_S3_BUCKET", "chat"),
            ("BESEDA_S3_REGION", "eu-north-1"),
            ("BESEDA_S3_PREFIX", "files"),
            ("BESEDA_S3_ACCESS_KEY_ID", "key-canary"),
            ("BESEDA_S3_SECRET_ACCESS_KEY", "secret-canary"),
            ("BESEDA_S3_PATH_STYLE", "false"),
        ];
        let config = Config::load(None, env(&all), []).expect("all valid");
        assert_eq!(
            (config.s3.bucket.as_str(), config.s3.region.as_str(), config.s3.path_style),
            ("chat", "eu-north-1", false)
        );
        assert_eq!(config.s3.secret_access_key.reveal(), "secret-canary");
        assert!(!format!("{config:?}").contains("canary"));
        for (name, _) in &all[1..] {
            assert!(KEYS.contains(&name.trim_start_matches("BESEDA_S3_").to_ascii_lowercase().as_str()), "{name}");
        }
        assert_eq!(KEYS.len(), all.len() - 1);

        let told = |pairs: &[(&str, &str)]| Config::load(None, env(pairs), []).expect_err("not usable").to_string();
        assert_eq!(told(&all[..2]), "the setting `s3.bucket` is wrong: needed where `blobs` is `s3`");
        assert_eq!(told(&all[..6]), "the setting `s3.secret_access_key` is wrong: needed where `blobs` is `s3`");
        assert_eq!(told(&[("BESEDA_S3_BUKET", "x")]), "there is no setting `BESEDA_S3_BUKET`; did you mean `bucket`?");
        assert!(told(&[("BESEDA_S3_PATH_STYLE", "x")]).contains("`s3.path_style`"));
    }
}

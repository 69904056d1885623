//! What the operator decides: a TOML file, then the environment (`BESEDA_*`), then flags; the later wins.

mod drives;
mod gifs;
mod map;
mod nearest;
mod outward;
mod s3;
mod secret;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use beseda_app::domain::PhoneNumber;
use beseda_model::{LIMITS, Limits};
use beseda_wire::http::{PhoneOffer, Registration};
use serde::Deserialize;
use toml::{Table, Value};

use crate::tls::Name;

pub use drives::{DriveClient, Drives};
pub use gifs::{GifSource, Gifs};
pub use map::Map;
pub use outward::{Fetch, Previews};
pub use s3::S3;
pub use secret::Secret;

/// Prefix of the environment variables that are read.
pub const ENV_PREFIX: &str = "BESEDA_";

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Whether connections are encrypted, and where the certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// Plain HTTP: on this machine alone, or behind a proxy that does it.
    #[default]
    Off,
    /// From a certificate authority of the server's own, which devices have to be told to trust.
    Local,
    /// From files of the operator's.
    Files,
}

/// How far wake-ups may go: their addresses are chosen by clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Push {
    /// To push services at public addresses, over HTTPS.
    #[default]
    Public,
    /// Also to this machine, over HTTP too: for development and tests.
    Loopback,
    /// Nowhere: nobody is woken.
    Off,
}

/// Who carries text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsCarrier {
    /// Nobody.
    #[default]
    None,
    /// Nobody, but they can be read on the server: for development alone.
    Outbox,
    /// A service that takes them over HTTP.
    Http,
}

/// A service that takes messages over HTTP. `${NAME}` stands for a variable of the environment, `{to}`, `{text}`, `{code}`
/// and `{id}` for the message's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsHttp {
    /// Its address.
    pub url: String,
    /// The method.
    pub method: String,
    /// Headers; `content-type` says how the body is written.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// How long to wait for an answer.
    pub timeout_ms: u64,
}

impl Default for SmsHttp {
    fn default() -> Self {
        Self {
            url: String::new(),
            method: "POST".to_owned(),
            headers: BTreeMap::new(),
            body: String::new(),
            timeout_ms: 10_000,
        }
    }
}

/// Where the files of blobs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobPlace {
    /// In the data directory.
    #[default]
    Disk,
    /// In a bucket of an object store.
    S3,
}

/// The settings of one server.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where everything is kept; created if it does not exist.
    pub data_dir: PathBuf,
    /// Where to accept connections.
    pub listen: SocketAddr,
    /// Whether connections are encrypted, and where the certificate comes from.
    pub tls: TlsMode,
    /// With `local`: names and addresses by which the server is called, besides those of the machine.
    pub tls_names: Vec<String>,
    /// With `files`: the certificate and those between it and a root, in PEM.
    pub tls_cert: Option<PathBuf>,
    /// With `files`: the private key, in PEM.
    pub tls_key: Option<PathBuf>,
    /// With TLS: one more address, usually port 80, where plain HTTP is sent on to `listen`.
    pub redirect_listen: Option<SocketAddr>,
    /// What the server calls itself to those who join.
    pub name: String,
    /// How accounts are made.
    #[serde(deserialize_with = "registration")]
    pub registration: Registration,
    /// Leading zero bits that a proof of work needs, where registration is open; at most 40.
    pub pow_bits: u8,
    /// Whether an account needs a username and a password.
    pub password_required: bool,
    /// Whether an account may or must have a phone number.
    #[serde(deserialize_with = "phone_offer")]
    pub phone: PhoneOffer,
    /// The country, by its two letters, of numbers without a country's code.
    pub phone_region: Option<String>,
    /// The countries to whose numbers codes are sent, by their two letters, with commas between; to all if there are none.
    pub phone_regions: String,
    /// Who carries text messages.
    pub sms: SmsCarrier,
    /// The web app's host, for phones that fill a code in by themselves.
    pub sms_host: Option<String>,
    /// The service that takes messages over HTTP.
    pub sms_http: SmsHttp,
    /// The header in which a reverse proxy puts the client's address. Nothing is believed unless this is set.
    pub trusted_proxy_header: Option<String>,
    /// Log filter, as `info` or `beseda=debug,warn`.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
    /// Password hashes that may be computed at once, 19 MiB each.
    pub password_workers: usize,
    /// Time that a shutdown waits for connections to end, in milliseconds.
    pub drain_ms: u64,
    /// How far wake-ups for devices without a connection may go.
    pub push: Push,
    /// How push services reach whoever runs this server: `mailto:…` or `https://…`.
    pub push_contact: String,
    /// Where the files of blobs are.
    pub blobs: BlobPlace,
    /// The bucket, where `blobs` is `s3`.
    pub s3: S3,
    /// Cloud drives.
    pub drives: Drives,
    /// Previews of pages.
    pub previews: Previews,
    /// Who is asked for moving pictures.
    pub gifs: Gifs,
    /// The map.
    pub map: Map,
    /// Where the server goes to read what is on the web.
    pub fetch: Fetch,
    /// Limits that differ from the published defaults.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: TlsMode::Off,
            tls_names: Vec::new(),
            tls_cert: None,
            tls_key: None,
            redirect_listen: None,
            name: "Beseda".to_owned(),
            registration: Registration::Open,
            pow_bits: 18,
            password_required: false,
            phone: PhoneOffer::Off,
            phone_region: None,
            phone_regions: String::new(),
            sms: SmsCarrier::None,
            sms_host: None,
            sms_http: SmsHttp::default(),
            trusted_proxy_header: None,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            password_workers: 2,
            drain_ms: 10_000,
            push: Push::Public,
            push_contact: "mailto:operator@beseda.example".to_owned(),
            blobs: BlobPlace::Disk,
            s3: S3::default(),
            drives: Drives::default(),
            previews: Previews::default(),
            gifs: Gifs::default(),
            map: Map::default(),
            fetch: Fetch::default(),
            limits: LIMITS,
        }
    }
}

const KEYS: &[&str] = &[
    "data_dir",
    "listen",
    "tls",
    "tls_names",
    "tls_cert",
    "tls_key",
    "redirect_listen",
    "name",
    "registration",
    "pow_bits",
    "password_required",
    "phone",
    "phone_region",
    "phone_regions",
    "sms",
    "sms_host",
    "sms_http",
    "trusted_proxy_header",
    "log",
    "log_format",
    "password_workers",
    "drain_ms",
    "push",
    "push_contact",
    "blobs",
    "s3",
    "drives",
    "previews",
    "gifs",
    "map",
    "fetch",
    "limits",
];

/// The settings of sections that the environment may name, after the section's name; a section in another one stands before
/// that.
const SECTIONS: &[(&str, &[&str])] = &[
    ("s3", s3::KEYS),
    ("drives.dropbox", drives::CLIENT_KEYS),
    ("drives.google", drives::CLIENT_KEYS),
    ("drives.onedrive", drives::CLIENT_KEYS),
    ("drives", &["enabled", "allow"]),
    ("previews", &["enabled"]),
    ("gifs", &["provider", "key", "url"]),
    ("map", &["tiles", "attribution", "max_zoom"]),
];

/// Why a configuration is not usable. Each says which key, and what would be right.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file {path} is not valid TOML: {message}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What the parser said.
        message: String,
    },
    /// There is no such setting.
    #[error("there is no setting `{key}`{}", hint(*nearest))]
    UnknownKey {
        /// As written.
        key: String,
        /// What was probably meant.
        nearest: Option<&'static str>,
    },
    /// The value is of the wrong type or out of range.
    #[error("the setting `{key}` is wrong: {message}")]
    Invalid {
        /// Which setting.
        key: String,
        /// What is expected.
        message: String,
    },
}

fn hint(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(|| format!("; there are: {}", KEYS.join(", ")), |key| format!("; did you mean `{key}`?"))
}

impl Config {
    /// Reads the file (if there is one), then the environment, then the flags.
    ///
    /// # Errors
    /// When something in them cannot be used; nothing is guessed.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = match file {
            Some(path) => read_file(path)?,
            None => Table::new(),
        };
        check_keys(&table)?;
        for (name, text) in environment {
            if let Some(key) = environment_key(&name)? {
                set(&mut table, &key, &text)?;
            }
        }
        for (key, text) in flags {
            set(&mut table, key, &text)?;
        }
        Self::from_table(table)
    }

    fn from_table(table: Table) -> Result<Self, ConfigError> {
        // Each key by itself first: serde's own message does not always name it.
        for (key, value) in &table {
            let mut single = Table::new();
            single.insert(key.clone(), value.clone());
            Self::deserialize(Value::Table(single))
                .map_err(|error| ConfigError::Invalid { key: key.clone(), message: one_line(error.message()) })?;
        }
        let config = Self::deserialize(Value::Table(table))
            .map_err(|error| ConfigError::Invalid { key: "?".to_owned(), message: one_line(error.message()) })?;
        config.check()?;
        Ok(config)
    }

    fn served_regions(&self) -> impl Iterator<Item = &str> {
        self.phone_regions.split(',').map(str::trim).filter(|region| !region.is_empty())
    }

    /// Whether codes are sent to this number.
    pub(crate) fn sends_to(&self, number: &PhoneNumber) -> bool {
        let mut served = self.served_regions().peekable();
        served.peek().is_none() || served.any(|region| number.is_of(region))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let invalid =
            |key: &str, message: &str| ConfigError::Invalid { key: key.to_owned(), message: message.to_owned() };
        if self.pow_bits > 40 {
            return Err(invalid("pow_bits", "at most 40: more would take a phone days"));
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 64 {
            return Err(invalid("name", "1 to 64 characters"));
        }
        if self.password_workers == 0 || self.password_workers > 64 {
            return Err(invalid("password_workers", "1 to 64"));
        }
        if self.phone != PhoneOffer::Off && self.sms == SmsCarrier::None {
            return Err(invalid("sms", "`outbox` or `http`, since `phone` needs codes to be sent"));
        }
        if self.sms == SmsCarrier::Http && self.sms_http.url.is_empty() {
            return Err(invalid("sms_http.url", "the address of the service that `sms = \"http\"` means"));
        }
        if !(100..=120_000).contains(&self.sms_http.timeout_ms) {
            return Err(invalid("sms_http.timeout_ms", "100 to 120000"));
        }
        if self.phone_region.as_deref().is_some_and(|region| !PhoneNumber::is_region(region)) {
            return Err(invalid("phone_region", "the two letters of a country, such as `RU`"));
        }
        if self.served_regions().any(|region| !PhoneNumber::is_region(region)) {
            return Err(invalid("phone_regions", "the two letters of countries, such as `RU,KZ`"));
        }
        if self.sms_host.as_deref().is_some_and(|host| !is_host(host)) {
            return Err(invalid("sms_host", "a host's name, such as `chat.example.org`"));
        }
        if let Some(header) = &self.trusted_proxy_header
            && axum::http::HeaderName::try_from(header.as_str()).is_err()
        {
            return Err(invalid("trusted_proxy_header", "not the name of an HTTP header"));
        }
        let is = |mode: TlsMode| self.tls == mode;
        for (key, path) in [("tls_cert", &self.tls_cert), ("tls_key", &self.tls_key)] {
            if is(TlsMode::Files) && path.is_none() {
                return Err(invalid(key, "needed where `tls` is `files`"));
            }
            if !is(TlsMode::Files) && path.is_some() {
                return Err(invalid(key, "means something only where `tls` is `files`"));
            }
        }
        if !is(TlsMode::Local) && !self.tls_names.is_empty() {
            return Err(invalid("tls_names", "mean something only where `tls` is `local`"));
        }
        if self.tls_names.iter().any(|name| name.parse::<Name>().is_err()) {
            return Err(invalid("tls_names", "expected names such as `nas.lan` and addresses, without ports"));
        }
        if is(TlsMode::Off) && self.redirect_listen.is_some() {
            return Err(invalid("redirect_listen", "means something only with `tls`"));
        }
        if !["mailto:", "https://"].iter().any(|scheme| self.push_contact.starts_with(scheme)) {
            return Err(invalid("push_contact", "`mailto:` with an address, or one that begins with `https://`"));
        }
        if let (BlobPlace::S3, Some(key)) = (self.blobs, self.s3.missing()) {
            return Err(invalid(key, "needed where `blobs` is `s3`"));
        }
        if let Some((key, message)) = self.wrong_section() {
            return Err(invalid(key, message));
        }
        if self.limits.frame_bytes < 1_024 {
            return Err(invalid("limits.frame_bytes", "at least 1024"));
        }
        Ok(())
    }
}

impl Config {
    fn wrong_section(&self) -> Option<(&'static str, &'static str)> {
        let Self { drives, fetch, gifs, map, .. } = self;
        drives.wrong().or_else(|| fetch.wrong()).or_else(|| gifs.wrong()).or_else(|| map.wrong())
    }
}

/// Exactly one of the three: where a client takes an unknown word for `off`, an operator is told.
fn phone_offer<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<PhoneOffer, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.as_str() {
        "off" => Ok(PhoneOffer::Off),
        "optional" => Ok(PhoneOffer::Optional),
        "required" => Ok(PhoneOffer::Required),
        _ => Err(serde::de::Error::custom("expected `off`, `optional` or `required`")),
    }
}

fn is_host(host: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    !host.is_empty() && host.len() <= 253 && host.chars().all(is_part)
}

/// Exactly one of the three: where a client takes an unknown word for `closed`, an operator is told.
fn registration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Registration, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.as_str() {
        "open" => Ok(Registration::Open),
        "invite" => Ok(Registration::Invite),
        "closed" => Ok(Registration::Closed),
        _ => Err(serde::de::Error::custom("expected `open`, `invite` or `closed`")),
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    text.parse::<Table>()
        .map_err(|error| ConfigError::Syntax { path: path.to_owned(), message: one_line(&error.to_string()) })
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn limit_names() -> impl Iterator<Item = &'static str> {
    LIMITS.table().into_iter().map(|limit| limit.name)
}

fn check_keys(table: &Table) -> Result<(), ConfigError> {
    for key in table.keys() {
        if !KEYS.contains(&key.as_str()) {
            let nearest = nearest::nearest(key, KEYS.iter().copied());
            return Err(ConfigError::UnknownKey { key: key.clone(), nearest });
        }
    }
    if let Some(Value::Table(limits)) = table.get("limits") {
        for key in limits.keys() {
            if !limit_names().any(|name| name == key) {
                let nearest = nearest::nearest(key, limit_names());
                return Err(ConfigError::UnknownKey { key: format!("limits.{key}"), nearest });
            }
        }
    }
    Ok(())
}

/// The setting that an environment variable stands for: `BESEDA_DATA_DIR`, `BESEDA_LIMITS_SENDS`. A name that is only
/// near to one is refused as a slip; one that is near to none may belong to another program.
fn environment_key(name: &str) -> Result<Option<String>, ConfigError> {
    let Some(rest) = name.strip_prefix(ENV_PREFIX) else { return Ok(None) };
    let key = rest.to_ascii_lowercase();
    if key == "config" {
        return Ok(None);
    }
    if let Some(limit) = key.strip_prefix("limits_") {
        return if limit_names().any(|known| known == limit) {
            Ok(Some(format!("limits.{limit}")))
        } else {
            Err(ConfigError::UnknownKey { key: name.to_owned(), nearest: nearest::nearest(limit, limit_names()) })
        };
    }
    for (section, settings) in SECTIONS {
        let prefix = format!("{}_", section.replace('.', "_"));
        let Some(setting) = key.strip_prefix(&prefix) else { continue };
        return if settings.contains(&setting) {
            Ok(Some(format!("{section}.{setting}")))
        } else {
            let nearest = nearest::nearest(setting, settings.iter().copied());
            Err(ConfigError::UnknownKey { key: name.to_owned(), nearest })
        };
    }
    if KEYS.contains(&key.as_str()) {
        return Ok(Some(key));
    }
    match KEYS.iter().find(|known| known.len() > 4 && nearest::distance(&key, known) <= (known.len() / 3).min(2)) {
        Some(known) => Err(ConfigError::UnknownKey { key: name.to_owned(), nearest: Some(known) }),
        None => Ok(None),
    }
}

/// Sets a key from a text, as the type that the key has.
fn set(table: &mut Table, key: &str, text: &str) -> Result<(), ConfigError> {
    let number = |text: &str| {
        text.parse::<i64>()
            .map(Value::Integer)
            .map_err(|_| ConfigError::Invalid { key: key.to_owned(), message: "expected a whole number".to_owned() })
    };
    let flag = |text: &str| {
        text.parse::<bool>()
            .map(Value::Boolean)
            .map_err(|_| ConfigError::Invalid { key: key.to_owned(), message: "expected `true` or `false`".to_owned() })
    };
    if let Some(limit) = key.strip_prefix("limits.") {
        let value = number(text)?;
        if let Value::Table(limits) = table.entry("limits").or_insert_with(|| Value::Table(Table::new())) {
            limits.insert(limit.to_owned(), value);
        }
        return Ok(());
    }
    if let Some((section, setting)) = key.split_once('.') {
        if let Some((provider, setting)) = setting.split_once('.') {
            let empty = || Value::Table(Table::new());
            if let Value::Table(settings) = table.entry(section).or_insert_with(empty)
                && let Value::Table(client) = settings.entry(provider).or_insert_with(empty)
            {
                client.insert(setting.to_owned(), Value::String(text.to_owned()));
            }
            return Ok(());
        }
        let value = match setting {
            "enabled" | "path_style" => flag(text)?,
            "max_zoom" => number(text)?,
            "allow" => Value::Array(text.split(',').map(|network| Value::String(network.trim().to_owned())).collect()),
            _ => Value::String(text.to_owned()),
        };
        if let Value::Table(settings) = table.entry(section).or_insert_with(|| Value::Table(Table::new())) {
            settings.insert(setting.to_owned(), value);
        }
        return Ok(());
    }
    let value = match key {
        "pow_bits" | "password_workers" | "drain_ms" => number(text)?,
        "password_required" => flag(text)?,
        "tls_names" => {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            Value::Array(names.map(|name| Value::String(name.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    table.insert(key.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        let table: Table = text.parse().expect("the test's TOML is well-formed");
        check_keys(&table)?;
        Config::from_table(table)
    }

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_written_means_the_defaults() {
        assert_eq!(parse("").expect("defaults"), Config::default());
    }

    #[test]
    fn the_key_list_is_the_struct() {
        let error = Config::deserialize(Value::Table("nonsense = 1".parse().expect("TOML"))).expect_err("unknown");
        for key in KEYS {
            assert!(error.to_string().contains(&format!("`{key}`")), "{key} in {error}");
        }
        assert_eq!(error.to_string().matches('`').count() / 2, KEYS.len() + 1, "{error}");
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest() {
        let error = parse("lisen = \"127.0.0.1:1\"").expect_err("unknown").to_string();
        assert_eq!(error, "there is no setting `lisen`; did you mean `listen`?");
        let error = parse("[limits]\nsend = 1").expect_err("unknown").to_string();
        assert_eq!(error, "there is no setting `limits.send`; did you mean `sends`?");
        let error = parse("elephant = 1").expect_err("unknown").to_string();
        assert!(error.starts_with("there is no setting `elephant`; there are: data_dir, "), "{error}");
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        for (text, key) in [
            ("listen = \"nowhere\"", "listen"),
            ("pow_bits = 41", "pow_bits"),
            ("pow_bits = \"many\"", "pow_bits"),
            ("registration = \"maybe\"", "registration"),
            ("name = \"\"", "name"),
            ("password_workers = 0", "password_workers"),
            ("trusted_proxy_header = \"a b\"", "trusted_proxy_header"),
            ("tls = \"on\"", "tls"),
            ("tls = \"files\"\ntls_cert = \"cert.pem\"", "tls_key"),
            ("tls = \"files\"\ntls_key = \"key.pem\"", "tls_cert"),
            ("tls = \"local\"\ntls_key = \"key.pem\"", "tls_key"),
            ("tls_names = [\"nas.lan\"]", "tls_names"),
            ("tls = \"local\"\ntls_names = [\"https://nas.lan\"]", "tls_names"),
            ("redirect_listen = \"127.0.0.1:80\"", "redirect_listen"),
            ("push = \"everywhere\"", "push"),
            ("push_contact = \"me@example.org\"", "push_contact"),
            ("phone = \"maybe\"", "phone"),
            ("phone = \"optional\"", "sms"),
            ("sms = \"pigeon\"", "sms"),
            ("sms = \"http\"", "sms_http.url"),
            ("[sms_http]\nurk = \"x\"", "sms_http"),
            ("[sms_http]\ntimeout_ms = 99", "sms_http.timeout_ms"),
            ("phone_region = \"Russia\"", "phone_region"),
            ("phone_regions = \"RU,Kz\"", "phone_regions"),
            ("sms_host = \"a b\"", "sms_host"),
            ("[limits]\nsends = -1", "limits"),
        ] {
            let error = parse(text).expect_err("invalid").to_string();
            assert!(error.contains(&format!("`{key}`")), "{error}");
        }
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("beseda.toml");
        std::fs::write(&path, "name = \"file\"\nlisten = \"127.0.0.1:1\"\n[limits]\nsends = 5\n").expect("written");
        let config = Config::load(
            Some(&path),
            env(&[("BESEDA_NAME", "environment"), ("BESEDA_LISTEN", "127.0.0.1:2"), ("BESEDA_LIMITS_JOINS", "9")]),
            [("listen", "127.0.0.1:3".to_owned())],
        )
        .expect("all valid");
        assert_eq!(config.name, "environment");
        assert_eq!(config.listen.port(), 3);
        assert_eq!((config.limits.sends, config.limits.joins), (5, 9));
        assert_eq!(config.limits.creates, LIMITS.creates);
    }

    #[test]
    fn names_are_listed_in_a_file_and_with_commas_elsewhere() {
        let listed = parse("tls = \"local\"\ntls_names = [\"nas.lan\", \"203.0.113.5\"]").expect("valid");
        let written =
            Config::load(None, env(&[("BESEDA_TLS_NAMES", "nas.lan, 203.0.113.5")]), [("tls", "local".to_owned())]);
        assert_eq!(written.expect("valid"), listed);
    }

    #[test]
    fn a_slip_in_the_environment_is_told_and_other_programs_are_left_alone() {
        let error = Config::load(None, env(&[("BESEDA_LISEN", "x")]), []).expect_err("a slip").to_string();
        assert_eq!(error, "there is no setting `BESEDA_LISEN`; did you mean `listen`?");
        let error = Config::load(None, env(&[("BESEDA_LIMITS_SENDZ", "1")]), []).expect_err("a slip").to_string();
        assert_eq!(error, "there is no setting `BESEDA_LIMITS_SENDZ`; did you mean `sends`?");
        assert!(Config::load(None, env(&[("BESEDA_HOME", "x"), ("PATH", "y")]), []).is_ok());
    }

    #[test]
    fn a_file_that_is_missing_or_broken_is_told_with_its_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("beseda.toml");
        let error = Config::load(Some(&path), [], []).expect_err("missing").to_string();
        assert!(error.contains("beseda.toml"), "{error}");
        std::fs::write(&path, "name = ").expect("written");
        let error = Config::load(Some(&path), [], []).expect_err("broken").to_string();
        assert!(error.contains("beseda.toml") && error.contains("not valid TOML"), "{error}");
    }
}

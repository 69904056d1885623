//! Cloud drives, to which the server passes on what their owners ask. It keeps nothing of it.

use beseda_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Where somebody's drive is, and what it wants to be shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriveAccess {
    /// A folder on a server that speaks WebDAV, as Nextcloud does.
    Webdav {
        /// The folder's address.
        address: String,
        /// The name on that server; empty if it asks for none.
        user: String,
        /// The password of that name, best one for this use alone.
        password: String,
    },
    /// A bucket of an object store that speaks S3.
    S3 {
        /// The store's address; the bucket becomes a part of the path.
        address: String,
        /// Where the bucket is.
        region: String,
        /// The bucket.
        bucket: String,
        /// The access key's id.
        key: String,
        /// The access key's secret.
        secret: String,
    },
    /// A drive of a provider's, which its owner has let this server's client into.
    Cloud {
        /// Whose.
        provider: DriveProvider,
        /// The access token, which the provider gave for an hour or a few.
        token: String,
    },
}

/// Who runs a drive that is reached by OAuth 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DriveProvider {
    /// Dropbox.
    Dropbox,
    /// Google Drive.
    Google,
    /// Microsoft OneDrive.
    Onedrive,
}

impl DriveProvider {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Dropbox, Self::Google, Self::Onedrive];

    /// Its word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dropbox => "dropbox",
            Self::Google => "google",
            Self::Onedrive => "onedrive",
        }
    }
}

/// Nothing of it is for a log.
impl std::fmt::Debug for DriveAccess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DriveAccess").finish_non_exhaustive()
    }
}

/// `POST /api/v1/drives/list`: a page of a folder.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ListDrive {
    /// Of which drive.
    pub drive: DriveAccess,
    /// The folder: names with slashes between, empty for the root.
    pub path: String,
    /// So many of its entries were shown before.
    #[serde(default)]
    pub skip: u64,
}

/// The answer to [`ListDrive`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DrivePage {
    /// What is in the folder, in the drive's order.
    pub entries: Vec<DriveEntry>,
    /// Whether more follows.
    pub more: bool,
}

/// A file or a folder on a drive.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DriveEntry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Bytes of a file.
    pub size: u64,
    /// When it was changed last, as far as the drive tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<u64>))]
    pub modified: Option<Timestamp>,
}

/// `POST /api/v1/drives/read`: a file, from a byte of it on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReadDrive {
    /// Of which drive.
    pub drive: DriveAccess,
    /// The file: names with slashes between.
    pub path: String,
    /// The first byte that is wanted.
    #[serde(default)]
    pub at: u64,
}

/// `POST /api/v1/drives/write`: a file that is the request's body. This stands in the header `beseda-drive`, as JSON in
/// base64url without padding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct WriteDrive {
    /// On which drive.
    pub drive: DriveAccess,
    /// The file: names with slashes between.
    pub path: String,
    /// Whether it takes the place of one of this name.
    #[serde(default)]
    pub replace: bool,
}

/// `POST /api/v1/drives/authorize`: where does a person let the server's client into their drive?
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AuthorizeDrive {
    /// Whose drive.
    pub provider: DriveProvider,
    /// Comes back with the code: by it the device knows what it has asked for.
    pub state: String,
    /// SHA-256 of the verifier in base64url (RFC 7636, `S256`).
    pub challenge: String,
    /// Where the provider's page leads back: this server's `/drive-connected`, as browsers see it.
    pub back: String,
}

/// The answer to [`AuthorizeDrive`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DriveAuthorization {
    /// The provider's page.
    pub url: String,
}

/// `POST /api/v1/drives/exchange`: a code becomes tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ExchangeDrive {
    /// Whose drive.
    pub provider: DriveProvider,
    /// What the provider has sent back.
    pub code: String,
    /// What the challenge was made of.
    pub verifier: String,
    /// The same as in [`AuthorizeDrive`].
    pub back: String,
}

/// `POST /api/v1/drives/refresh`: another access token, once one is over. `POST /api/v1/drives/revoke`, with the same body: the
/// provider is told to forget them all, where there is a way to tell it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RefreshDrive {
    /// Whose drive.
    pub provider: DriveProvider,
    /// The refresh token.
    pub token: String,
}

/// The answer to [`ExchangeDrive`] and [`RefreshDrive`]. The server does not keep it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DriveGrant {
    /// The access token.
    pub access: String,
    /// How long it is good for, in milliseconds.
    pub millis: u32,
    /// The refresh token; none: the one before is still good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
}

macro_rules! silent {
    ($($name:ident),+) => {
        $(
            /// Nothing of it is for a log.
            impl std::fmt::Debug for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.debug_struct(stringify!($name)).finish_non_exhaustive()
                }
            }
        )+
    };
}

silent!(ListDrive, DrivePage, DriveEntry, ReadDrive, WriteDrive);
silent!(AuthorizeDrive, DriveAuthorization, ExchangeDrive, RefreshDrive, DriveGrant);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_frozen_and_say_nothing_to_a_log() {
        let text = |text: &str| text.to_owned();
        let drive = DriveAccess::Webdav { address: text("https://a/"), user: text("u"), password: text("canary") };
        let list = ListDrive { drive: drive.clone(), path: text("a/b"), skip: 500 };
        let json = r#"{"drive":{"kind":"webdav","address":"https://a/","user":"u","password":"canary"},"path":"a/b","skip":500}"#;
        assert_eq!(serde_json::to_string(&list).unwrap(), json);
        let (address, region, bucket) = (text("https://s"), text("r"), text("b"));
        let s3 = DriveAccess::S3 { address, region, bucket, key: text("canary"), secret: text("canary") };
        let json = r#"{"kind":"s3","address":"https://s","region":"r","bucket":"b","key":"canary","secret":"canary"}"#;
        assert_eq!(serde_json::to_string(&s3).unwrap(), json);
        let entry =
            DriveEntry { name: text("canary"), folder: false, size: 7, modified: Some(Timestamp::from_millis(5)) };
        let page = DrivePage { entries: vec![entry], more: true };
        let json = r#"{"entries":[{"name":"canary","folder":false,"size":7,"modified":5}],"more":true}"#;
        assert_eq!(serde_json::to_string(&page).unwrap(), json);
        let write = WriteDrive { drive, path: text("canary"), replace: false };
        let read = ReadDrive { drive: s3.clone(), path: text("canary"), at: 0 };
        assert!(!format!("{list:?} {s3:?} {page:?} {write:?} {read:?}").contains("canary"));
    }

    #[test]
    fn what_a_provider_gives_is_frozen_and_said_to_no_log() {
        let text = |text: &str| text.to_owned();
        for provider in DriveProvider::ALL {
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
        let provider = DriveProvider::Google;
        let drive = DriveAccess::Cloud { provider, token: text("canary") };
        let json = r#"{"kind":"cloud","provider":"google","token":"canary"}"#;
        assert_eq!(serde_json::to_string(&drive).unwrap(), json);
        let (state, challenge, back) = (text("canary"), text("canary"), text("https://a/drive-connected"));
        let authorize = AuthorizeDrive { provider, state, challenge, back: back.clone() };
        let json = r#"{"provider":"google","state":"canary","challenge":"canary","back":"https://a/drive-connected"}"#;
        assert_eq!(serde_json::to_string(&authorize).unwrap(), json);
        let exchange = ExchangeDrive { provider, code: text("canary"), verifier: text("canary"), back };
        let json = r#"{"provider":"google","code":"canary","verifier":"canary","back":"https://a/drive-connected"}"#;
        assert_eq!(serde_json::to_string(&exchange).unwrap(), json);
        let refresh = RefreshDrive { provider, token: text("canary") };
        assert_eq!(serde_json::to_string(&refresh).unwrap(), r#"{"provider":"google","token":"canary"}"#);
        let grant = DriveGrant { access: text("canary"), millis: 5, refresh: None };
        assert_eq!(serde_json::to_string(&grant).unwrap(), r#"{"access":"canary","millis":5}"#);
        let grant = DriveGrant { refresh: Some(text("canary")), ..grant };
        assert_eq!(serde_json::to_string(&grant).unwrap(), r#"{"access":"canary","millis":5,"refresh":"canary"}"#);
        let url = DriveAuthorization { url: text("canary") };
        assert_eq!(serde_json::to_string(&url).unwrap(), r#"{"url":"canary"}"#);
        assert!(!format!("{drive:?} {authorize:?} {exchange:?} {refresh:?} {grant:?} {url:?}").contains("canary"));
    }
}

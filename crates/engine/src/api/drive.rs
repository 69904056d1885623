//! Cloud drives that a person has connected on this device.

use beseda_wire::http::{DriveAccess, DriveProvider};
use serde::{Deserialize, Serialize};

/// A connected drive. What it wants to be shown stays in the database: [`DriveCall`]s bring it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DriveView {
    /// Its number on this device.
    pub drive: u32,
    /// What the person calls it.
    pub name: String,
    /// What it speaks.
    pub kind: DriveKind,
    /// Where it is; empty for a provider's, which is where the provider is.
    pub address: String,
}

/// What a drive speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DriveKind {
    /// WebDAV, as Nextcloud does.
    Webdav,
    /// S3.
    S3,
    /// Dropbox's own interface.
    Dropbox,
    /// Google Drive's.
    Google,
    /// Microsoft's, for OneDrive.
    Onedrive,
}

impl From<DriveProvider> for DriveKind {
    fn from(provider: DriveProvider) -> Self {
        match provider {
            DriveProvider::Dropbox => Self::Dropbox,
            DriveProvider::Google => Self::Google,
            DriveProvider::Onedrive => Self::Onedrive,
        }
    }
}

/// Which drive is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum DriveOf {
    /// A connected one.
    Kept {
        /// Its number.
        drive: u32,
    },
    /// One that is to be tried before it is connected.
    New {
        /// How it is reached.
        access: DriveAccess,
    },
}

/// What is asked of a drive. Paths are names with slashes between; the root is the empty one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum DriveAsk {
    /// A page of a folder.
    List {
        /// Which folder.
        path: String,
        /// So many entries were shown before.
        skip: u32,
    },
    /// A file.
    Read {
        /// Which.
        path: String,
    },
    /// To take a file, which is the body that the host sends.
    Write {
        /// Under which path.
        path: String,
        /// Whether it takes the place of one of this name.
        replace: bool,
    },
}

/// What is asked about a drive of a provider's, before it is connected and to keep it so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum GrantAsk {
    /// The provider's page on which the person says yes, after [`crate::Command::AuthorizeDrive`].
    Authorize,
    /// Tokens, for the code with which that page has led back.
    Exchange {
        /// The code.
        code: String,
        /// What came with it; if it is not what was sent there, nobody has asked for this.
        state: String,
    },
    /// Another token for a connected drive.
    Refresh {
        /// Its number.
        drive: u32,
    },
    /// That the provider forgets the tokens of a connected drive.
    Revoke {
        /// Its number.
        drive: u32,
    },
}

/// It holds a code.
impl std::fmt::Debug for GrantAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GrantAsk(…)")
    }
}

/// Names of files are for no log.
impl std::fmt::Debug for DriveAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DriveAsk(…)")
    }
}

/// A request to the server, which passes it on to the drive. The host makes it, always as `POST`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DriveCall {
    /// Its address.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body; none where that is the file.
    pub body: Option<String>,
    /// Whether the provider would not know the token in it any more: another one is to be had before
    /// ([`GrantAsk::Refresh`]).
    pub is_over: bool,
}

/// It holds the session's token and what the drive is shown.
impl std::fmt::Debug for DriveCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DriveCall(…)")
    }
}

//! Cloud drives that a person has connected on this device.

use beseda_wire::http::DriveAccess;
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
    /// Where it is.
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
}

/// It holds the session's token and what the drive is shown.
impl std::fmt::Debug for DriveCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DriveCall(…)")
    }
}

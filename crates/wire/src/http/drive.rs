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
}

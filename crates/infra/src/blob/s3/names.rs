//! What objects are called: the blob's id, in the folder of its first two digits as on a disk, and chance behind it. Whoever
//! copies files from a disk into the bucket need not know that: a name without chance is one, too.

use beseda_app::domain::Blob;
use beseda_model::BlobId;
use object_store::path::Path;
use object_store::{ObjectMeta, path};

/// An object that is a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) name: Path,
    pub(super) blob: Blob,
}

/// Names below a prefix.
#[derive(Debug, Clone)]
pub(super) struct Names(String);

impl Names {
    /// Below this prefix, which may be empty or have several parts.
    pub(super) fn below(prefix: &str) -> Result<Self, path::Error> {
        let prefix = Path::parse(prefix)?;
        Ok(Self(if prefix.as_ref().is_empty() { String::new() } else { format!("{prefix}/") }))
    }

    /// What the names of all blobs with this first byte begin with.
    pub(super) fn folder(&self, beginning: u8) -> String {
        format!("{}{beginning:02x}/", self.0)
    }

    /// What all names of a blob begin with, and those of no other.
    pub(super) fn of(&self, blob: BlobId) -> String {
        let [beginning, ..] = blob.as_bytes();
        format!("{}{blob}", self.folder(*beginning))
    }

    /// A name of a blob.
    pub(super) fn fresh(&self, blob: BlobId, chance: [u8; 16]) -> Path {
        Path::from(format!("{}.{}", self.of(blob), data_encoding::HEXLOWER.encode(&chance)))
    }

    /// A name of none.
    pub(super) fn trial(&self, chance: [u8; 16]) -> Path {
        Path::from(format!("{}trial.{}", self.0, data_encoding::HEXLOWER.encode(&chance)))
    }

    /// The blob that an object is, if it is one.
    pub(super) fn read(&self, found: &ObjectMeta) -> Option<Object> {
        let (_, name) = found.location.as_ref().rsplit_once('/')?;
        let id: BlobId = name.split('.').next()?.parse().ok()?;
        let is_ours = found.location.as_ref().starts_with(&self.of(id));
        is_ours.then(|| Object { name: found.location.clone(), blob: Blob { id, size: found.size } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &Names, location: &str) -> Option<BlobId> {
        let location = Path::parse(location).expect("a path");
        let last_modified = std::time::SystemTime::UNIX_EPOCH.into();
        let found = ObjectMeta { location, last_modified, size: 5, e_tag: None, version: None };
        names.read(&found).map(|object| object.blob.id)
    }

    #[test]
    fn a_name_tells_its_blob_and_what_is_not_ours_is_none() {
        let blob = BlobId::from_bytes([0xab; 32]);
        for (prefix, beginning) in [("", ""), ("/", ""), ("chat", "chat/"), ("/of/ours/", "of/ours/")] {
            let names = Names::below(prefix).expect("a prefix");
            let name = names.fresh(blob, [1; 16]);
            assert_eq!(name.as_ref(), format!("{beginning}ab/{blob}.{}", "01".repeat(16)));
            assert!(name.as_ref().starts_with(&names.of(blob)) && name.as_ref().starts_with(&names.folder(0xab)));
            assert_eq!(read(&names, name.as_ref()), Some(blob));
            assert_eq!(read(&names, &format!("{beginning}ab/{blob}")), Some(blob), "as on a disk");
            for foreign in
                [names.trial([1; 16]).to_string(), format!("{beginning}ac/{blob}"), format!("{beginning}ab/x")]
            {
                assert_eq!(read(&names, &foreign), None, "{foreign}");
            }
            assert_eq!(read(&names, &format!("{beginning}ab/{}", blob.to_string().to_uppercase())), None);
            assert_eq!(read(&names, &format!("other/{beginning}ab/{blob}")), None);
        }
        assert!(Names::below("a//b").is_err());
    }
}

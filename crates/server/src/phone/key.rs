//! The secret under which numbers and codes are hashed. It lies beside the database, not in it: who gets hold of a copy of
//! the database alone can't find out the numbers in it by trying all there are.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use beseda_app::domain::{KeyedHash, PhoneNumber};
use beseda_app::port::{Store, StoreError};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::rates::AddressPrefix;

const FILE: &str = "phone.key";
const LEN: usize = 32;

/// Why the key can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("cannot use {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not 32 bytes long.
    #[error("{path} does not hold a key; put back the one that belongs to this database")]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// The database was written with another key.
    #[error(
        "{path} is not the key that this database was written with: nobody would be found by their number; put back the \
         one that belongs to it"
    )]
    Another {
        /// Which file.
        path: PathBuf,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Hashes numbers, codes and address prefixes.
pub(crate) struct PhoneKey(Zeroizing<[u8; LEN]>);

impl std::fmt::Debug for PhoneKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneKey(…)")
    }
}

impl PhoneKey {
    /// The data directory's key: `fresh` is written there if it has none yet and the database knows of none.
    pub(crate) fn open(dir: &Path, store: &dyn Store, fresh: [u8; LEN]) -> Result<Self, KeyError> {
        let path = dir.join(FILE);
        let tag = store.read_blocking(|view| view.phones().key_tag())?;
        let key = match fs::read(&path) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let key = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed { path: path.clone() })?;
                Self(Zeroizing::new(key))
            }
            Err(error) if error.kind() == ErrorKind::NotFound && tag.is_none() => {
                write(&path, &fresh).map_err(|source| KeyError::File { path: path.clone(), source })?;
                Self(Zeroizing::new(fresh))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(KeyError::Another { path }),
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let own = key.tag();
        match tag {
            Some(tag) if tag != own => return Err(KeyError::Another { path }),
            Some(_) => {}
            None => store.write_blocking(move |uow| uow.phones_mut().set_key_tag(own))?,
        }
        Ok(key)
    }

    /// What is stored instead of a number.
    pub(crate) fn number(&self, number: &PhoneNumber) -> KeyedHash {
        KeyedHash::from_bytes(self.hash("beseda phone number 1", &[number.as_str().as_bytes()]))
    }

    /// What is stored instead of a code. It goes with one attempt: equal codes look different.
    pub(crate) fn code(&self, attempt: &str, code: &str) -> KeyedHash {
        KeyedHash::from_bytes(self.hash("beseda phone code 1", &[attempt.as_bytes(), code.as_bytes()]))
    }

    /// What is stored instead of an address prefix.
    pub(crate) fn address(&self, prefix: AddressPrefix) -> KeyedHash {
        KeyedHash::from_bytes(self.hash("beseda phone address 1", &[&prefix.bytes()]))
    }

    fn tag(&self) -> [u8; 16] {
        let mut tag = [0; 16];
        tag.copy_from_slice(&self.hash("beseda phone key 1", &[])[..16]);
        tag
    }

    fn hash(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        for part in [label.as_bytes()].iter().chain(parts) {
            // With its length, so that no two lists of parts run together.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// All of it or nothing, readable by the server alone.
fn write(path: &Path, key: &[u8; LEN]) -> std::io::Result<()> {
    let partial = path.with_extension("new");
    drop(fs::remove_file(&partial));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    fs::File::open(path.parent().unwrap_or(path))?.sync_all()
}

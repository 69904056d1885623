//! Checksums that a client gives to a part of an upload, as tus says them: an algorithm and a digest in base64.

use sha1::Digest as _;
use sha2::Digest as _;

/// The algorithms, as they are told to clients.
pub(crate) const ALGORITHMS: &str = "sha1,sha256";

/// A checksum that bytes are to have.
pub(crate) struct Checksum {
    hash: Hash,
    expected: Vec<u8>,
}

enum Hash {
    Sha1(Box<sha1::Sha1>),
    Sha256(Box<sha2::Sha256>),
}

impl std::fmt::Debug for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checksum").finish_non_exhaustive()
    }
}

impl Checksum {
    /// Reads one from a header's text; none if it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (algorithm, digest) = text.split_once(' ')?;
        let expected = data_encoding::BASE64.decode(digest.as_bytes()).ok()?;
        let (hash, length) = match algorithm {
            "sha1" => (Hash::Sha1(Box::default()), 20),
            "sha256" => (Hash::Sha256(Box::default()), 32),
            _ => return None,
        };
        (expected.len() == length).then_some(Self { hash, expected })
    }

    /// More of the bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.hash {
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
        }
    }

    /// Whether all bytes together have it.
    pub(crate) fn fits(self) -> bool {
        match self.hash {
            Hash::Sha1(hash) => hash.finalize().as_slice() == self.expected,
            Hash::Sha256(hash) => hash.finalize().as_slice() == self.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str, parts: &[&[u8]]) -> Option<bool> {
        let mut checksum = Checksum::parse(text)?;
        parts.iter().for_each(|part| checksum.update(part));
        Some(checksum.fits())
    }

    #[test]
    fn both_algorithms_check_all_bytes() {
        let sha1 = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=";
        let sha256 = "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=";
        for text in [sha1, sha256] {
            assert_eq!(fits(text, &[b"hello ", b"world"]), Some(true), "{text}");
            assert_eq!(fits(text, &[b"hello", b"world"]), Some(false), "{text}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in
            ["", "sha1", "sha1 ", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1 !"]
        {
            assert_eq!(fits(text, &[]), None, "{text}");
        }
    }
}

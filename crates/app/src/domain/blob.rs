//! Blobs: files that their senders have encrypted before they came here. The server sees how large they are, and nothing
//! else of them.
//!
//! Who may do what is decided here alone. An upload is its account's and nobody else's. A blob is for everybody who knows
//! its id: nobody can guess that, and those who were told it were told the key, too. A blob lives as long as an account
//! keeps it, and a while longer.

use beseda_model::{AccountId, BlobId, Timestamp, UploadId};

/// What even the smallest blob counts: it takes a file and some rows, whatever its size.
pub const LEAST_CHARGE: u64 = 4_096;

/// What so many bytes count among what an account may keep.
pub const fn charge(bytes: u64) -> u64 {
    if bytes < LEAST_CHARGE { LEAST_CHARGE } else { bytes }
}

/// A blob that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// Its id.
    pub id: BlobId,
    /// Its size in bytes.
    pub size: u64,
}

/// A blob on its way here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose it is.
    pub account: AccountId,
    /// How many bytes it will have.
    pub length: u64,
    /// The blob that it will be, if its sender has told that in advance.
    pub announced: Option<BlobId>,
    /// When it ends, unless more of it comes.
    pub expires_at: Timestamp,
    /// The blob that it has become, once it is complete.
    pub blob: Option<BlobId>,
}

impl Upload {
    /// Whether `account` may see it, go on with it and end it. Nobody else learns that it is there.
    pub fn is_open_to(&self, account: AccountId, now: Timestamp) -> bool {
        self.account == account && now < self.expires_at
    }

    /// How many bytes may follow at `offset`, where `have` are there.
    ///
    /// # Errors
    /// When the upload does not go on at `offset`.
    pub const fn room(&self, have: u64, offset: u64) -> Result<u64, WrongOffset> {
        if offset == have { Ok(self.length.saturating_sub(have)) } else { Err(WrongOffset { have }) }
    }

    /// Whether these are the bytes that were announced.
    pub fn fits(&self, blob: BlobId) -> bool {
        self.announced.is_none_or(|announced| announced == blob)
    }
}

/// The upload goes on elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the upload goes on at byte {have}")]
pub struct WrongOffset {
    /// How many bytes of it are there.
    pub have: u64,
}

/// How much an account keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobUse {
    /// What its blobs and its unfinished uploads count together, in bytes.
    pub used: u64,
    /// What they may count at most.
    pub allowed: u64,
}

impl BlobUse {
    /// Whether so many more bytes may be kept.
    pub const fn admits(&self, bytes: u64) -> bool {
        self.used.saturating_add(charge(bytes)) <= self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    fn upload() -> Upload {
        Upload {
            id: UploadId::from_bytes([3; 16]),
            account: ALICE,
            length: 10,
            announced: None,
            expires_at: Timestamp::from_millis(100),
            blob: None,
        }
    }

    #[test]
    fn an_upload_is_its_accounts_until_it_expires() {
        let at = Timestamp::from_millis;
        assert!(upload().is_open_to(ALICE, at(99)));
        assert!(!upload().is_open_to(ALICE, at(100)));
        assert!(!upload().is_open_to(BOB, at(0)));
    }

    #[test]
    fn an_upload_goes_on_where_it_ends_and_not_beyond_its_length() {
        let upload = upload();
        assert_eq!(upload.room(0, 0), Ok(10));
        assert_eq!(upload.room(7, 7), Ok(3));
        assert_eq!(upload.room(10, 10), Ok(0));
        assert_eq!(upload.room(7, 6), Err(WrongOffset { have: 7 }));
        assert_eq!(upload.room(7, 8), Err(WrongOffset { have: 7 }));
        assert_eq!(upload.room(11, 11), Ok(0));
    }

    #[test]
    fn what_was_announced_must_be_what_came() {
        let (one, other) = (BlobId::from_bytes([1; 32]), BlobId::from_bytes([2; 32]));
        assert!(upload().fits(one));
        let announced = Upload { announced: Some(one), ..upload() };
        assert!(announced.fits(one) && !announced.fits(other));
    }

    #[test]
    fn a_quota_is_used_up_to_its_last_byte_and_small_things_count_too() {
        let of = |used| BlobUse { used, allowed: 10 * LEAST_CHARGE };
        assert!(of(0).admits(10 * LEAST_CHARGE));
        assert!(!of(0).admits(10 * LEAST_CHARGE + 1));
        assert!(of(9 * LEAST_CHARGE).admits(0));
        assert!(!of(9 * LEAST_CHARGE + 1).admits(0));
        assert!(!of(1).admits(u64::MAX));
    }
}

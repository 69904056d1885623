//! Where a device stands in the changes of a store.

/// A random value that a store gets when it is made and again when it was restored from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreEpoch(pub [u8; 16]);

/// A position in the changes. Opaque to clients; at most 256 bytes even with many shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Of which store.
    pub epoch: StoreEpoch,
    /// Everything up to and with this change number is known.
    pub change_no: u64,
}

/// The bytes are not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct CursorError;

const FORM: u8 = 1;

impl Cursor {
    /// The bytes for the client: form, store epoch, number of shards, then shard and change number for each.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(28);
        bytes.push(FORM);
        bytes.extend_from_slice(&self.epoch.0);
        bytes.push(1);
        bytes.extend_from_slice(&0u16.to_be_bytes());
        bytes.extend_from_slice(&self.change_no.to_be_bytes());
        bytes
    }

    /// Reads what a client returned.
    ///
    /// # Errors
    /// When the bytes are not a cursor of this form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CursorError> {
        let (&[form], rest) = bytes.split_first_chunk::<1>().ok_or(CursorError)?;
        let (epoch, rest) = rest.split_first_chunk::<16>().ok_or(CursorError)?;
        let (&[shards, shard_high, shard_low], rest) = rest.split_first_chunk::<3>().ok_or(CursorError)?;
        let change_no = rest.try_into().map(u64::from_be_bytes).map_err(|_| CursorError)?;
        if (form, shards, shard_high, shard_low) != (FORM, 1, 0, 0) || i64::try_from(change_no).is_err() {
            return Err(CursorError);
        }
        Ok(Self { epoch: StoreEpoch(*epoch), change_no })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_and_other_bytes_are_refused() {
        let cursor = Cursor { epoch: StoreEpoch([7; 16]), change_no: 1 << 40 };
        let bytes = cursor.to_bytes();
        assert!(bytes.len() <= 256);
        assert_eq!(Cursor::from_bytes(&bytes), Ok(cursor));
        for length in 0..bytes.len() {
            assert_eq!(Cursor::from_bytes(&bytes[..length]), Err(CursorError));
        }
        let mut other = bytes.clone();
        other[0] = 9;
        assert_eq!(Cursor::from_bytes(&other), Err(CursorError));
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(Cursor::from_bytes(&longer), Err(CursorError));
    }
}

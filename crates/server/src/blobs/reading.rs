//! A blob, or a part of one, as it is read: while a part is sent the next one is read.

use beseda_app::port::{BlobReader, StoreError};
use bytes::Bytes;

use super::{PART, Work};

/// See the module's description.
pub(crate) struct Reading(Option<Work<(Box<dyn BlobReader>, Vec<u8>)>>);

impl Reading {
    /// Begins with the first part.
    pub(super) fn new(reader: Box<dyn BlobReader>) -> Self {
        Self(Some(begin(reader)))
    }

    /// The next part; an empty one at the end, and after a failure.
    pub(crate) async fn part(&mut self) -> Result<Bytes, StoreError> {
        let Some(reading) = self.0.take() else { return Ok(Bytes::new()) };
        let (reader, bytes) = reading.done().await?;
        self.0 = (bytes.len() == PART).then(|| begin(reader));
        Ok(bytes.into())
    }
}

fn begin(mut reader: Box<dyn BlobReader>) -> Work<(Box<dyn BlobReader>, Vec<u8>)> {
    Work::begin(move || {
        let bytes = reader.next(PART)?;
        Ok((reader, bytes))
    })
}

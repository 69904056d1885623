use beseda_model::BlobId;

use super::BlobError;
use crate::domain::Blob;
use crate::port::View;

/// The blob with this id, for any account: knowing the id is the right to it.
///
/// # Errors
/// When there is none.
pub fn blob_to_fetch(view: &dyn View, id: BlobId) -> Result<Blob, BlobError> {
    view.blobs().find(id)?.ok_or(BlobError::NotFound)
}

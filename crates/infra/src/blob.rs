//! Where the bytes of blobs are.

pub mod fs;
#[cfg(feature = "s3")]
pub mod s3;

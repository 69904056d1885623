//! Headers of tus 1.0.0, the protocol of resumable uploads: <https://tus.io/protocols/resumable-upload>.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use beseda_model::BlobId;

use super::error::Failure;
use crate::blobs::Progress;
use crate::checksum::Checksum;
use crate::problem;

pub(super) const VERSION: &str = "1.0.0";
pub(super) const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination";
/// The media type of what is added to an upload.
pub(super) const MEDIA_TYPE: &str = "application/offset+octet-stream";

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const SUPPORTED: HeaderName = HeaderName::from_static("tus-version");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// Not of tus: the blob that an upload has become.
const BLOB: HeaderName = HeaderName::from_static("upload-blob");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The one thing that may be told of a blob in advance: its id.
const DIGEST: &str = "digest";

/// Refuses who speaks another version.
pub(super) fn check_version(headers: &HeaderMap) -> Result<(), Response> {
    if text(headers, &RESUMABLE) == Some(VERSION) {
        return Ok(());
    }
    let why = problem::bad_request("uploads are made by tus 1.0.0, and the request does not say so");
    let mut response = Failure(why).with_status(StatusCode::PRECONDITION_FAILED);
    response.headers_mut().insert(SUPPORTED, HeaderValue::from_static(VERSION));
    Err(response)
}

/// Refuses a body that is not bytes of an upload.
pub(super) fn check_media_type(headers: &HeaderMap) -> Result<(), Response> {
    if text(headers, &header::CONTENT_TYPE).is_some_and(|kind| kind.trim().eq_ignore_ascii_case(MEDIA_TYPE)) {
        return Ok(());
    }
    let why = problem::bad_request("the body must be application/offset+octet-stream");
    Err(Failure(why).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

/// A header that holds a number of bytes.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Response> {
    let digits = text(headers, name).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| refused("the number of bytes is missing, or is not one"))
}

/// The checksum of the body, if the client tells one.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Response> {
    if !headers.contains_key(CHECKSUM) {
        return Ok(None);
    }
    let checksum = text(headers, &CHECKSUM).and_then(Checksum::parse);
    checksum.map(Some).ok_or_else(|| refused("the checksum must be of sha1 or sha256, in base64"))
}

/// The id of the blob that is to come, if the client tells it. Nothing else may be told: what a file is called is for
/// those who have its key.
pub(super) fn announced(headers: &HeaderMap) -> Result<Option<BlobId>, Response> {
    if !headers.contains_key(METADATA) {
        return Ok(None);
    }
    let why = || refused("of an upload nothing but `digest` may be told: the blob's id, in base64");
    let metadata = text(headers, &METADATA).ok_or_else(why)?;
    if metadata.trim().is_empty() {
        return Ok(None);
    }
    let digest = metadata.trim().split_once(' ').filter(|(key, _)| *key == DIGEST).map(|(_, value)| value);
    let digest = digest.and_then(|value| data_encoding::BASE64.decode(value.as_bytes()).ok());
    let digest = digest.and_then(|digest| String::from_utf8(digest).ok()?.parse().ok());
    digest.map(Some).ok_or_else(why)
}

/// The one value of a header, if it has one.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn refused(detail: &'static str) -> Response {
    Failure(problem::bad_request(detail)).into_response()
}

/// Tells in an answer's headers how far an upload has come.
pub(super) fn tell(headers: &mut HeaderMap, progress: &Progress) {
    let Progress { upload, have } = progress;
    headers.insert(OFFSET, HeaderValue::from(*have));
    let expires = UNIX_EPOCH.checked_add(Duration::from_millis(upload.expires_at.as_millis()));
    // Later than the format can say it is never told.
    let expires = expires.filter(|_| upload.expires_at.as_millis() < LATEST);
    let expires = expires.and_then(|at| HeaderValue::from_str(&httpdate::fmt_http_date(at)).ok());
    headers.extend(expires.map(|expires| (EXPIRES, expires)));
    let blob = upload.blob.and_then(|blob| HeaderValue::from_str(&blob.to_string()).ok());
    headers.extend(blob.map(|blob| (BLOB, blob)));
}

/// Tells what was told when the upload began.
pub(super) fn tell_announced(headers: &mut HeaderMap, announced: Option<BlobId>) {
    let Some(blob) = announced else { return };
    let metadata = format!("{DIGEST} {}", data_encoding::BASE64.encode(blob.to_string().as_bytes()));
    headers.extend(HeaderValue::from_str(&metadata).ok().map(|metadata| (METADATA, metadata)));
}

/// The beginning of the year 9999, in milliseconds.
const LATEST: u64 = 253_370_764_800_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        let values = values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok());
        values.map(|value| (name.clone(), value)).collect()
    }

    #[test]
    fn a_number_is_digits_and_comes_once() {
        let number = |values: &[&[u8]]| number(&headers(&LENGTH, values), &LENGTH).ok();
        assert_eq!(number(&[b"0"]), Some(0));
        assert_eq!(number(&[b"18446744073709551615"]), Some(u64::MAX));
        let wrong: [&[&[u8]]; 8] =
            [&[], &[b""], &[b"-1"], &[b"+1"], &[b"1.0"], &[b"18446744073709551616"], &[b"1", b"1"], &[b"\xff"]];
        for wrong in wrong {
            assert_eq!(number(wrong), None);
        }
    }

    #[test]
    fn only_the_blob_is_announced() {
        let blob = BlobId::from_bytes([0xab; 32]);
        let mut told = HeaderMap::new();
        tell_announced(&mut told, Some(blob));
        assert_eq!(announced(&told).ok(), Some(Some(blob)), "what is told is what was told");
        let of = |metadata: &[u8]| announced(&headers(&METADATA, &[metadata])).ok();
        assert_eq!((of(b""), of(b" ")), (Some(None), Some(None)));
        let digest = data_encoding::BASE64.encode(blob.to_string().as_bytes());
        for wrong in
            ["digest", "digest ", "digest AAAA", "filename Y2F0LnBuZw==", &format!("digest {digest},is_confidential")]
        {
            assert_eq!(of(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_the_server_fail(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..3)) {
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            drop(number(&headers(&OFFSET, &values), &OFFSET));
            drop(checksum(&headers(&CHECKSUM, &values)));
            drop(announced(&headers(&METADATA, &values)));
            drop(check_version(&headers(&RESUMABLE, &values)));
            drop(check_media_type(&headers(&header::CONTENT_TYPE, &values)));
        }
    }
}

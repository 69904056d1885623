//! Blobs, whole or in ranges. They are ciphertext: nothing in them is ever shown or run by a browser that asks for one.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use beseda_app::domain::Blob;
use beseda_app::port::StoreError;
use beseda_app::usecase::blob::{BlobError, blob_to_fetch};
use beseda_model::{BlobId, Code};
use beseda_wire::Problem;
use futures_util::{StreamExt as _, stream};

use super::caller::Caller;
use super::error::Failure;
use super::id::Id;
use super::range::{Wanted, wanted};
use crate::context::Context;
use crate::problem;
use crate::site::is_known;

/// A blob or a part of it; for HEAD the headers alone.
pub(super) async fn fetch(
    State(context): State<Arc<Context>>,
    _: Caller,
    Id(id): Id<BlobId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let found = context.read(move |view| blob_to_fetch(view, id)).await;
    let blob = found.map_err(|error: BlobError| context.refuse("blob", &error))?;
    let etag = HeaderValue::from_str(&format!("\"{}\"", blob.id)).map_err(|_| nowhere())?;
    if is_known(&headers, &etag) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED.into_response(), &etag));
    }
    let (status, first, length) = match range(&headers, &etag, blob.size) {
        Wanted::All => (StatusCode::OK, 0, blob.size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, (last - first).saturating_add(1)),
        Wanted::Nothing => return Ok(not_satisfiable(blob.size)),
    };
    let body = if method == Method::HEAD { Body::empty() } else { body(&context, blob, first, length).await? };
    let mut response = with_headers((status, body).into_response(), &etag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if status == StatusCode::PARTIAL_CONTENT {
        let last = first.saturating_add(length).saturating_sub(1);
        let part = HeaderValue::from_str(&format!("bytes {first}-{last}/{}", blob.size));
        headers.extend(part.ok().map(|part| (header::CONTENT_RANGE, part)));
    }
    Ok(response)
}

/// The part that is asked for, if it is to be one of just this blob.
fn range(headers: &HeaderMap, etag: &HeaderValue, size: u64) -> Wanted {
    let is_of_this = headers.get(header::IF_RANGE).is_none_or(|condition| condition == etag);
    let mut ranges = headers.get_all(header::RANGE).iter();
    match (ranges.next().and_then(|range| range.to_str().ok()), ranges.next()) {
        (Some(range), None) if is_of_this => wanted(range, size),
        _ => Wanted::All,
    }
}

fn not_satisfiable(size: u64) -> Response {
    let why = problem::bad_request("the blob has no such bytes");
    let mut response = Failure(why).with_status(StatusCode::RANGE_NOT_SATISFIABLE);
    let size = HeaderValue::from_str(&format!("bytes */{size}"));
    response.headers_mut().extend(size.ok().map(|size| (header::CONTENT_RANGE, size)));
    response
}

fn with_headers(mut response: Response, etag: &HeaderValue) -> Response {
    const FIXED: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (header::CACHE_CONTROL, "private, immutable, max-age=31536000"),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::ETAG, etag.clone());
    response
}

/// `length` bytes from `first` on, read as the other side takes them.
async fn body(context: &Context, blob: Blob, first: u64, length: u64) -> Result<Body, Failure> {
    if length == 0 {
        return Ok(Body::empty());
    }
    // The beginning is read before anything is promised: a file that is gone is told as such.
    let begun = async {
        let Some(mut reading) = context.blobs.read(blob.id, first, length).await? else { return Ok(None) };
        let part = reading.part().await?;
        Ok((!part.is_empty()).then_some((reading, part)))
    };
    let begun = begun.await.map_err(|error: StoreError| context.refuse("blob", &BlobError::from(error)))?;
    let Some((reading, beginning)) = begun else {
        tracing::warn!("The file of a blob is not what the database says.");
        return Err(nowhere());
    };
    let left = length.saturating_sub(beginning.len() as u64);
    let rest = stream::try_unfold((reading, left), |(mut reading, left)| async move {
        if left == 0 {
            return Ok::<_, io::Error>(None);
        }
        let part = reading.part().await.map_err(io::Error::other)?;
        if part.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let left = left.saturating_sub(part.len() as u64);
        Ok(Some((part, (reading, left))))
    });
    Ok(Body::from_stream(stream::once(async { Ok(beginning) }).chain(rest)))
}

fn nowhere() -> Failure {
    Problem::new(Code::NotFound, "there is no such upload or blob").into()
}

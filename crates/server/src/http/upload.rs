//! Uploads by tus 1.0.0: begun, gone on with from any device of the account, ended.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use beseda_app::domain::Upload;
use beseda_app::usecase::blob::{BlobError, CreateUpload, create_upload};
use beseda_model::UploadId;
use beseda_wire::Problem;

use super::caller::Caller;
use super::error::Failure;
use super::id::Id;
use super::tus;
use crate::blobs::{self, Arriving};
use crate::checksum;
use crate::context::Context;

/// What uploads can do here.
pub(super) async fn options(State(context): State<Arc<Context>>) -> Response {
    let most = HeaderValue::from(context.config.limits.blob_bytes);
    let headers = [
        (tus::SUPPORTED, HeaderValue::from_static(tus::VERSION)),
        (HeaderName::from_static("tus-extension"), HeaderValue::from_static(tus::EXTENSIONS)),
        (HeaderName::from_static("tus-max-size"), most),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static(checksum::ALGORITHMS)),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Begins one, perhaps with its first bytes.
pub(super) async fn create(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, Response> {
    let headers = request.headers();
    tus::check_version(headers)?;
    let length = tus::number(headers, &tus::LENGTH)?;
    let announced = tus::announced(headers)?;
    let checksum = tus::checksum(headers)?;
    let body = if headers.contains_key(header::CONTENT_TYPE) || has_body(headers) {
        tus::check_media_type(headers)?;
        request.into_body()
    } else {
        Body::empty()
    };
    let id = UploadId::random(&mut context.rng());
    let cmd = CreateUpload { id, length, announced, at: context.clock.now() };
    let created: Result<Upload, BlobError> = context.write(move |uow| create_upload(uow, actor, cmd)).await;
    created.map_err(|error| failed(context.refuse("create_upload", &error)))?;
    let arriving = Arriving { upload: id, offset: 0, body, checksum, is_new: true };
    let progress = blobs::receive(&context, actor, arriving).await.map_err(failed)?;
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    let place = HeaderValue::from_str(&format!("/api/v1/uploads/{id}"));
    headers.extend(place.ok().map(|place| (header::LOCATION, place)));
    tus::tell(headers, &progress);
    Ok(response)
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length.as_bytes() != b"0")
}

/// How far one has come.
pub(super) async fn state(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    tus::check_version(&headers)?;
    let progress = blobs::progress(&context, actor, id).await.map_err(failed)?;
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    tus::tell(headers, &progress);
    tus::tell_announced(headers, progress.upload.announced);
    headers.insert(tus::LENGTH, HeaderValue::from(progress.upload.length));
    Ok(response)
}

/// Goes on with one.
pub(super) async fn more(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
    request: Request,
) -> Result<Response, Response> {
    let headers = request.headers();
    tus::check_version(headers)?;
    tus::check_media_type(headers)?;
    let offset = tus::number(headers, &tus::OFFSET)?;
    let checksum = tus::checksum(headers)?;
    let arriving = Arriving { upload: id, offset, body: request.into_body(), checksum, is_new: false };
    let progress = blobs::receive(&context, actor, arriving).await.map_err(failed)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    tus::tell(response.headers_mut(), &progress);
    Ok(response)
}

/// Ends one. What it has become stays.
pub(super) async fn end(
    State(context): State<Arc<Context>>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    tus::check_version(&headers)?;
    blobs::cancel(&context, actor, id).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn failed(problem: Problem) -> Response {
    Failure(problem).into_response()
}

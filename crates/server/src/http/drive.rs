//! Files from and to people's cloud drives, which browsers can't reach. What a drive wants to be shown comes with each
//! request, is shown to it, and forgotten.

#[cfg(feature = "drives")]
mod grant;

#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as authorize;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as exchange;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as list;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as read;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as refresh;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as revoke;
#[cfg(not(feature = "drives"))]
pub(super) use super::router::nowhere as write;
#[cfg(feature = "drives")]
pub(super) use grant::{authorize, exchange, refresh, revoke};
#[cfg(feature = "drives")]
pub(super) use here::{list, read, write};

#[cfg(feature = "drives")]
mod here {
    use std::future::Future;
    use std::io;
    use std::sync::Arc;

    use axum::Json as Answer;
    use axum::body::Body;
    use axum::extract::State;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
    use axum::response::{IntoResponse as _, Response};
    use beseda_app::domain::Actor;
    use beseda_infra::drive::{Access, Drive, DriveError, Reading};
    use beseda_model::{Code, Timestamp};
    use beseda_wire::Problem;
    use beseda_wire::http::{DriveAccess, DriveEntry, DrivePage, ListDrive, ReadDrive, WriteDrive};
    use data_encoding::BASE64URL_NOPAD;
    use futures_util::{StreamExt as _, stream};
    use tokio::sync::oneshot;
    use tokio::time::{Duration, Instant, timeout, timeout_at};

    use super::super::body::Json;
    use super::super::caller::Caller;
    use super::super::error::Failure;
    use crate::context::Context;
    use crate::drives::{Relay, patience, provider_of};
    use crate::problem;
    use crate::shares::Share;

    /// Says where a file goes.
    const WHERE: HeaderName = HeaderName::from_static("beseda-drive");
    /// A device that says nothing for so long has gone.
    const DEVICE_PATIENCE: Duration = Duration::from_secs(60);
    /// Pages further on are not looked for: each is counted from the beginning.
    const MOST_SKIPPED: u64 = 100_000;
    /// When to come back to a drive that is busy.
    const BUSY_RETRY_MS: u64 = 5_000;

    /// A page of a folder.
    pub(in super::super) async fn list(
        State(context): State<Arc<Context>>,
        Caller(actor): Caller,
        Json(body): Json<ListDrive>,
    ) -> Result<Answer<DrivePage>, Failure> {
        let (drive, _turn) = open(&context, actor, body.drive, &body.path)?;
        if body.skip > MOST_SKIPPED {
            return Err(problem::bad_request("the page is too far in the folder").into());
        }
        let (skip, most) = (size(body.skip), size(context.config.limits.drive_entries));
        let page = in_time(&context, drive.list(&body.path, skip, most)).await?;
        let entries = page.entries.into_iter().map(|entry| DriveEntry {
            name: entry.name,
            folder: entry.is_folder,
            size: entry.size,
            modified: entry.modified_ms.map(Timestamp::from_millis),
        });
        Ok(Answer(DrivePage { entries: entries.collect(), more: page.more }))
    }

    /// A file, as it comes.
    pub(in super::super) async fn read(
        State(context): State<Arc<Context>>,
        Caller(actor): Caller,
        Json(body): Json<ReadDrive>,
    ) -> Result<Response, Failure> {
        let (drive, share) = open(&context, actor, body.drive, &body.path)?;
        let until = Instant::now() + patience(&context.config.limits);
        let (size, reading) = in_time(&context, drive.read(&body.path, body.at)).await?;
        let left = size.checked_sub(body.at).ok_or_else(|| problem::bad_request("the file has no such bytes"))?;
        if size > context.config.limits.blob_bytes {
            return Err(problem::over_limit("blob_bytes", context.config.limits.blob_bytes).into());
        }
        let parts = stream::try_unfold((reading, share), move |(mut reading, share): (Reading, Share)| async move {
            match timeout_at(until, reading.next()).await {
                Ok(Some(Ok(part))) => Ok(Some((part, (reading, share)))),
                Ok(Some(Err(_))) => Err(io::Error::other(DriveError::Unreachable)),
                Ok(None) => Ok(None),
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            }
        });
        let mut response = Body::from_stream(parts).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(left));
        Ok(response)
    }

    /// A file that goes there.
    pub(in super::super) async fn write(
        State(context): State<Arc<Context>>,
        Caller(actor): Caller,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Response, Failure> {
        let told = headers.get(WHERE).and_then(|value| BASE64URL_NOPAD.decode(value.as_bytes()).ok());
        let told: Option<WriteDrive> = told.and_then(|json| serde_json::from_slice(&json).ok());
        let told = told.ok_or_else(|| problem::bad_request("the header beseda-drive says where the file goes"))?;
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let length = length.ok_or_else(|| problem::bad_request("the length of the file is needed"))?;
        let (drive, share) = open(&context, actor, told.drive, &told.path)?;
        let body = body.into_data_stream();
        let body = stream::unfold(body, |mut body| async move {
            match timeout(DEVICE_PATIENCE, body.next()).await {
                Ok(Some(part)) => Some((part.map_err(io::Error::other), body)),
                Ok(None) => None,
                Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), body)),
            }
        });
        let (done, waiting) = oneshot::channel();
        let (chance, patience) = (context.chance(), patience(&context.config.limits));
        // Beside the request: when the device goes away, what was begun is tidied up all the same.
        context.tasks.spawn("drive", async move {
            let writing = drive.write(&told.path, length, told.replace, chance, until(patience, body));
            let _gone = done.send(writing.await);
            drop(share);
        });
        let outcome = timeout(patience, waiting).await.map_err(|_| told_why(DriveError::Unreachable))?;
        outcome.unwrap_or(Err(DriveError::Unreachable)).map_err(told_why)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    /// Parts that come before the time is over.
    fn until<T>(
        patience: Duration,
        parts: impl stream::Stream<Item = io::Result<T>> + Send + 'static,
    ) -> impl stream::Stream<Item = io::Result<T>> + Send + 'static
    where
        T: Send + 'static,
    {
        let end = Instant::now() + patience;
        stream::unfold(Box::pin(parts), move |mut parts| async move {
            match timeout_at(end, parts.next()).await {
                Ok(part) => part.map(|part| (part, parts)),
                Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), parts)),
            }
        })
    }

    /// The way to drives.
    pub(super) fn relay(context: &Context) -> Result<&Relay, Problem> {
        let nowhere = || Problem::new(Code::NotFound, "this server does not pass files from and to drives on");
        context.drives.as_ref().ok_or_else(nowhere)
    }

    fn open(context: &Context, actor: Actor, access: DriveAccess, path: &str) -> Result<(Drive, Share), Failure> {
        let relay = relay(context)?;
        let most = context.config.limits.drive_path_bytes;
        if path.len() as u64 > most {
            return Err(problem::over_limit("drive_path_bytes", most).into());
        }
        let share = relay.share(actor.account)?;
        let access = match access {
            DriveAccess::Webdav { address, user, password } => Access::Webdav { address, user, password },
            DriveAccess::S3 { address, region, bucket, key, secret } => {
                Access::S3 { address, region, bucket, key, secret }
            }
            DriveAccess::Cloud { provider, token } => Access::Cloud { provider: provider_of(provider), token },
        };
        Ok((relay.drives.open(&access).map_err(told_why)?, share))
    }

    /// Waits for a drive no longer than a request may take.
    pub(super) async fn in_time<T>(
        context: &Context,
        work: impl Future<Output = Result<T, DriveError>>,
    ) -> Result<T, Failure> {
        let done = timeout(patience(&context.config.limits), work).await;
        Ok(done.unwrap_or(Err(DriveError::Unreachable)).map_err(told_why)?)
    }

    /// What the person is told. Whether an address leads inside is not: the answer would tell what is there.
    pub(super) fn told_why(why: DriveError) -> Problem {
        let code = match why {
            DriveError::Address | DriveError::Path | DriveError::Cut => Code::BadRequest,
            DriveError::Denied => Code::Forbidden,
            DriveError::NotFound => Code::NotFound,
            DriveError::Exists => Code::AlreadyExists,
            DriveError::Full => Code::QuotaExceeded,
            DriveError::Busy | DriveError::Later { .. } => Code::Overloaded,
            DriveError::Expired => Code::DriveExpired,
            DriveError::NotOffered => Code::NotFound,
            _ => return Problem::new(Code::DriveUnreachable, "the drive can't be reached, or does not answer as one"),
        };
        let retry_after_ms = match why {
            DriveError::Busy => Some(BUSY_RETRY_MS),
            DriveError::Later { millis } => Some(millis),
            _ => None,
        };
        Problem { retry_after_ms, ..Problem::new(code, why.to_string()) }
    }

    fn size(number: u64) -> usize {
        usize::try_from(number).unwrap_or(usize::MAX)
    }
}

//! What the operator says of the bucket, and whether it can be used so.

use std::error::Error as StdError;
use std::time::Duration;

use beseda_app::port::StoreError;
use beseda_model::Rng;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::{BackoffConfig, ClientOptions, Error, ObjectStoreExt as _, RetryConfig};
use url::Url;

use super::bucket::{Bucket, list};
use super::names::Names;
use crate::environment::with_environment;

/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long to wait for an answer, or for more of it. A part is sent in this time.
const ANSWER: Duration = Duration::from_secs(60);
/// How often to ask again, and until when: who has uploaded something waits for it, and can come again.
const RETRIES: usize = 3;
const RETRY: Duration = Duration::from_secs(20);

/// What the operator says of the bucket. In the two keys `${NAME}` stands for a variable of the environment.
#[derive(Clone)]
pub struct S3Options {
    /// The store's address; that of Amazon, if it is empty.
    pub endpoint: String,
    /// The bucket.
    pub bucket: String,
    /// Where it is.
    pub region: String,
    /// What the names of all our objects begin with.
    pub prefix: String,
    /// Who we are.
    pub access_key_id: String,
    /// By what the store knows.
    pub secret_access_key: String,
    /// Whether the bucket is a part of the path, not of the host's name.
    pub path_style: bool,
}

impl std::fmt::Debug for S3Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Options")
            .field("endpoint", &self.endpoint)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

/// Why the bucket can't be used. Says nothing of what is secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum S3Error {
    /// What the operator says is wrong.
    #[error("the setting `s3.{key}` is wrong: {reason}")]
    Setting {
        /// Which setting.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The store does not do what it is asked for.
    #[error("cannot {what} in the bucket `{bucket}`: {why}{}", and(.words))]
    Failed {
        /// What it was asked for.
        what: &'static str,
        /// Where.
        bucket: String,
        /// Why not.
        why: Trouble,
        /// What it said itself, if it said anything.
        words: String,
    },
    /// Uploads can't be kept on the disk.
    #[error(transparent)]
    Disk(#[from] StoreError),
}

fn and(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}

/// What is wrong with the store. Unlike its own errors it names nothing, so that it may stand in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// No connection.
    #[error("the object store can't be reached: check `s3.endpoint` and the network")]
    Unreachable,
    /// No answer.
    #[error("the object store does not answer in time")]
    Slow,
    /// The key is wrong, or the store does not let it.
    #[error("the object store refuses it: check the access key and what it may do, and this machine's clock")]
    Refused,
    /// No bucket.
    #[error("there is no such bucket")]
    NoBucket,
    /// Anything else.
    #[error("the object store answers with an error")]
    Answer,
}

impl Trouble {
    /// What it is, where no single object was asked for.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::NotFound { .. } => return Self::NoBucket,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => return Self::Refused,
            _ => {}
        }
        match causes(error).find_map(|cause| cause.downcast_ref::<HttpError>()).map(HttpError::kind) {
            Some(HttpErrorKind::Connect | HttpErrorKind::Request | HttpErrorKind::Interrupted) => Self::Unreachable,
            Some(HttpErrorKind::Timeout) => Self::Slow,
            _ => Self::Answer,
        }
    }
}

fn causes<'a>(error: &'a Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let first: &'a (dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |error: &&'a (dyn StdError + 'static)| (*error).source())
}

/// The bucket, in which something could be written, found, read and erased.
pub(super) async fn open(
    options: &S3Options,
    environment: impl Fn(&str) -> Option<String>,
    mut rng: Box<dyn Rng>,
) -> Result<Bucket, S3Error> {
    let names = Names::below(&options.prefix).map_err(|error| wrong("prefix", &error))?;
    let store = client(options, environment)?;
    let mut chance = [0; 16];
    rng.fill(&mut chance);
    let name = names.trial(chance);
    let failed = |what| {
        move |error: Error| {
            let words = causes(&error).last().map(ToString::to_string).unwrap_or_default();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            S3Error::Failed { what, bucket: options.bucket.clone(), why: Trouble::of(&error), words }
        }
    };
    store.put(&name, "trial".into()).await.map_err(failed("write"))?;
    let read = store.get(&name).await.map_err(failed("read"))?.bytes().await.map_err(failed("read"))?;
    let is_listed = list(&store, name.as_ref()).await.map_err(failed("list"))?.len() == 1;
    store.delete(&name).await.map_err(failed("erase"))?;
    if read != "trial" || !is_listed {
        let words = "what was written is not found".to_owned();
        return Err(S3Error::Failed { what: "read", bucket: options.bucket.clone(), why: Trouble::Answer, words });
    }
    Ok(Bucket::new(store, names, rng))
}

fn wrong(key: &'static str, reason: &dyn ToString) -> S3Error {
    S3Error::Setting { key, reason: reason.to_string() }
}

fn client(options: &S3Options, environment: impl Fn(&str) -> Option<String>) -> Result<AmazonS3, S3Error> {
    let secret = |key, text: &str| {
        let filled = with_environment(text, &environment).map_err(|error| wrong(key, &error))?;
        if filled.is_empty() { Err(wrong(key, &"it is needed where `blobs` is `s3`")) } else { Ok(filled) }
    };
    if options.bucket.is_empty() {
        return Err(wrong("bucket", &"it is needed where `blobs` is `s3`"));
    }
    let client = ClientOptions::new()
        .with_allow_http(options.endpoint.starts_with("http://"))
        .with_connect_timeout(CONNECT)
        .with_read_timeout(ANSWER)
        // A large answer takes as long as who has asked for it takes it.
        .with_timeout_disabled();
    let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: RETRIES, retry_timeout: RETRY };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&options.bucket)
        .with_region(&options.region)
        .with_access_key_id(secret("access_key_id", &options.access_key_id)?)
        .with_secret_access_key(secret("secret_access_key", &options.secret_access_key)?)
        .with_virtual_hosted_style_request(!options.path_style)
        // Not all stores know how to erase many at once.
        .with_disable_bulk_delete(true)
        .with_client_options(client)
        .with_retry(retry);
    if !options.endpoint.is_empty() {
        builder = builder.with_endpoint(endpoint(options)?);
    }
    // The builder's own errors name settings alone.
    builder.build().map_err(|error| wrong("endpoint", &error))
}

/// The address that requests go to.
fn endpoint(options: &S3Options) -> Result<String, S3Error> {
    let expected = || wrong("endpoint", &"expected an address such as `https://s3.example.org`");
    let mut url = Url::parse(&options.endpoint).map_err(|_| expected())?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(expected)?;
    if !options.path_style {
        let host = format!("{}.{host}", options.bucket);
        url.set_host(Some(&host)).map_err(|_| expected())?;
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

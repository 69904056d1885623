use std::future::Future;
use std::pin::Pin;

/// Something on the web that is to be read for somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its whole address.
    pub url: String,
    /// The media types that are taken, in lower case and without parameters.
    pub types: &'static [&'static str],
    /// Most bytes of it, as sent and as unpacked.
    pub most: u64,
}

/// Where somebody looks is of no business in a log.
impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("most", &self.most).finish_non_exhaustive()
    }
}

/// What was there.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was found in the end, after redirects.
    pub url: String,
    /// Its media type, one of those that were wanted.
    pub media_type: String,
    /// The character set that came with the type.
    pub charset: Option<String>,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// See [`Wanted`].
impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetched").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Why something was not read. Says nothing of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not an address of the web: another scheme, a name and a password in it, a port of other services.
    #[error("not an address of the web")]
    Address,
    /// It leads to what not everybody can reach.
    #[error("the address is not public")]
    NotPublic,
    /// It leads on and on, nowhere, or from an encrypted page to one that is not.
    #[error("the redirect is not followed")]
    Redirect,
    /// Nobody answered, or not as HTTP demands.
    #[error("the site can't be reached")]
    Unreachable,
    /// It took too long.
    #[error("the site did not answer in time")]
    TimedOut,
    /// It answered that there is nothing.
    #[error("the site answered with status {status}")]
    Status {
        /// HTTP's.
        status: u16,
    },
    /// There is something else than what is wanted.
    #[error("the answer has another type")]
    Type,
    /// There is too much of it, or it is packed in a way that was not offered.
    #[error("the answer is too large")]
    TooLarge,
}

/// Something that is being read.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Fetched, FetchError>> + Send + 'a>>;

/// Reads what is on the web, and nothing that is not on the web for everybody.
pub trait Fetcher: Send + Sync {
    /// Reads something, once. It ends by itself: nobody waits for ever.
    fn fetch<'a>(&'a self, wanted: &'a Wanted) -> Fetching<'a>;
}

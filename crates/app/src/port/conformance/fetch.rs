//! [`Fetcher`]: what every adapter does with an address.

use crate::port::{FetchError, Fetched, Fetcher, Fetching, Wanted};

/// The types that the suite asks for.
const PAGES: &[&str] = &["text/html"];

/// What is at `page`, an HTML page of `bytes`, is read as it is; one byte less than there is is not enough, and another
/// type is not taken. `run` waits for the end.
pub fn reads_what_is_there_and_no_more(
    fetcher: &dyn Fetcher,
    run: impl Fn(Fetching<'_>) -> Result<Fetched, FetchError>,
    page: &str,
    bytes: &[u8],
) {
    let wanted = |most: usize, types| Wanted { url: page.to_owned(), types, most: most as u64 };
    let fetched = run(fetcher.fetch(&wanted(bytes.len(), PAGES))).expect("it is there");
    assert_eq!((fetched.media_type.as_str(), fetched.bytes.as_slice()), ("text/html", bytes));
    let cut = run(fetcher.fetch(&wanted(bytes.len().saturating_sub(1), PAGES)));
    assert_eq!(cut, Err(FetchError::TooLarge));
    assert_eq!(run(fetcher.fetch(&wanted(bytes.len(), &["image/png"]))), Err(FetchError::Type));
}

/// What is no address of the web, or leads to this machine or its neighbours, is not read.
pub fn reads_nothing_that_is_not_public(
    fetcher: &dyn Fetcher,
    run: impl Fn(Fetching<'_>) -> Result<Fetched, FetchError>,
) {
    for (url, why) in [
        ("nonsense", FetchError::Address),
        ("ftp://example.org/", FetchError::Address),
        ("http://me:secret@example.org/", FetchError::Address),
        ("http://10.0.0.1/", FetchError::NotPublic),
        ("http://[fd00::1]/", FetchError::NotPublic),
    ] {
        let wanted = Wanted { url: url.to_owned(), types: PAGES, most: 1 };
        assert_eq!(run(fetcher.fetch(&wanted)), Err(why), "{url}");
    }
}

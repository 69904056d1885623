//! Search results.

use super::message::{message, place_of};
use super::{StoreError, View};
use crate::api::view::{Body, SearchHit, SearchQuery};
use crate::search::query;
use crate::search::words::{Sought, Words};

/// What matches, newest first.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn search(view: &View<'_>, asked: &SearchQuery) -> Result<Vec<SearchHit>, StoreError> {
    let words = Words::default();
    let sought = Sought::parse(&words, &asked.text);
    let mut hits = Vec::new();
    for row in query::find(view.conn, &words, asked)? {
        let (Some(conversation), Some(message)) = (place_of(view.conn, row)?, message(view, row)?) else { continue };
        let matches = match &message.body {
            Body::Text { text, .. } => sought.matches(&words, text),
            Body::Deleted { .. } | Body::System { .. } | Body::Unsupported { .. } | Body::Unreadable { .. } => continue,
        };
        hits.push(SearchHit { conversation, message, matches });
    }
    Ok(hits)
}

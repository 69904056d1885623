//! Search results.

use super::message::{message, place_of};
use super::{StoreError, View};
use crate::api::view::{Body, SearchHit, SearchQuery};
use crate::files;
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
        let (matches, files) = match &message.body {
            Body::Text { text, attachments, .. } => {
                let named = (0_u32..).zip(attachments);
                let named =
                    named.filter(|(_, shown)| sought.touches_name(&words, &files::called(&shown.name, &shown.media)));
                (sought.matches(&words, text), named.map(|(place, _)| place).collect())
            }
            Body::Once { .. }
            | Body::Deleted { .. }
            | Body::System { .. }
            | Body::Unsupported { .. }
            | Body::Unreadable { .. } => continue,
        };
        hits.push(SearchHit { conversation, message, matches, files });
    }
    Ok(hits)
}

//! Pages of a timeline.

use beseda_model::{ConversationId, Timestamp};
use rusqlite::OptionalExtension;

use super::message::{COLUMNS, Reader};
use super::{StoreError, View};
use crate::api::view::{Anchor, MessageView, TimelinePage};
use crate::store::conversations::Conversation;
use crate::timeline::column;

/// Most rows of one page.
const MAX_PAGE: u32 = 500;

/// A place between rows: everything up to and with this row stands before it. What is not sent yet stands at the end, in
/// the order of writing.
#[derive(Debug, Clone, Copy)]
struct Cut {
    pos: i64,
    row: i64,
}

impl Cut {
    const END: Self = Self { pos: i64::MAX, row: i64::MAX };

    /// The place before the row instead of behind it.
    const fn before(self) -> Self {
        Self { row: self.row.saturating_sub(1), ..self }
    }
}

/// A page of a conversation's timeline, oldest row first; an anchor that is not there any more is taken as the end.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn timeline(
    view: &View<'_>,
    conversation: ConversationId,
    anchor: Anchor,
    limit: u32,
) -> Result<TimelinePage, StoreError> {
    let limit = limit.clamp(1, MAX_PAGE);
    let mut pages = Pages { view, conversation, reader: Reader::new(view, conversation)? };
    match anchor {
        Anchor::End => pages.around(Cut::END, limit, 0),
        Anchor::Before(row) => {
            let cut = pages.cut(row)?.map_or(Cut::END, Cut::before);
            pages.around(cut, limit, 0)
        }
        Anchor::After(row) => match pages.cut(row)? {
            Some(cut) => pages.around(cut, 0, limit),
            None => pages.around(Cut::END, limit, 0),
        },
        Anchor::Around(row) => match pages.cut(row)? {
            Some(cut) => pages.around(cut.before(), limit.div_euclid(2), limit - limit.div_euclid(2)),
            None => pages.around(Cut::END, limit, 0),
        },
        Anchor::Since(moment) => match pages.since(moment)? {
            Some(cut) => pages.around(cut.before(), limit.div_euclid(2), limit - limit.div_euclid(2)),
            None => pages.around(Cut::END, limit, 0),
        },
        Anchor::FirstUnread => match pages.first_unread()? {
            Some(cut) => pages.around(cut.before(), limit.div_euclid(2), limit - limit.div_euclid(2)),
            None => pages.around(Cut::END, limit, 0),
        },
    }
}

struct Pages<'v, 'c> {
    view: &'v View<'c>,
    conversation: ConversationId,
    reader: Reader<'c>,
}

impl Pages<'_, '_> {
    /// Behind a row.
    fn cut(&self, row: i64) -> Result<Option<Cut>, StoreError> {
        Ok(self
            .view
            .conn
            .prepare_cached("SELECT pos FROM messages WHERE row = ?1 AND conversation = ?2")?
            .query_row((row, self.conversation.as_bytes()), |found| Ok(Cut { pos: found.get(0)?, row }))
            .optional()?)
    }

    /// Behind the first row that is not older than a moment.
    fn since(&self, moment: Timestamp) -> Result<Option<Cut>, StoreError> {
        Ok(self
            .view
            .conn
            .prepare_cached(
                "SELECT pos, row FROM messages WHERE conversation = ?1 AND hidden = 0 AND at >= ?2 \
                 ORDER BY pos, row LIMIT 1",
            )?
            .query_row((self.conversation.as_bytes(), column::millis(moment)), |row| {
                Ok(Cut { pos: row.get(0)?, row: row.get(1)? })
            })
            .optional()?)
    }

    /// Behind the first row of somebody else that was not read.
    fn first_unread(&self) -> Result<Option<Cut>, StoreError> {
        let seen = Conversation::find(self.view.conn, self.conversation)?.map_or(0, |place| place.seen());
        Ok(self
            .view
            .conn
            .prepare_cached(
                "SELECT pos, row FROM messages WHERE conversation = ?1 AND hidden = 0 AND pos > ?2 AND own = 0 \
                 AND kind <> 1 ORDER BY pos, row LIMIT 1",
            )?
            .query_row((self.conversation.as_bytes(), column::place(seen)), |row| {
                Ok(Cut { pos: row.get(0)?, row: row.get(1)? })
            })
            .optional()?)
    }

    fn around(&mut self, cut: Cut, before: u32, after: u32) -> Result<TimelinePage, StoreError> {
        let (mut messages, more_before) = self.read("(pos, row) <= (?2, ?3)", "DESC", cut, before)?;
        messages.reverse();
        let (later, more_after) = self.read("(pos, row) > (?2, ?3)", "ASC", cut, after)?;
        messages.extend(later);
        Ok(TimelinePage { messages, more_before, more_after })
    }

    /// Up to `limit` rows on one side of a place, the nearest first, and whether there are more.
    fn read(&mut self, side: &str, order: &str, cut: Cut, limit: u32) -> Result<(Vec<MessageView>, bool), StoreError> {
        let mut statement = self.view.conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages WHERE conversation = ?1 AND hidden = 0 AND {side} \
             ORDER BY pos {order}, row {order} LIMIT ?4"
        ))?;
        let mut found = statement.query((self.conversation.as_bytes(), cut.pos, cut.row, i64::from(limit) + 1))?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut rows = Vec::with_capacity(limit);
        while let Some(row) = found.next()? {
            if rows.len() == limit {
                return Ok((rows, true));
            }
            rows.push(self.reader.read(row)?);
        }
        Ok((rows, false))
    }
}

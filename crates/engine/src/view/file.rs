//! Files: where they are, and what was sent in a conversation.

use beseda_model::ConversationId;
use beseda_wire::content::MessageRef;

use super::account::Names;
use super::{StoreError, View};
use crate::api::file::{Estimate, Fetching, FileNumber, FileUse, FileView, SharedKind, SharedView};
use crate::files::{self, File};
use crate::timeline::column;

const TABLE: &str = "attachments";

/// Most that one page holds.
const PAGE: u32 = 200;

/// Where a file is; none if it is not known here.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn file(view: &View<'_>, number: FileNumber) -> Result<Option<FileView>, StoreError> {
    Ok(File::find(view.conn, number)?.map(|file| file.view()))
}

/// How much room files take on this device.
///
/// # Errors
/// When the database fails.
pub fn file_use(view: &View<'_>) -> Result<FileUse, StoreError> {
    files::keep::room(view.conn)
}

/// What is fetched without anybody asking for it.
///
/// # Errors
/// When the database fails.
pub fn fetching(view: &View<'_>) -> Result<Fetching, StoreError> {
    Ok(Fetching { rules: files::rules::rules(view.conn)?, metered: files::rules::is_metered(view.conn)? })
}

/// What it takes to move so many bytes to the server (`up`) or from there, on the network as it is now.
///
/// # Errors
/// When the database fails.
pub fn estimate(view: &View<'_>, bytes: u64, up: bool) -> Result<Estimate, StoreError> {
    files::speed::estimate(view.conn, bytes, up)
}

/// What was sent in a conversation, newest first, before the attachment at this row and place.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn shared(
    view: &View<'_>,
    conversation: ConversationId,
    kind: SharedKind,
    before: Option<(i64, u32)>,
    limit: u32,
) -> Result<Vec<SharedView>, StoreError> {
    let kinds = match kind {
        SharedKind::Visual => "(1, 2)",
        SharedKind::File => "(0, 3)",
        SharedKind::Voice => "(4)",
    };
    let (row, place) = before.unwrap_or((i64::MAX, u32::MAX));
    let mut statement = view.conn.prepare_cached(&format!(
        "SELECT a.row, a.place, a.file, a.body, m.author, m.message, m.at FROM attachments a \
         JOIN messages m ON m.row = a.row WHERE a.conversation = ?1 AND a.kind IN {kinds} \
         AND (a.row, a.place) < (?2, ?3) AND m.hidden = 0 AND m.deleted_seq = 0 \
         ORDER BY a.row DESC, a.place DESC LIMIT ?4"
    ))?;
    let mut rows = statement.query((conversation.as_bytes(), row, place, limit.min(PAGE)))?;
    let limits = files::rules::limits(view.conn)?;
    let mut names = Names::default();
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let author = column::account(&row.get::<_, Vec<u8>>(4)?, TABLE)?;
        let id = column::message(&row.get::<_, Vec<u8>>(5)?, TABLE)?;
        all.push(SharedView {
            row: row.get(0)?,
            place: row.get(1)?,
            conversation,
            message: MessageRef { author, id },
            author_name: names.of(view.conn, author)?,
            at: column::moment(row.get(6)?),
            attachment: files::view(&limits, row.get(2)?, column::decode(&row.get::<_, Vec<u8>>(3)?, TABLE)?),
        });
    }
    Ok(all)
}

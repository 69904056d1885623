//! Files: where they are, and what was sent in a conversation.

use beseda_model::ConversationId;
use beseda_wire::content::{Attachment, MessageRef};
use rusqlite::ToSql;

use super::account::Names;
use super::{StoreError, View};
use crate::api::drive::{DriveAsk, DriveCall, DriveOf, DriveView, GrantAsk};
use crate::api::file::{Estimate, Fetching, FileNumber, FileUse, FileView, SharedKind, SharedView};
use crate::api::place::LiveShare;
use crate::files::{self, Attached, File};
use crate::search::query;
use crate::search::words::{Sought, Words};
use crate::timeline::{self, column};

const TABLE: &str = "attachments";

/// Most that one page holds.
const PAGE: u32 = 1_000;

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

/// The cloud drives that are connected on this device.
///
/// # Errors
/// When the database fails.
pub fn drives(view: &View<'_>) -> Result<Vec<DriveView>, StoreError> {
    files::drives::views(view.conn)
}

/// Where this device tells live where it is.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn live_shares(view: &View<'_>) -> Result<Vec<LiveShare>, StoreError> {
    timeline::live_shares(view.conn, view.now)
}

/// What the host sends to the server to ask something of a cloud drive; none if there is no such drive.
///
/// # Errors
/// When the database fails.
pub fn drive_call(view: &View<'_>, of: &DriveOf, ask: &DriveAsk) -> Result<Option<DriveCall>, StoreError> {
    if view.signed_in { files::drives::call(view.conn, view.now, of, ask) } else { Ok(None) }
}

/// What the host sends to the server about a drive of a provider's; none if nothing of it was asked for, or there is no such drive.
///
/// # Errors
/// When the database fails.
pub fn grant_call(view: &View<'_>, ask: &GrantAsk) -> Result<Option<DriveCall>, StoreError> {
    if view.signed_in { files::grants::call(view.conn, view.now, ask) } else { Ok(None) }
}

/// What it takes to move so many bytes to the server (`up`) or from there, on the network as it is now.
///
/// # Errors
/// When the database fails.
pub fn estimate(view: &View<'_>, bytes: u64, up: bool) -> Result<Estimate, StoreError> {
    files::speed::estimate(view.conn, bytes, up)
}

/// What was sent in a conversation, newest first, before the attachment at this row and place; with `name`, what is called
/// so, in any form of its words.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn shared(
    view: &View<'_>,
    conversation: ConversationId,
    kind: SharedKind,
    name: &str,
    before: Option<(i64, u32)>,
    limit: u32,
) -> Result<Vec<SharedView>, StoreError> {
    let words = Words::default();
    let sought = Sought::parse(&words, name);
    if sought.is_empty() && !name.trim().is_empty() {
        return Ok(Vec::new());
    }
    let kinds = match kind {
        SharedKind::Visual => "(1, 2)",
        SharedKind::File => "(0, 3)",
        SharedKind::Voice => "(4)",
    };
    // The words may be the message's own, or other files': which of its files are called so is seen one by one.
    let named = if sought.is_empty() { "" } else { "AND a.row IN (SELECT rowid FROM search WHERE search MATCH ?5)" };
    let most = limit.min(PAGE);
    let looked_through = if sought.is_empty() { i64::from(most) } else { i64::MAX };
    let (row, place) = before.unwrap_or((i64::MAX, u32::MAX));
    let mut statement = view.conn.prepare_cached(&format!(
        "SELECT a.row, a.place, a.file, a.cover, a.body, m.author, m.message, m.at FROM attachments a \
         JOIN messages m ON m.row = a.row WHERE a.conversation = ?1 AND a.kind IN {kinds} \
         AND (a.row, a.place) < (?2, ?3) AND m.hidden = 0 AND m.deleted_seq = 0 {named} \
         ORDER BY a.row DESC, a.place DESC LIMIT ?4"
    ))?;
    let expression = query::within(&sought, conversation);
    let mut arguments: Vec<&dyn ToSql> = vec![conversation.as_bytes(), &row, &place, &looked_through];
    if !sought.is_empty() {
        arguments.push(&expression);
    }
    let mut rows = statement.query(arguments.as_slice())?;
    let limits = files::rules::limits(view.conn)?;
    let mut names = Names::default();
    let mut all = Vec::new();
    while all.len() < most as usize
        && let Some(row) = rows.next()?
    {
        let attachment: Attachment = column::decode(&row.get::<_, Vec<u8>>(4)?, TABLE)?;
        if !sought.fits_name(&words, &files::called(&attachment.name, &attachment.media)) {
            continue;
        }
        let author = column::account(&row.get::<_, Vec<u8>>(5)?, TABLE)?;
        let id = column::message(&row.get::<_, Vec<u8>>(6)?, TABLE)?;
        all.push(SharedView {
            row: row.get(0)?,
            place: row.get(1)?,
            conversation,
            message: MessageRef { author, id },
            author_name: names.of(view.conn, author)?,
            at: column::moment(row.get(7)?),
            attachment: Attached { file: row.get(2)?, cover: row.get(3)?, attachment }.view(&limits),
        });
    }
    Ok(all)
}

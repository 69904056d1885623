//! Rows of the table of files.

use beseda_model::{BlobId, ConversationId};
use beseda_wire::content::{FileKey, FileRef};
use rusqlite::{Connection, Row};

use super::chunks::Layout;
use super::uses;
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::file::{FileNumber, FileState, FileView};
use crate::store::StoreError;
use crate::timeline::column;

pub(super) const TABLE: &str = "files";

/// Where a file is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nowhere.
    Rest = 0,
    /// To the server.
    Up = 1,
    /// From the server.
    Down = 2,
    /// The server has it, and is to keep it for this account as well.
    Keep = 3,
}

impl Way {
    const fn from_column(column: i64) -> Self {
        match column {
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Keep,
            _ => Self::Rest,
        }
    }
}

/// Whether a file rests on its way, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paused {
    /// It moves, as soon as there is room for it.
    No = 0,
    /// Its person wants that.
    ByPerson = 1,
    /// It is much, and the network costs by the byte: nobody has agreed to that yet.
    ByCost = 2,
}

impl Paused {
    const fn from_column(column: i64) -> Self {
        match column {
            0 => Self::No,
            2 => Self::ByCost,
            _ => Self::ByPerson,
        }
    }
}

/// A file that this database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) number: FileNumber,
    pub(crate) file: FileRef,
    /// Bytes of the sealed file that are on this device.
    pub(crate) here: u64,
    /// Bytes of the sealed file that the server has, as far as is known.
    pub(crate) sent: u64,
    /// Where the server takes it.
    pub(crate) upload: String,
    pub(crate) kept: bool,
    pub(crate) way: Way,
    pub(crate) paused: Paused,
    pub(crate) failure: Option<Failure>,
}

const COLUMNS: &str = "number, blob, key, size, here, sent, upload, kept, way, paused, failure";

/// That it is more than nothing is what the index is about, and SQLite does not conclude it from a parameter.
const ON_THE_WAY: &str = "way > 0 AND way = ?1 AND paused = ?2 ORDER BY number LIMIT ?3";

impl File {
    pub(crate) fn find(conn: &Connection, number: FileNumber) -> Result<Option<Self>, StoreError> {
        Self::one(conn, "number = ?1 AND blob <> x''", [number])
    }

    /// The row of a file, if there is one.
    pub(crate) fn of(conn: &Connection, file: &FileRef) -> Result<Option<Self>, StoreError> {
        let key = (file.blob.as_bytes(), file.key.0, file.size.cast_signed());
        Self::one(conn, "blob = ?1 AND key = ?2 AND size = ?3 AND blob <> x''", key)
    }

    /// The row of a file that a message or a profile names; made if there is none.
    pub(crate) fn know(step: &Step<'_>, file: &FileRef) -> Result<Self, StoreError> {
        let key = (file.blob.as_bytes(), file.key.0, file.size.cast_signed());
        step.tx
            .prepare_cached(
                "INSERT INTO files (blob, key, size, used_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute((key.0, key.1, key.2, column::millis(step.now)))?;
        Self::of(step.tx, file)?.ok_or(StoreError::damaged(TABLE))
    }

    /// The file with this content, if this device has sealed it before.
    pub(super) fn of_content(conn: &Connection, plain: &[u8]) -> Result<Option<Self>, StoreError> {
        Self::one(conn, "plain = ?1 AND plain <> x'' ORDER BY number LIMIT 1", [plain])
    }

    /// Files on this way, in the order in which they were begun.
    pub(super) fn on_the_way(conn: &Connection, way: Way, paused: Paused, limit: u32) -> Result<Vec<Self>, StoreError> {
        let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM files WHERE {ON_THE_WAY}"))?;
        let mut rows = statement.query((way as i64, paused as i64, limit))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(Self::read(row)?);
        }
        Ok(all)
    }

    fn one(conn: &Connection, which: &str, params: impl rusqlite::Params) -> Result<Option<Self>, StoreError> {
        let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM files WHERE {which}"))?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(Self::read).transpose()
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        const DAMAGED: StoreError = StoreError::damaged(TABLE);
        let (blob, key): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let bytes = |at: usize| -> rusqlite::Result<u64> { Ok(row.get::<_, i64>(at)?.cast_unsigned()) };
        Ok(Self {
            number: row.get(0)?,
            file: FileRef {
                blob: BlobId::try_from(blob.as_slice()).map_err(|_| DAMAGED)?,
                key: FileKey(key.as_slice().try_into().map_err(|_| DAMAGED)?),
                size: bytes(3)?,
            },
            here: bytes(4)?,
            sent: bytes(5)?,
            upload: row.get(6)?,
            kept: row.get(7)?,
            way: Way::from_column(row.get(8)?),
            paused: Paused::from_column(row.get(9)?),
            failure: column::decode_if(&row.get::<_, Vec<u8>>(10)?, TABLE)?,
        })
    }

    /// Writes what may have changed, and says so.
    pub(crate) fn save(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        step.tx
            .prepare_cached(
                "UPDATE files SET here = ?2, sent = ?3, upload = ?4, kept = ?5, way = ?6, paused = ?7, failure = ?8, \
                 used_at = ?9 WHERE number = ?1",
            )?
            .execute((
                self.number,
                self.here.cast_signed(),
                self.sent.cast_signed(),
                &self.upload,
                self.kept,
                self.way as i64,
                self.paused as i64,
                self.failure.as_ref().map(column::encode).unwrap_or_default(),
                column::millis(step.now),
            ))?;
        step.notice(Notice::File(self.number));
        Ok(())
    }

    /// How large it is when it is sealed; more than any server takes if no file can have its size.
    pub(crate) fn sealed_size(&self) -> u64 {
        Layout::of(self.file.size).map_or(u64::MAX, Layout::sealed_size)
    }

    /// Bytes that are still to move.
    pub(super) fn left(&self) -> u64 {
        match self.way {
            Way::Up => self.sealed_size().saturating_sub(self.sent),
            Way::Down => self.sealed_size().saturating_sub(self.here),
            Way::Rest | Way::Keep => 0,
        }
    }

    /// Whether all of it is on this device, and is what it is said to be.
    pub(crate) fn is_here(&self) -> bool {
        self.way != Way::Down && self.here == self.sealed_size()
    }

    /// As people see it.
    pub(crate) fn view(&self) -> FileView {
        let total = self.sealed_size();
        let up = matches!(self.way, Way::Up | Way::Keep);
        let done = if up { self.sent } else { self.here };
        let at = match (&self.failure, self.way, self.paused) {
            // What can't be sent can be looked at: its message says why.
            (_, Way::Rest, _) if self.is_here() => FileState::Here,
            (Some(why), _, _) => FileState::Failed { why: why.clone() },
            (None, Way::Rest, _) => FileState::Elsewhere,
            (None, _, Paused::No) => FileState::Moving { up, done, total },
            (None, _, paused) => FileState::Paused { up, done, total, costly: paused == Paused::ByCost },
        };
        FileView { file: self.number, size: self.file.size, at }
    }
}

/// What is needed to open a file that is on this device; none if it is not, or can be looked at once and is not open.
///
/// # Errors
/// When the database fails or the row is damaged.
pub fn reference(conn: &Connection, number: FileNumber) -> Result<Option<FileRef>, StoreError> {
    let here = File::find(conn, number)?.filter(File::is_here);
    Ok(if here.is_some() && uses::is_locked(conn, number)? { None } else { here.map(|file| file.file) })
}

/// Conversations in which a message with this file waits to be sent.
pub(super) fn waiting_for(conn: &Connection, number: FileNumber) -> Result<Vec<ConversationId>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT m.conversation FROM message_files u JOIN messages m ON m.row = u.row \
         WHERE u.file = ?1 AND m.seq = 0",
    )?;
    let mut rows = statement.query([number])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(column::conversation(&row.get::<_, Vec<u8>>(0)?, "messages")?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_its_way_is_found_without_looking_at_all_that_was_ever_sent() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN SELECT {COLUMNS} FROM files WHERE {ON_THE_WAY}");
        let plan: String = conn.query_row(&sql, (1, 0, 64), |row| row.get("detail")).unwrap();
        assert!(plan.contains("files_way"), "{plan}");
    }
}

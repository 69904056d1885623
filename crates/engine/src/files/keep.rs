//! What stays and what goes: here and on the server.

use beseda_model::BlobId;
use beseda_wire::Request;
use rusqlite::Connection;

use super::row::TABLE;
use super::uses::IS_USED_APART;
use crate::Step;
use crate::api::event::{Effect, FileDeed, Notice};
use crate::api::file::{FileNumber, FileUse};
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::meta;

/// Blobs that the server is told of at once, well below its limit.
const AT_ONCE: u32 = 50;

/// Bytes of sealed files that stay on this device, if the person has not chosen otherwise.
const DEFAULT_CACHE: u64 = 2_000_000_000;

const CACHE: &str = "file_cache";

/// Bytes of sealed files that may stay on this device besides those that are on their way; none: all of them.
fn cache_limit(conn: &Connection) -> Result<Option<u64>, StoreError> {
    Ok(meta::get(conn, CACHE)?.unwrap_or(Some(DEFAULT_CACHE)))
}

/// The person wants to have so many bytes of files here at most.
pub(super) fn set_cache_limit(step: &mut Step<'_>, bytes: Option<u64>) -> Result<(), StoreError> {
    meta::put(step.tx, CACHE, &bytes)?;
    step.notice(Notice::Me);
    evict(step, None)
}

/// How much room files take.
pub(crate) fn room(conn: &Connection) -> Result<FileUse, StoreError> {
    let may_go = may_go();
    let sum = format!("SELECT coalesce(sum(here), 0), count(*), coalesce(sum(here) FILTER (WHERE {may_go}), 0)");
    let (used, count, clearable): (i64, u32, i64) = conn
        .prepare_cached(&format!("{sum} FROM files WHERE here > 0"))?
        .query_row((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(FileUse { used: used.cast_unsigned(), count, clearable: clearable.cast_unsigned(), allowed: cache_limit(conn)? })
}

/// Forgets files that nothing refers to any more: erased here, and let go on the server.
pub(crate) fn tend(step: &mut Step<'_>) -> Result<(), StoreError> {
    forget_loose(step)?;
    forget_sent_once(step)?;
    if step.memory.session.is_up() && !step.memory.files.letting_go {
        let blobs = waiting(step.tx)?;
        if !blobs.is_empty() {
            step.memory.files.letting_go = true;
            step.ask(Request::LetBlobsGo { blobs: blobs.clone() }, Asked::LetGo { blobs });
        }
    }
    Ok(())
}

/// Forgets what was sealed and never sent, too: whoever was about to send it has ended.
pub(super) fn forget_unsent(step: &mut Step<'_>) -> Result<(), StoreError> {
    step.tx.execute("UPDATE files SET loose = 1 WHERE loose = 2", ())?;
    step.tx.execute("DELETE FROM files WHERE blob = x''", ())?;
    forget_loose(step)
}

fn forget_loose(step: &mut Step<'_>) -> Result<(), StoreError> {
    let loose: Vec<(FileNumber, Vec<u8>, bool, bool)> = step
        .tx
        .prepare_cached(&format!(
            "SELECT number, blob, kept, EXISTS (SELECT 1 FROM message_files WHERE file = number) OR {IS_USED_APART} \
             FROM files WHERE loose = 1"
        ))?
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    for (number, blob, kept, used) in loose {
        if used {
            step.tx.prepare_cached("UPDATE files SET loose = 0 WHERE number = ?1")?.execute([number])?;
            continue;
        }
        if kept {
            step.tx.prepare_cached("INSERT OR IGNORE INTO let_go (blob) VALUES (?1)")?.execute([blob])?;
        }
        step.tx.prepare_cached("DELETE FROM files WHERE number = ?1")?.execute([number])?;
        super::transfer::stop(step, number);
        step.effect(Effect::File(FileDeed::Erase { file: number }));
        step.notice(Notice::File(number));
    }
    Ok(())
}

/// A file is looked into. Unless something refers to it by then, it is forgotten when the program starts again.
pub(crate) fn only_for_now(step: &Step<'_>, number: FileNumber) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(&format!(
            "UPDATE files SET loose = 2 WHERE number = ?1 AND loose = 0 AND kept = 0 \
             AND NOT EXISTS (SELECT 1 FROM message_files WHERE file = number) AND NOT {IS_USED_APART}"
        ))?
        .execute([number])?;
    Ok(())
}

/// Who has sent something that can be looked at once does not see it again: its bytes go from here once the server has them.
fn forget_sent_once(step: &mut Step<'_>) -> Result<(), StoreError> {
    let sent: Vec<FileNumber> = step
        .tx
        .prepare_cached(&format!(
            "UPDATE files SET here = 0, plain = x'' WHERE here > 0 AND kept = 1 AND way = 0 AND number IN \
             (SELECT u.file FROM messages m JOIN message_files u ON u.row = m.row WHERE m.once = 1 AND m.own = 1) \
             AND NOT EXISTS (SELECT 1 FROM message_files u JOIN messages m ON m.row = u.row \
             WHERE u.file = number AND (m.own = 0 OR m.once <> 1)) \
             AND NOT {IS_USED_APART} RETURNING number"
        ))?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for file in sent {
        step.effect(Effect::File(FileDeed::Erase { file }));
        step.notice(Notice::File(file));
    }
    Ok(())
}

fn waiting(conn: &Connection) -> Result<Vec<BlobId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT blob FROM let_go LIMIT ?1")?;
    let mut rows = statement.query([AT_ONCE])?;
    let mut blobs = Vec::new();
    while let Some(row) = rows.next()? {
        let blob: Vec<u8> = row.get(0)?;
        blobs.push(BlobId::try_from(blob.as_slice()).map_err(|_| StoreError::damaged("let_go"))?);
    }
    Ok(blobs)
}

/// The server was told that these are not needed.
pub(crate) fn let_go_told(step: &mut Step<'_>, blobs: &[BlobId]) -> Result<(), StoreError> {
    step.memory.files.letting_go = false;
    for blob in blobs {
        step.tx.prepare_cached("DELETE FROM let_go WHERE blob = ?1")?.execute([blob.as_bytes()])?;
    }
    Ok(())
}

/// Of files that are here: not those that are on their way, that the server does not have, pictures of people and groups, and
/// stickers, which outlive their authors' interest in them.
fn may_go() -> String {
    format!("way = 0 AND (kept = 1 OR plain = x'') AND NOT {IS_USED_APART}")
}

/// Erases what can be fetched again.
pub(super) fn clear(step: &mut Step<'_>) -> Result<(), StoreError> {
    make_room(step, 0, None)
}

/// Erases what was not used for longest until the rest is within the limit. What has just come stays until the next one does,
/// however large it is: else nobody could ever have what is larger than the limit.
pub(super) fn evict(step: &mut Step<'_>, come: Option<FileNumber>) -> Result<(), StoreError> {
    match cache_limit(step.tx)? {
        Some(limit) => make_room(step, limit, come),
        None => Ok(()),
    }
}

fn make_room(step: &mut Step<'_>, limit: u64, besides: Option<FileNumber>) -> Result<(), StoreError> {
    let mut total: u64 = step
        .tx
        .prepare_cached("SELECT coalesce(sum(here), 0) FROM files WHERE here > 0")?
        .query_row((), |row| Ok(row.get::<_, i64>(0)?.cast_unsigned()))?;
    if total <= limit {
        return Ok(());
    }
    let may_go: Vec<(FileNumber, u64)> = step
        .tx
        .prepare_cached(&format!("SELECT number, here FROM files WHERE here > 0 AND {} ORDER BY used_at", may_go()))?
        .query_map((), |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?
        .collect::<Result<_, _>>()?;
    for (number, bytes) in may_go.into_iter().filter(|(number, _)| Some(*number) != besides) {
        if total <= limit {
            break;
        }
        total = total.saturating_sub(bytes);
        step.tx.prepare_cached("UPDATE files SET here = 0 WHERE number = ?1")?.execute([number])?;
        step.effect(Effect::File(FileDeed::Erase { file: number }));
        step.notice(Notice::File(number));
    }
    Ok(())
}

/// Numbers of all files of which something may be on this device.
pub(super) fn here(conn: &Connection) -> Result<Vec<FileNumber>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT number FROM {TABLE} WHERE here > 0 ORDER BY number"))?;
    let numbers = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(numbers)
}

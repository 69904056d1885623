//! The database's file, in the origin private file system.

use beseda_engine::rusqlite::Connection;
use rsqlite_vfs::VfsFilesManager;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfg, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};

use super::failure::OpenFailure;

const FOLDER: &str = "beseda";
const DATABASE: &str = "engine.db";

/// The database, its journal, and what SQLite makes in between.
const FILES: usize = 16;

fn pool() -> OpfsSAHPoolCfgBuilder {
    OpfsSAHPoolCfgBuilder::new().directory(FOLDER).initial_capacity(FILES)
}

async fn prepare(pool: &OpfsSAHPoolCfg) -> Result<OpfsSAHPoolUtil, OpenFailure> {
    Ok(install::<WasmOsCallback>(pool, true).await?)
}

/// Opens the database. A journal that a killed worker has left is rolled back.
pub(super) async fn open() -> Result<Connection, OpenFailure> {
    prepare(&pool().build()).await?;
    let conn = Connection::open(DATABASE)?;
    // Nobody else can have the file: what was read of it stays true between transactions.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Ok(conn)
}

/// Empties the pool's files, whatever is in them.
pub(super) async fn erase() -> Result<(), OpenFailure> {
    // The first clears a pool that can't be read, the second one that is in use already.
    prepare(&pool().clear_on_init(true).build()).await?.clear()?;
    Ok(())
}

//! Schema migrations: numbered, applied once, never edited after a release.

use rusqlite::Connection;

use super::StoreError;

/// One step of the schema.
struct Migration {
    number: u32,
    sql: &'static str,
}

/// All steps, ascending. Numbers below 100 belong to the core, the hundreds from 100 on to the timeline.
const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("migrations/0001_core.sql") },
    Migration { number: 2, sql: include_str!("migrations/0002_forks.sql") },
    Migration { number: 3, sql: include_str!("migrations/0003_seals.sql") },
    Migration { number: 4, sql: include_str!("migrations/0004_commands.sql") },
    Migration { number: 50, sql: include_str!("migrations/0050_identity.sql") },
    Migration { number: 60, sql: include_str!("migrations/0060_links.sql") },
    Migration { number: 61, sql: include_str!("migrations/0061_ended.sql") },
    Migration { number: 62, sql: include_str!("migrations/0062_people.sql") },
    Migration { number: 63, sql: include_str!("migrations/0063_key_history.sql") },
    Migration { number: 101, sql: include_str!("migrations/0101_timeline.sql") },
    Migration { number: 110, sql: include_str!("migrations/0110_search.sql") },
    Migration { number: 120, sql: include_str!("migrations/0120_files.sql") },
    Migration { number: 121, sql: include_str!("migrations/0121_covers.sql") },
    Migration { number: 122, sql: include_str!("migrations/0122_once.sql") },
    Migration { number: 123, sql: include_str!("migrations/0123_stickers.sql") },
    Migration { number: 125, sql: include_str!("migrations/0125_link_previews.sql") },
    Migration { number: 127, sql: include_str!("migrations/0127_places.sql") },
    Migration { number: 128, sql: include_str!("migrations/0128_contacts.sql") },
    Migration { number: 129, sql: include_str!("migrations/0129_live.sql") },
];

/// Brings the schema up to date; the caller's transaction makes it all or nothing.
///
/// # Errors
/// When the database fails, or was written by a newer version.
pub fn migrate(conn: &Connection) -> Result<(), StoreError> {
    conn.execute_batch("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY) STRICT")?;
    let applied: Vec<u32> = conn
        .prepare("SELECT number FROM migrations ORDER BY number")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if let Some(found) = applied.iter().find(|number| MIGRATIONS.iter().all(|known| known.number != **number)) {
        return Err(StoreError::Newer { found: *found });
    }
    for migration in MIGRATIONS.iter().filter(|migration| !applied.contains(&migration.number)) {
        conn.execute_batch(migration.sql)?;
        conn.execute("INSERT INTO migrations (number) VALUES (?1)", [migration.number])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing_and_a_newer_schema_is_refused() {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn).unwrap();
        migrate(&conn).unwrap();
        conn.execute("INSERT INTO migrations (number) VALUES (9999)", ()).unwrap();
        assert!(matches!(migrate(&conn), Err(StoreError::Newer { found: 9999 })));
    }

    #[test]
    fn numbers_ascend() {
        assert!(MIGRATIONS.is_sorted_by(|one, next| one.number < next.number));
    }
}

//! Forgetting everything: the profile is as if it had never been used.

use rusqlite::Connection;

use super::StoreError;

/// Empties every table but those that say which version the file has and who may write to it. What is deleted is overwritten.
///
/// # Errors
/// When the database fails.
pub(crate) fn wipe(conn: &Connection) -> Result<(), StoreError> {
    // The index has no content of its own that could be deleted row by row.
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')", ())?;
    let tables: Vec<String> = conn
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND name NOT LIKE 'search%' AND name NOT IN ('migrations', 'meta')",
        )?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        conn.execute(&format!("DELETE FROM \"{table}\""), ())?;
    }
    conn.execute("DELETE FROM meta WHERE key NOT IN ('owner', 'search_tokens')", ())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrate::migrate;

    #[test]
    fn nothing_stays_but_what_the_file_itself_needs() {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn).unwrap();
        for key in ["owner", "search_tokens", "me", "cursor"] {
            conn.execute("INSERT INTO meta (key, value) VALUES (?1, x'00')", [key]).unwrap();
        }
        conn.execute("INSERT INTO mls (key, value) VALUES (x'01', x'02')", ()).unwrap();
        conn.execute("INSERT INTO ended_accounts (account) VALUES (x'01')", ()).unwrap();
        conn.execute("INSERT INTO search (rowid, tokens) VALUES (1, 'secret')", ()).unwrap();
        wipe(&conn).unwrap();
        let count = |sql: &str| conn.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM mls"), 0);
        assert_eq!(count("SELECT count(*) FROM ended_accounts"), 0);
        assert_eq!(count("SELECT count(*) FROM search WHERE search MATCH 'secret'"), 0);
        assert_eq!(count("SELECT count(*) FROM meta"), 2);
        migrate(&conn).unwrap();
    }
}

use beseda_app::domain::Report;
use beseda_app::port::{ReportRepo, ReportView, StoreError};
use beseda_model::{AccountId, ReportId, Timestamp};
use rusqlite::{Row, params};

use super::sql::{all, exec, get_opt_uint, get_time, one, time};
use super::unit::{SqliteUnit, SqliteView};

fn read(row: &Row<'_>) -> rusqlite::Result<Report> {
    Ok(Report {
        id: ReportId::from_bytes(row.get(0)?),
        by: AccountId::from_bytes(row.get(1)?),
        about: AccountId::from_bytes(row.get(2)?),
        at: get_time(row, 3)?,
        closed_at: get_opt_uint(row, 4)?.map(Timestamp::from_millis),
        body: row.get(5)?,
    })
}

impl ReportView for SqliteView<'_> {
    fn find(&self, id: ReportId) -> Result<Option<Report>, StoreError> {
        let sql = "SELECT id, account, about, at, closed_at, body FROM reports WHERE id = ?1";
        one(self.conn, sql, [id.as_bytes()], read)
    }

    fn list(&self, closed: bool, limit: u32) -> Result<Vec<Report>, StoreError> {
        let sql = "SELECT id, account, about, at, closed_at, body FROM reports \
                   WHERE closed_at IS NULL OR ?1 ORDER BY at DESC, id DESC LIMIT ?2";
        all(self.conn, sql, params![closed, limit], read)
    }
}

impl ReportRepo for SqliteUnit<'_> {
    fn insert(&mut self, report: &Report) -> Result<(), StoreError> {
        let sql = "INSERT INTO reports (id, account, about, at, closed_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        exec(
            self.conn(),
            sql,
            params![
                report.id.as_bytes(),
                report.by.as_bytes(),
                report.about.as_bytes(),
                time(report.at),
                report.closed_at.map(time),
                report.body,
            ],
        )?;
        Ok(())
    }

    fn close(&mut self, id: ReportId, at: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE reports SET closed_at = ?2 WHERE id = ?1 AND closed_at IS NULL";
        Ok(exec(self.conn(), sql, params![id.as_bytes(), time(at)])? > 0)
    }

    fn delete_closed(&mut self, before: Timestamp) -> Result<u32, StoreError> {
        let count = exec(self.conn(), "DELETE FROM reports WHERE closed_at < ?1", [time(before)])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

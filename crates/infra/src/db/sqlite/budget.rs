use beseda_app::port::{Budget, BudgetRepo, StoreError};
use beseda_model::Timestamp;
use rusqlite::params;

use super::code::budget;
use super::sql::{exec, int};
use super::unit::SqliteUnit;

fn day(now: Timestamp) -> i64 {
    int(now.as_millis() / 86_400_000)
}

impl BudgetRepo for SqliteUnit<'_> {
    fn spend_many(
        &mut self,
        kind: Budget,
        subject: &[u8],
        now: Timestamp,
        amount: u64,
        allowed: u64,
    ) -> Result<bool, StoreError> {
        let Some(most_before) = allowed.checked_sub(amount) else { return Ok(false) };
        let sql = "INSERT INTO budgets (kind, subject, day, used) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT DO UPDATE SET used = used + excluded.used WHERE used <= ?5";
        Ok(exec(self.conn(), sql, params![budget(kind), subject, day(now), int(amount), int(most_before)])? == 1)
    }

    fn delete_old(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        let count = exec(self.conn(), "DELETE FROM budgets WHERE day < ?1", [day(now)])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

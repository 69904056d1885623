use beseda_app::domain::TokenHash;
use beseda_app::port::{Invite, StoreError, TicketRepo, TicketView};
use beseda_model::{AccountId, InviteId, Timestamp};
use rusqlite::{Row, params};

use super::sql::{all, exec, get_opt_uint, get_time, one, time};
use super::unit::{SqliteUnit, SqliteView};

fn read(row: &Row<'_>) -> rusqlite::Result<Invite> {
    Ok(Invite {
        id: InviteId::from_bytes(row.get(0)?),
        secret: TokenHash::from_bytes(row.get(1)?),
        left: row.get(2)?,
        expires_at: get_opt_uint(row, 3)?.map(Timestamp::from_millis),
        created_at: get_time(row, 4)?,
    })
}

impl TicketView for SqliteView<'_> {
    fn invite(&self, secret: &TokenHash) -> Result<Option<Invite>, StoreError> {
        let sql = "SELECT id, secret, remaining, expires_at, created_at FROM invites WHERE secret = ?1";
        one(self.conn, sql, [secret.as_bytes()], read)
    }

    fn invites(&self, limit: u32) -> Result<Vec<Invite>, StoreError> {
        let sql = "SELECT id, secret, remaining, expires_at, created_at FROM invites ORDER BY id DESC LIMIT ?1";
        all(self.conn, sql, [limit], read)
    }

    fn ticket(&self, ticket: &TokenHash, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
        let sql = "SELECT account FROM tickets WHERE ticket = ?1 AND expires_at > ?2";
        one(self.conn, sql, params![ticket.as_bytes(), time(now)], |row| row.get(0).map(AccountId::from_bytes))
    }
}

impl TicketRepo for SqliteUnit<'_> {
    fn insert_invite(&mut self, invite: &Invite) -> Result<(), StoreError> {
        let sql = "INSERT INTO invites (id, secret, remaining, expires_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
        exec(
            self.conn(),
            sql,
            params![
                invite.id.as_bytes(),
                invite.secret.as_bytes(),
                invite.left,
                invite.expires_at.map(time),
                time(invite.created_at)
            ],
        )?;
        Ok(())
    }

    fn set_invite_left(&mut self, id: InviteId, left: u32) -> Result<(), StoreError> {
        exec(self.conn(), "UPDATE invites SET remaining = ?2 WHERE id = ?1", params![id.as_bytes(), left])?;
        Ok(())
    }

    fn delete_invite(&mut self, id: InviteId) -> Result<bool, StoreError> {
        Ok(exec(self.conn(), "DELETE FROM invites WHERE id = ?1", [id.as_bytes()])? > 0)
    }

    fn insert_ticket(
        &mut self,
        ticket: &TokenHash,
        account: AccountId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO tickets (ticket, account, expires_at) VALUES (?1, ?2, ?3)";
        exec(self.conn(), sql, params![ticket.as_bytes(), account.as_bytes(), time(expires_at)])?;
        Ok(())
    }

    fn delete_tickets_of(&mut self, account: AccountId) -> Result<(), StoreError> {
        exec(self.conn(), "DELETE FROM tickets WHERE account = ?1", [account.as_bytes()])?;
        Ok(())
    }

    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        let tickets = exec(self.conn(), "DELETE FROM tickets WHERE expires_at <= ?1", [time(now)])?;
        let invites = exec(self.conn(), "DELETE FROM invites WHERE expires_at <= ?1", [time(now)])?;
        Ok(u32::try_from(tickets.saturating_add(invites)).unwrap_or(u32::MAX))
    }
}

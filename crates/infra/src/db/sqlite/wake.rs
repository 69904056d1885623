use beseda_app::domain::{Actor, Muted, Sleeper, Subscription, TokenHash};
use beseda_app::port::{StoreError, WakeRepo, WakeView};
use beseda_model::{AccountId, ConversationId, DeviceId, Timestamp};
use rusqlite::{Row, params};

use super::sql::{all, exec, one, time};
use super::unit::{SqliteUnit, SqliteView};

/// What every message asks for each member.
pub(super) const SLEEPERS: &str = "SELECT s.endpoint, s.public_key, s.auth, s.quietly, s.device FROM subscriptions s \
     WHERE s.account = ?1 AND NOT EXISTS (SELECT 1 FROM subscription_mutes m \
     WHERE m.device = s.device AND m.conversation = ?2 AND (m.until IS NULL OR m.until > ?3))";

fn read(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    Ok(Subscription { endpoint: row.get(0)?, public_key: row.get(1)?, auth: row.get(2)?, quietly: row.get(3)? })
}

impl WakeView for SqliteView<'_> {
    fn server_key(&self) -> Result<Option<[u8; 32]>, StoreError> {
        one(self.conn, "SELECT secret FROM server_key", [], |row| row.get(0))
    }

    fn subscription(&self, device: DeviceId) -> Result<Option<Subscription>, StoreError> {
        let sql = "SELECT endpoint, public_key, auth, quietly FROM subscriptions WHERE device = ?1";
        one(self.conn, sql, [device.as_bytes()], read)
    }

    fn sleepers(
        &self,
        account: AccountId,
        conversation: Option<ConversationId>,
        now: Timestamp,
    ) -> Result<Vec<Sleeper>, StoreError> {
        let conversation = conversation.map(|id| *id.as_bytes());
        all(self.conn, SLEEPERS, params![account.as_bytes(), conversation, time(now)], |row| {
            let actor = Actor { account, device: DeviceId::from_bytes(row.get(4)?) };
            Ok(Sleeper { actor, subscription: read(row)? })
        })
    }

    fn token(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Actor>, StoreError> {
        let sql = "SELECT d.account, d.device FROM wake_tokens t CROSS JOIN devices d ON d.device = t.device \
                   WHERE t.token = ?1 AND t.expires_at > ?2 AND d.removed = 0";
        one(self.conn, sql, params![token.as_bytes(), time(now)], |row| {
            Ok(Actor { account: AccountId::from_bytes(row.get(0)?), device: DeviceId::from_bytes(row.get(1)?) })
        })
    }
}

impl WakeRepo for SqliteUnit<'_> {
    fn set_server_key(&mut self, key: &[u8; 32]) -> Result<(), StoreError> {
        exec(self.conn(), "INSERT INTO server_key (id, secret) VALUES (1, ?1)", [key])?;
        Ok(())
    }

    fn set_subscription(&mut self, actor: Actor, subscription: &Subscription) -> Result<(), StoreError> {
        let sql = "SELECT device FROM subscriptions WHERE endpoint = ?1 AND device != ?2";
        let before = one(self.conn(), sql, params![subscription.endpoint, actor.device.as_bytes()], |row| {
            row.get(0).map(DeviceId::from_bytes)
        })?;
        if let Some(before) = before {
            self.forget(before)?;
        }
        let sql = "INSERT INTO subscriptions (account, device, endpoint, public_key, auth, quietly) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (device) DO UPDATE SET endpoint = excluded.endpoint, \
                   public_key = excluded.public_key, auth = excluded.auth, quietly = excluded.quietly";
        exec(
            self.conn(),
            sql,
            params![
                actor.account.as_bytes(),
                actor.device.as_bytes(),
                subscription.endpoint,
                subscription.public_key,
                subscription.auth,
                subscription.quietly
            ],
        )?;
        Ok(())
    }

    fn set_muted(&mut self, device: DeviceId, muted: &[Muted]) -> Result<(), StoreError> {
        exec(self.conn(), "DELETE FROM subscription_mutes WHERE device = ?1", [device.as_bytes()])?;
        let sql = "INSERT OR REPLACE INTO subscription_mutes (device, conversation, until) VALUES (?1, ?2, ?3)";
        for Muted { conversation, until } in muted {
            exec(self.conn(), sql, params![device.as_bytes(), conversation.as_bytes(), until.map(time)])?;
        }
        Ok(())
    }

    fn forget(&mut self, device: DeviceId) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM subscriptions WHERE device = ?1",
            "DELETE FROM subscription_mutes WHERE device = ?1",
            "DELETE FROM wake_tokens WHERE device = ?1",
        ] {
            exec(self.conn(), sql, [device.as_bytes()])?;
        }
        Ok(())
    }

    fn insert_token(
        &mut self,
        token: &TokenHash,
        device: DeviceId,
        expires_at: Timestamp,
        others: u32,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM wake_tokens WHERE device = ?1 AND key NOT IN \
                   (SELECT key FROM wake_tokens WHERE device = ?1 ORDER BY key DESC LIMIT ?2)";
        exec(self.conn(), sql, params![device.as_bytes(), others])?;
        let sql = "INSERT INTO wake_tokens (token, device, expires_at) VALUES (?1, ?2, ?3)";
        exec(self.conn(), sql, params![token.as_bytes(), device.as_bytes(), time(expires_at)])?;
        Ok(())
    }

    fn delete_token(&mut self, token: &TokenHash) -> Result<bool, StoreError> {
        Ok(exec(self.conn(), "DELETE FROM wake_tokens WHERE token = ?1", [token.as_bytes()])? > 0)
    }

    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        let count = exec(self.conn(), "DELETE FROM wake_tokens WHERE expires_at <= ?1", [time(now)])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

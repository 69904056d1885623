use beseda_app::domain::{Actor, Link, LinkProgress, Reveal, TokenHash};
use beseda_app::port::{LinkRepo, LinkView, StoreError};
use beseda_model::{AccountId, DeviceId, LinkId, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::sql::{bad, exec, get_time, one, time};
use super::unit::{SqliteUnit, SqliteView};

fn read(row: &Row<'_>) -> rusqlite::Result<Link> {
    let actor = |row: &Row<'_>| {
        Ok::<_, rusqlite::Error>(Actor {
            account: AccountId::from_bytes(row.get(6)?),
            device: DeviceId::from_bytes(row.get(7)?),
        })
    };
    let progress = match row.get(5)? {
        0i64 => LinkProgress::Waiting,
        1 => LinkProgress::Opened { by: actor(row)?, nonce: row.get(8)? },
        2 => LinkProgress::Revealed {
            by: actor(row)?,
            nonce: row.get(8)?,
            reveal: Reveal {
                device: DeviceId::from_bytes(row.get(9)?),
                signature_key: row.get(10)?,
                nonce: row.get(11)?,
            },
        },
        3 => {
            let Actor { account, device } = actor(row)?;
            LinkProgress::Approved { account, device }
        }
        4 => LinkProgress::Refused,
        _ => return Err(bad(5, Type::Integer)),
    };
    Ok(Link {
        code: TokenHash::from_bytes(row.get(0)?),
        id: LinkId::from_bytes(row.get(1)?),
        secret: TokenHash::from_bytes(row.get(2)?),
        commitment: row.get(3)?,
        expires_at: get_time(row, 4)?,
        progress,
    })
}

impl LinkView for SqliteView<'_> {
    fn find(&self, code: &TokenHash) -> Result<Option<Link>, StoreError> {
        let sql = "SELECT code, id, secret, commitment, expires_at, step, account, device, nonce, new_device, new_key, \
                   new_nonce FROM links WHERE code = ?1";
        one(self.conn, sql, [code.as_bytes()], read)
    }
}

impl LinkRepo for SqliteUnit<'_> {
    fn insert(&mut self, link: &Link) -> Result<(), StoreError> {
        let sql = "INSERT INTO links (code, id, secret, commitment, expires_at, step) VALUES (?1, ?2, ?3, ?4, ?5, 0)";
        exec(
            self.conn(),
            sql,
            params![
                link.code.as_bytes(),
                link.id.as_bytes(),
                link.secret.as_bytes(),
                link.commitment,
                time(link.expires_at)
            ],
        )?;
        self.update(link)
    }

    fn update(&mut self, link: &Link) -> Result<(), StoreError> {
        let (step, actor, nonce, reveal) = match &link.progress {
            LinkProgress::Waiting => (0, None, None, None),
            LinkProgress::Opened { by, nonce } => (1, Some(*by), Some(*nonce), None),
            LinkProgress::Revealed { by, nonce, reveal } => (2, Some(*by), Some(*nonce), Some(reveal)),
            LinkProgress::Approved { account, device } => {
                (3, Some(Actor { account: *account, device: *device }), None, None)
            }
            LinkProgress::Refused => (4, None, None, None),
        };
        let sql = "UPDATE links SET step = ?2, account = ?3, device = ?4, nonce = ?5, new_device = ?6, new_key = ?7, \
                   new_nonce = ?8 WHERE code = ?1";
        exec(
            self.conn(),
            sql,
            params![
                link.code.as_bytes(),
                step,
                actor.map(|actor| *actor.account.as_bytes()),
                actor.map(|actor| *actor.device.as_bytes()),
                nonce,
                reveal.map(|reveal| *reveal.device.as_bytes()),
                reveal.map(|reveal| reveal.signature_key),
                reveal.map(|reveal| reveal.nonce),
            ],
        )?;
        Ok(())
    }

    fn delete(&mut self, code: &TokenHash) -> Result<(), StoreError> {
        exec(self.conn(), "DELETE FROM links WHERE code = ?1", [code.as_bytes()])?;
        Ok(())
    }

    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        let count = exec(self.conn(), "DELETE FROM links WHERE expires_at <= ?1", [time(now)])?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

//! Lies that are told to everybody alike: changes to the server's database while it is down.

use std::path::Path;

use beseda_crypto::chain;
use beseda_model::{AccountId, ConversationId};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, params};

use crate::town::{MINUTE, Town, pass};

pub(crate) struct Database(Connection);

/// Stops the server, lets `change` work on its database, and starts it again; everybody comes back.
pub(crate) fn change<T>(world: &mut Town, change: impl FnOnce(&Database) -> T) -> T {
    let mut result = None;
    world.server.real.restart(|folder| result = Some(change(&Database::open(folder))));
    for key in world.keys() {
        world.set_online(key, false);
    }
    pass(world, 1_000);
    for key in world.keys() {
        world.set_online(key, true);
    }
    pass(world, MINUTE);
    result.unwrap()
}

/// Looks into the database of the running server.
pub(crate) fn look<T>(world: &Town, look: impl FnOnce(&Database) -> T) -> T {
    look(&Database::open(&world.server.real.data_dir()))
}

impl Database {
    pub(crate) fn open(folder: &Path) -> Self {
        Self(Connection::open(folder.join("beseda.db")).unwrap())
    }

    fn key(&self, place: ConversationId) -> i64 {
        let sql = "SELECT key FROM conversations WHERE conversation = ?1";
        self.0.query_row(sql, [place.as_bytes()], |row| row.get(0)).unwrap()
    }

    pub(crate) fn last_seq(&self, place: ConversationId) -> u64 {
        let sql = "SELECT last_seq FROM heads WHERE conversation = ?1";
        self.0.query_row(sql, [self.key(place)], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
    }

    pub(crate) fn body(&self, place: ConversationId, seq: u64) -> Vec<u8> {
        let sql = "SELECT body FROM entries WHERE conversation = ?1 AND seq = ?2";
        self.0.query_row(sql, params![self.key(place), seq.cast_signed()], |row| row.get(0)).unwrap()
    }

    fn count_and_chain(&self, place: ConversationId, seq: u64) -> (i64, Vec<u8>) {
        let sql = "SELECT count, chain FROM entries WHERE conversation = ?1 AND seq = ?2";
        let found =
            self.0.query_row(sql, params![self.key(place), seq.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)));
        found.unwrap_or_else(|_| (0, chain::start(place).to_vec()))
    }

    /// Adds an entry of the server's making, with a chain that fits.
    pub(crate) fn append(&self, place: ConversationId, class: EntryClass, body: &[u8]) -> u64 {
        let (key, last) = (self.key(place), self.last_seq(place));
        let (count, before) = self.count_and_chain(place, last);
        let seq = last + 1;
        let count = count + i64::from(class == EntryClass::Counted);
        let chain = chain::next(before.as_slice().try_into().unwrap(), seq, &chain::body_hash(body));
        let like = "SELECT device, at FROM entries WHERE conversation = ?1 ORDER BY seq DESC LIMIT 1";
        let (device, at): (i64, i64) = self.0.query_row(like, [key], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let class = match class {
            EntryClass::Counted => 0,
            EntryClass::Silent => 1,
            EntryClass::Handshake => 2,
        };
        self.0
            .execute(
                "INSERT INTO entries (conversation, seq, class, count, at, device, chain, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![key, seq.cast_signed(), class, count, at, device, chain, body],
            )
            .unwrap();
        let entry = self.0.last_insert_rowid();
        self.0.execute("INSERT INTO entry_index VALUES (?1, ?2, ?3)", params![key, seq.cast_signed(), entry]).unwrap();
        self.0.execute("UPDATE heads SET count = ?2 WHERE conversation = ?1", [key, count]).unwrap();
        self.moved(key, seq);
        seq
    }

    /// Takes away everything of a conversation after `seq`.
    pub(crate) fn cut(&self, place: ConversationId, seq: u64) {
        let key = self.key(place);
        for table in ["entries", "entry_index", "messages"] {
            let sql = format!("DELETE FROM {table} WHERE conversation = ?1 AND seq > ?2");
            self.0.execute(&sql, params![key, seq.cast_signed()]).unwrap();
        }
        let (count, _) = self.count_and_chain(place, seq);
        self.0.execute("UPDATE heads SET count = ?2 WHERE conversation = ?1", [key, count]).unwrap();
        self.moved(key, seq);
    }

    fn moved(&self, key: i64, last: u64) {
        self.0.execute("UPDATE store SET change_no = change_no + 1", ()).unwrap();
        self.0
            .execute(
                "UPDATE heads SET last_seq = ?2, change_no = (SELECT change_no FROM store) WHERE conversation = ?1",
                params![key, last.cast_signed()],
            )
            .unwrap();
    }

    /// Drops a body, as after a deletion that nobody made.
    pub(crate) fn blank(&self, place: ConversationId, seq: u64) {
        let hash = chain::body_hash(&self.body(place, seq));
        let sql = "UPDATE entries SET body = NULL, body_hash = ?3 WHERE conversation = ?1 AND seq = ?2";
        self.0.execute(sql, params![self.key(place), seq.cast_signed(), hash]).unwrap();
    }

    /// GroupInfo and tree of the present epoch.
    pub(crate) fn group(&self, place: ConversationId) -> (Vec<u8>, Vec<u8>) {
        let sql = "SELECT group_info, tree FROM groups WHERE conversation = ?1";
        self.0.query_row(sql, [self.key(place)], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    }

    /// An account's device log, as it is sent to clients.
    pub(crate) fn device_log(&self, account: AccountId) -> Vec<Vec<u8>> {
        let mut statement = self.0.prepare("SELECT entry FROM device_log WHERE account = ?1 ORDER BY version").unwrap();
        let rows = statement.query_map([account.as_bytes()], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

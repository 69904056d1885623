//! Conversations: the server's row and how far this device is.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Policy, Role, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{StoreError, accounts};
use crate::api::view::Readiness;

/// How far this device is in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has no group yet.
    Joining,
    /// It can read and send.
    Ready,
    /// The account is no longer a member.
    Left,
    /// The policy is of a newer format.
    UpdateRequired,
    /// The server contradicts itself about the log.
    Forked,
    /// A commit could not be followed.
    Broken,
}

impl Standing {
    const ALL: [Self; 6] = [Self::Joining, Self::Ready, Self::Left, Self::UpdateRequired, Self::Forked, Self::Broken];

    fn from_column(value: i64) -> Self {
        usize::try_from(value).ok().and_then(|at| Self::ALL.get(at)).copied().unwrap_or(Self::Broken)
    }

    fn column(self) -> i64 {
        Self::ALL.iter().position(|standing| *standing == self).map_or(0, |at| i64::try_from(at).unwrap_or(0))
    }
}

/// A conversation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// The other account of a direct conversation.
    pub peer: Option<AccountId>,
    /// The server's generation.
    pub generation: u32,
    /// The server's epoch.
    pub epoch: u64,
    /// The first entry that this account may read.
    pub first_seq: u64,
    /// The last entry that the server has for this account.
    pub last_seq: u64,
    /// Counted entries up to `last_seq`.
    pub count: u64,
    /// Whether this account is a member.
    pub member: bool,
    /// Whether the server knows a leaf of this device.
    pub joined: bool,
    /// This account's delivery mark.
    pub delivered: u64,
    /// This account's read mark.
    pub read: u64,
    /// Counted entries up to `read`.
    pub read_count: u64,
    /// Devices whose removal must be committed.
    pub due: Vec<DeviceId>,
    /// Who asked, while a direct conversation waits to be accepted.
    pub request_from: Option<AccountId>,
    /// Whether the server has told of it.
    pub known: bool,
    /// The last entry that was processed.
    pub applied: u64,
    /// The chain's value there; none before anything is known.
    pub chain: Option<[u8; 32]>,
    /// How far this device is.
    pub standing: Standing,
    /// The generation of the group that this device holds.
    pub mls_generation: Option<u32>,
    /// Its epoch.
    pub mls_epoch: u64,
    /// The policy after the last processed commit.
    pub policy: Option<Policy>,
    /// Own messages since the own leaf was renewed.
    pub own_sends: u64,
    /// When the own leaf was renewed; zero: due.
    pub updated_at: Timestamp,
    /// The entry of a Welcome that waits; zero: none.
    pub welcome_seq: u64,
    /// No attempt to join before this moment.
    pub join_after: Timestamp,
    /// The delivery mark that was told to the server.
    pub delivered_sent: u64,
    /// The read mark that is to be told to the server.
    pub read_wanted: u64,
    /// Whether the encrypted state is missing here.
    pub state_wanted: bool,
    /// Whose device log must come before the log goes on.
    pub waits_for: Option<AccountId>,
    /// Whether the server may have gone back, so that the log has to be compared first.
    pub verify: bool,
    /// The log contradicted itself and is read again up to here; zero: it is not.
    pub reread: u64,
}

const COLUMNS: &str = "conversation, kind, peer, generation, epoch, first_seq, last_seq, count, member, joined, \
    delivered, read, read_count, due, request_from, known, applied, chain, standing, mls_generation, mls_epoch, policy, \
    own_sends, updated_at, welcome_seq, join_after, delivered_sent, read_wanted, state_wanted, waits_for, verify, reread";

impl Conversation {
    /// A conversation of which nothing is known yet.
    pub fn new(id: ConversationId, kind: ConversationKind) -> Self {
        Self {
            id,
            kind,
            peer: None,
            generation: 0,
            epoch: 0,
            first_seq: 1,
            last_seq: 0,
            count: 0,
            member: true,
            joined: false,
            delivered: 0,
            read: 0,
            read_count: 0,
            due: Vec::new(),
            request_from: None,
            known: false,
            applied: 0,
            chain: None,
            standing: Standing::Joining,
            mls_generation: None,
            mls_epoch: 0,
            policy: None,
            own_sends: 0,
            updated_at: Timestamp::default(),
            welcome_seq: 0,
            join_after: Timestamp::default(),
            delivered_sent: 0,
            read_wanted: 0,
            state_wanted: false,
            waits_for: None,
            verify: false,
            reread: 0,
        }
    }

    /// The conversation, if it is known here.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub fn find(conn: &Connection, id: ConversationId) -> Result<Option<Self>, StoreError> {
        let raw = conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM conversations WHERE conversation = ?1"))?
            .query_row([id.as_bytes()], |row| Ok(Self::read(row)))
            .optional()?;
        raw.transpose()
    }

    /// Those whose rows fulfil an SQL condition of this module's choosing.
    fn list(conn: &Connection, condition: &str) -> Result<Vec<Self>, StoreError> {
        let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM conversations {condition}"))?;
        let mut rows = statement.query(())?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(Self::read(row)?);
        }
        Ok(all)
    }

    /// All, newest first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn all(conn: &Connection) -> Result<Vec<Self>, StoreError> {
        Self::list(conn, "ORDER BY conversation DESC")
    }

    /// The direct conversation with `peer`, as who they are now, if there is one.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub fn direct_with(conn: &Connection, peer: AccountId) -> Result<Option<Self>, StoreError> {
        let ids: Vec<Vec<u8>> = conn
            .prepare_cached(
                "SELECT conversation FROM conversations WHERE kind = 0 AND peer = ?1 AND member = 1 \
                 ORDER BY conversation DESC",
            )?
            .query_map([peer.as_bytes()], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in ids.iter().filter_map(|id| ConversationId::try_from(id.as_slice()).ok()) {
            if let Some(row) = Self::find(conn, id)?
                && !row.peer_is_gone(conn)?
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Whether nobody at the other end of a direct conversation will read it any more: they have lost their identity,
    /// and who has their account now is somebody new.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn peer_is_gone(&self, conn: &Connection) -> Result<bool, StoreError> {
        let (ConversationKind::Direct, Some(peer), Some(policy)) = (self.kind, self.peer, &self.policy) else {
            return Ok(false);
        };
        match policy.roster.iter().find(|entry| entry.account == peer) {
            Some(entry) => Ok(!accounts::is_same_person(conn, peer, entry.root)?),
            None => Ok(true),
        }
    }

    /// Whether nobody reads any more what is said here: the other one is gone, or has deleted the account.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn is_deserted(&self, conn: &Connection) -> Result<bool, StoreError> {
        if self.peer_is_gone(conn)? {
            return Ok(true);
        }
        match (self.kind, self.peer) {
            (ConversationKind::Direct, Some(peer)) => accounts::has_ended(conn, peer),
            _ => Ok(false),
        }
    }

    /// Those whose log waits for this account's device log.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn waiting_for(conn: &Connection, account: AccountId) -> Result<Vec<Self>, StoreError> {
        let all = Self::list(conn, "WHERE waits_for <> x''")?;
        Ok(all.into_iter().filter(|row| row.waits_for == Some(account)).collect())
    }

    /// Notes-to-self, if they are there.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub fn notes(conn: &Connection) -> Result<Option<Self>, StoreError> {
        Ok(Self::list(conn, "WHERE kind = 2 AND member = 1 ORDER BY conversation LIMIT 1")?.pop())
    }

    /// Writes the whole row.
    ///
    /// # Errors
    /// When the database fails.
    pub fn save(&self, conn: &Connection) -> Result<(), StoreError> {
        let marks = (1..=32).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        conn.prepare_cached(&format!("INSERT OR REPLACE INTO conversations ({COLUMNS}) VALUES ({marks})"))?.execute(
            rusqlite::params![
                self.id.as_bytes(),
                kind_column(self.kind),
                bytes(self.peer.as_ref().map(AccountId::as_bytes)),
                self.generation,
                self.epoch.cast_signed(),
                self.first_seq.cast_signed(),
                self.last_seq.cast_signed(),
                self.count.cast_signed(),
                self.member,
                self.joined,
                self.delivered.cast_signed(),
                self.read.cast_signed(),
                self.read_count.cast_signed(),
                beseda_wire::codec::encode_cbor(&self.due),
                bytes(self.request_from.as_ref().map(AccountId::as_bytes)),
                self.known,
                self.applied.cast_signed(),
                bytes(self.chain.as_ref()),
                self.standing.column(),
                self.mls_generation.map_or(-1, i64::from),
                self.mls_epoch.cast_signed(),
                self.policy.as_ref().map(beseda_crypto::policy_ext::encode).unwrap_or_default(),
                self.own_sends.cast_signed(),
                self.updated_at.as_millis().cast_signed(),
                self.welcome_seq.cast_signed(),
                self.join_after.as_millis().cast_signed(),
                self.delivered_sent.cast_signed(),
                self.read_wanted.cast_signed(),
                self.state_wanted,
                bytes(self.waits_for.as_ref().map(AccountId::as_bytes)),
                self.verify,
                self.reread.cast_signed(),
            ],
        )?;
        Ok(())
    }

    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        const DAMAGED: StoreError = StoreError::damaged("conversations");
        let blob = |at: usize| -> Result<Vec<u8>, StoreError> { Ok(row.get(at)?) };
        let number = |at: usize| -> Result<u64, StoreError> { Ok(row.get::<_, i64>(at)?.cast_unsigned()) };
        let account = |at: usize| -> Result<Option<AccountId>, StoreError> {
            let bytes = blob(at)?;
            if bytes.is_empty() {
                Ok(None)
            } else {
                AccountId::try_from(bytes.as_slice()).map(Some).map_err(|_| DAMAGED)
            }
        };
        let chain = blob(17)?;
        let policy = blob(21)?;
        Ok(Self {
            id: ConversationId::try_from(blob(0)?.as_slice()).map_err(|_| DAMAGED)?,
            kind: kind_from(row.get(1)?).ok_or(DAMAGED)?,
            peer: account(2)?,
            generation: row.get(3)?,
            epoch: number(4)?,
            first_seq: number(5)?,
            last_seq: number(6)?,
            count: number(7)?,
            member: row.get(8)?,
            joined: row.get(9)?,
            delivered: number(10)?,
            read: number(11)?,
            read_count: number(12)?,
            due: ciborium::from_reader(blob(13)?.as_slice()).map_err(|_| DAMAGED)?,
            request_from: account(14)?,
            known: row.get(15)?,
            applied: number(16)?,
            chain: if chain.is_empty() { None } else { Some(chain.try_into().map_err(|_| DAMAGED)?) },
            standing: Standing::from_column(row.get(18)?),
            mls_generation: u32::try_from(row.get::<_, i64>(19)?).ok(),
            mls_epoch: number(20)?,
            policy: if policy.is_empty() {
                None
            } else {
                Some(beseda_crypto::policy_ext::decode(&policy).map_err(|_| DAMAGED)?)
            },
            own_sends: number(22)?,
            updated_at: Timestamp::from_millis(number(23)?),
            welcome_seq: number(24)?,
            join_after: Timestamp::from_millis(number(25)?),
            delivered_sent: number(26)?,
            read_wanted: number(27)?,
            state_wanted: row.get(28)?,
            waits_for: account(29)?,
            verify: row.get(30)?,
            reread: number(31)?,
        })
    }

    /// The role of `account` by the last processed policy.
    pub fn role(&self, account: AccountId) -> Option<Role> {
        self.policy.as_ref().and_then(|policy| policy.role(account))
    }

    /// Whether this device holds the group at which the server is.
    pub fn is_current(&self) -> bool {
        self.mls_generation == Some(self.generation) && self.mls_epoch == self.epoch
    }

    /// Whether everything that the server has told of was processed.
    pub const fn is_caught_up(&self) -> bool {
        self.applied >= self.last_seq
    }

    /// For display.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn readiness(&self, conn: &Connection, own: AccountId) -> Result<Readiness, StoreError> {
        if !self.member {
            return Ok(Readiness::Left);
        }
        if self.peer_is_gone(conn)? {
            return Ok(Readiness::PeerGone);
        }
        if let (ConversationKind::Direct, Some(peer)) = (self.kind, self.peer)
            && accounts::has_ended(conn, peer)?
        {
            return Ok(Readiness::PeerDeleted);
        }
        Ok(match self.standing {
            Standing::Joining => Readiness::Joining,
            Standing::Left => Readiness::Left,
            Standing::UpdateRequired => Readiness::UpdateRequired,
            Standing::Forked => Readiness::Forked,
            Standing::Broken => Readiness::Broken,
            Standing::Ready => match self.request_from {
                Some(asker) if asker == own => Readiness::RequestSent,
                Some(_) => Readiness::RequestReceived,
                None => Readiness::Ready,
            },
        })
    }
}

fn bytes<const N: usize>(value: Option<&[u8; N]>) -> Vec<u8> {
    value.map_or_else(Vec::new, |bytes| bytes.to_vec())
}

/// The column of a kind.
pub const fn kind_column(kind: ConversationKind) -> i64 {
    match kind {
        ConversationKind::Direct => 0,
        ConversationKind::Group => 1,
        ConversationKind::Notes => 2,
    }
}

/// The kind of a column.
pub const fn kind_from(column: i64) -> Option<ConversationKind> {
    match column {
        0 => Some(ConversationKind::Direct),
        1 => Some(ConversationKind::Group),
        2 => Some(ConversationKind::Notes),
        _ => None,
    }
}

/// The column of a role.
pub const fn role_column(role: Role) -> i64 {
    match role {
        Role::Member => 0,
        Role::Admin => 1,
        Role::Owner => 2,
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::RosterEntry;

    use super::*;

    #[test]
    fn a_row_survives() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::migrate(&conn).unwrap();
        let account = AccountId::from_bytes([3; 16]);
        let root = beseda_model::Fingerprint::from_bytes([4; 32]);
        let mut row = Conversation::new(ConversationId::from_bytes([1; 16]), ConversationKind::Direct);
        row.peer = Some(account);
        row.chain = Some([9; 32]);
        row.due = vec![DeviceId::from_bytes([5; 16])];
        row.mls_generation = Some(2);
        row.standing = Standing::Broken;
        row.policy = Some(Policy::new(row.kind, vec![RosterEntry { account, root, role: Role::Member }]));
        row.save(&conn).unwrap();
        row.save(&conn).unwrap();
        assert_eq!(Conversation::find(&conn, row.id).unwrap().as_ref(), Some(&row));
        assert_eq!(Conversation::direct_with(&conn, account).unwrap(), Some(row));
        assert_eq!(Conversation::notes(&conn).unwrap(), None);
    }
}

//! Accounts and devices as the server knows them.

use beseda_model::{AccountId, DeviceId, Fingerprint, Timestamp, Username};

/// Who acts: a device, authenticated by its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Its account.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub account: AccountId,
    /// The root public key that its device log begins with.
    pub first_root_key: [u8; 32],
    /// The fingerprint of its present root key.
    pub root: Fingerprint,
    /// Its username, if it has one.
    pub username: Option<Username>,
    /// When it signed up, or its identity was reset.
    pub created_at: Timestamp,
    /// When its last connected device left, if that was ever noted.
    pub last_seen: Option<Timestamp>,
    /// The last version of its device log.
    pub log_version: u32,
    /// What it lets others see and do.
    pub privacy: PrivacySettings,
    /// Whether its person has deleted it.
    pub deleted: bool,
}

/// Who may see or do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everyone on this server.
    Everyone,
    /// Those with whom there is an accepted direct conversation.
    Contacts,
    /// Nobody.
    Nobody,
}

/// What an account lets others see and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacySettings {
    /// Who may start a conversation with a request.
    pub requests: Audience,
    /// Who may add the account to groups.
    pub group_adds: Audience,
    /// Who sees presence and last seen.
    pub presence: Audience,
    /// Whether read marks are shown to others, and others' to this account.
    pub read_marks: bool,
    /// Whether the account is found by the beginning of its username.
    pub searchable: bool,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self {
            requests: Audience::Everyone,
            group_adds: Audience::Contacts,
            presence: Audience::Contacts,
            read_marks: true,
            searchable: true,
        }
    }
}

/// A device that was once added to an account's device log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its id.
    pub device: DeviceId,
    /// Whose.
    pub account: AccountId,
    /// Its signature public key.
    pub signature_key: [u8; 32],
    /// Whether it was removed since.
    pub removed: bool,
}

/// A session as found by its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Of which device.
    pub device: DeviceId,
    /// Of which account.
    pub account: AccountId,
    /// When it began.
    pub created_at: Timestamp,
    /// Whether its device was removed since: then the token is worth nothing but this answer.
    pub revoked: bool,
}

/// A sealed profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whose.
    pub account: AccountId,
    /// Grows with each change.
    pub version: u64,
    /// Sealed under a key that the server does not have.
    pub body: Vec<u8>,
}

use beseda_model::{AccountId, Fingerprint, Timestamp, Username};

use super::StoreError;
use crate::domain::{AccountRow, PrivacySettings, Profile, TokenHash};

/// An account to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its id.
    pub account: AccountId,
    /// The root public key.
    pub root_key: [u8; 32],
    /// Its fingerprint.
    pub root: Fingerprint,
    /// The username, if any.
    pub username: Option<Username>,
    /// The password's hash, as a PHC string.
    pub password_hash: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Accounts, for reading.
pub trait AccountView {
    /// The account, if there is one.
    fn find(&self, account: AccountId) -> Result<Option<AccountRow>, StoreError>;
    /// The account with this username.
    fn find_by_username(&self, username: &Username) -> Result<Option<AccountRow>, StoreError>;
    /// The account with this present root key.
    fn find_by_root(&self, root: Fingerprint) -> Result<Option<AccountRow>, StoreError>;
    /// The account that this link leads to.
    fn find_by_link(&self, token: &TokenHash) -> Result<Option<AccountRow>, StoreError>;
    /// Whether the username was a deleted account's not long ago.
    fn is_reserved(&self, username: &Username) -> Result<bool, StoreError>;
    /// Searchable accounts whose username begins so, in the order of usernames.
    fn list_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<AccountRow>, StoreError>;
    /// The password's hash, if the account has a password.
    fn password_hash(&self, account: AccountId) -> Result<Option<String>, StoreError>;
    /// The sealed profile, if there is one.
    fn profile(&self, account: AccountId) -> Result<Option<Profile>, StoreError>;
    /// Whom the account blocks.
    fn blocked(&self, account: AccountId) -> Result<Vec<AccountId>, StoreError>;
    /// Whether `account` blocks `other`.
    fn blocks(&self, account: AccountId, other: AccountId) -> Result<bool, StoreError>;
    /// Accounts that share a conversation with this one now, without itself.
    fn peers(&self, account: AccountId) -> Result<Vec<AccountId>, StoreError>;
    /// How many accounts there are that were not deleted.
    fn count(&self) -> Result<u64, StoreError>;
}

/// Accounts, for writing. Each change of what others or own devices see takes a change number.
pub trait AccountRepo {
    /// Adds an account; a taken id, root or username is a conflict.
    fn insert(&mut self, account: &NewAccount) -> Result<(), StoreError>;
    /// Puts another person in the account's place: another root, an empty device log, no profile.
    fn replace_identity(
        &mut self,
        account: AccountId,
        root_key: [u8; 32],
        root: Fingerprint,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Notes the present root key, after a rotation in the device log.
    fn set_root(&mut self, account: AccountId, root: Fingerprint) -> Result<(), StoreError>;
    /// Sets or drops the username; one that somebody else has is a conflict.
    fn set_username(&mut self, account: AccountId, username: Option<&Username>) -> Result<(), StoreError>;
    /// Sets or drops the link by which the account is found; one that leads to another is a conflict.
    fn set_link(&mut self, account: AccountId, token: Option<&TokenHash>) -> Result<(), StoreError>;
    /// Sets the password's hash.
    fn set_password_hash(&mut self, account: AccountId, hash: &str) -> Result<(), StoreError>;
    /// Replaces the privacy settings.
    fn set_privacy(&mut self, account: AccountId, privacy: &PrivacySettings) -> Result<(), StoreError>;
    /// Blocks or unblocks; a direct conversation of the two takes it into account at once.
    fn set_blocked(&mut self, account: AccountId, other: AccountId, blocked: bool) -> Result<(), StoreError>;
    /// Replaces the sealed profile and returns its version.
    fn set_profile(&mut self, account: AccountId, body: &[u8]) -> Result<u64, StoreError>;
    /// Erases everything of the account but its row and its device log, and keeps its username from others until `until`.
    fn delete(&mut self, account: AccountId, at: Timestamp, until: Timestamp) -> Result<(), StoreError>;
    /// Lets go of usernames that were kept until `now`; tells how many.
    fn release_usernames(&mut self, now: Timestamp) -> Result<u32, StoreError>;
    /// Notes when the account was last connected.
    fn set_last_seen(&mut self, account: AccountId, at: Timestamp) -> Result<(), StoreError>;
}

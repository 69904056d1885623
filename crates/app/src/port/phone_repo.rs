use beseda_model::{AccountId, Timestamp};

use super::StoreError;
use crate::domain::{KeyedHash, PhoneCode, PhoneWait, TokenHash};

/// Phone numbers and codes, for reading.
pub trait PhoneView {
    /// The account that the number is bound to.
    fn holder(&self, number: &KeyedHash) -> Result<Option<AccountId>, StoreError>;
    /// Whether a number is bound to the account.
    fn has_phone(&self, account: AccountId) -> Result<bool, StoreError>;
    /// The code of this attempt.
    fn code(&self, attempt: &TokenHash) -> Result<Option<PhoneCode>, StoreError>;
    /// The last codes that were sent to the number.
    fn wait(&self, number: &KeyedHash) -> Result<Option<PhoneWait>, StoreError>;
    /// By what the key that numbers are hashed with is recognised, if one was ever used.
    fn key_tag(&self) -> Result<Option<[u8; 16]>, StoreError>;
}

/// Phone numbers and codes, for writing.
pub trait PhoneRepo {
    /// Binds the number to the account, in place of its former one, and takes it from whoever had it. Their settings take
    /// change numbers.
    fn bind(&mut self, number: &KeyedHash, account: AccountId, at: Timestamp) -> Result<(), StoreError>;
    /// Takes the account's number away; tells whether there was one.
    fn unbind(&mut self, account: AccountId) -> Result<bool, StoreError>;
    /// Adds a code; an attempt that is known is a conflict.
    fn insert_code(&mut self, code: &PhoneCode) -> Result<(), StoreError>;
    /// Replaces what is known of an attempt's code.
    fn update_code(&mut self, code: &PhoneCode) -> Result<(), StoreError>;
    /// Forgets the code of an attempt.
    fn delete_code(&mut self, attempt: &TokenHash) -> Result<(), StoreError>;
    /// Replaces the last codes of a number.
    fn set_wait(&mut self, number: &KeyedHash, wait: &PhoneWait) -> Result<(), StoreError>;
    /// Notes by what the key is recognised.
    fn set_key_tag(&mut self, tag: [u8; 16]) -> Result<(), StoreError>;
    /// Forgets codes that expired before `now` and what was sent before `before`; tells how many.
    fn delete_expired(&mut self, now: Timestamp, before: Timestamp) -> Result<u32, StoreError>;
}

use beseda_model::{AccountId, Fingerprint, Username};

use super::AccountError;
use crate::domain::{AccountRow, OverLimit};
use crate::port::View;

/// Most accounts asked for at once.
pub(super) const CARDS: usize = 100;

/// What the server says of an account to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Which account.
    pub account: AccountId,
    /// Its username, if it has one.
    pub username: Option<Username>,
    /// Its present root key's fingerprint.
    pub root: Fingerprint,
    /// Its device log's last version.
    pub log_version: u32,
}

impl From<AccountRow> for Card {
    fn from(row: AccountRow) -> Self {
        Self { account: row.account, username: row.username, root: row.root, log_version: row.log_version }
    }
}

/// Cards of these accounts, without those that do not exist.
///
/// # Errors
/// When too many are asked for.
pub fn cards(view: &dyn View, accounts: &[AccountId]) -> Result<Vec<Card>, AccountError> {
    OverLimit::check("accounts", CARDS as u64, accounts.len())?;
    let mut cards = Vec::with_capacity(accounts.len());
    for account in accounts {
        cards.extend(view.accounts().find(*account)?.map(Card::from));
    }
    Ok(cards)
}

/// What somebody with the recovery phrase needs to add a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountByRoot {
    /// Which account.
    pub account: AccountId,
    /// The root public key that the log begins with.
    pub first_root_key: [u8; 32],
    /// The present root key's fingerprint.
    pub root: Fingerprint,
    /// The whole device log.
    pub log: Vec<Vec<u8>>,
}

/// Finds the account that a recovery phrase belongs to.
///
/// # Errors
/// When there is none.
pub fn account_by_root(view: &dyn View, root: Fingerprint) -> Result<AccountByRoot, AccountError> {
    let row = view.accounts().find_by_root(root)?.filter(|row| !row.deleted).ok_or(AccountError::NotFound)?;
    let log = view.devices().log(row.account, 1, u32::MAX)?;
    Ok(AccountByRoot { account: row.account, first_root_key: row.first_root_key, root: row.root, log })
}

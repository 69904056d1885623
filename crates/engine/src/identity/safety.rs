//! What two people compare to know that nobody stands between them.

use beseda_crypto::root;
use beseda_model::AccountId;
use rusqlite::Connection;

use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::me::Me;

/// The safety number of this person and `account`: 60 digits, the same on both sides. None before either identity is
/// known.
///
/// # Errors
/// When the database fails.
pub fn safety_number(conn: &Connection, account: AccountId) -> Result<Option<String>, StoreError> {
    let Some(me) = Me::find(conn)? else { return Ok(None) };
    // Only what was verified counts, not what a server says of somebody.
    let pinned = |id| Account::load(conn, id).map(|known| known.root.filter(|_| known.version > 0));
    let (Some(own), Some(other)) = (pinned(me.account)?, pinned(account)?) else { return Ok(None) };
    Ok(Some(root::safety_number((me.account, own), (account, other))))
}

/// The number in twelve groups of five digits, as people read it out.
pub fn groups(number: &str) -> Vec<String> {
    let digits: Vec<char> = number.chars().collect();
    digits.chunks(5).map(|group| group.iter().collect()).collect()
}

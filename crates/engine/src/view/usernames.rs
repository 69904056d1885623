//! Who is meant by `@name`.

use std::collections::HashMap;

use beseda_model::AccountId;

use super::{StoreError, View, account};
use crate::timeline::markup::Names;

/// The usernames that this device knows, one's own included.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn usernames(view: &View<'_>) -> Result<impl Names + use<>, StoreError> {
    let mut known = Usernames::default();
    for id in account::ids(view.conn)?.into_iter().chain(view.me) {
        if let Some(username) = account::username(view.conn, id)? {
            known.by_name.insert(username.to_lowercase(), id);
            known.by_account.insert(id, username);
        }
    }
    Ok(known)
}

#[derive(Default)]
struct Usernames {
    by_name: HashMap<String, AccountId>,
    by_account: HashMap<AccountId, String>,
}

impl Names for Usernames {
    fn account(&self, username: &str) -> Option<AccountId> {
        self.by_name.get(&username.to_lowercase()).copied()
    }

    fn username(&self, account: AccountId) -> Option<String> {
        self.by_account.get(&account).cloned()
    }
}

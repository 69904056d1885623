//! Who is meant by `@name`: by username, and where somebody has none, by what they are called.

use std::collections::HashMap;

use beseda_model::AccountId;

use super::{StoreError, View, account};
use crate::timeline::markup::{Names, is_in_name};

/// The names by which this device knows people, oneself included.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn usernames(view: &View<'_>) -> Result<impl Names + use<>, StoreError> {
    let mut known = Usernames::default();
    for id in account::ids(view.conn)?.into_iter().chain(view.me) {
        if let Some(username) = account::username(view.conn, id)? {
            known.by_name.insert(username.to_lowercase(), id);
            known.by_account.insert(id, username);
            continue;
        }
        let name = account::name(view.conn, id)?;
        if !name.is_empty() && name.trim() == name && name.chars().all(is_in_name) {
            // Two of the same name: nobody can be meant.
            known.called.entry(name.to_lowercase()).and_modify(|only| *only = None).or_insert(Some(id));
        }
    }
    Ok(known)
}

#[derive(Default)]
struct Usernames {
    by_name: HashMap<String, AccountId>,
    by_account: HashMap<AccountId, String>,
    called: HashMap<String, Option<AccountId>>,
}

impl Names for Usernames {
    fn account(&self, name: &str) -> Option<AccountId> {
        let name = name.to_lowercase();
        self.by_name.get(&name).copied().or_else(|| self.called.get(&name).copied().flatten())
    }

    fn username(&self, account: AccountId) -> Option<String> {
        self.by_account.get(&account).cloned()
    }
}

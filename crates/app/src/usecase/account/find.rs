use super::{AccountError, Card};
use crate::port::View;

/// Fewest characters of a search.
const SHORTEST: usize = 3;
/// Most accounts found.
const FOUND: u32 = 20;

/// Accounts whose username begins with `text`: those that let themselves be searched, and the one with exactly this
/// name. A text too short finds nothing.
///
/// # Errors
/// When the store fails.
pub fn find_accounts(view: &dyn View, text: &str) -> Result<Vec<Card>, AccountError> {
    let prefix = text.to_ascii_lowercase();
    if prefix.chars().count() < SHORTEST {
        return Ok(Vec::new());
    }
    let mut found = view.accounts().list_by_prefix(&prefix, FOUND)?;
    if let Ok(username) = prefix.parse()
        && let Some(exact) = view.accounts().find_by_username(&username)?
        && found.iter().all(|row| row.account != exact.account)
    {
        found.insert(0, exact);
    }
    Ok(found.into_iter().map(Card::from).collect())
}

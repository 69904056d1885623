use super::{AccountError, Card};
use crate::domain::{Actor, TokenHash};
use crate::port::{UnitOfWork, View};

/// Sets the token by which one's own account is found without a username, in the place of a former one; or none.
///
/// # Errors
/// When the token leads to somebody else.
pub fn set_link(uow: &mut dyn UnitOfWork, actor: Actor, token: Option<TokenHash>) -> Result<(), AccountError> {
    if let Some(token) = &token
        && uow.accounts().find_by_link(token)?.is_some_and(|row| row.account != actor.account)
    {
        return Err(AccountError::Exists);
    }
    uow.accounts_mut().set_link(actor.account, token.as_ref())?;
    Ok(())
}

/// The account that a link leads to.
///
/// # Errors
/// When it leads nowhere.
pub fn by_link(view: &dyn View, token: &TokenHash) -> Result<Card, AccountError> {
    Ok(view.accounts().find_by_link(token)?.ok_or(AccountError::NotFound)?.into())
}

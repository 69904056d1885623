//! How far everybody has received and read, and one's own settings as the server has them.

use beseda_model::{AccountId, ConversationId};
use beseda_wire::state::PrivacySettings;
use rusqlite::Connection;

use super::apply::shown;
use super::column;
use crate::Step;
use crate::api::event::Notice;
use crate::api::view::WarningKind;
use crate::store::{StoreError, meta, warnings};

const PRIVACY: &str = "privacy";
const BLOCKED: &str = "blocked";
const USERNAME: &str = "username";
const PHONE: &str = "phone";
/// Set while this device takes the number away itself.
const PHONE_LEAVES: &str = "phone.leaves";

/// An account's marks in a conversation. They never go back.
///
/// # Errors
/// When the database fails.
pub fn apply_receipt(
    step: &mut Step<'_>,
    conversation: ConversationId,
    account: AccountId,
    delivered: u64,
    read: u64,
) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT INTO receipts (conversation, account, delivered, read) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)",
        )?
        .execute((
            conversation.as_bytes(),
            account.as_bytes(),
            // What was read was received, even if the marks came apart.
            column::place(delivered.max(read)),
            column::place(read),
        ))?;
    shown(step, conversation);
    Ok(())
}

/// How far one account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) account: AccountId,
    pub(crate) delivered: u64,
    pub(crate) read: u64,
}

/// The marks of all members but this account; those of whom nothing is known have received nothing.
pub(crate) fn of_others(
    conn: &Connection,
    conversation: ConversationId,
    me: AccountId,
) -> Result<Vec<Marks>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT m.account, coalesce(r.delivered, 0), coalesce(r.read, 0) FROM members m \
         LEFT JOIN receipts r ON r.conversation = m.conversation AND r.account = m.account \
         WHERE m.conversation = ?1 AND m.account <> ?2 ORDER BY m.account",
    )?;
    let mut rows = statement.query((conversation.as_bytes(), me.as_bytes()))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Marks {
            account: column::account(&row.get::<_, Vec<u8>>(0)?, "receipts")?,
            delivered: row.get::<_, i64>(1)?.cast_unsigned(),
            read: row.get::<_, i64>(2)?.cast_unsigned(),
        });
    }
    Ok(all)
}

/// One's own settings as the server has them.
///
/// # Errors
/// When the database fails.
pub fn apply_settings(
    step: &mut Step<'_>,
    privacy: PrivacySettings,
    blocked: &[AccountId],
    username: Option<&str>,
    phone: bool,
) -> Result<(), StoreError> {
    let before = self::blocked(step.tx)?;
    if has_phone(step.tx)? && !phone && !meta::get(step.tx, PHONE_LEAVES)?.unwrap_or(false) {
        // Somebody else may receive by now what is sent to the number.
        warnings::add(step, None, &WarningKind::PhoneGone)?;
    }
    meta::put(step.tx, PHONE_LEAVES, &false)?;
    meta::put(step.tx, PHONE, &phone)?;
    meta::put(step.tx, PRIVACY, &privacy)?;
    meta::put(step.tx, BLOCKED, &blocked)?;
    meta::put(step.tx, USERNAME, &username)?;
    step.notice(Notice::Me);
    for account in before.iter().chain(blocked).filter(|account| before.contains(account) != blocked.contains(account))
    {
        step.notice(Notice::Account(*account));
    }
    Ok(())
}

/// Who sees what.
pub(crate) fn privacy(conn: &Connection) -> Result<PrivacySettings, StoreError> {
    Ok(meta::get(conn, PRIVACY)?.unwrap_or_default())
}

/// Whether a phone number is bound to the account.
pub(crate) fn has_phone(conn: &Connection) -> Result<bool, StoreError> {
    Ok(meta::get(conn, PHONE)?.unwrap_or(false))
}

/// This device is about to take the number away.
pub(crate) fn phone_leaves(step: &Step<'_>) -> Result<(), StoreError> {
    meta::put(step.tx, PHONE_LEAVES, &true)
}

/// Blocked accounts.
pub(crate) fn blocked(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
    Ok(meta::get(conn, BLOCKED)?.unwrap_or_default())
}

/// One's own username.
pub(crate) fn username(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(meta::get::<Option<String>>(conn, USERNAME)?.flatten())
}

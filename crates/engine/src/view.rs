//! View models: what is shown, read from the tables in one place. Everything here only reads.

mod account;
mod allowed;
mod asks;
mod conversation;
mod deeds;
mod file;
mod links;
mod message;
mod overlay;
mod page;
mod search;
mod usernames;
mod waiting;

pub use account::{account, accounts, card, me, members, public_name};
pub use asks::{asks, own_asks};
pub use conversation::{conversation, conversations};
pub use deeds::{deeds, pins};
pub use file::{drive_call, drives, estimate, fetching, file, file_use, grant_call, live_shares, shared};
pub use links::linked;
pub use message::{find_row, info, message};
pub use page::timeline;
pub use search::search;
pub use usernames::usernames;
pub use waiting::waiting;

pub use crate::identity::devices;
pub use crate::identity::key_history;
pub use crate::identity::phone;
pub use crate::identity::safety_number;
pub use crate::stickers::{manifest, pack, stickers};
pub use crate::store::StoreError;
pub use crate::store::warnings::list as warnings;
pub use crate::timeline::folders;

use beseda_model::{AccountId, Timestamp};
use rusqlite::Connection;

use crate::timeline::access::Here;

/// Reads views at one moment: timers and statuses depend on it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) now: Timestamp,
    /// None before somebody has signed up or in.
    pub(crate) me: Option<AccountId>,
    /// Whether this device still has its session: without it, nothing that is said goes out.
    pub(crate) signed_in: bool,
}

impl<'a> View<'a> {
    /// A view of the database at this moment.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub fn new(conn: &'a Connection, now: Timestamp) -> Result<Self, StoreError> {
        let me = Here::find(conn)?.map(|here| here.account);
        let signed_in = crate::identity::is_signed_in(conn)?;
        Ok(Self { conn, now, me, signed_in })
    }
}

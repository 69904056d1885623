//! People: oneself, others, and the members of a conversation.

use std::collections::HashMap;

use beseda_model::{AccountId, ConversationId};
use beseda_wire::content::ContactCard;
use beseda_wire::link::{Link, Target};
use rusqlite::Connection;

use super::allowed::Allowed;
use super::{StoreError, View};
use crate::api::view::{AccountView, Me, MemberView, MembersView};
use crate::files;
use crate::store::accounts::{self, Account};
use crate::store::conversations::Conversation;
use crate::store::me;
use crate::timeline::rules::contact;
use crate::timeline::{column, own, presence, profile, receipt};

/// Digits of an account's id that stand for a name where there is none.
const SHORT_ID: usize = 8;

/// Oneself; none before somebody has signed up or in.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn me(view: &View<'_>) -> Result<Option<Me>, StoreError> {
    let conn = view.conn;
    let Some(here) = me::Me::find(conn)? else { return Ok(None) };
    Ok(Some(Me {
        account: here.account,
        device: here.device,
        username: receipt::username(conn)?,
        picture: files::picture(conn, here.account.as_bytes())?,
        profile: profile::find(conn, here.account)?.unwrap_or_default(),
        privacy: receipt::privacy(conn)?,
        has_phone: receipt::has_phone(conn)?,
        phone: own::phone(conn)?.filter(|_| receipt::has_phone(conn).unwrap_or(false)),
        blocked: receipt::blocked(conn)?,
        root: here.root,
        signed_out: !crate::identity::is_signed_in(conn)?,
        server: here.server,
    }))
}

/// Somebody, as far as is known.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn account(view: &View<'_>, id: AccountId) -> Result<AccountView, StoreError> {
    let conn = view.conn;
    let known = Account::load(conn, id)?;
    let profile = profile::find(conn, id)?.unwrap_or_default();
    let (online, last_seen) = presence::of(conn, id)?;
    let status_holds = profile.status_until.is_none_or(|until| until > view.now);
    Ok(AccountView {
        account: id,
        name: name(conn, id)?,
        nickname: own::nickname(conn, id)?,
        username: username(conn, id)?,
        picture: files::picture(conn, id.as_bytes())?,
        bio: profile.bio,
        status: if status_holds { profile.status } else { String::new() },
        root: known.root,
        verified: known.root.is_some() && own::verified(conn, id)? == known.root,
        identity_changed: known.identity_changed,
        blocked: receipt::blocked(conn)?.contains(&id),
        asking: Conversation::direct_with(conn, id)?.is_some_and(|row| row.request_from == Some(id)),
        deleted: accounts::has_ended(conn, id)?,
        online,
        last_seen,
    })
}

/// Somebody's card to pass on: what they call themselves, never what this person calls them, and the link to them. None if
/// they have no username: whoever got the card could not reach them.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn card(view: &View<'_>, id: AccountId) -> Result<Option<ContactCard>, StoreError> {
    let Some(here) = me::Me::find(view.conn)? else { return Ok(None) };
    let known = username(view.conn, id)?.and_then(|name| name.parse().ok());
    let Some(username) = known else { return Ok(None) };
    let root = if here.account == id { Some(here.root) } else { Account::load(view.conn, id)?.root };
    let link = Link { server: here.server, target: Target::Username { username, root } };
    let name = public_name(view.conn, id)?;
    Ok(Some(contact::tidy(&ContactCard { name, link: link.to_string(), ..ContactCard::default() })))
}

/// Everyone whom this device has met, by name.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn accounts(view: &View<'_>) -> Result<Vec<AccountView>, StoreError> {
    let ids = ids(view.conn)?;
    let mut people = Vec::with_capacity(ids.len());
    for id in ids {
        if view.me != Some(id) {
            people.push(account(view, id)?);
        }
    }
    people.sort_by_cached_key(|person| (person.name.to_lowercase(), person.account));
    Ok(people)
}

pub(super) fn ids(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = conn.prepare_cached("SELECT account FROM accounts")?;
    let mut rows = statement.query([])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(column::account(&row.get::<_, Vec<u8>>(0)?, "accounts")?);
    }
    Ok(ids)
}

/// The name to show: this person's own for them, else the one that they tell everybody.
pub(super) fn name(conn: &Connection, id: AccountId) -> Result<String, StoreError> {
    own::nickname(conn, id)?.map_or_else(|| public_name(conn, id), Ok)
}

/// The name that somebody tells everybody: of the profile, else the username, else a short form of the id.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn public_name(conn: &Connection, id: AccountId) -> Result<String, StoreError> {
    if let Some(profile) = profile::find(conn, id)?
        && !profile.name.trim().is_empty()
    {
        return Ok(profile.name);
    }
    if let Some(username) = username(conn, id)? {
        return Ok(username);
    }
    // The end of an id is chance, its beginning is time.
    let id = id.to_string();
    Ok(id.get(id.len().saturating_sub(SHORT_ID)..).unwrap_or_default().to_owned())
}

pub(super) fn username(conn: &Connection, id: AccountId) -> Result<Option<String>, StoreError> {
    let own = me::Me::find(conn)?.is_some_and(|here| here.account == id);
    if own { receipt::username(conn) } else { Ok(Account::load(conn, id)?.username) }
}

/// Names that are looked up once for many rows.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<AccountId, String>);

impl Names {
    pub(super) fn of(&mut self, conn: &Connection, id: AccountId) -> Result<String, StoreError> {
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let name = name(conn, id)?;
        self.0.insert(id, name.clone());
        Ok(name)
    }
}

/// Who belongs to a conversation and who may do what there, higher roles first, then by name; none if it is not known
/// here.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn members(view: &View<'_>, id: ConversationId) -> Result<Option<MembersView>, StoreError> {
    let Some(place) = Conversation::find(view.conn, id)? else { return Ok(None) };
    let permissions = place.permissions();
    let rights = Allowed::of(&place, view.me);
    let mut members = Vec::new();
    for entry in place.policy.iter().flat_map(|policy| &policy.roster) {
        let devices = view
            .conn
            .prepare_cached("SELECT devices FROM members WHERE conversation = ?1 AND account = ?2")?
            .query_map((id.as_bytes(), entry.account.as_bytes()), |row| row.get(0))?
            .next()
            .transpose()?
            .unwrap_or(0);
        members.push(MemberView {
            who: account(view, entry.account)?,
            role: entry.role,
            devices,
            may_remove: rights.remove(entry),
            may_become: rights.roles(entry),
            may_inherit: rights.inherit(entry),
        });
    }
    members.sort_by(|one, next| {
        (next.role, &one.who.name, one.who.account).cmp(&(one.role, &next.who.name, next.who.account))
    });
    Ok(Some(MembersView { members, permissions, may: rights.here() }))
}

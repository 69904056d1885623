//! Links to people, and what they are checked by.

use beseda_model::{AccountId, Fingerprint};
use beseda_wire::Request;
use beseda_wire::content::OwnSync;
use beseda_wire::link::{Link, LinkSecret, Target};
use beseda_wire::state::AccountCard;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use super::command::{About, Begin, Begun};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::view::{KeyMatch, LinkView};
use crate::store::accounts::{self, Account};
use crate::store::me::Me;
use crate::store::{StoreError, meta};
use crate::timeline::{own, receipt};
use crate::view::{self, View};

/// The token of the link to this person, where they have no username.
const TOKEN: &str = "person_link";

/// The link to this person: by username, else by one of their making.
pub(super) fn make(step: &mut Step<'_>, me: &Me) -> Begin {
    let username = receipt::username(step.tx)?.and_then(|name| name.parse().ok());
    if let Some(username) = username {
        let target = Target::Username { username, root: Some(me.root) };
        return Ok(Ok(Begun::Done(outcome(me, target))));
    }
    if let Some(token) = meta::get::<[u8; 16]>(step.tx, TOKEN)? {
        let target = Target::Person { token: LinkSecret(token), root: me.root };
        return Ok(Ok(Begun::Done(outcome(me, target))));
    }
    let mut token = [0; 16];
    step.rng.fill(&mut token);
    let hash = Sha256::digest(token).as_slice().into();
    let about = About::Person { token: Some(LinkSecret(token)) };
    Ok(Ok(Begun::Ask(Request::SetPersonLink { token: Some(hash) }, about)))
}

fn outcome(me: &Me, target: Target) -> Outcome {
    Outcome::PersonLink { url: Link { server: me.server.clone(), target }.to_string() }
}

/// The server knows the new token, or none any more.
pub(super) fn set(step: &mut Step<'_>, token: Option<LinkSecret>) -> Result<Outcome, StoreError> {
    let me = Me::get(step.tx)?;
    Ok(match token {
        Some(token) => {
            meta::put(step.tx, TOKEN, &token.0)?;
            outcome(&me, Target::Person { token, root: me.root })
        }
        None => {
            meta::remove(step.tx, TOKEN)?;
            Outcome::Done
        }
    })
}

/// A link has led to this person. One that was scanned in their presence shows who they are: that is as good as comparing
/// safety numbers. Any other at least fixes which key the server has to show.
pub(super) fn met(
    step: &mut Step<'_>,
    card: &AccountCard,
    root: Option<Fingerprint>,
    in_person: bool,
) -> Result<LinkView, StoreError> {
    let account = card.account;
    let mut known = Account::load(step.tx, account)?;
    known.username = card.username.as_ref().map(|name| name.as_str().to_owned());
    known.save(step.tx)?;
    Account::want(step.tx, account, card.device_log_version.max(1))?;
    let own = Me::get(step.tx)?;
    let log = accounts::device_log(step.tx, account)?;
    let key = match (root, &log) {
        (None, _) => KeyMatch::NotGiven,
        (Some(root), _) if account == own.account && root == own.root => KeyMatch::Same,
        (Some(root), Some(log)) if log.is_root_until(log.version(), root) => KeyMatch::Same,
        (Some(root), None) if card.root == root => KeyMatch::Same,
        _ => KeyMatch::Other,
    };
    if let (KeyMatch::Same, Some(root)) = (key, root) {
        if log.is_none() {
            step.tx
                .prepare_cached("INSERT OR REPLACE INTO expected_roots (account, root) VALUES (?1, ?2)")?
                .execute((account.as_bytes(), root.as_bytes()))?;
        }
        // The mark is about the key that the account has now.
        let is_present = log.as_ref().is_none_or(|log| log.root_at(log.version()) == root);
        if in_person && is_present && account != own.account {
            own::say(step, OwnSync::Verified { account, root: Some(root) })?;
        }
    }
    step.notice(Notice::Account(account));
    let who = view::account(&View::new(step.tx, step.now)?, account)?;
    Ok(LinkView::Person { who, key })
}

/// The root key that a link has said this account has; told once.
pub(crate) fn take_expected(step: &Step<'_>, account: AccountId) -> Result<Option<Fingerprint>, StoreError> {
    let root: Option<[u8; 32]> = step
        .tx
        .prepare_cached("DELETE FROM expected_roots WHERE account = ?1 RETURNING root")?
        .query_row([account.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(root.map(Fingerprint::from_bytes))
}

//! Requests of a person that end with the server's answer.

use beseda_model::AccountId;
use beseda_wire::request::RootProof;
use beseda_wire::state::AccountCard;
use beseda_wire::{Problem, Reply, Request};

use super::ask::{Ask, Asks, Purpose, done, refusal};
use super::{me, rotation, rules};
use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::accounts::Account;
use crate::store::me::Me;
use crate::store::{StoreError, meta};
use crate::timeline;

/// Whose presence is watched.
const WATCHED: &str = "identity.watched";

/// Fewest characters of a username's beginning.
const BEGINNING: usize = 3;

/// The request that a command is; none if it is of another kind.
fn request(command: &Command) -> Option<Result<Request, Failure>> {
    Some(match command {
        Command::FindAccounts { username } => {
            let username = username.trim().trim_start_matches('@').to_lowercase();
            if username.chars().count() < BEGINNING {
                Err(Failure::invalid(Field::Username, Reason::AtLeast { least: BEGINNING as u64 }))
            } else {
                Ok(Request::FindAccounts { username })
            }
        }
        Command::SetUsername { username } => {
            rules::username(username.as_deref()).map(|username| Request::SetUsername { username })
        }
        Command::SetPassword { current, phrase: None, new } => rules::password(new).map(|()| Request::SetPassword {
            current: current.clone(),
            proof: None,
            new: new.clone(),
        }),
        Command::SetPrivacy { privacy } => Ok(Request::SetPrivacy { privacy: *privacy }),
        Command::Block { account, blocked } => Ok(Request::Block { account: *account, blocked: *blocked }),
        Command::WatchPresence { accounts } => Ok(Request::WatchPresence { accounts: accounts.clone() }),
        _ => return None,
    })
}

pub(super) fn on_command(step: &mut Step<'_>, id: u64, command: &Command) -> Result<Option<Asks>, StoreError> {
    let request = match command {
        Command::SetPassword { phrase: Some(phrase), new, .. } => Some(password_by_phrase(step, phrase, new)?),
        _ => request(command),
    };
    let Some(request) = request else { return Ok(None) };
    let request = if me::is_signed_in(step.tx)? { request } else { Err(Failure::NotSignedIn) };
    Ok(Some(match request {
        Ok(request) => {
            let purpose = match &request {
                Request::WatchPresence { accounts } => {
                    meta::put(step.tx, WATCHED, accounts)?;
                    Purpose::Presence { id: Some(id) }
                }
                _ => Purpose::Command { id },
            };
            vec![Ask::new(request, purpose)]
        }
        Err(failure) => {
            done(step, id, Err(failure));
            Asks::new()
        }
    }))
}

/// The phrase stands for the password that was forgotten. It does not leave this device.
fn password_by_phrase(step: &Step<'_>, phrase: &str, new: &str) -> Result<Result<Request, Failure>, StoreError> {
    let Some(me) = Me::find(step.tx)? else { return Ok(Err(Failure::NotSignedIn)) };
    let root = match rotation::present_root(step, phrase)? {
        Ok((_, root)) => root,
        Err(failure) => return Ok(Err(failure)),
    };
    let signature = root.sign_password(me.account, me.device, new);
    let proof = RootProof { root: root.public().to_vec().into(), signature: signature.to_vec().into() };
    Ok(rules::password(new).map(|()| Request::SetPassword { current: None, proof: Some(proof), new: new.to_owned() }))
}

/// What a new connection has to be told again.
pub(super) fn due(step: &Step<'_>) -> Result<Asks, StoreError> {
    let accounts: Vec<AccountId> = meta::get(step.tx, WATCHED)?.unwrap_or_default();
    if accounts.is_empty() {
        return Ok(Asks::new());
    }
    Ok(vec![Ask::new(Request::WatchPresence { accounts }, Purpose::Presence { id: None })])
}

/// The engine was opened: whoever watched begins again.
pub(super) fn on_open(step: &Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, WATCHED)
}

pub(super) fn answered(step: &mut Step<'_>, id: u64, answer: Result<Reply, Problem>) -> Result<(), StoreError> {
    let result = match answer {
        Ok(Reply::Accounts { accounts }) => {
            for card in &accounts {
                remember(step, card)?;
            }
            Ok(Outcome::Accounts { accounts })
        }
        Ok(_) => Ok(Outcome::Done),
        Err(problem) => Err(refusal(problem)),
    };
    done(step, id, result);
    Ok(())
}

/// Keeps the username that the server tells of an account. What it says of the root key is not believed: the device log
/// shows it.
fn remember(step: &mut Step<'_>, card: &AccountCard) -> Result<(), StoreError> {
    let mut known = Account::load(step.tx, card.account)?;
    let username = card.username.as_ref().map(|name| name.as_str().to_owned());
    if known.username != username {
        known.username = username;
        known.save(step.tx)?;
        step.notice(Notice::Account(card.account));
    }
    Ok(())
}

pub(super) fn presence(step: &mut Step<'_>, id: Option<u64>, answer: Result<Reply, Problem>) -> Result<(), StoreError> {
    let result = match answer {
        Ok(Reply::Presence { accounts }) => {
            for presence in accounts {
                timeline::apply_presence(step, presence)?;
            }
            Ok(Outcome::Done)
        }
        Ok(_) => Ok(Outcome::Done),
        Err(problem) => Err(refusal(problem)),
    };
    if let Some(id) = id {
        done(step, id, result);
    }
    Ok(())
}

//! Accounts: finding them, what they show, what they keep to themselves.

use beseda_app::domain::{Actor, TokenHash};
use beseda_app::usecase;
use beseda_app::usecase::account::{AccountError, DeleteAccount};
use beseda_app::usecase::report::MakeReport;
use beseda_crypto::root;
use beseda_model::{AccountId, Code, Fingerprint, Username};
use beseda_wire::http::PhoneOffer;
use beseda_wire::request::{Report, RootProof};
use beseda_wire::state::{DeviceLogEntry, Presence, PrivacySettings};
use beseda_wire::{Bytes, Encoding, Problem, Reply};
use zeroize::Zeroizing;

use super::Call;
use crate::passwords::{self, PasswordError};
use crate::problem;
use crate::refusal::refuse;
use crate::ws::map;

pub(super) fn find(call: Call, username: String) {
    call.read(
        move |view| usecase::account::find_accounts(view, &username),
        |found| Reply::Accounts { accounts: found.into_iter().map(map::card).collect() },
    );
}

pub(super) fn set_username(call: Call, username: Option<Username>) {
    let actor = call.actor;
    call.write_done(move |uow| usecase::account::set_username(uow, actor, username.clone()));
}

pub(super) fn set_password(call: Call, current: Option<String>, proof: Option<RootProof>, new: String) {
    let tasks = call.context.tasks.clone();
    let (current, new) = (current.map(Zeroizing::new), Zeroizing::new(new));
    tasks.spawn("set_password", change_password(call, current, proof, new));
}

async fn change_password(
    call: Call,
    current: Option<Zeroizing<String>>,
    proof: Option<RootProof>,
    new: Zeroizing<String>,
) {
    let Call { context, actor, answer, .. } = call;
    let change = async {
        passwords::check_new(&new, &context.config.limits)?;
        let present = context.read(move |view| usecase::account::present_password(view, actor)).await;
        let present = present.map_err(|error: AccountError| refuse(&context, "set_password", &error))?;
        if let Some(proof) = proof {
            if !is_allowed(&proof, present.root, actor, &new) {
                return Err(Problem::new(Code::WrongCredentials, "the recovery phrase is another"));
            }
        } else if let Some(hash) = present.hash {
            let fits = context.passwords.verify(current.unwrap_or_default(), Some(hash)).await;
            if !fits.map_err(password_problem)? {
                return Err(Problem::new(Code::WrongCredentials, "the present password is another"));
            }
        }
        context.passwords.hash(new, context.chance()).await.map_err(password_problem)
    };
    match change.await {
        Ok(hash) => {
            let write =
                move |uow: &mut dyn beseda_app::port::UnitOfWork| usecase::account::set_password(uow, actor, &hash);
            context.store.write(write, move |result: Result<(), AccountError>| answer.done(result));
        }
        Err(why) => answer.err(why),
    }
}

/// Whether the holder of the account's present root key lets this device set the password.
fn is_allowed(proof: &RootProof, present: Fingerprint, actor: Actor, new: &str) -> bool {
    let (Ok(root), Ok(signature)) =
        (<[u8; 32]>::try_from(proof.root.0.as_slice()), <[u8; 64]>::try_from(proof.signature.0.as_slice()))
    else {
        return false;
    };
    root::fingerprint(&root) == present && root::allows_password(&root, (actor.account, actor.device), new, &signature)
}

fn password_problem(error: PasswordError) -> Problem {
    match error {
        PasswordError::Overloaded | PasswordError::Failed => problem::overloaded(),
    }
}

pub(super) fn set_phone(call: Call, attempt: Option<String>) {
    let (actor, at) = (call.actor, call.now);
    let needed = call.context.config.phone == PhoneOffer::Required;
    call.write_done(move |uow| match &attempt {
        Some(attempt) => usecase::phone::set_phone(uow, actor, &TokenHash::of(attempt.as_bytes()), at),
        None => usecase::phone::remove_phone(uow, actor, needed),
    });
}

pub(super) fn set_profile(call: Call, body: Bytes) {
    let actor = call.actor;
    call.write_done(move |uow| usecase::account::set_profile(uow, actor, &body));
}

pub(super) fn set_privacy(call: Call, privacy: PrivacySettings) {
    let actor = call.actor;
    let privacy = map::wanted_privacy(&privacy);
    call.write_done(move |uow| usecase::account::set_privacy(uow, actor, privacy));
}

pub(super) fn block(call: Call, account: AccountId, blocked: bool) {
    let actor = call.actor;
    call.write_done(move |uow| usecase::account::block(uow, actor, account, blocked));
}

pub(super) fn watch_presence(call: Call, accounts: Vec<AccountId>) {
    let (actor, context, seat) = (call.actor, call.context.clone(), call.seat.clone());
    // Watching begins before the state is read, so that no change falls between.
    context.hub.watch(&seat, &accounts);
    call.read(
        move |view| {
            let mut seen = Vec::new();
            for account in accounts {
                if usecase::account::sees_presence(view, actor, account)? {
                    seen.push((account, usecase::account::last_seen(view, account)?));
                }
            }
            Ok::<_, AccountError>(seen)
        },
        move |seen| Reply::Presence {
            accounts: seen
                .into_iter()
                .map(|(account, last_seen)| {
                    seat.show(account);
                    let online = context.hub.is_online(account);
                    Presence { account, online, last_seen: last_seen.filter(|_| !online) }
                })
                .collect(),
        },
    );
}

pub(super) fn set_link(call: Call, token: Option<Bytes>) {
    let token = token.map(|token| <[u8; 32]>::try_from(token.0).map(TokenHash::from_bytes)).transpose();
    let Ok(token) = token else {
        return call.refuse(Problem::new(Code::BadRequest, "a token's hash has 32 bytes"));
    };
    let actor = call.actor;
    call.write_done(move |uow| usecase::account::set_link(uow, actor, token));
}

pub(super) fn by_link(call: Call, token: &Bytes) {
    let token = TokenHash::of(token);
    call.read(
        move |view| usecase::account::by_link(view, &token),
        |card| Reply::Accounts { accounts: vec![map::card(card)] },
    );
}

pub(super) fn delete(call: Call, entries: Vec<DeviceLogEntry>) {
    let actor = call.actor;
    let entries = entries.into_iter().map(|entry| entry.0.0).collect();
    let cmd = DeleteAccount { entries, at: call.now };
    call.write_done(move |uow| usecase::account::delete_account(uow, actor, &cmd));
}

pub(super) fn report(call: Call, report: &Report) {
    let actor = call.actor;
    let body = Encoding::Json.encode(report);
    let cmd = MakeReport { id: report.report, about: report.about, body, at: call.now };
    call.write_done(move |uow| usecase::report::report(uow, actor, cmd.clone()));
}

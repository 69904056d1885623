//! Devices: their log, their approval, their key packages, their sessions.

use beseda_app::usecase;
use beseda_app::usecase::keys::{ClaimKeys, PublishKeys};
use beseda_app::usecase::link::{ApproveLink, OpenLink};
use beseda_model::{AccountId, Code, DeviceId};
use beseda_wire::state::{DeviceLogEntry, KeyPackage, Muted, PushSubscription};
use beseda_wire::{Bytes, Problem, Reply};

use super::Call;
use crate::problem;
use crate::ws::map;

pub(super) fn publish_keys(call: Call, packages: Vec<Bytes>, last_resort: Option<Bytes>) {
    let packages = packages.into_iter().map(|package| package.0).collect();
    let last_resort = last_resort.map(|package| package.0);
    call.judge(
        move |store, actor, at| usecase::keys::publish_keys(store, actor, PublishKeys { packages, last_resort, at }),
        |()| Reply::Done,
    );
}

pub(super) fn count_keys(call: Call) {
    let (actor, now) = (call.actor, call.now);
    call.read(
        move |view| usecase::keys::count_keys(view, actor, now),
        |count| Reply::Keys { packages: Vec::new(), count },
    );
}

pub(super) fn claim_keys(call: Call, account: AccountId, devices: Vec<DeviceId>) {
    let actor = call.actor;
    let cmd = ClaimKeys { account, devices, at: call.now };
    call.write(
        move |uow| usecase::keys::claim_keys(uow, actor, cmd.clone()),
        |claimed| Reply::Keys {
            packages: claimed
                .keys
                .into_iter()
                .map(|claimed| KeyPackage {
                    device: claimed.device,
                    package: claimed.key.package.into(),
                    last_resort: claimed.key.last_resort,
                })
                .collect(),
            count: claimed.log_version,
        },
    );
}

pub(super) fn append_log(call: Call, entry: DeviceLogEntry) {
    let actor = call.actor;
    call.write_done(move |uow| usecase::device::append_log(uow, actor, &entry.0));
}

pub(super) fn open_link(call: Call, code: String, nonce: &Bytes) {
    let Ok(nonce) = <[u8; 32]>::try_from(&**nonce) else {
        return call.refuse(problem::bad_request("a nonce has 32 bytes"));
    };
    let actor = call.actor;
    let cmd = OpenLink { code, nonce, at: call.now };
    call.write(
        move |uow| usecase::link::open_link(uow, actor, cmd.clone()),
        |commitment| Reply::Link { commitment: Bytes(commitment.to_vec()) },
    );
}

pub(super) fn approve_link(call: Call, code: String, entry: DeviceLogEntry) {
    let actor = call.actor;
    let cmd = ApproveLink { code, entry: entry.0.0, at: call.now };
    call.write_done(move |uow| usecase::link::approve_link(uow, actor, cmd.clone()));
}

pub(super) fn refuse_link(call: Call, code: String) {
    let (actor, now) = (call.actor, call.now);
    call.write_done(move |uow| usecase::link::refuse_link(uow, actor, &code, now));
}

pub(super) fn sign_out(call: Call) {
    let (actor, token) = (call.actor, call.token);
    call.write_done(move |uow| usecase::session::sign_out(uow, actor, &token));
}

pub(super) fn set_push_subscription(call: Call, subscription: Option<PushSubscription>, muted: Vec<Muted>) {
    let actor = call.actor;
    let Some(subscription) = subscription else {
        return call.write_done(move |uow| usecase::wake::unsubscribe(uow, actor));
    };
    let Some(push) = call.context.push.clone() else {
        return call.refuse(problem::bad_request("this server wakes nobody"));
    };
    let Some(subscription) = map::subscription(subscription) else {
        return call.refuse(problem::bad_request("a key has 65 bytes and an authentication secret 16"));
    };
    if let Err(error) = push.check(&subscription) {
        return call.refuse(Problem::new(Code::BadRequest, error.to_string()));
    }
    let muted: Vec<_> = muted.into_iter().map(map::muted).collect();
    call.write_done(move |uow| usecase::wake::subscribe(uow, actor, &subscription, &muted));
}

//! Conversations: making them, moving them on, joining and leaving.

use beseda_app::domain::{Actor, Appended};
use beseda_app::port::Store;
use beseda_app::usecase::conversation::{self, ConversationError};
use beseda_model::{ConversationId, Timestamp};
use beseda_wire::request::{CommitBundle, Create, Succeed};
use beseda_wire::{Bytes, Reply};

use super::Call;

/// Judges a change of a group and writes it.
fn judge(
    call: Call,
    work: impl FnOnce(&dyn Store, Actor, Timestamp) -> Result<Appended, ConversationError> + Send + 'static,
) {
    call.judge(work, |appended| Reply::Appended { seq: appended.seq, at: appended.at });
}

fn bundle(bundle: CommitBundle) -> conversation::Bundle {
    conversation::Bundle {
        commit: bundle.commit.0,
        group_info: bundle.group_info.0,
        welcome: bundle
            .welcome
            .map(|welcome| conversation::PostedWelcome { message: welcome.message.0, devices: welcome.devices }),
    }
}

pub(super) fn propose(call: Call, message: Bytes) {
    judge(call, move |store, actor, now| conversation::propose(store, actor, &message, now));
}

pub(super) fn commit(call: Call, commit: CommitBundle) {
    let commit = bundle(commit);
    judge(call, move |store, actor, now| conversation::commit(store, actor, &commit, now));
}

pub(super) fn create(call: Call, create: Create) {
    let cmd = conversation::Create {
        conversation: create.conversation,
        kind: create.kind,
        group_info: create.group_info.0,
        tree: create.tree.0,
        commit: create.commit.map(bundle),
    };
    judge(call, move |store, actor, now| conversation::create(store, actor, cmd, now));
}

pub(super) fn succeed(call: Call, succeed: Succeed) {
    let cmd = conversation::Succeed {
        group_info: succeed.group_info.0,
        tree: succeed.tree.0,
        commit: succeed.commit.map(bundle),
    };
    judge(call, move |store, actor, now| conversation::succeed(store, actor, cmd, now));
}

pub(super) fn group_info(call: Call, id: ConversationId) {
    let (actor, now) = (call.actor, call.now);
    call.write(
        move |uow| conversation::group_info(uow, actor, id, now),
        |info| Reply::GroupInfo {
            group_info: info.group_info.into(),
            tree: info.tree.into(),
            last_seq: info.last_seq,
            chain: Bytes(info.chain.to_vec()),
            proposals: info.proposals.into_iter().map(Bytes).collect(),
        },
    );
}

pub(super) fn welcome_done(call: Call, id: ConversationId, seq: u64) {
    let actor = call.actor;
    call.write_done(move |uow| conversation::welcome_done(uow, actor, id, seq));
}

pub(super) fn report_commit(call: Call, id: ConversationId, seq: u64) {
    let actor = call.actor;
    call.write_done(move |uow| conversation::report_commit(uow, actor, id, seq));
}

pub(super) fn answer_stranger(call: Call, id: ConversationId, accept: bool) {
    let actor = call.actor;
    call.write_done(move |uow| conversation::answer_stranger(uow, actor, id, accept));
}

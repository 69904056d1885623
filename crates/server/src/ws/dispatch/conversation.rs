//! Conversations: making them, moving them on, joining and leaving.

use beseda_model::{Code, ConversationId};
use beseda_wire::request::{CommitBundle, Create, Succeed};
use beseda_wire::{Bytes, Problem};

use super::Call;

fn later(call: Call) {
    call.refuse(Problem::new(Code::UpdateRequired, "this server cannot do that yet"));
}

pub(super) fn propose(call: Call, _message: Bytes) {
    later(call);
}

pub(super) fn commit(call: Call, _bundle: CommitBundle) {
    later(call);
}

pub(super) fn create(call: Call, _create: Create) {
    later(call);
}

pub(super) fn succeed(call: Call, _succeed: Succeed) {
    later(call);
}

pub(super) fn group_info(call: Call, _conversation: ConversationId) {
    later(call);
}

pub(super) fn welcome(call: Call, _conversation: ConversationId) {
    later(call);
}

pub(super) fn welcome_done(call: Call, _conversation: ConversationId, _seq: u64) {
    later(call);
}

pub(super) fn report_commit(call: Call, _conversation: ConversationId, _seq: u64) {
    later(call);
}

pub(super) fn answer_stranger(call: Call, _conversation: ConversationId, _accept: bool) {
    later(call);
}

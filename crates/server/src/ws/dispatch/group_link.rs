//! Links to groups: making and revoking them, asking by them, answering.

use beseda_app::domain::TokenHash;
use beseda_app::usecase::group_link::{self, AnswerAsk, AskToJoin, MakeGroupLink};
use beseda_model::{AccountId, Code, ConversationId, GroupLinkId};
use beseda_wire::{Bytes, Problem, Reply, request};

use super::Call;
use crate::ws::map;

pub(super) fn make(call: Call, link: request::MakeGroupLink) {
    let Ok(token) = <[u8; 32]>::try_from(link.token.0) else {
        return call.refuse(Problem::new(Code::BadRequest, "a token's hash has 32 bytes"));
    };
    let actor = call.actor;
    let cmd = MakeGroupLink {
        id: link.link,
        conversation: link.conversation,
        token: TokenHash::from_bytes(token),
        body: link.body.0,
        expires_at: link.expires_at,
        uses: link.uses,
        at: call.now,
    };
    call.write_done(move |uow| group_link::make_group_link(uow, actor, cmd.clone()));
}

pub(super) fn list(call: Call, conversation: ConversationId) {
    let (actor, now) = (call.actor, call.now);
    call.read(
        move |view| group_link::group_links(view, actor, conversation, now),
        |links| Reply::GroupLinks { links: links.into_iter().map(map::group_link).collect() },
    );
}

pub(super) fn revoke(call: Call, conversation: ConversationId, link: GroupLinkId) {
    let actor = call.actor;
    call.write_done(move |uow| group_link::revoke_group_link(uow, actor, conversation, link));
}

pub(super) fn show(call: Call, token: &Bytes) {
    let (token, now) = (TokenHash::of(token), call.now);
    call.read(
        move |view| group_link::show_group_link(view, &token, now),
        |link| Reply::GroupLink { conversation: link.conversation, body: link.body.into() },
    );
}

pub(super) fn ask(call: Call, token: &Bytes, proof: Bytes) {
    let actor = call.actor;
    let cmd = AskToJoin { token: TokenHash::of(token), proof: proof.0, at: call.now };
    call.write(
        move |uow| group_link::ask_to_join(uow, actor, cmd.clone()),
        |conversation| Reply::Asked { conversation },
    );
}

pub(super) fn withdraw(call: Call, conversation: ConversationId) {
    let actor = call.actor;
    call.write_done(move |uow| group_link::withdraw_ask(uow, actor, conversation));
}

pub(super) fn asks(call: Call, conversation: ConversationId) {
    let actor = call.actor;
    call.read(
        move |view| group_link::asks(view, actor, conversation),
        |asks| Reply::Asks { asks: asks.into_iter().map(map::ask).collect() },
    );
}

pub(super) fn answer(call: Call, conversation: ConversationId, account: AccountId, accept: bool) {
    let actor = call.actor;
    let cmd = AnswerAsk { conversation, account, accept, at: call.now };
    call.write_done(move |uow| group_link::answer_ask(uow, actor, cmd));
}

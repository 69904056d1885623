//! Logs: adding, reading, marking, whispering.

use beseda_app::domain::Append;
use beseda_app::usecase;
use beseda_app::usecase::log::Mark;
use beseda_model::ConversationId;
use beseda_wire::{Bytes, Push, Reply, request};

use super::Call;
use crate::ws::hub::Shared;
use crate::ws::map;

pub(super) fn append(call: Call, append: request::Append) {
    let request::Append { message, class, expires_at, blank } = append;
    let class = map::wanted_class(class);
    let parsed = Append::parse(call.actor, message.0, class, expires_at, blank, call.now);
    let Call { context, answer, .. } = call;
    match parsed {
        Ok(append) => {
            let reply = move |result| {
                answer.result(result, |appended: beseda_app::domain::Appended| Reply::Appended {
                    seq: appended.seq,
                    at: appended.at,
                });
            };
            context.store.append(append, Box::new(reply));
        }
        Err(error) => answer.done::<(), _>(Err(error)),
    }
}

pub(super) fn mark(call: Call, conversation: ConversationId, delivered: Option<u64>, read: Option<u64>) {
    let actor = call.actor;
    call.write_done(move |uow| usecase::log::mark(uow, actor, Mark { conversation, delivered, read }));
}

pub(super) fn whisper(call: Call, conversation: ConversationId, body: Bytes) {
    let (actor, context) = (call.actor, call.context.clone());
    call.read(
        move |view| usecase::log::audience(view, actor, conversation),
        move |audience| {
            let push = Shared::new(Push::Whisper { conversation, device: actor.device, body });
            context.hub.each(&audience, |seat| {
                if seat.actor.device != actor.device {
                    seat.push(&push);
                }
            });
            Reply::Done
        },
    );
}

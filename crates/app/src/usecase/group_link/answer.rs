use beseda_model::{AccountId, ConversationId, Timestamp};

use super::{GroupLinkError, adder, put};
use crate::domain::{Actor, Ask, AskState};
use crate::port::UnitOfWork;

/// How long a device may take to add somebody before another one may try.
const TAKEN_MILLIS: u64 = 60_000;

/// An answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerAsk {
    /// To join which group.
    pub conversation: ConversationId,
    /// Whose.
    pub account: AccountId,
    /// Whether the actor's device adds the asker now; it is the only one to do so for a minute.
    pub accept: bool,
    /// When.
    pub at: Timestamp,
}

/// Turns a request down, or takes it up: the device that gets no error commits the addition.
///
/// # Errors
/// When the actor may not add people, nobody asks, or another device does it at this moment.
pub fn answer_ask(uow: &mut dyn UnitOfWork, actor: Actor, cmd: AnswerAsk) -> Result<(), GroupLinkError> {
    adder(uow.view(), actor, cmd.conversation)?;
    let ask = uow.group_links().ask(cmd.conversation, cmd.account)?.filter(|ask| ask.state.is_open());
    let ask = ask.ok_or(GroupLinkError::NotFound)?;
    let link = uow.group_links().find_by_id(ask.link)?.filter(|link| link.is_valid(cmd.at));
    if cmd.accept && link.is_none() {
        // It lapses with the next run of the maintenance, if it has not yet.
        return Err(GroupLinkError::NotFound);
    }
    if let AskState::Taken { by, until } = ask.state {
        let left = until.millis_since(cmd.at);
        // A clock that jumped back must not keep everybody waiting.
        if by != actor.device && left > 0 && left <= TAKEN_MILLIS {
            return Err(GroupLinkError::Later { retry_after_ms: left });
        }
    }
    let state = if cmd.accept {
        AskState::Taken { by: actor.device, until: cmd.at.plus_millis(TAKEN_MILLIS) }
    } else {
        AskState::Declined
    };
    put(uow, &Ask { state, ..ask })?;
    Ok(())
}

//! Links to groups: made by members who may add people, followed by those who want to join, answered by the members.

mod answer;
mod ask;
mod list;
mod make;
mod revoke;
mod settle;

use beseda_model::{Action, Code, ConversationId, ConversationKind, Denied, Role, Timestamp, decide};

pub use answer::{AnswerAsk, answer_ask};
pub use ask::{AskToJoin, ask_to_join, withdraw_ask};
pub use list::{WaitingAsk, asks, group_links, show_group_link, waiting};
pub use make::{MakeGroupLink, make_group_link};
pub use revoke::revoke_group_link;
pub(crate) use settle::{came, forget_account, is_invited, tend, went};

use crate::Event;
use crate::domain::{Actor, Ask, AskState, Change, Conversation, GroupLink, OverLimit, TokenHash};
use crate::port::{StoreError, UnitOfWork, View};

/// Why something about a link to a group was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupLinkError {
    /// The account is not a member.
    #[error("the account is not a member of the conversation")]
    NotAMember,
    /// The role does not allow it.
    #[error("not allowed: {0}")]
    Denied(#[from] Denied),
    /// The link is unknown, taken back, used up or expired; or there is no such request.
    #[error("there is no such link or request")]
    NotFound,
    /// The asker belongs to the group already.
    #[error("the account is a member of the group already")]
    Member {
        /// Which.
        conversation: ConversationId,
    },
    /// The asker has asked and was turned down.
    #[error("the account was turned down")]
    Declined,
    /// The link's id or token is in use.
    #[error("the link's id or token is in use")]
    Taken,
    /// Another device adds the asker at this moment.
    #[error("another device sees to it; try again in {retry_after_ms} ms")]
    Later {
        /// When to come back.
        retry_after_ms: u64,
    },
    /// The day's budget for it is spent.
    #[error("the budget asks is spent for today")]
    BudgetSpent,
    /// Over a limit.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl GroupLinkError {
    /// What the other side is told.
    pub const fn code(&self) -> Code {
        match self {
            Self::NotAMember => Code::NotAMember,
            Self::Denied(_) => Code::Forbidden,
            Self::NotFound => Code::NotFound,
            Self::Member { .. } => Code::AlreadyExists,
            Self::Declined => Code::NotAccepted,
            Self::Taken => Code::Taken,
            Self::Later { .. } => Code::JoinLater,
            Self::BudgetSpent => Code::RateLimited,
            Self::OverLimit(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Whether somebody with this role may answer requests: those who may add people.
fn may_add(conversation: &Conversation, role: Role) -> Result<(), Denied> {
    decide(conversation.kind, &conversation.policy.permissions, role, Action::Add { role: Role::Member })
}

/// The conversation and the actor's role in it, if the actor may add people.
fn adder(view: &dyn View, actor: Actor, id: ConversationId) -> Result<(Conversation, Role), GroupLinkError> {
    let conversation = view.conversations().find(id)?.ok_or(GroupLinkError::NotAMember)?;
    let member = view.conversations().member(id, actor.account)?.filter(|member| member.until_seq.is_none());
    let role = member.ok_or(GroupLinkError::NotAMember)?.role;
    may_add(&conversation, role)?;
    Ok((conversation, role))
}

/// The link with this token, if it can be used now: its maker must still be somebody who may add people.
fn usable(view: &dyn View, token: &TokenHash, now: Timestamp) -> Result<GroupLink, GroupLinkError> {
    let link = view.group_links().find(token)?.filter(|link| link.is_valid(now)).ok_or(GroupLinkError::NotFound)?;
    let conversation = view.conversations().find(link.conversation)?.ok_or(GroupLinkError::NotFound)?;
    let maker = view.conversations().member(link.conversation, link.by)?.filter(|maker| maker.until_seq.is_none());
    let role = maker.ok_or(GroupLinkError::NotFound)?.role;
    may_add(&conversation, role).map_err(|_| GroupLinkError::NotFound)?;
    Ok(link)
}

/// Writes down how far a request is, and tells the asker and those who may answer.
fn put(uow: &mut dyn UnitOfWork, ask: &Ask) -> Result<(), StoreError> {
    uow.group_links_mut().put_ask(ask)?;
    let change = Change::Asked { conversation: ask.conversation, at: ask.at, state: ask.state };
    uow.emit(Event::Changed { accounts: [ask.account].into(), device: None, change });
    tell_adders(uow, ask.conversation)
}

/// Those who may answer see how many wait.
fn tell_adders(uow: &mut dyn UnitOfWork, id: ConversationId) -> Result<(), StoreError> {
    let Some(conversation) = uow.conversations().find(id)? else { return Ok(()) };
    let members = uow.conversations().members(id)?;
    let adders: Vec<_> = members
        .into_iter()
        .filter(|member| may_add(&conversation, member.role).is_ok())
        .map(|member| member.account)
        .collect();
    uow.emit(Event::ConversationChanged { conversation: id, accounts: adders.into() });
    Ok(())
}

/// Requests by a link that is no more lapse.
fn lapse(uow: &mut dyn UnitOfWork, link: &GroupLink) -> Result<(), StoreError> {
    for ask in uow.group_links().asks(link.conversation)? {
        if ask.link == link.id {
            put(uow, &Ask { state: AskState::Lapsed, ..ask })?;
        }
    }
    Ok(())
}

const fn is_group(kind: ConversationKind) -> bool {
    matches!(kind, ConversationKind::Group)
}

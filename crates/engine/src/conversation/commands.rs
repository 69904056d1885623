//! What people want of conversations.

use beseda_model::{AccountId, Action, ConversationId, ConversationKind, Timestamp, decide};
use beseda_wire::Request;

use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::WarningKind;
use crate::store::conversations::{Conversation, Standing};
use crate::store::intents::{self, Intent};
use crate::store::me::Me;
use crate::store::{StoreError, entries, warnings};
use crate::{Step, desk, ephemeral, timeline};

/// Carries out a command about conversations; false if it is not one.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let me = Me::find(step.tx)?;
    let result = match command {
        Command::AcknowledgeWarning { warning } => acknowledge(step, *warning)?,
        Command::OpenDirect { .. }
        | Command::CreateGroup { .. }
        | Command::AddMembers { .. }
        | Command::RemoveMember { .. }
        | Command::Leave { .. }
        | Command::SetRole { .. }
        | Command::TransferOwnership { .. }
        | Command::SetPermissions { .. }
        | Command::AnswerStranger { .. }
        | Command::RenewGroup { .. }
        | Command::Typing { .. } => match me {
            Some(me) if !me.signed_out => wish(step, &me, id, command)?,
            _ => Some(Err(Failure::NotSignedIn)),
        },
        _ => return Ok(false),
    };
    if let Some(result) = result {
        step.effect(Effect::Done { id, result });
    }
    Ok(true)
}

type Ended = Option<Result<Outcome, Failure>>;

fn acknowledge(step: &mut Step<'_>, warning: i64) -> Result<Ended, StoreError> {
    let found = warnings::list(step.tx)?.into_iter().find(|found| found.id == warning);
    if !warnings::acknowledge(step, warning)? {
        return Ok(Some(Err(Failure::NotFound)));
    }
    // People have looked: a conversation with another history goes on with what the server shows now, and where it stood
    // still it does so no longer.
    if let Some(found) = found.filter(|found| matches!(found.kind, WarningKind::LogForked { .. }))
        && let Some(id) = found.conversation
        && let Some(mut row) = Conversation::find(step.tx, id)?
    {
        if row.standing == Standing::Forked {
            row.standing = if row.mls_generation.is_some() { Standing::Ready } else { Standing::Joining };
        }
        row.verify = row.applied > 0 && row.chain.is_some();
        row.reread = row.applied;
        row.save(step.tx)?;
        step.touch(id);
        step.notice(Notice::Conversation(id));
    }
    Ok(Some(Ok(Outcome::Done)))
}

fn wish(step: &mut Step<'_>, me: &Me, id: u64, command: &Command) -> Result<Ended, StoreError> {
    match command {
        Command::OpenDirect { account } => open(step, me, id, *account),
        Command::CreateGroup { title, members } => {
            let wanted = members.len() as u64;
            if wanted >= beseda_model::LIMITS.members_per_conversation {
                return Ok(Some(Err(Failure::invalid(Field::Members, Reason::TooMany))));
            }
            let conversation = make(step, me, ConversationKind::Group, members.clone())?;
            timeline::created(step, conversation, title)?;
            wait(step, conversation, id)?;
            Ok(None)
        }
        Command::AddMembers { conversation, accounts } => {
            let action = Action::Add { role: beseda_model::Role::Member };
            change(step, me, id, *conversation, Some(action), Intent::Add { accounts: accounts.clone() })
        }
        Command::RemoveMember { conversation, account } => {
            let target = Conversation::find(step.tx, *conversation)?.and_then(|row| row.role(*account));
            let Some(target) = target else { return Ok(Some(Err(Failure::NotFound))) };
            change(step, me, id, *conversation, Some(Action::Remove { target }), Intent::Remove { account: *account })
        }
        Command::Leave { conversation } => change(step, me, id, *conversation, Some(Action::Leave), Intent::Leave),
        Command::SetRole { conversation, account, role } => {
            let intent = Intent::SetRole { account: *account, role: *role };
            change(step, me, id, *conversation, None, intent)
        }
        Command::TransferOwnership { conversation, account } => {
            change(step, me, id, *conversation, None, Intent::Transfer { to: *account })
        }
        Command::SetPermissions { conversation, permissions } => {
            let intent = Intent::Permissions { permissions: permissions.clone() };
            change(step, me, id, *conversation, Some(Action::ChangePermissions), intent)
        }
        Command::RenewGroup { conversation } => {
            // Whatever is waited for here: a person does not want to wait for it any longer.
            step.place(*conversation).hold_until = Timestamp::default();
            change(step, me, id, *conversation, None, Intent::Renew)
        }
        Command::AnswerStranger { conversation, accept } => {
            if Conversation::find(step.tx, *conversation)?.is_none() {
                return Ok(Some(Err(Failure::NotFound)));
            }
            // A stranger who is turned down is not told, and can write no more: there is nothing to wait for.
            timeline::set_removed(step, *conversation, !accept)?;
            desk::request(step, id, Request::AnswerStranger { conversation: *conversation, accept: *accept });
            Ok(None)
        }
        Command::Typing { conversation, typing } => {
            ephemeral::typing(step, *conversation, *typing)?;
            Ok(Some(Ok(Outcome::Done)))
        }
        _ => Ok(Some(Err(Failure::NotFound))),
    }
}

fn open(step: &mut Step<'_>, me: &Me, id: u64, account: AccountId) -> Result<Ended, StoreError> {
    let found = if account == me.account {
        Conversation::notes(step.tx)?
    } else {
        Conversation::direct_with(step.tx, account)?
    };
    let row = match found {
        Some(row) if row.known => return Ok(Some(Ok(Outcome::Conversation { conversation: row.id }))),
        Some(row) => row.id,
        None if account == me.account => make(step, me, ConversationKind::Notes, Vec::new())?,
        None => make(step, me, ConversationKind::Direct, vec![account])?,
    };
    wait(step, row, id)?;
    Ok(None)
}

/// Writes down a conversation that is to be.
pub(crate) fn make(
    step: &mut Step<'_>,
    me: &Me,
    kind: ConversationKind,
    members: Vec<AccountId>,
) -> Result<ConversationId, StoreError> {
    let id = ConversationId::new(step.now, step.rng);
    let mut row = Conversation::new(id, kind);
    let mut members: Vec<AccountId> = members.into_iter().filter(|account| *account != me.account).collect();
    members.sort_unstable();
    members.dedup();
    if kind == ConversationKind::Direct {
        row.peer = members.first().copied();
    }
    row.save(step.tx)?;
    intents::insert(step.tx, id, &Intent::Create { kind, members })?;
    step.touch(id);
    step.notice(Notice::Conversation(id));
    Ok(id)
}

/// The command ends when the conversation's last wish is fulfilled.
pub(crate) fn wait(step: &mut Step<'_>, conversation: ConversationId, command: u64) -> Result<(), StoreError> {
    let Some(intent) = intents::ids(step.tx, conversation)?.pop() else {
        step.effect(Effect::Done { id: command, result: Ok(Outcome::Conversation { conversation }) });
        return Ok(());
    };
    desk::wait_for(step, intent, command)
}

fn change(
    step: &mut Step<'_>,
    me: &Me,
    id: u64,
    conversation: ConversationId,
    action: Option<Action>,
    intent: Intent,
) -> Result<Ended, StoreError> {
    let Some(row) = Conversation::find(step.tx, conversation)? else { return Ok(Some(Err(Failure::NotFound))) };
    if !row.member || row.standing == Standing::Left {
        return Ok(Some(Err(Failure::NotReady { reason: Reason::Left })));
    }
    if let (Some(action), Some(policy)) = (action, &row.policy) {
        let Some(role) = policy.role(me.account) else {
            return Ok(Some(Err(Failure::NotReady { reason: Reason::Left })));
        };
        if let Err(denied) = decide(policy.kind, &policy.permissions, role, action) {
            return Ok(Some(Err(Failure::NotAllowed { reason: denied.into() })));
        }
    }
    intents::insert(step.tx, conversation, &intent)?;
    step.touch(conversation);
    wait(step, conversation, id)?;
    Ok(None)
}

/// Everything up to `seq` was seen.
///
/// # Errors
/// When the database fails.
pub(crate) fn mark_read(step: &mut Step<'_>, conversation: ConversationId, seq: u64) -> Result<bool, StoreError> {
    let Some(mut row) = Conversation::find(step.tx, conversation)? else { return Ok(false) };
    let seq = seq.min(row.applied);
    if seq > row.read_wanted.max(row.read) {
        row.read_wanted = seq;
        row.read_count = entries::find(step.tx, conversation, seq)?.map_or(row.read_count, |(_, count)| count);
        row.save(step.tx)?;
        step.touch(conversation);
        step.notice(Notice::Conversation(conversation));
    }
    Ok(true)
}

use beseda_crypto::aad::CommitAad;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header;
use beseda_crypto::public_group::{GroupError, GroupState, LiveGroup};
use beseda_model::{ConversationId, MessageId, Timestamp};

use super::group_info::wait_for_others;
use super::judge::{self, Judged, Logs};
use super::settle::{present, settle};
use super::{Bundle, ConversationError};
use crate::domain::{Actor, Appended, Conversation, OverLimit};
use crate::port::{Budget, Store, UnitOfWork, View};

/// How often a commit is judged anew because the conversation changed under it.
const ATTEMPTS: u32 = 4;

/// What a commit is judged by, read at one moment.
struct Scene {
    id: ConversationId,
    from: (u32, u64),
    roster_version: u64,
    state: GroupState,
    logs: Logs,
}

/// Moves a conversation to its next epoch by a member's or an external commit: all of it or nothing. Blocks; it judges
/// the commit on this thread.
///
/// # Errors
/// When the epoch is not the present one, the commit breaks MLS or the policy, or somebody does not accept being added.
pub fn commit(store: &dyn Store, actor: Actor, bundle: &Bundle, at: Timestamp) -> Result<Appended, ConversationError> {
    for _ in 0..ATTEMPTS {
        let posted = bundle.clone();
        let scene = match store.read_blocking(move |view| find(view, actor, &posted))? {
            Found::Scene(scene) => *scene,
            Found::Stored(appended) => return Ok(appended),
        };
        let live = LiveGroup::load(&scene.state)?;
        let judged = judge::judge(live, actor, bundle, &scene.logs).map_err(|error| stale(error, scene.from))?;
        let Scene { id, from, roster_version, .. } = scene;
        match store.write_blocking(move |uow| write(uow, actor, id, from, roster_version, &judged, at)) {
            Err(ConversationError::Raced) => {}
            outcome => return outcome,
        }
    }
    Err(ConversationError::Raced)
}

/// What there is of a commit that was posted.
enum Found {
    /// The scene that it is judged by.
    Scene(Box<Scene>),
    /// Its place: it was stored before.
    Stored(Appended),
}

/// A commit that comes too late for its epoch, unless it is there already: whose answer was lost asks again, perhaps while
/// the first of the two was still being judged, and must not take its own commit for somebody else's.
fn too_late(
    view: &dyn View,
    actor: Actor,
    now: &Conversation,
    message: MessageId,
) -> Result<Appended, ConversationError> {
    let stale = ConversationError::StaleEpoch { generation: now.generation, epoch: now.epoch };
    view.log().find_message(now.id, actor.device, message)?.ok_or(stale)
}

fn find(view: &dyn View, actor: Actor, bundle: &Bundle) -> Result<Found, ConversationError> {
    bundle.check_size(view.limits().commit_bytes)?;
    let header = header::peek(&bundle.commit).map_err(|_| ConversationError::Malformed)?;
    let group = GroupId::from_bytes(header.group_id).map_err(|_| ConversationError::Malformed)?;
    let id = group.conversation;
    let member = view.conversations().member(id, actor.account)?;
    if member.is_none_or(|member| member.until_seq.is_some()) {
        return Err(ConversationError::NotAMember);
    }
    let conversation = view.conversations().find(id)?.ok_or(ConversationError::NotAMember)?;
    let from = (conversation.generation, conversation.epoch);
    if (group.generation, header.epoch) != from {
        let aad = CommitAad::from_bytes(header.aad).map_err(|_| ConversationError::Malformed)?;
        return too_late(view, actor, &conversation, aad.message.message).map(Found::Stored);
    }
    let cited = judge::cited(&bundle.commit)?;
    // Whoever cites more than can be involved wants the server to be busy.
    let most = view.limits().members_per_conversation.saturating_mul(2);
    OverLimit::check("members_per_conversation", most, cited.len())?;
    Ok(Found::Scene(Box::new(Scene {
        id,
        from,
        roster_version: conversation.roster_version,
        state: view.groups().state(id)?.ok_or(ConversationError::NotFound)?,
        logs: judge::logs(view, &cited)?,
    })))
}

fn stale(error: ConversationError, (generation, epoch): (u32, u64)) -> ConversationError {
    match error {
        ConversationError::Invalid(error) if matches!(*error, GroupError::StaleEpoch { .. }) => {
            ConversationError::StaleEpoch { generation, epoch }
        }
        error => error,
    }
}

fn write(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    id: ConversationId,
    from: (u32, u64),
    roster_version: u64,
    judged: &Judged,
    at: Timestamp,
) -> Result<Appended, ConversationError> {
    let conversation = present(uow, actor, id)?;
    if (conversation.generation, conversation.epoch) != from {
        return too_late(uow.view(), actor, &conversation, judged.message);
    }
    if conversation.roster_version != roster_version {
        return Err(ConversationError::Raced);
    }
    if judged.effect.external_join {
        join(uow, actor, id, at)?;
    }
    if !uow.conversations_mut().advance(id, from, (from.0, judged.epoch), &judged.effect.policy)? {
        return Err(ConversationError::Raced);
    }
    settle(uow, id, actor, judged, at)
}

/// Joins go one after the other, and not too often.
fn join(uow: &mut dyn UnitOfWork, actor: Actor, id: ConversationId, at: Timestamp) -> Result<(), ConversationError> {
    wait_for_others(uow, actor, id, at)?;
    let subject = [id.as_bytes().as_slice(), actor.device.as_bytes()].concat();
    let allowed = uow.limits().joins;
    if !uow.budgets_mut().spend(Budget::Joins, &subject, at, allowed)? {
        return Err(ConversationError::BudgetSpent { limit: "joins" });
    }
    uow.conversations_mut().set_lease(id, None)?;
    Ok(())
}

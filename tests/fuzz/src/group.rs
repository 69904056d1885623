//! What is posted to a group, and what is loaded from the store, against the server's view of groups.

use beseda_crypto::header::{self, PublicSender};
use beseda_crypto::policy_ext;
use beseda_crypto::public_group::{GroupState, LiveGroup};
use beseda_wire::Bytes;

use super::edit::Script;
use super::forge::{CommitParts, context, key, sign_group_info, sign_public};
use super::scenes::{LOGS, SCENES, Scene};

/// The device of the scenes that joins from outside.
const JOINER: u8 = 4;

fn scene(script: &mut Script<'_>) -> (usize, &'static Scene) {
    let at = usize::from(script.byte()) % SCENES.scenes.len();
    (at, &SCENES.scenes[at])
}

/// The number of the device that sent a message, by its header.
fn sender(group: &LiveGroup, message: &[u8]) -> Option<(u8, bool)> {
    match header::peek(message).ok()?.sender? {
        PublicSender::Member(index) => {
            let leaves = group.leaves().ok()?;
            let leaf = leaves.iter().find(|leaf| leaf.index == index)?;
            Some((leaf.identity.device.as_bytes()[0], true))
        }
        PublicSender::NewMemberCommit => Some((JOINER, false)),
        PublicSender::External(_) | PublicSender::NewMemberProposal => None,
    }
}

fn donor(scene: &Scene) -> Vec<u8> {
    scene.commits.iter().chain(&scene.proposals).flat_map(|message| message.iter().copied()).collect()
}

/// A commit with its GroupInfo: changed as a whole or in its parts, signed again or not. Whatever is accepted leads to a
/// state that can be loaded again.
pub(crate) fn commit(input: &[u8]) {
    let mut script = Script::new(input);
    let (at, scene) = scene(&mut script);
    if scene.commits.is_empty() {
        return;
    }
    let which = usize::from(script.byte()) % scene.commits.len();
    let how = script.byte();
    let group = LiveGroup::load(&scene.state()).expect("a real group");
    let donor = donor(scene);
    let is_unchanged = script.is_empty();
    let (mut commit, mut group_info) = (scene.commits[which].to_vec(), scene.group_infos[which].to_vec());
    let (device, is_member) = sender(&group, &commit).expect("a real commit");

    match CommitParts::split(&commit, is_member).filter(|_| how & 1 != 0) {
        Some(mut parts) => {
            script.edit(&mut parts.aad, &donor);
            script.edit(&mut parts.proposals, &donor);
            commit = parts.join();
        }
        None => script.edit(&mut commit, &donor),
    }
    if how & 2 != 0 {
        let context = context(&scene.group_info).expect("a real GroupInfo");
        let (device, is_member) = sender(&group, &commit).unwrap_or((device, is_member));
        sign_public(&mut commit, true, is_member, context, &key(device));
    }
    script.edit(&mut group_info, &scene.group_infos[which]);
    if how & 4 != 0 {
        sign_group_info(&mut group_info, &key(device));
    }

    if is_unchanged {
        assert_eq!((&*commit, &*group_info), (&*scene.commits[which], &*scene.group_infos[which]), "signed as it was");
    }
    let verdict = group.check_commit(&commit, &group_info, &LOGS[at]);
    if is_unchanged && scene.waiting.is_empty() {
        assert!(verdict.is_ok(), "a real commit: {verdict:?}");
    }
    let Ok(checked) = verdict else { return };
    let (epoch, effect) = (checked.epoch, checked.effect.clone());
    let (next, state) = group.apply(checked).expect("what was found valid is applied");
    assert_eq!(next.epoch(), epoch);
    assert_eq!(next.policy(), beseda_model::commit::PolicyFact::Known(effect.policy));
    let loaded = LiveGroup::load(&state).expect("what was stored is loaded");
    assert_eq!((loaded.epoch(), loaded.tree_hash()), (epoch, next.tree_hash()));
}

/// A standalone proposal.
pub(crate) fn proposal(input: &[u8]) {
    let mut script = Script::new(input);
    let (_, scene) = scene(&mut script);
    // What is none tries to pass for one, or is changed into one.
    let messages: Vec<_> = scene.proposals.iter().chain(&scene.commits).chain(&scene.messages).collect();
    let mut message = script.pick(&messages).to_vec();
    let how = script.byte();
    let group = LiveGroup::load(&scene.state()).expect("a real group");
    script.edit(&mut message, &donor(scene));
    if how & 1 != 0
        && let Some((device, is_member)) = sender(&group, &message)
    {
        let context = context(&scene.group_info).expect("a real GroupInfo");
        sign_public(&mut message, false, is_member, context, &key(device));
    }
    let verdict = group.check_proposal(&message);
    if scene.proposals.iter().any(|real| **real == *message) {
        assert!(verdict.is_ok(), "a real proposal: {verdict:?}");
    }
    let Ok(checked) = verdict else { return };
    let account = checked.leaf.identity.account;
    let (next, state) = group.apply_proposal(checked).expect("what was found valid is noted");
    assert!(next.leavers().any(|leaver| leaver == account));
    let loaded = LiveGroup::load(&state).expect("what was stored is loaded");
    assert_eq!(loaded.leavers().collect::<Vec<_>>(), next.leavers().collect::<Vec<_>>());
}

/// A stored group, or one that is about to be created.
pub(crate) fn load(input: &[u8]) {
    let mut script = Script::new(input);
    let (at, scene) = scene(&mut script);
    let how = script.byte();
    let mut state = scene.state();
    let real = LiveGroup::load(&state).expect("a real group");
    let donor = [state.group_info.as_slice(), &state.ratchet_tree].concat();
    script.edit(&mut state.group_info, &donor);
    if how & 1 != 0 {
        sign_group_info(&mut state.group_info, &key(script.byte()));
    }
    script.edit(&mut state.ratchet_tree, &donor);
    for proposal in &mut state.proposals {
        script.edit(proposal, &donor);
    }
    if how & 2 != 0 {
        state.proposals.extend(scene.proposals.iter().map(|proposal| proposal.to_vec()));
    }
    survives(&state);

    let last = policy_ext::decode(script.pick::<Bytes>(&SCENES.policies)).ok().filter(|_| how & 4 != 0);
    let created = LiveGroup::create(real.id(), &state.group_info, &state.ratchet_tree, last.as_ref(), &LOGS[at]);
    if let Ok((_, state)) = created {
        survives(&state);
    }
}

fn survives(state: &GroupState) {
    let Ok(group) = LiveGroup::load(state) else { return };
    let again = group.state().expect("what was loaded is stored");
    let loaded = LiveGroup::load(&again).expect("what was stored is loaded");
    assert_eq!(loaded.tree_hash(), group.tree_hash());
    assert_eq!(loaded.epoch(), group.epoch());
}

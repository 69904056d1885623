//! Groups: load, create, change, seal, open. Nothing here decides anything.

use std::collections::BTreeSet;

use beseda_crypto::group_id::GroupId;
use beseda_crypto::{facts, suite};
use beseda_model::{AccountId, Policy};
use openmls::framing::Sender;
use openmls::framing::errors::MessageDecryptionError;
use openmls::group::{MlsGroup, ProcessMessageError, StagedWelcome, ValidationError};
use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::tls_codec::{DeserializeBytes as _, Serialize as _};
use openmls::prelude::{
    KeyPackage, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, OpenMlsProvider, ProcessedMessage,
    Proposal, ProtocolMessage, RatchetTreeIn, Welcome,
};

use super::keys::{self, credential};
use super::storage::MlsStoreError;
use crate::Step;
use crate::api::view::WarningKind;
use crate::store::me::Me;
use crate::store::{StoreError, warnings};

/// OpenMLS refused; the text says why and holds nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct MlsError(pub(crate) String);

impl MlsError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl From<MlsStoreError> for StoreError {
    fn from(_: MlsStoreError) -> Self {
        Self::damaged("mls")
    }
}

/// Takes a group out of memory or the store; none if it is not there, or damaged. Whoever changed it gives it back with
/// [`keep`]; whoever failed in the midst of a change does not, so that it is loaded anew.
pub(crate) fn take(step: &mut Step<'_>, id: GroupId) -> Result<Option<MlsGroup>, StoreError> {
    if let Some(group) = step.memory.groups.remove(&id) {
        return Ok(Some(group));
    }
    match MlsGroup::load(&step.mls, &id.to_mls()) {
        Ok(group) => Ok(group),
        Err(_) if step.mls.forgive_damage() => {
            warnings::add(step, Some(id.conversation), &WarningKind::LocalDamage)?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether a group can be loaded.
pub(crate) fn is_there(step: &mut Step<'_>, id: GroupId) -> Result<bool, StoreError> {
    match take(step, id)? {
        Some(group) => {
            keep(step, id, group);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Remembers a group.
pub(crate) fn keep(step: &mut Step<'_>, id: GroupId, group: MlsGroup) {
    step.memory.groups.insert(id, group);
}

/// Wipes a group.
pub(crate) fn delete(step: &mut Step<'_>, id: GroupId) -> Result<(), StoreError> {
    if let Some(mut group) = take(step, id)? {
        group.delete(&step.mls)?;
    }
    Ok(())
}

/// The bytes of a message.
pub(crate) fn to_bytes(message: &MlsMessageOut) -> Result<Vec<u8>, MlsError> {
    message.tls_serialize_detached().map_err(MlsError::new)
}

fn body(bytes: &[u8]) -> Result<MlsMessageBodyIn, MlsError> {
    Ok(MlsMessageIn::tls_deserialize_exact_bytes(bytes).map_err(MlsError::new)?.extract())
}

/// A framed GroupInfo.
pub(crate) fn group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, MlsError> {
    match body(bytes)? {
        MlsMessageBodyIn::GroupInfo(info) => Ok(info),
        _ => Err(MlsError("not a GroupInfo".to_owned())),
    }
}

/// A framed Welcome.
pub(crate) fn welcome(bytes: &[u8]) -> Result<Welcome, MlsError> {
    match body(bytes)? {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(MlsError("not a Welcome".to_owned())),
    }
}

/// A ratchet tree.
pub(crate) fn tree(bytes: &[u8]) -> Result<RatchetTreeIn, MlsError> {
    RatchetTreeIn::tls_deserialize_exact_bytes(bytes).map_err(MlsError::new)
}

/// Why a message could not be processed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// Its key was used before, or is too old or too new to be had.
    #[error("there is no key for it any more")]
    NoKey,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] MlsError),
}

/// Decrypts or verifies a framed message.
pub(crate) fn process(
    step: &mut Step<'_>,
    group: &mut MlsGroup,
    bytes: &[u8],
) -> Result<ProcessedMessage, ProcessError> {
    let message: ProtocolMessage = match body(bytes)? {
        MlsMessageBodyIn::PublicMessage(message) => message.into(),
        MlsMessageBodyIn::PrivateMessage(message) => message.into(),
        _ => return Err(MlsError("not a message of a group".to_owned()).into()),
    };
    group.process_message(&step.provider(), message).map_err(|error| match error {
        ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(
            MessageDecryptionError::SecretTreeError(_),
        )) => ProcessError::NoKey,
        error => MlsError::new(error).into(),
    })
}

/// The leaves that wait to leave.
pub(crate) fn leavers(mls: &MlsGroup) -> BTreeSet<u32> {
    mls.pending_proposals()
        .filter(|queued| *queued.proposal() == Proposal::SelfRemove)
        .filter_map(|queued| match queued.sender() {
            Sender::Member(leaf) => Some(leaf.u32()),
            _ => None,
        })
        .collect()
}

/// The accounts that wait to leave.
pub(crate) fn leaving(mls: &MlsGroup) -> BTreeSet<AccountId> {
    let leavers = leavers(mls);
    let leaves = facts::leaves(mls.treesync()).unwrap_or_default();
    leaves.iter().filter(|leaf| leavers.contains(&leaf.index)).map(|leaf| leaf.identity.account).collect()
}

/// What a commit is to change besides the committer's own leaf, which it always renews.
#[derive(Default)]
pub(crate) struct GroupChange {
    pub(crate) adds: Vec<KeyPackage>,
    pub(crate) removes: Vec<u32>,
    pub(crate) policy: Option<Policy>,
}

/// A commit that is pending in its group, and what the server needs of it.
pub(crate) struct BuiltCommit {
    pub(crate) commit: Vec<u8>,
    pub(crate) group_info: Vec<u8>,
    pub(crate) welcome: Option<Vec<u8>>,
}

/// Makes a commit, with all proposals that wait, and leaves it pending.
pub(crate) fn commit(
    step: &mut Step<'_>,
    me: &Me,
    group: &mut MlsGroup,
    aad: Vec<u8>,
    change: GroupChange,
) -> Result<BuiltCommit, MlsError> {
    let key = keys::key(me);
    let provider = step.provider();
    group.set_aad(aad);
    let mut builder = group
        .commit_builder()
        .consume_proposal_store(true)
        .force_self_update(true)
        .propose_adds(change.adds)
        .propose_removals(change.removes.into_iter().map(LeafNodeIndex::new));
    if let Some(policy) = &change.policy {
        builder = builder.propose_group_context_extensions(suite::context_extensions(policy)).map_err(MlsError::new)?;
    }
    let bundle = builder
        .load_psks(provider.storage())
        .map_err(MlsError::new)?
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build(provider.rand(), provider.crypto(), &key, |_| true)
        .map_err(MlsError::new)?
        .stage_commit(&provider)
        .map_err(MlsError::new)?;
    let (commit, welcome, info) = bundle.into_messages();
    Ok(BuiltCommit {
        commit: to_bytes(&commit)?,
        group_info: to_bytes(&info.ok_or_else(|| MlsError("no GroupInfo".to_owned()))?)?,
        welcome: welcome.as_ref().map(to_bytes).transpose()?,
    })
}

/// A group with this device alone, its GroupInfo and its tree.
pub(crate) fn create(
    step: &mut Step<'_>,
    me: &Me,
    id: GroupId,
    policy: &Policy,
) -> Result<(MlsGroup, Vec<u8>, Vec<u8>), MlsError> {
    let key = keys::key(me);
    let credential = credential(me, &key);
    let provider = step.provider();
    let config = suite::create_config(policy);
    let group =
        MlsGroup::new_with_group_id(&provider, &key, &config, id.to_mls(), credential).map_err(MlsError::new)?;
    let info = group.export_group_info(provider.crypto(), &key, false).map_err(MlsError::new)?;
    let tree = group.export_ratchet_tree().tls_serialize_detached().map_err(MlsError::new)?;
    let info = to_bytes(&info)?;
    Ok((group, info, tree))
}

/// Joins from outside; the group is already as after the commit.
pub(crate) fn join_externally(
    step: &mut Step<'_>,
    me: &Me,
    info: VerifiableGroupInfo,
    tree: RatchetTreeIn,
    aad: Vec<u8>,
) -> Result<(MlsGroup, BuiltCommit), MlsError> {
    let key = keys::key(me);
    let credential = credential(me, &key);
    let provider = step.provider();
    let (group, bundle) = MlsGroup::external_commit_builder()
        .with_ratchet_tree(tree)
        .with_config(suite::join_config())
        .with_aad(aad)
        .skip_lifetime_validation()
        .build_group(&provider, info, credential)
        .map_err(MlsError::new)?
        .leaf_node_parameters(suite::leaf_parameters())
        .load_psks(provider.storage())
        .map_err(MlsError::new)?
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build(provider.rand(), provider.crypto(), &key, |_| true)
        .map_err(MlsError::new)?
        .finalize(&provider)
        .map_err(MlsError::new)?;
    let (commit, _, info) = bundle.into_messages();
    let built = BuiltCommit {
        commit: to_bytes(&commit)?,
        group_info: to_bytes(&info.ok_or_else(|| MlsError("no GroupInfo".to_owned()))?)?,
        welcome: None,
    };
    Ok((group, built))
}

/// Opens a Welcome; the group is not there until the result is turned into one.
pub(crate) fn open_welcome(
    step: &mut Step<'_>,
    welcome: Welcome,
    tree: RatchetTreeIn,
) -> Result<StagedWelcome, MlsError> {
    let provider = step.provider();
    StagedWelcome::build_from_welcome(&provider, &suite::join_config(), welcome)
        .map_err(MlsError::new)?
        .with_ratchet_tree(tree)
        .replace_old_group()
        .skip_lifetime_validation()
        .build()
        .map_err(MlsError::new)
}

/// Encrypts content.
pub(crate) fn seal(
    step: &mut Step<'_>,
    me: &Me,
    group: &mut MlsGroup,
    aad: Vec<u8>,
    content: &[u8],
) -> Result<Vec<u8>, MlsError> {
    let key = keys::key(me);
    group.set_aad(aad);
    let message = group.create_message(&step.provider(), &key, content).map_err(MlsError::new)?;
    to_bytes(&message)
}

/// Says that this device's account leaves.
pub(crate) fn leave(step: &mut Step<'_>, me: &Me, group: &mut MlsGroup, aad: Vec<u8>) -> Result<Vec<u8>, MlsError> {
    let key = keys::key(me);
    group.set_aad(aad);
    let message = group.leave_group_via_self_remove(&step.provider(), &key).map_err(MlsError::new)?;
    to_bytes(&message)
}

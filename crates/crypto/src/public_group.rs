//! The server's view of a group: the tree and the context, no secrets. It follows the group from commit to commit and
//! refuses those that members would refuse, as far as this can be told without secrets.
//!
//! [`GroupState`] is what the server stores, [`LiveGroup`] the same in memory, ready to judge. Judging changes nothing;
//! applying consumes the live group and gives the next one along with the state to store. If storing fails, drop the live
//! group and load the stored state again.

use std::sync::LazyLock;

use beseda_model::commit::{
    self, CommitEffect, CommitFacts, CommitRejection, CreationRejection, DeviceLogView, Leaf, LeaveRejection,
    PolicyFact,
};
use beseda_model::{AccountId, Policy};
use openmls::framing::{
    MlsMessageBodyIn, MlsMessageIn, ProcessedMessage, ProcessedMessageContent, ProtocolMessage, PublicMessageIn, Sender,
};
use openmls::group::{
    MergeCommitError, ProposalStore, PublicGroup, PublicProcessMessageError, QueuedProposal, StagedCommit,
};
use openmls::messages::group_info::VerifiableGroupInfo;
use openmls::prelude::{CreationFromExternalError, LeafNodeIndex, LibraryError, Proposal};
use openmls::treesync::RatchetTreeIn;
use openmls_rust_crypto::RustCrypto;
use serde::{Deserialize, Serialize};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::aad::{AadError, CommitAad, MessageAad};
use crate::facts::{self, FactsError};
use crate::group_id::{GroupId, GroupIdError};
use crate::header::{self, HeaderError, Kind, Wire};
use crate::null_storage::NullStorage;
use crate::{group_info, key_package, policy_ext, suite};

pub(crate) static CRYPTO: LazyLock<RustCrypto> = LazyLock::new(RustCrypto::default);

/// A group as the server stores it, all in the form of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupState {
    /// The framed GroupInfo of the current epoch, without the tree: what external joiners need.
    pub group_info: Vec<u8>,
    /// The ratchet tree of the current epoch: what all joiners need.
    pub ratchet_tree: Vec<u8>,
    /// The framed SelfRemove proposals of the current epoch that no commit has carried out yet.
    pub proposals: Vec<Vec<u8>>,
}

/// Why the server refuses what was posted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// The bytes are not what they should be.
    #[error("the {0} is malformed")]
    Malformed(&'static str),
    /// The message's header is wrong.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It is in the clear where it must not be or the other way round, or of another kind.
    #[error("expected a public {0}")]
    Kind(&'static str),
    /// It belongs to another group.
    #[error("the message belongs to another group")]
    WrongGroup,
    /// The group's id is not one of ours.
    #[error(transparent)]
    GroupId(#[from] GroupIdError),
    /// Another commit was faster, or the sender is ahead of the server.
    #[error("the message is from another epoch; the group is at {current}")]
    StaleEpoch {
        /// The current epoch.
        current: u64,
    },
    /// The authenticated data is wrong.
    #[error(transparent)]
    Aad(#[from] AadError),
    /// The protocol does not allow it.
    #[error("MLS does not allow it: {0}")]
    Mls(#[from] PublicProcessMessageError),
    /// The tree or the GroupInfo is not valid.
    #[error("tree or GroupInfo are not valid: {0}")]
    Tree(#[from] CreationFromExternalError<std::convert::Infallible>),
    /// OpenMLS failed.
    #[error("OpenMLS failed: {0}")]
    Library(#[from] LibraryError),
    /// OpenMLS failed to go on to the next epoch.
    #[error("OpenMLS failed to merge: {0}")]
    Merge(#[from] MergeCommitError<std::convert::Infallible>),
    /// A leaf is not one of ours.
    #[error(transparent)]
    Facts(#[from] FactsError),
    /// The people of the conversation do not allow it.
    #[error(transparent)]
    Rejected(#[from] CommitRejection),
    /// The group may not start like this.
    #[error(transparent)]
    Creation(#[from] CreationRejection),
    /// The sender may not leave now.
    #[error(transparent)]
    Leave(#[from] LeaveRejection),
    /// A standalone proposal other than SelfRemove.
    #[error("only the wish to leave may be proposed")]
    ProposalKind,
    /// Somebody waits to leave, and the commit does not carry it out.
    #[error("a member waits to leave; the commit must carry it out")]
    LeaverOmitted,
    /// Somebody waits to leave; a device may join after that.
    #[error("a member waits to leave; join after that is carried out")]
    JoinLater,
    /// The GroupInfo does not fit the commit.
    #[error("the GroupInfo does not fit: {0}")]
    GroupInfo(#[from] GroupInfoFault),
    /// What was judged is applied to another group or epoch than the one that judged it.
    #[error("the judgement belongs to another epoch")]
    Outdated,
}

/// What is wrong with a GroupInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupInfoFault {
    /// Its group context is not the one that results.
    #[error("its group context is not the one that results")]
    Context,
    /// Its confirmation tag is not the commit's.
    #[error("its confirmation tag is not the commit's")]
    ConfirmationTag,
    /// It is signed by somebody else.
    #[error("its signer is not the committer")]
    Signer,
    /// Its signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// It must have the key for external joins, and nothing else.
    #[error("its extensions must be the key for external joins alone")]
    Extensions,
}

/// A group in memory, ready to judge.
#[derive(Debug)]
pub struct LiveGroup {
    public: PublicGroup,
    id: GroupId,
    leavers: Vec<Leaver>,
    group_info: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Leaver {
    leaf: Leaf,
    message: Vec<u8>,
}

/// A commit that was found valid, not yet applied.
#[derive(Debug)]
pub struct CheckedCommit {
    /// What it changes.
    pub effect: CommitEffect,
    /// What it was judged by.
    pub facts: CommitFacts,
    /// Its authenticated data.
    pub aad: CommitAad,
    /// The epoch that it leads to.
    pub epoch: u64,
    staged: StagedCommit,
    id: GroupId,
    group_info: Vec<u8>,
}

/// A wish to leave that was found valid, not yet noted.
#[derive(Debug)]
pub struct CheckedProposal {
    /// Who leaves.
    pub leaf: Leaf,
    /// Its authenticated data.
    pub aad: MessageAad,
    queued: QueuedProposal,
    id: GroupId,
    epoch: u64,
    message: Vec<u8>,
}

impl LiveGroup {
    /// Starts to follow a new group: `id`'s first epoch, with its creator as the only leaf. `last` is what the group
    /// [leaves behind](Self::legacy) if the conversation had a generation before.
    ///
    /// # Errors
    /// Why the group may not start like this.
    pub fn create(
        id: GroupId,
        group_info: &[u8],
        ratchet_tree: &[u8],
        last: Option<&Policy>,
        device_logs: &dyn DeviceLogView,
    ) -> Result<(Self, GroupState), GroupError> {
        let public = hydrate(group_info, ratchet_tree)?;
        if GroupId::try_from(public.group_id())? != id {
            return Err(GroupError::WrongGroup);
        }
        if public.group_context().epoch().as_u64() != 0 {
            return Err(GroupError::StaleEpoch { current: 0 });
        }
        let extensions = public.group_context().extensions();
        if facts::has_foreign_extensions(extensions) {
            return Err(CommitRejection::ForeignExtensions.into());
        }
        let tree = public.treesync();
        let lasting = tree.full_leaves().all(|(_, leaf)| facts::is_lasting(leaf));
        let policy = policy_ext::from_extensions(extensions);
        commit::validate_creation(&facts::leaves(tree)?, lasting, &policy, last, device_logs)?;
        let group = Self { public, id, leavers: Vec::new(), group_info: group_info.to_vec() };
        let state = group.state()?;
        Ok((group, state))
    }

    /// Loads a group that was stored. The stored bytes are verified anew, as far as MLS can.
    ///
    /// # Errors
    /// When they are damaged.
    pub fn load(state: &GroupState) -> Result<Self, GroupError> {
        let public = hydrate(&state.group_info, &state.ratchet_tree)?;
        let id = GroupId::try_from(public.group_id())?;
        let mut group = Self { public, id, leavers: Vec::new(), group_info: state.group_info.clone() };
        for message in &state.proposals {
            let (queued, leaf, _) = group.self_remove(message)?;
            group.note(queued, Leaver { leaf, message: message.clone() });
        }
        Ok(group)
    }

    /// Judges a framed commit and the GroupInfo that comes with it.
    ///
    /// # Errors
    /// Why it may not be accepted. [`GroupError::StaleEpoch`], [`GroupError::JoinLater`] and, with
    /// [`CommitRejection::wants_log`], [`GroupError::Rejected`] may turn out otherwise later.
    pub fn check_commit(
        &self,
        commit: &[u8],
        group_info: &[u8],
        device_logs: &dyn DeviceLogView,
    ) -> Result<CheckedCommit, GroupError> {
        let message = self.open(commit, Kind::Commit)?;
        let tag = message.confirmation_tag().ok_or(GroupError::Malformed("commit"))?;
        let tag = tag.tls_serialize_detached().map_err(|_| GroupError::Malformed("commit"))?;
        let processed = self.public.process_message(&*CRYPTO, message)?;
        let aad = CommitAad::from_bytes(processed.aad())?;
        let (sender, staged) = staged_commit(processed)?;

        let facts = facts::of_public_commit(&self.public, &sender, aad.cited(), &staged)?;
        let effect = commit::validate_commit(&facts, device_logs)?;
        self.check_leavers(&facts, &effect)?;
        let signer = match sender {
            Sender::Member(leaf) => leaf,
            _ => self.public.ext_commit_sender_index(&staged)?,
        };
        check_group_info(group_info, &staged, &tag, signer, effect.committer.signature_key)?;

        let epoch = staged.epoch().as_u64();
        Ok(CheckedCommit { effect, facts, aad, epoch, staged, id: self.id, group_info: group_info.to_vec() })
    }

    /// Goes on to the epoch of a commit that this group judged.
    ///
    /// # Errors
    /// When another commit was applied since; the group is gone then and has to be loaded again.
    pub fn apply(mut self, commit: CheckedCommit) -> Result<(Self, GroupState), GroupError> {
        if commit.id != self.id || Some(commit.epoch) != self.epoch().checked_add(1) {
            return Err(GroupError::Outdated);
        }
        self.public.merge_commit(&NullStorage, commit.staged)?;
        self.leavers.clear();
        self.group_info = commit.group_info;
        let state = self.state()?;
        Ok((self, state))
    }

    /// Judges a framed standalone proposal, which can only be the wish to leave.
    ///
    /// # Errors
    /// Why it may not be accepted.
    pub fn check_proposal(&self, proposal: &[u8]) -> Result<CheckedProposal, GroupError> {
        let (queued, leaf, aad) = self.self_remove(proposal)?;
        let policy = self.known_policy()?;
        let leaving: Vec<AccountId> = self.leavers().collect();
        commit::validate_leave(&policy, leaf.identity.account, &leaving)?;
        Ok(CheckedProposal { leaf, aad, queued, id: self.id, epoch: self.epoch(), message: proposal.to_vec() })
    }

    /// Notes a wish to leave that this group judged.
    ///
    /// # Errors
    /// When a commit was applied since; the group is gone then and has to be loaded again.
    pub fn apply_proposal(mut self, proposal: CheckedProposal) -> Result<(Self, GroupState), GroupError> {
        if proposal.id != self.id || proposal.epoch != self.epoch() {
            return Err(GroupError::Outdated);
        }
        self.note(proposal.queued, Leaver { leaf: proposal.leaf, message: proposal.message });
        let state = self.state()?;
        Ok((self, state))
    }

    /// The group's id.
    pub const fn id(&self) -> GroupId {
        self.id
    }

    /// The current epoch.
    pub fn epoch(&self) -> u64 {
        self.public.group_context().epoch().as_u64()
    }

    /// The hash of the current tree.
    pub fn tree_hash(&self) -> &[u8] {
        self.public.group_context().tree_hash()
    }

    /// The current policy.
    pub fn policy(&self) -> PolicyFact {
        policy_ext::from_extensions(self.public.group_context().extensions())
    }

    fn known_policy(&self) -> Result<Policy, CommitRejection> {
        match self.policy() {
            PolicyFact::Known(policy) => Ok(policy),
            PolicyFact::Unknown { format } => Err(CommitRejection::UnknownPolicy { format }),
            PolicyFact::Malformed | PolicyFact::Absent => Err(CommitRejection::NoPolicy),
        }
    }

    /// The current leaves.
    ///
    /// # Errors
    /// Never, for a group that was judged from its start.
    pub fn leaves(&self) -> Result<Vec<Leaf>, FactsError> {
        facts::leaves(self.public.treesync())
    }

    /// The accounts that wait to leave.
    pub fn leavers(&self) -> impl Iterator<Item = AccountId> + '_ {
        self.leavers.iter().map(|leaver| leaver.leaf.identity.account)
    }

    /// What is agreed once those who wait to leave are gone: what a successor of this group must go on with.
    ///
    /// # Errors
    /// When this version can't read the policy.
    pub fn legacy(&self) -> Result<Policy, GroupError> {
        Ok(self.known_policy()?.without(&self.leavers().collect()))
    }

    /// What has to be stored.
    ///
    /// # Errors
    /// When the tree is too large to be written.
    pub fn state(&self) -> Result<GroupState, GroupError> {
        let tree = self.public.export_ratchet_tree();
        Ok(GroupState {
            group_info: self.group_info.clone(),
            ratchet_tree: tree.tls_serialize_detached().map_err(|_| GroupError::Malformed("tree"))?,
            proposals: self.leavers.iter().map(|leaver| leaver.message.clone()).collect(),
        })
    }

    /// A public message of this group and epoch, of the kind expected.
    fn open(&self, bytes: &[u8], kind: Kind) -> Result<PublicMessageIn, GroupError> {
        let name = if kind == Kind::Commit { "commit" } else { "proposal" };
        let header = header::peek(bytes)?;
        if header.kind != kind || header.wire != Wire::Public {
            return Err(GroupError::Kind(name));
        }
        if header.group_id != self.id.to_bytes() {
            return Err(GroupError::WrongGroup);
        }
        if header.epoch != self.epoch() {
            return Err(GroupError::StaleEpoch { current: self.epoch() });
        }
        let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| GroupError::Malformed(name))?;
        match message.extract() {
            MlsMessageBodyIn::PublicMessage(message) => Ok(message),
            _ => Err(GroupError::Kind(name)),
        }
    }

    fn self_remove(&self, bytes: &[u8]) -> Result<(QueuedProposal, Leaf, MessageAad), GroupError> {
        let message = self.open(bytes, Kind::Proposal)?;
        let processed = self.public.process_message(&*CRYPTO, ProtocolMessage::from(message))?;
        let aad = MessageAad::from_bytes(processed.aad())?;
        let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
            return Err(GroupError::ProposalKind);
        };
        let (Proposal::SelfRemove, Sender::Member(index)) = (queued.proposal(), queued.sender()) else {
            return Err(GroupError::ProposalKind);
        };
        let node = self.public.leaf(*index).ok_or(CommitRejection::UnknownCommitter)?;
        let leaf = Leaf { index: index.u32(), identity: facts::identity(node)? };
        Ok((*queued, leaf, aad))
    }

    fn note(&mut self, queued: QueuedProposal, leaver: Leaver) {
        let Ok(()) = self.public.add_proposal(&NullStorage, queued);
        self.leavers.push(leaver);
    }

    /// A wish to leave holds for its epoch only: the next commit must carry it out, or it would be lost.
    fn check_leavers(&self, facts: &CommitFacts, effect: &CommitEffect) -> Result<(), GroupError> {
        let omitted = self
            .leavers
            .iter()
            .map(|leaver| leaver.leaf.index)
            .any(|leaf| !facts.self_removes.contains(&leaf) && !facts.removes.contains(&leaf));
        match (omitted, effect.external_join) {
            (false, _) => Ok(()),
            (true, true) => Err(GroupError::JoinLater),
            (true, false) => Err(GroupError::LeaverOmitted),
        }
    }
}

fn staged_commit(processed: ProcessedMessage) -> Result<(Sender, StagedCommit), GroupError> {
    let sender = processed.sender().clone();
    match processed.into_content() {
        ProcessedMessageContent::StagedCommitMessage(staged) => Ok((sender, *staged)),
        _ => Err(GroupError::Kind("commit")),
    }
}

fn read_group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, GroupError> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| GroupError::Malformed("GroupInfo"))?;
    match message.extract() {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        _ => Err(GroupError::Malformed("GroupInfo")),
    }
}

/// The tree travels apart, and joiners need the key for external joins.
fn check_extensions(group_info: &VerifiableGroupInfo) -> Result<(), GroupInfoFault> {
    let extensions = group_info.extensions();
    if extensions.external_pub().is_some() && extensions.iter().count() == 1 {
        Ok(())
    } else {
        Err(GroupInfoFault::Extensions)
    }
}

fn hydrate(group_info: &[u8], ratchet_tree: &[u8]) -> Result<PublicGroup, GroupError> {
    let group_info = read_group_info(group_info)?;
    check_extensions(&group_info)?;
    if group_info.ciphersuite() != suite::CIPHERSUITE {
        return Err(GroupError::Malformed("GroupInfo"));
    }
    let tree = RatchetTreeIn::tls_deserialize_exact(ratchet_tree).map_err(|_| GroupError::Malformed("tree"))?;
    let (public, _) = PublicGroup::from_external(&*CRYPTO, &NullStorage, tree, group_info, ProposalStore::new())?;
    let required = suite::required_capabilities();
    if !public.treesync().full_leaves().all(|(_, leaf)| key_package::meets(leaf.capabilities(), &required)) {
        return Err(GroupError::Malformed("tree"));
    }
    Ok(public)
}

fn check_group_info(
    bytes: &[u8],
    staged: &StagedCommit,
    commit_tag: &[u8],
    signer: LeafNodeIndex,
    signature_key: [u8; 32],
) -> Result<(), GroupError> {
    let outline = group_info::outline(bytes).map_err(|_| GroupError::Malformed("GroupInfo"))?;
    let group_info = read_group_info(bytes)?;
    check_extensions(&group_info)?;
    if group_info.group_context() != staged.group_context() {
        return Err(GroupInfoFault::Context.into());
    }
    let mut tag = crate::tls::Reader::new(commit_tag);
    if tag.vector() != Ok(outline.confirmation_tag) {
        return Err(GroupInfoFault::ConfirmationTag.into());
    }
    if outline.signer != signer.u32() {
        return Err(GroupInfoFault::Signer.into());
    }
    if !group_info::verify(group_info, &signature_key, &CRYPTO) {
        return Err(GroupInfoFault::Signature.into());
    }
    Ok(())
}

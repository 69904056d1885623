//! From OpenMLS's terms to the plain data on which `model` judges commits, the same on the server, with its public group,
//! and on clients, whether the commit is somebody else's or one's own that is still to be sent.

use beseda_model::commit::{AddedLeaf, CitedLog, CommitFacts, Committer, ForbiddenProposal, Leaf, LeafIdentity};
use openmls::extensions::{Extension, Extensions};
use openmls::framing::Sender;
use openmls::group::{GroupContext, MlsGroup, PublicGroup, QueuedProposal, StagedCommit};
use openmls::prelude::{LeafNode, Proposal, ProposalOrRefType};
use openmls::treesync::{LeafNodeSource, TreeSync};

use crate::credential::{Credential, CredentialError};
use crate::{policy_ext, suite};

/// What OpenMLS holds cannot be told in our terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// A leaf has a credential that is not ours.
    #[error("a leaf has a credential that is not ours: {0}")]
    Credential(#[from] CredentialError),
    /// A leaf has a signature key that is not 32 bytes long.
    #[error("a leaf has a signature key of a wrong length")]
    SignatureKey,
    /// The sender may not commit at all.
    #[error("the sender may not commit")]
    Sender,
}

/// The facts of a commit that was processed but not merged, by a member's group.
///
/// # Errors
/// When a leaf or the sender is not one of ours; such a commit is invalid.
pub fn of_commit(
    group: &MlsGroup,
    sender: &Sender,
    cited: &[CitedLog],
    commit: &StagedCommit,
) -> Result<CommitFacts, FactsError> {
    extract(group.treesync(), group.extensions(), sender, cited, commit)
}

/// The facts of one's own commit that is pending: what everybody else will judge. `None` if none is pending.
///
/// # Errors
/// When a leaf is not one of ours.
pub fn of_pending_commit(group: &MlsGroup, cited: &[CitedLog]) -> Result<Option<CommitFacts>, FactsError> {
    let sender = Sender::Member(group.own_leaf_index());
    group.pending_commit().map(|commit| of_commit(group, &sender, cited, commit)).transpose()
}

/// The facts of a commit that was processed but not merged, by the server's public group.
///
/// # Errors
/// When a leaf or the sender is not one of ours; such a commit is invalid.
pub fn of_public_commit(
    group: &PublicGroup,
    sender: &Sender,
    cited: &[CitedLog],
    commit: &StagedCommit,
) -> Result<CommitFacts, FactsError> {
    extract(group.treesync(), group.group_context().extensions(), sender, cited, commit)
}

/// The leaves of a tree.
///
/// # Errors
/// When a leaf is not one of ours.
pub fn leaves(tree: &TreeSync) -> Result<Vec<Leaf>, FactsError> {
    tree.full_leaves().map(|(index, leaf)| Ok(Leaf { index: index.u32(), identity: identity(leaf)? })).collect()
}

/// Whose a leaf says that it is.
///
/// # Errors
/// When it is not one of ours.
pub fn identity(leaf: &LeafNode) -> Result<LeafIdentity, FactsError> {
    let Credential { account, device, root } = Credential::try_from(leaf.credential())?;
    let signature_key = leaf.signature_key().as_slice().try_into().map_err(|_| FactsError::SignatureKey)?;
    Ok(LeafIdentity { account, device, root, signature_key })
}

/// Whether a leaf from a key package, or of a group's creator, lives for good. Leaves that a commit's path set have no
/// lifetime.
pub fn is_lasting(leaf: &LeafNode) -> bool {
    match leaf.leaf_node_source() {
        LeafNodeSource::KeyPackage(lifetime) => *lifetime == suite::lifetime(),
        LeafNodeSource::Update | LeafNodeSource::Commit(_) => true,
    }
}

/// Whether a group context has extensions other than the policy and our required capabilities, or lacks these.
pub fn has_foreign_extensions(extensions: &Extensions<GroupContext>) -> bool {
    extensions.required_capabilities() != Some(&suite::required_capabilities())
        || extensions.iter().any(|extension| {
            !matches!(
                extension,
                Extension::RequiredCapabilities(_) | Extension::Unknown(policy_ext::POLICY_EXTENSION, _)
            )
        })
}

fn extract(
    tree: &TreeSync,
    extensions: &Extensions<GroupContext>,
    sender: &Sender,
    cited: &[CitedLog],
    commit: &StagedCommit,
) -> Result<CommitFacts, FactsError> {
    let committer = match sender {
        Sender::Member(leaf) => Committer::Member(leaf.u32()),
        Sender::NewMemberCommit => Committer::External,
        Sender::External(_) | Sender::NewMemberProposal => return Err(FactsError::Sender),
    };
    let after = commit.group_context().extensions();
    let mut facts = CommitFacts {
        tree: leaves(tree)?,
        committer,
        path: commit.update_path_leaf_node().map(identity).transpose()?,
        adds: Vec::new(),
        removes: Vec::new(),
        self_removes: Vec::new(),
        forbidden: None,
        policy_before: policy_ext::from_extensions(extensions),
        policy_after: policy_ext::from_extensions(after),
        foreign_extensions: has_foreign_extensions(after),
        cited: cited.to_vec(),
    };
    for proposal in commit.queued_proposals() {
        if let Err(forbidden) = note(proposal, &mut facts)? {
            facts.forbidden = Some(forbidden);
        }
    }
    facts.removes.sort_unstable();
    facts.self_removes.sort_unstable();
    Ok(facts)
}

fn note(queued: &QueuedProposal, facts: &mut CommitFacts) -> Result<Result<(), ForbiddenProposal>, FactsError> {
    let by_reference = queued.proposal_or_ref_type() == ProposalOrRefType::Reference;
    let allowed = match (queued.proposal(), queued.sender()) {
        (Proposal::SelfRemove, Sender::Member(leaf)) if by_reference => {
            facts.self_removes.push(leaf.u32());
            Ok(())
        }
        // Nothing but the wish to leave stands alone.
        _ if by_reference => Err(ForbiddenProposal::Other),
        (Proposal::Add(add), _) => {
            let leaf = add.key_package().leaf_node();
            facts.adds.push(AddedLeaf { identity: identity(leaf)?, lasting: is_lasting(leaf) });
            Ok(())
        }
        (Proposal::Remove(remove), _) => {
            facts.removes.push(remove.removed().u32());
            Ok(())
        }
        // Judged by what it leads to: the extensions after.
        (Proposal::GroupContextExtensions(_), _) => Ok(()),
        (Proposal::ExternalInit(_), Sender::NewMemberCommit) => Ok(()),
        (Proposal::ExternalInit(_), _) => Err(ForbiddenProposal::ExternalInit),
        (Proposal::Update(_), _) => Err(ForbiddenProposal::Update),
        (Proposal::PreSharedKey(_), _) => Err(ForbiddenProposal::PreSharedKey),
        (Proposal::ReInit(_), _) => Err(ForbiddenProposal::ReInit),
        (Proposal::SelfRemove | Proposal::Custom(_), _) => Err(ForbiddenProposal::Other),
    };
    Ok(allowed)
}

//! Whether a request to join holds, whatever the server says of it.

use beseda_crypto::link_key;
use beseda_model::device_log::DeviceLog;
use beseda_model::{AccountId, Action, ConversationId, Fingerprint, GroupLinkId, Policy, Role, Timestamp, decide};
use beseda_wire::Bytes;
use beseda_wire::codec::decode_cbor;
use beseda_wire::link::{GroupLinkBody, GroupLinkStatement};
use serde::{Deserialize, Serialize};

use crate::api::view::AskDoubt;

/// What the asker sends along: the root key that their device stands by, signed by the link's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proof {
    #[serde(rename = "r")]
    pub(crate) root: Fingerprint,
    #[serde(rename = "s")]
    pub(crate) signature: Bytes,
}

/// A request that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    /// The root key under which the asker is to be added.
    pub(crate) root: Fingerprint,
    /// Whether nobody need be asked.
    pub(crate) automatic: bool,
}

/// What a request claims.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) conversation: ConversationId,
    pub(crate) link: GroupLinkId,
    pub(crate) account: AccountId,
    pub(crate) body: &'a [u8],
    pub(crate) proof: &'a [u8],
}

/// Judges a request by the group's policy and the pinned device log of the link's [`maker`].
pub(crate) fn judge(
    claim: Claim<'_>,
    policy: &Policy,
    log: Option<&DeviceLog>,
    now: Timestamp,
) -> Result<Judged, AskDoubt> {
    let body: GroupLinkBody = decode_cbor(claim.body).map_err(|_| AskDoubt::Malformed)?;
    let statement: GroupLinkStatement = decode_cbor(&body.statement).map_err(|_| AskDoubt::Malformed)?;
    let proof: Proof = decode_cbor(claim.proof).map_err(|_| AskDoubt::Malformed)?;
    if (statement.link, statement.conversation) != (claim.link, claim.conversation) {
        return Err(AskDoubt::OtherLink);
    }
    let maker = policy.member(statement.account).ok_or(AskDoubt::Maker)?;
    let action = Action::Add { role: Role::Member };
    decide(policy.kind, &policy.permissions, maker.role, action).map_err(|_| AskDoubt::Maker)?;
    let log = log.filter(|log| log.account() == statement.account).ok_or(AskDoubt::Unknown)?;
    if !log.is_root_until(log.version(), maker.root) {
        return Err(AskDoubt::Maker);
    }
    let key = log.device_at(log.version(), statement.device).ok_or(AskDoubt::Maker)?;
    let signature: [u8; 64] = body.signature.0.as_slice().try_into().map_err(|_| AskDoubt::Malformed)?;
    if !link_key::is_stated(&key, &body.statement, &signature) {
        return Err(AskDoubt::Maker);
    }
    if statement.expires_at.is_some_and(|at| at <= now) {
        return Err(AskDoubt::Expired);
    }
    let verifier: [u8; 32] = statement.verifier.0.as_slice().try_into().map_err(|_| AskDoubt::Malformed)?;
    let signature: [u8; 64] = proof.signature.0.as_slice().try_into().map_err(|_| AskDoubt::Malformed)?;
    if !link_key::is_ask(&verifier, &body.statement, claim.account, proof.root, &signature) {
        return Err(AskDoubt::NoLink);
    }
    Ok(Judged { root: proof.root, automatic: statement.automatic })
}

/// Who says that the link of a request is theirs.
pub(crate) fn maker(body: &[u8]) -> Option<AccountId> {
    let body: GroupLinkBody = decode_cbor(body).ok()?;
    decode_cbor::<GroupLinkStatement>(&body.statement).ok().map(|statement| statement.account)
}

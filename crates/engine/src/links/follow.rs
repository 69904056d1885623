//! Where a link leads.

use beseda_crypto::link_key::LinkKey;
use beseda_model::{ConversationId, Fingerprint};
use beseda_wire::codec::encode_cbor;
use beseda_wire::link::{GroupPreview, Link, LinkSecret, Target};
use beseda_wire::state::AccountCard;
use beseda_wire::{Bytes, Reply};

use super::judge::Proof;
use super::{make, own, person};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::api::view::{GroupStanding, LinkView};
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;

/// What a link to a group has come to.
pub(super) enum Followed {
    /// It may be asked for.
    Ask { preview: GroupPreview, proof: Bytes },
    /// This person belongs to it.
    Member,
    /// What the server shows does not belong to the link.
    Forged,
}

/// Opens what the server shows of a group, and signs a request to join it.
pub(super) fn group(
    step: &mut Step<'_>,
    conversation: ConversationId,
    key: LinkSecret,
    body: &[u8],
) -> Result<Followed, StoreError> {
    if is_member(step, conversation)? {
        return Ok(Followed::Member);
    }
    let key = LinkKey::from_secret(&key.0);
    let Some((preview, statement, bytes)) = make::open(&key, body) else { return Ok(Followed::Forged) };
    if statement.conversation != conversation {
        return Ok(Followed::Forged);
    }
    let me = Me::get(step.tx)?;
    let signature = key.ask(&bytes, me.account, me.root).as_slice().into();
    let proof = encode_cbor(&Proof { root: me.root, signature }).into();
    Ok(Followed::Ask { preview, proof })
}

fn is_member(step: &Step<'_>, conversation: ConversationId) -> Result<bool, StoreError> {
    Ok(Conversation::find(step.tx, conversation)?.is_some_and(|row| row.known && row.member))
}

/// What the server shows of a link.
pub(super) fn shown(
    step: &mut Step<'_>,
    link: &Link,
    in_person: bool,
    reply: Reply,
) -> Result<Result<Outcome, Failure>, StoreError> {
    let leads_to = match (&link.target, reply) {
        (Target::Group { key, .. }, Reply::GroupLink { conversation, body }) => {
            let Some((preview, statement, _)) = make::open(&LinkKey::from_secret(&key.0), &body)
                .filter(|(_, statement, _)| statement.conversation == conversation)
            else {
                return Ok(Err(Failure::NotAllowed { reason: Reason::OtherGroup }));
            };
            let standing = if is_member(step, conversation)? {
                GroupStanding::Member
            } else {
                match own::outcome(step.tx, conversation)? {
                    Some(outcome) => GroupStanding::Asked { outcome },
                    None => GroupStanding::New,
                }
            };
            LinkView::Group {
                conversation,
                title: preview.title,
                description: preview.description,
                members: preview.members,
                automatic: statement.automatic,
                standing,
            }
        }
        (Target::Username { username, root }, Reply::Accounts { accounts }) => {
            let found = accounts.into_iter().find(|card| card.username.as_ref() == Some(username));
            return of_person(step, found, *root, in_person);
        }
        (Target::Person { root, .. }, Reply::Accounts { accounts }) => {
            return of_person(step, accounts.into_iter().next(), Some(*root), in_person);
        }
        _ => return Ok(Err(Failure::NotFound)),
    };
    Ok(Ok(Outcome::Link { leads_to }))
}

fn of_person(
    step: &mut Step<'_>,
    card: Option<AccountCard>,
    root: Option<Fingerprint>,
    in_person: bool,
) -> Result<Result<Outcome, Failure>, StoreError> {
    let Some(card) = card else { return Ok(Err(Failure::LinkEnded)) };
    let leads_to = person::met(step, &card, root, in_person)?;
    Ok(Ok(Outcome::Link { leads_to }))
}

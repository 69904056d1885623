//! An application message.

use beseda_crypto::aad::MessageAad;
use beseda_crypto::group_id::GroupId;
use beseda_crypto::header::Header;
use beseda_crypto::{chain, facts};
use beseda_model::commit::LeafIdentity;
use beseda_model::{AccountId, Role, Timestamp};
use beseda_wire::content::{Authored, Content, Repair};
use beseda_wire::state::{Entry, EntryClass};
use openmls::framing::{ProcessedMessageContent, Sender};
use openmls::group::MlsGroup;

use super::arrival::{Arrival, ArrivalMeta};
use super::fork;
use crate::Step;
use crate::api::failure::{Healing, Unreadable};
use crate::api::view::WarningKind;
use crate::mls::group::{self, ProcessError};
use crate::store::accounts::Account;
use crate::store::conversations::{Conversation, Standing};
use crate::store::me::Me;
use crate::store::{StoreError, entries, warnings};
use crate::{healing, outbox, timeline};

/// Why a message can't be read.
enum Trouble {
    /// It can't, and nobody can help.
    Final(Unreadable),
    /// Its author can send it again.
    Askable(Unreadable),
    /// It came before: nothing to show.
    Known,
}

/// What was found in it.
struct Opened {
    sender: LeafIdentity,
    content: Vec<u8>,
    own: bool,
}

/// Decrypts and applies a message, or keeps its place with the reason.
pub(super) fn apply(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    group: GroupId,
    header: &Header<'_>,
    body: &[u8],
    hash: &[u8; 32],
    live: bool,
) -> Result<(), StoreError> {
    let mut meta = super::apply::meta(row, entry);
    let Ok(aad) = MessageAad::from_bytes(header.aad) else {
        return unreadable(step, &meta, Unreadable::Damaged, Healing::NotNeeded);
    };
    meta.message_id = Some(aad.message);
    let me = Me::get(step.tx)?;
    let opened = match open(step, row, entry, group, header, &aad, body, hash, &me)? {
        Ok(opened) => opened,
        // In a log that is read again it may stand elsewhere than it was shown at first.
        Err(Trouble::Known) if entry.seq <= row.reread => {
            for from in entries::moved(step.tx, row.id, aad.message, entry.seq)? {
                timeline::displaced(step, row.id, aad.message, from, entry.seq)?;
            }
            return Ok(());
        }
        Err(Trouble::Known) => return Ok(()),
        Err(Trouble::Final(why)) => return unreadable(step, &meta, why, Healing::NotNeeded),
        Err(Trouble::Askable(why)) => {
            let ask = entry.class == EntryClass::Counted;
            if ask {
                healing::repair::ask_for(step, row.id, aad.message, entry.seq)?;
            }
            return unreadable(step, &meta, why, if ask { Healing::Asked } else { Healing::NotNeeded });
        }
    };
    meta.sender = Some((opened.sender.account, opened.sender.device));
    check_chain(step, row, entry, opened.sender.account, &aad)?;
    check_device_log(step, &opened.sender, &aad)?;
    if !entries::receive(step.tx, row.id, opened.sender.device, aad.message, entry.seq)? {
        return Ok(());
    }
    if opened.own {
        outbox::arrived(step, row.id, aad.message, entry.seq, entry.at)?;
    }
    let Some(role) = row.role(opened.sender.account) else {
        return unreadable(step, &meta, Unreadable::Forged, Healing::NotNeeded);
    };
    let Ok(authored) = Authored::decode(&opened.content) else {
        return unreadable(step, &meta, Unreadable::Malformed, Healing::NotNeeded);
    };
    let arrival = arrival(row, entry, &opened, &aad, role, live);
    for_the_core(step, row, &arrival, &authored)?;
    timeline::apply_content(step, &arrival, authored)
}

fn arrival(row: &Conversation, entry: &Entry, opened: &Opened, aad: &MessageAad, role: Role, live: bool) -> Arrival {
    Arrival {
        conversation: row.id,
        generation: row.mls_generation.unwrap_or_default(),
        epoch: row.mls_epoch,
        seq: entry.seq,
        class: entry.class,
        at: entry.at,
        expires_at: entry.expires_at,
        sender_account: opened.sender.account,
        sender_device: opened.sender.device,
        message_id: aad.message,
        own: opened.own,
        sender_role: role,
        permissions: row.policy.as_ref().map(|policy| policy.permissions.clone()).unwrap_or_default(),
        live,
    }
}

fn open(
    step: &mut Step<'_>,
    row: &mut Conversation,
    entry: &Entry,
    id: GroupId,
    header: &Header<'_>,
    aad: &MessageAad,
    body: &[u8],
    hash: &[u8; 32],
    me: &Me,
) -> Result<Result<Opened, Trouble>, StoreError> {
    if row.mls_generation != Some(id.generation) || row.mls_epoch != header.epoch {
        if row.mls_generation.is_none() && outbox::holds(step, row.id, aad.message)? {
            // The group by which it was sealed is gone, but an own message of this id is there.
            outbox::came(step, row.id, aad.message, entry.seq, entry.at)?;
        }
        if entries::is_known(step.tx, row.id, aad.message)? {
            return Ok(Err(Trouble::Known));
        }
        let why = match row.mls_generation {
            None if row.standing == Standing::Joining => Unreadable::BeforeJoin,
            Some(generation) if (generation, row.mls_epoch) > (id.generation, header.epoch) => {
                return Ok(Err(Trouble::Final(Unreadable::Forged)));
            }
            _ => Unreadable::UnknownEpoch,
        };
        return Ok(Err(Trouble::Askable(why)));
    }
    let Some(mut mls) = group::take(step, id)? else {
        super::commit::lose(step, row)?;
        let known = outbox::recognise(step, row.id, entry, hash)?;
        return Ok(Err(if known { Trouble::Known } else { Trouble::Askable(Unreadable::KeyGone) }));
    };
    let processed = match group::process(step, &mut mls, body) {
        Ok(processed) => processed,
        Err(error) => {
            tracing::debug!(conversation = %row.id, %error, "A message could not be decrypted");
            // What OpenMLS holds in memory is not trusted after a failure.
            drop(mls);
            if !matches!(error, ProcessError::NoKey) {
                return Ok(Err(Trouble::Askable(Unreadable::Damaged)));
            }
            // What is shown a second time changes nothing: the first one stands.
            let known = entries::is_known(step.tx, row.id, aad.message)?;
            return Ok(Err(if known { Trouble::Known } else { Trouble::Askable(Unreadable::KeyGone) }));
        }
    };
    let sender = sender(&mls, processed.sender());
    group::keep(step, id, mls);
    let Some(sender) = sender else { return Ok(Err(Trouble::Final(Unreadable::Forged))) };
    match processed.into_content() {
        ProcessedMessageContent::ApplicationMessage(content) => {
            Ok(Ok(Opened { sender, content: content.into_bytes(), own: sender.device == me.device }))
        }
        // The claim to be one's own is not authenticated: only what was sealed here, byte for byte, is.
        ProcessedMessageContent::OwnPrivateMessage => match outbox::sealed_here(step, row.id, aad.message, hash)? {
            Some(content) => Ok(Ok(Opened { sender, content, own: true })),
            None if entries::was_received(step.tx, row.id, me.device, aad.message)? => Ok(Err(Trouble::Known)),
            None => Ok(Err(Trouble::Final(Unreadable::Forged))),
        },
        _ => Ok(Err(Trouble::Final(Unreadable::Forged))),
    }
}

pub(super) fn sender(group: &MlsGroup, sender: &Sender) -> Option<LeafIdentity> {
    let Sender::Member(index) = sender else { return None };
    let leaf = group.treesync().full_leaves().find(|(at, _)| at == index)?.1;
    facts::identity(leaf).ok()
}

/// Whether the sender saw the same log as this device, as far as both know it.
pub(super) fn check_chain(
    step: &mut Step<'_>,
    row: &Conversation,
    entry: &Entry,
    sender: AccountId,
    aad: &MessageAad,
) -> Result<(), StoreError> {
    let cited = aad.chain;
    let fits = if cited.n >= entry.seq {
        false
    } else if cited.n == 0 {
        cited.hash == chain::short(&chain::start(row.id))
    } else {
        entries::find(step.tx, row.id, cited.n)?.is_none_or(|(hash, _)| chain::short(&hash) == cited.hash)
    };
    if fits { Ok(()) } else { fork::claimed(step, row, cited.n.min(entry.seq), entry, sender) }
}

/// The sender knows the same device log of their own account as this device, as far as both know it.
pub(super) fn check_device_log(step: &mut Step<'_>, sender: &LeafIdentity, aad: &MessageAad) -> Result<(), StoreError> {
    let cited = aad.device_log;
    let known = Account::load(step.tx, sender.account)?;
    if cited.version > known.version {
        step.memory.session.cite(sender.account, cited.version);
        return Account::want(step.tx, sender.account, cited.version);
    }
    step.memory.logs.load(step.tx, [sender.account])?;
    let hash = step.memory.logs.get(sender.account).and_then(|log| log.hash_at(cited.version));
    if hash.is_some_and(|hash| !hash.starts_with(&cited.hash)) {
        warnings::add(step, None, &WarningKind::DeviceLogForked { account: sender.account })?;
    }
    Ok(())
}

/// State requests and repairs concern the core as well.
fn for_the_core(
    step: &mut Step<'_>,
    row: &mut Conversation,
    arrival: &Arrival,
    authored: &Authored,
) -> Result<(), StoreError> {
    match &authored.content {
        Content::StateRequest if !arrival.own => healing::state::requested(step, row, arrival),
        Content::GroupState(_) => {
            row.state_wanted = false;
            let place = step.place(row.id);
            place.answer_at = None;
            place.request_state_at = None;
            Ok(())
        }
        Content::Repair(Repair::Request(request)) if !arrival.own => {
            healing::repair::requested(step, row, arrival, &request.ids)
        }
        Content::Repair(Repair::Answer(answer)) => {
            let me = Me::get(step.tx)?;
            if answer.device == me.device {
                healing::repair::answered(step, row.id, answer.id, answer.content.is_some())?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn unreadable(step: &mut Step<'_>, meta: &ArrivalMeta, why: Unreadable, healing: Healing) -> Result<(), StoreError> {
    timeline::apply_unreadable(step, meta, why, healing)
}

/// The moment of an id: message ids begin with it.
pub(crate) fn made_at(id: beseda_model::MessageId) -> Timestamp {
    let [a, b, c, d, e, f, ..] = *id.as_bytes();
    Timestamp::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
}

/// The pinned head of this device's own log, as messages cite it.
pub(crate) fn own_log_point(step: &Step<'_>, me: &Me) -> Result<beseda_crypto::aad::DeviceLogPoint, StoreError> {
    let account = Account::load(step.tx, me.account)?;
    let [a, b, c, d, e, f, g, h, ..] = account.head;
    Ok(beseda_crypto::aad::DeviceLogPoint { version: account.version, hash: [a, b, c, d, e, f, g, h] })
}

//! Ephemeral frames: typing, and where somebody is. Sealed with ChaCha20-Poly1305 and a random nonce under a key that each
//! sender has in each epoch; a frame of another epoch can't be opened and is dropped.
//!
//! All members can make that key. So what must not be another member's is signed by the device that says it.

use beseda_crypto::group_id::GroupId;
use beseda_crypto::signature::Ed25519;
use beseda_model::commit::LeafIdentity;
use beseda_model::device_log::VerifySignature as _;
use beseda_model::{ConversationId, DeviceId, MessageId, Timestamp};
use beseda_wire::codec::{decode_cbor, encode_cbor};
use beseda_wire::content::Spot;
use beseda_wire::{Bytes, Request};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use openmls::group::MlsGroup;
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::mls::{group, keys};
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::timeline;

const LABEL: &str = "beseda whisper 1";
const PLACE: &[u8] = b"beseda live place 1\0";

/// Typing is not told more often than this.
const TYPING_EVERY: u64 = 3_000;

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Frame {
    /// The sender types, or has stopped.
    Typing(bool),
    /// Where the sender is.
    Place(Told),
}

/// Where somebody is, as one of their messages has promised to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The message.
    #[serde(rename = "m")]
    pub(crate) message: MessageId,
    /// There.
    #[serde(rename = "s")]
    pub(crate) spot: Spot,
    /// When, by the sender's clock.
    #[serde(rename = "t")]
    pub(crate) at: Timestamp,
    /// By the sender's device.
    #[serde(rename = "g")]
    signature: Bytes,
}

/// What is signed of a place: nothing of it can be taken to another conversation, message, device or time.
fn signed(conversation: ConversationId, device: DeviceId, message: MessageId, spot: &Spot, at: Timestamp) -> Vec<u8> {
    let said = encode_cbor(&(message, spot, at));
    [PLACE, conversation.as_bytes(), device.as_bytes(), &said].concat()
}

/// Tells the others that this person types.
pub(crate) fn typing(step: &mut Step<'_>, id: ConversationId, is_typing: bool) -> Result<(), StoreError> {
    let now = step.now;
    let told = step.place(id).typing_at;
    if is_typing && told.is_some_and(|at| now.millis_since(at) < TYPING_EVERY) {
        return Ok(());
    }
    let Some(row) = ready(step, id)? else { return Ok(()) };
    step.place(id).typing_at = is_typing.then_some(now);
    let device = Me::get(step.tx)?.device;
    whisper(step, &row, device, &Frame::Typing(is_typing))?;
    Ok(())
}

/// Tells the others where this person is; whether anybody could be told.
pub(crate) fn place(
    step: &mut Step<'_>,
    id: ConversationId,
    message: MessageId,
    spot: Spot,
) -> Result<bool, StoreError> {
    let Some(row) = ready(step, id)? else { return Ok(false) };
    let me = Me::get(step.tx)?;
    let at = step.now;
    let signature = keys::key(&me).signature(&signed(id, me.device, message, &spot, at));
    let told = Told { message, spot, at, signature: Bytes(signature.to_vec()) };
    whisper(step, &row, me.device, &Frame::Place(told))
}

/// The conversation, if others there can hear this device now.
fn ready(step: &Step<'_>, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    let row = Conversation::find(step.tx, id)?;
    let is_up = step.memory.session.is_up();
    Ok(row.filter(|row| is_up && row.is_current() && row.request_from.is_none()))
}

fn whisper(step: &mut Step<'_>, row: &Conversation, device: DeviceId, frame: &Frame) -> Result<bool, StoreError> {
    let Some(key) = key(step, row, device)? else { return Ok(false) };
    let mut nonce = [0; 12];
    step.rng.fill(&mut nonce);
    let plain = encode_cbor(frame);
    let payload = Payload { msg: &plain, aad: row.id.as_bytes() };
    let Ok(sealed) = ChaCha20Poly1305::new(&key).encrypt(Nonce::from_slice(&nonce), payload) else { return Ok(false) };
    let body = [nonce.as_slice(), &sealed].concat();
    step.ask(Request::Whisper { conversation: row.id, body: body.into() }, Asked::Other);
    Ok(true)
}

/// A frame of another device.
pub(crate) fn heard(step: &mut Step<'_>, id: ConversationId, device: DeviceId, body: &[u8]) -> Result<(), StoreError> {
    let Some(row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let Some((nonce, sealed)) = body.split_first_chunk::<12>() else { return Ok(()) };
    let Some(LeafIdentity { account, signature_key, .. }) = sender(step, &row, device)? else { return Ok(()) };
    let Some(key) = key(step, &row, device)? else { return Ok(()) };
    let payload = Payload { msg: sealed, aad: id.as_bytes() };
    let Ok(plain) = ChaCha20Poly1305::new(&key).decrypt(Nonce::from_slice(nonce), payload) else { return Ok(()) };
    match decode_cbor::<Frame>(&plain) {
        Ok(Frame::Typing(is_typing)) => timeline::apply_typing(step, id, account, is_typing),
        Ok(Frame::Place(told)) => {
            let said = signed(id, device, told.message, &told.spot, told.at);
            let signature = told.signature.0.as_slice().try_into().ok();
            if signature.is_some_and(|signature| Ed25519.verify(&signature_key, &said, signature)) {
                timeline::live::heard(step, id, account, &told)?;
            }
            Ok(())
        }
        Err(_) => Ok(()),
    }
}

fn with_group<T>(
    step: &mut Step<'_>,
    row: &Conversation,
    look: impl FnOnce(&Step<'_>, &MlsGroup) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let Some(generation) = row.mls_generation else { return Ok(None) };
    let id = GroupId { conversation: row.id, generation };
    let Some(mls) = group::take(step, id)? else { return Ok(None) };
    let seen = look(step, &mls);
    group::keep(step, id, mls);
    Ok(seen)
}

fn key(step: &mut Step<'_>, row: &Conversation, device: DeviceId) -> Result<Option<Key>, StoreError> {
    with_group(step, row, |step, mls| {
        let secret = mls.export_secret(&step.memory.crypto, LABEL, device.as_bytes(), 32).ok()?;
        Some(*Key::from_slice(&secret))
    })
}

fn sender(step: &mut Step<'_>, row: &Conversation, device: DeviceId) -> Result<Option<LeafIdentity>, StoreError> {
    with_group(step, row, |_, mls| {
        let leaves = beseda_crypto::facts::leaves(mls.treesync()).ok()?;
        leaves.into_iter().map(|leaf| leaf.identity).find(|identity| identity.device == device)
    })
}

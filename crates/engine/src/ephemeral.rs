//! Ephemeral frames: typing. Sealed with ChaCha20-Poly1305 and a random nonce under a key that each sender has in each
//! epoch; a frame of another epoch can't be opened and is dropped.

use beseda_crypto::group_id::GroupId;
use beseda_model::{ConversationId, DeviceId};
use beseda_wire::Request;
use beseda_wire::codec::{decode_cbor, encode_cbor};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use openmls::group::MlsGroup;
use serde::{Deserialize, Serialize};

use crate::Step;
use crate::mls::group;
use crate::session::Asked;
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::store::me::Me;
use crate::timeline;

const LABEL: &str = "beseda whisper 1";

/// Typing is not told more often than this.
const TYPING_EVERY: u64 = 3_000;

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Frame {
    /// The sender types, or has stopped.
    Typing(bool),
}

/// Tells the others that this person types.
pub(crate) fn typing(step: &mut Step<'_>, id: ConversationId, is_typing: bool) -> Result<(), StoreError> {
    let Some(row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let now = step.now;
    let told = step.place(id).typing_at;
    let ready = step.memory.session.is_up() && row.is_current() && row.request_from.is_none();
    if !ready || is_typing && told.is_some_and(|at| now.millis_since(at) < TYPING_EVERY) {
        return Ok(());
    }
    step.place(id).typing_at = is_typing.then_some(now);
    let me = Me::get(step.tx)?;
    let Some(key) = key(step, &row, me.device)? else { return Ok(()) };
    let mut nonce = [0; 12];
    step.rng.fill(&mut nonce);
    let plain = encode_cbor(&Frame::Typing(is_typing));
    let payload = Payload { msg: &plain, aad: id.as_bytes() };
    let Ok(sealed) = ChaCha20Poly1305::new(&key).encrypt(Nonce::from_slice(&nonce), payload) else { return Ok(()) };
    let body = [nonce.as_slice(), &sealed].concat();
    step.ask(Request::Whisper { conversation: id, body: body.into() }, Asked::Other);
    Ok(())
}

/// A frame of another device.
pub(crate) fn heard(step: &mut Step<'_>, id: ConversationId, device: DeviceId, body: &[u8]) -> Result<(), StoreError> {
    let Some(row) = Conversation::find(step.tx, id)? else { return Ok(()) };
    let Some((nonce, sealed)) = body.split_first_chunk::<12>() else { return Ok(()) };
    let Some(account) = owner(step, &row, device)? else { return Ok(()) };
    let Some(key) = key(step, &row, device)? else { return Ok(()) };
    let payload = Payload { msg: sealed, aad: id.as_bytes() };
    let Ok(plain) = ChaCha20Poly1305::new(&key).decrypt(Nonce::from_slice(nonce), payload) else { return Ok(()) };
    match decode_cbor::<Frame>(&plain) {
        Ok(Frame::Typing(is_typing)) => timeline::apply_typing(step, id, account, is_typing),
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

fn owner(
    step: &mut Step<'_>,
    row: &Conversation,
    device: DeviceId,
) -> Result<Option<beseda_model::AccountId>, StoreError> {
    with_group(step, row, |_, mls| {
        let leaves = beseda_crypto::facts::leaves(mls.treesync()).ok()?;
        leaves.iter().find(|leaf| leaf.identity.device == device).map(|leaf| leaf.identity.account)
    })
}

//! The approval of a new device by an old one: what both compute, and the old one's side.
//!
//! The new device commits to its id, key and nonce before it learns the old one's nonce. So whoever stands between them
//! has to fix a key of its own before the comparison code can be known, and is found out but for one guess in a million.

use std::collections::BTreeMap;

use beseda_crypto::root::RootKey;
use beseda_crypto::signature::Ed25519;
use beseda_model::device_log::{DeviceLog, DeviceLogEntry as Entry, DeviceLogOp, LogSigner, VerifySignature};
use beseda_model::{AccountId, DeviceId, Fingerprint, LIMITS, Timestamp};
use beseda_wire::state::DeviceLogEntry;
use beseda_wire::{Bytes, Problem, Reply, Request};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ask::{Ask, Asks, Purpose, done, refusal};
use super::{device_logs, devices, me};
use crate::Step;
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::WarningKind;
use crate::mls::keys;
use crate::store::me::Me;
use crate::store::{StoreError, accounts, meta, warnings};

const LINKS: &str = "identity.links";

/// `SHA-256(device id ‖ signature key ‖ nonce)`.
pub fn commitment(device: DeviceId, signature_key: &[u8; 32], nonce: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(device.as_bytes()).chain_update(signature_key).chain_update(nonce).finalize().into()
}

/// What a new device shows of itself once it is committed.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Its id.
    pub device: DeviceId,
    /// Its signature key.
    pub signature_key: [u8; 32],
    /// Its nonce.
    pub nonce: &'a [u8],
}

impl Shown<'_> {
    /// The six digits that a person compares on both devices. They cover everything that either side relies on: the new
    /// device's id and key, the account and its root key, and chance of both.
    pub fn comparison_code(&self, account: AccountId, root: Fingerprint, old_nonce: &[u8]) -> String {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(b"beseda link code 1")
            .chain_update(account.as_bytes())
            .chain_update(root.as_bytes())
            .chain_update(self.device.as_bytes())
            .chain_update(self.signature_key)
            .chain_update(self.nonce)
            .chain_update(old_nonce)
            .finalize()
            .into();
        let number = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

/// A request that this device has taken up.
#[derive(Clone, Serialize, Deserialize)]
struct Opened {
    /// The code as the person typed it.
    typed: String,
    nonce: Bytes,
    /// As the server answered; empty before it did.
    commitment: Bytes,
    /// The new device and its key, once it has shown them and they are what it was committed to.
    revealed: Option<(DeviceId, [u8; 32])>,
    at: Timestamp,
}

type Links = BTreeMap<String, Opened>;

fn load(step: &Step<'_>) -> Result<Links, StoreError> {
    let mut links: Links = meta::get(step.tx, LINKS)?.unwrap_or_default();
    links.retain(|_, link| step.now.millis_since(link.at) <= LIMITS.link_millis);
    Ok(links)
}

fn save(conn: &Connection, links: &Links) -> Result<(), StoreError> {
    if links.is_empty() { meta::remove(conn, LINKS) } else { meta::put(conn, LINKS, links) }
}

/// Codes are typed by people: case, spaces and hyphens do not count.
fn folded(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

pub(super) fn open(step: &mut Step<'_>, id: u64, typed: &str) -> Result<Asks, StoreError> {
    let code = folded(typed);
    if code.is_empty() {
        done(step, id, Err(Failure::invalid(Field::Code, Reason::Empty)));
        return Ok(Asks::new());
    }
    let mut links = load(step)?;
    // The same nonce for the same request: a second one would let somebody choose the comparison code.
    let nonce = links.get(&code).map_or_else(
        || {
            let mut nonce = vec![0; 32];
            step.rng.fill(&mut nonce);
            Bytes(nonce)
        },
        |known| known.nonce.clone(),
    );
    let typed = typed.trim().to_owned();
    let opened = Opened {
        typed: typed.clone(),
        nonce: nonce.clone(),
        commitment: Bytes::default(),
        revealed: None,
        at: step.now,
    };
    links.insert(code.clone(), opened);
    save(step.tx, &links)?;
    Ok(vec![Ask::new(Request::OpenLink { code: typed, nonce }, Purpose::OpenLink { id, code })])
}

pub(super) fn opened(
    step: &mut Step<'_>,
    id: u64,
    code: &str,
    answer: Result<Reply, Problem>,
) -> Result<(), StoreError> {
    let mut links = load(step)?;
    let result = match answer {
        Ok(Reply::Link { commitment }) => {
            if let Some(link) = links.get_mut(code) {
                link.commitment = commitment;
            }
            Ok(Outcome::Done)
        }
        Ok(_) => Err(Failure::NotFound),
        Err(problem) => {
            links.remove(code);
            Err(refusal(problem))
        }
    };
    save(step.tx, &links)?;
    done(step, id, result);
    Ok(())
}

/// The new device has shown its key.
pub(super) fn revealed(
    step: &mut Step<'_>,
    code: &str,
    device: DeviceId,
    signature_key: &Bytes,
    nonce: &Bytes,
) -> Result<(), StoreError> {
    let code = folded(code);
    let mut links = load(step)?;
    let (Some(link), Some(me)) = (links.get_mut(&code), Me::find(step.tx)?) else { return Ok(()) };
    let key = <[u8; 32]>::try_from(signature_key.0.as_slice()).ok();
    let kept = key.filter(|key| commitment(device, key, nonce).as_slice() == link.commitment.0.as_slice());
    let Some(signature_key) = kept else {
        // The server shows another key than the one that was committed to: it tries to put itself between.
        links.remove(&code);
        save(step.tx, &links)?;
        return warnings::add(step, None, &WarningKind::LinkTampered { device });
    };
    // The server repeats what it told; people are told once.
    if link.revealed == Some((device, signature_key)) {
        return Ok(());
    }
    let root = me::root(step.tx, &me)?;
    let comparison = Shown { device, signature_key, nonce }.comparison_code(me.account, root, &link.nonce);
    link.revealed = Some((device, signature_key));
    let notice = Notice::LinkCode { link: link.typed.clone(), device, comparison };
    save(step.tx, &links)?;
    step.notice(notice);
    Ok(())
}

pub(super) fn approve(step: &mut Step<'_>, id: u64, typed: &str) -> Result<Asks, StoreError> {
    let code = folded(typed);
    let links = load(step)?;
    let Some(link) = links.get(&code) else {
        done(step, id, Err(Failure::NotFound));
        return Ok(Asks::new());
    };
    let Some((device, signature_key)) = link.revealed else {
        let reason = Reason::KeyNotShown;
        done(step, id, Err(Failure::NotReady { reason }));
        return Ok(Asks::new());
    };
    let code_as_typed = link.typed.clone();
    let Some(entry) = sign(step, DeviceLogOp::Add { device, signature_key })? else {
        done(step, id, Err(Failure::NotSignedIn));
        return Ok(Asks::new());
    };
    devices::is_expected(step.tx, device)?;
    let request = Request::ApproveLink { code: code_as_typed, entry };
    Ok(vec![Ask::new(request, Purpose::EndLink { id, code })])
}

pub(super) fn refuse(step: &mut Step<'_>, id: u64, typed: &str) -> Result<Asks, StoreError> {
    let code = folded(typed);
    let mut links = load(step)?;
    let Some(link) = links.remove(&code) else {
        done(step, id, Err(Failure::NotFound));
        return Ok(Asks::new());
    };
    save(step.tx, &links)?;
    Ok(vec![Ask::new(Request::RefuseLink { code: link.typed }, Purpose::EndLink { id, code })])
}

pub(super) fn ended(
    step: &mut Step<'_>,
    id: u64,
    code: &str,
    answer: Result<Reply, Problem>,
) -> Result<Asks, StoreError> {
    let mut links = load(step)?;
    let own = Me::find(step.tx)?.map(|me| me.account);
    match answer {
        Ok(_) => {
            links.remove(code);
            save(step.tx, &links)?;
            done(step, id, Ok(Outcome::Done));
        }
        Err(problem) => done(step, id, Err(refusal(problem))),
    }
    // Whether it was taken or the own log had moved on: what the log says now is needed here.
    match own {
        Some(own) => device_logs::fetch(step, own).map(|ask| vec![ask]),
        None => Ok(Asks::new()),
    }
}

/// An entry that follows from the own device log, signed by this device; none if it is not current in it.
pub(super) fn sign(step: &Step<'_>, op: DeviceLogOp) -> Result<Option<DeviceLogEntry>, StoreError> {
    let Some(me) = Me::find(step.tx)? else { return Ok(None) };
    let Some(log) = accounts::device_log(step.tx, me.account)? else { return Ok(None) };
    let key = keys::key(&me);
    if log.device_at(log.version(), me.device) != Some(key.public()) {
        return Ok(None);
    }
    let unsigned = log.unsigned(op, LogSigner::Device(me.device));
    let message = unsigned.signed_bytes(me.account);
    let entry = Entry { signature: key.signature(&message), ..unsigned };
    debug_assert!(Ed25519.verify(&key.public(), &message, &entry.signature));
    Ok(Some(DeviceLogEntry(Bytes(entry.encode()))))
}

/// An entry that follows from `log`, signed by root.
pub(super) fn sign_by_root(log: &DeviceLog, op: DeviceLogOp, root: &RootKey) -> DeviceLogEntry {
    let unsigned = log.unsigned(op, LogSigner::Root);
    let entry = Entry { signature: root.sign(&unsigned.signed_bytes(log.account())), ..unsigned };
    DeviceLogEntry(Bytes(entry.encode()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ACCOUNT: AccountId = AccountId::from_bytes([1; 16]);
    const ROOT: Fingerprint = Fingerprint::from_bytes([2; 32]);
    const DEVICE: DeviceId = DeviceId::from_bytes([3; 16]);

    #[test]
    fn the_values_are_fixed_for_ever() {
        let shown = Shown { device: DEVICE, signature_key: [4; 32], nonce: &[5; 32] };
        let hex: String = commitment(DEVICE, &[4; 32], &[5; 32]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b3eb32ae169ea0b73f0f816f975c037b6455229f973ad585319b8016e2ce3e17");
        assert_eq!(shown.comparison_code(ACCOUNT, ROOT, &[6; 32]), "406169");
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(folded(" ab-c9 "), "ABC9");
        assert_eq!(folded("-"), "");
    }

    proptest! {
        /// A server that stands between both sides must show each of them some key that it was committed to beforehand.
        /// Over all nonces that the two sides may pick, the codes agree as rarely as two random numbers of six digits.
        #[test]
        fn a_swapped_key_changes_the_code(nonce: [u8; 32], old_nonce: [u8; 32], fake_old: [u8; 32], own: [u8; 32]) {
            let honest = Shown { device: DEVICE, signature_key: [4; 32], nonce: &nonce };
            let swapped = Shown { device: DEVICE, signature_key: [9; 32], nonce: &own };
            prop_assert_ne!(commitment(DEVICE, &[4; 32], &nonce), commitment(DEVICE, &[9; 32], &own));
            // The new device hears the server's nonce, the old one sees the server's key.
            let on_new = honest.comparison_code(ACCOUNT, ROOT, &fake_old);
            let on_old = swapped.comparison_code(ACCOUNT, ROOT, &old_nonce);
            prop_assert_eq!(on_new.len(), 6);
            prop_assert_ne!(on_new, on_old, "one guess in a million");
        }
    }

    #[test]
    fn everything_that_is_relied_on_is_covered() {
        let nonce = [5; 32];
        let shown = Shown { device: DEVICE, signature_key: [4; 32], nonce: &nonce };
        let code = shown.comparison_code(ACCOUNT, ROOT, &[6; 32]);
        let other_nonce = [7; 32];
        let others = [
            Shown { device: DeviceId::from_bytes([8; 16]), ..shown }.comparison_code(ACCOUNT, ROOT, &[6; 32]),
            Shown { signature_key: [8; 32], ..shown }.comparison_code(ACCOUNT, ROOT, &[6; 32]),
            Shown { nonce: &other_nonce, ..shown }.comparison_code(ACCOUNT, ROOT, &[6; 32]),
            shown.comparison_code(AccountId::from_bytes([8; 16]), ROOT, &[6; 32]),
            shown.comparison_code(ACCOUNT, Fingerprint::from_bytes([8; 32]), &[6; 32]),
            shown.comparison_code(ACCOUNT, ROOT, &[8; 32]),
        ];
        assert!(others.iter().all(|other| *other != code));
    }
}

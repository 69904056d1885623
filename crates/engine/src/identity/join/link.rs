//! The new device's side of an approval by another device of the account.

use beseda_model::LIMITS;
use beseda_wire::Bytes;
use beseda_wire::http::{LinkReveal, LinkStarted, LinkState, PollLink, Session, StartLink};
use beseda_wire::state::DeviceLogEntry;

use super::finish::{Entered, finish};
use super::http::{post, read, senseless};
use super::recover::verified;
use super::state::{Following, Join, Peer, Stage, Way};
use super::{Next, Stop, check_free, check_profile};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::identity::link::{Shown, commitment};
use crate::identity::me::NewDevice;
use crate::identity::rules;

/// Milliseconds between two polls, at first and at most.
const FIRST_PAUSE: u64 = 1_000;
const LONGEST_PAUSE: u64 = 4_000;

/// Milliseconds for which the server may be silent beyond the end of the request's life.
const GRACE: u64 = 60_000;

pub(super) fn begin(step: &mut Step<'_>, server: &str, device_name: &str) -> Result<Join, Stop> {
    check_free(step.tx)?;
    let server = rules::server(server)?;
    let device = NewDevice::make(step);
    let mut nonce = vec![0; 32];
    step.rng.fill(&mut nonce);
    let way = Way::Link { nonce: Bytes(nonce) };
    Ok(Join::new(server, rules::device_name(device_name), device, None, way, Stage::Starting))
}

pub(super) fn ask(step: &mut Step<'_>, join: &mut Join) {
    let Way::Link { nonce } = &join.way else { return };
    let signature_key = join.device.key().public();
    if let Stage::Following(Following { code, secret, peer, .. }) = &join.stage {
        let reveal = peer.as_ref().map(|_| LinkReveal {
            device: join.device.device,
            signature_key: Bytes(signature_key.to_vec()),
            nonce: nonce.clone(),
        });
        let path = format!("links/{code}/poll");
        let body = PollLink { secret: secret.clone(), reveal };
        post(step, join, &path, &body);
    } else {
        let commitment = commitment(join.device.device, &signature_key, nonce);
        post(step, join, "links", &StartLink { commitment: Bytes(commitment.to_vec()) });
    }
}

/// The code for the other device is known.
pub(super) fn started(step: &mut Step<'_>, mut join: Join, body: &[u8]) -> Result<Next, Stop> {
    let LinkStarted { code, secret, .. } = read(body)?;
    if code.is_empty() || !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Err(senseless("the server's code can't be typed").into());
    }
    step.notice(Notice::LinkProgress { link: code.clone(), comparison: None });
    let until = step.now.plus_millis(LIMITS.link_millis.saturating_add(GRACE));
    wait(step, &mut join, Following { code, secret, until, peer: None, pause: FIRST_PAUSE });
    Ok(Next::Wait(join))
}

/// How far the approval is.
pub(super) fn polled(step: &mut Step<'_>, mut join: Join, mut following: Following, body: &[u8]) -> Result<Next, Stop> {
    match read(body)? {
        LinkState::Waiting | LinkState::Comparing => {
            wait(step, &mut join, following);
            Ok(Next::Wait(join))
        }
        LinkState::Opened { account, root, nonce } => {
            check_profile(step.tx, account)?;
            let peer = Peer { account, root, nonce };
            match &following.peer {
                Some(known) if (known.account, known.root, &known.nonce) != (peer.account, peer.root, &peer.nonce) => {
                    return Err(senseless("the server named another approving device").into());
                }
                // The answer to the reveal was lost: show the key again.
                Some(_) => {
                    wait(step, &mut join, following);
                    return Ok(Next::Wait(join));
                }
                None => {}
            }
            let Way::Link { nonce } = &join.way else { return Err(senseless("an answer to nothing").into()) };
            let shown = Shown { device: join.device.device, signature_key: join.device.key().public(), nonce };
            let comparison = shown.comparison_code(peer.account, peer.root, &peer.nonce);
            step.notice(Notice::LinkProgress { link: following.code.clone(), comparison: Some(comparison) });
            following.peer = Some(peer);
            following.pause = FIRST_PAUSE;
            join.stage = Stage::Following(following);
            Ok(Next::Ask(join))
        }
        LinkState::Approved { session, device_log, root } => {
            approved(step, join, following, session, device_log, &root)
        }
        LinkState::Refused => Err(Failure::NotAllowed { reason: Reason::TurnedDown }.into()),
    }
}

/// The person compared, and the old device has signed. What was compared must be what the server tells now.
fn approved(
    step: &mut Step<'_>,
    join: Join,
    following: Following,
    session: Session,
    log: Vec<DeviceLogEntry>,
    first_root: &Bytes,
) -> Result<Next, Stop> {
    let Some(peer) = following.peer else {
        return Err(senseless("the server approved before anybody could compare").into());
    };
    let first_root = first_root.0.as_slice().try_into().map_err(|_| senseless("a root key has 32 bytes"))?;
    let verified = verified(peer.account, first_root, &log)?;
    if verified.root_at(verified.version()) != peer.root {
        return Err(senseless("the server's device log is not of the identity that was compared").into());
    }
    finish(step, join, &Entered { session, account: peer.account, first_root, log })
}

/// The request is too old.
pub(super) fn expired() -> Failure {
    Failure::NotReady { reason: Reason::CodeExpired }
}

fn wait(step: &Step<'_>, join: &mut Join, mut following: Following) {
    join.at = Some(step.now.plus_millis(following.pause));
    following.pause = following.pause.saturating_mul(5).div_euclid(4).min(LONGEST_PAUSE);
    join.stage = Stage::Following(following);
}

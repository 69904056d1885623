//! The session is there: this profile belongs to somebody.

use beseda_model::AccountId;
use beseda_model::device_log::DeviceStanding;
use beseda_wire::http::Session;
use beseda_wire::state::DeviceLogEntry;

use super::http::senseless;
use super::recover::verified;
use super::state::{Join, Way};
use super::{Next, Stop, check_profile};
use crate::api::command::Outcome;
use crate::api::event::Notice;
use crate::identity::ask::done;
use crate::identity::{device_logs, devices, phone, phrase, rejoin};
use crate::store::me::Me;
use crate::{Step, timeline};

/// What the last answer gave, and what it means.
pub(super) struct Entered {
    pub(super) session: Session,
    pub(super) account: AccountId,
    pub(super) first_root: [u8; 32],
    /// The account's whole device log, with this device in it.
    pub(super) log: Vec<DeviceLogEntry>,
}

pub(super) fn finish(step: &mut Step<'_>, join: Join, entered: &Entered) -> Result<Next, Stop> {
    let Entered { session, account, first_root, log } = entered;
    let device = join.device.device;
    if session.account != *account || session.device != device {
        return Err(senseless("the server opened a session for somebody else").into());
    }
    check_profile(step.tx, *account)?;
    let log = verified(*account, *first_root, log)?;
    let signature_key = join.device.key().public();
    if log.standing(log.version(), device) != Some(DeviceStanding::Current { signature_key }) {
        return Err(senseless("the server's device log does not have this device").into());
    }
    if Me::find(step.tx)?.is_some() {
        rejoin::as_new_device(step)?;
    }
    let me = Me {
        account: *account,
        device,
        root: log.root_at(log.version()),
        server: join.server.clone(),
        device_name: join.device_name.clone(),
        signed_out: false,
        token: session.token.clone(),
        seed: *join.device.seed,
    };
    me.save(step.tx)?;
    timeline::name_device(step, device, &join.device_name)?;
    devices::is_owned(step.tx, device)?;
    device_logs::begin_own(step, &log)?;
    step.notice(Notice::Me);
    if let Way::SignUp { phone: Some(phone), .. } | Way::PhoneReset { phone, .. } = &join.way {
        timeline::say_phone(step, &phone.number)?;
        phone::forget(step)?;
    }
    let made_here = matches!(join.way, Way::SignUp { .. } | Way::Reset { .. } | Way::PhoneReset { .. });
    let outcome = match &join.phrase {
        Some(made) if made_here => {
            phrase::keep(step.tx, made)?;
            Outcome::SignedUp { account: *account, device, phrase: made.words().to_string() }
        }
        _ => Outcome::SignedIn { account: *account, device },
    };
    if let Some(id) = join.command {
        done(step, id, Ok(outcome));
    }
    Ok(Next::Finished)
}

//! The real clock, the real chance, the real machine: the only place where they are taken from the operating system.

use std::net::IpAddr;

use beseda_model::{Clock, Rng, Timestamp};

use crate::tls::Machine;

/// The operating system's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that everything else takes the time from")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The operating system's random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRng;

impl Rng for OsRng {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without random numbers cannot run a messenger");
    }
}

/// The machine that this runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemMachine;

impl Machine for SystemMachine {
    fn name(&self) -> Option<String> {
        gethostname::gethostname().into_string().ok()
    }

    fn addresses(&self) -> Vec<IpAddr> {
        match if_addrs::get_if_addrs() {
            Ok(interfaces) => interfaces.iter().map(if_addrs::Interface::ip).collect(),
            Err(error) => {
                tracing::warn!(error = %error, "The machine does not tell its addresses.");
                Vec::new()
            }
        }
    }
}

//! Which device is to be woken, and when: one wake-up for all that happened since the last one, not before the device had
//! its chance to hear of it by itself, and again later if the push service had no time.

use std::collections::{BTreeSet, HashMap};

use beseda_app::domain::Sleeper;
use beseda_model::{DeviceId, Timestamp};

/// A connected client says something at least this often. Whose last word is older may be gone without a farewell, as a
/// phone in a pocket is.
const HEARD_WITHIN: u64 = 65_000;
/// Between two wake-ups of one device.
const PAUSE: u64 = 2_000;
/// What was read elsewhere is told once for all that is read in a row.
const AFTER_READING: u64 = 10_000;
/// The first pause after a failure; each next one is twice as long, up to the longest.
const FIRST_RETRY: u64 = 5_000;
const LONGEST_RETRY: u64 = 900_000;
/// A service that asks for a longer pause than this is asked again all the same.
const LONGEST_WISH: u64 = 3_600_000;
const MOST_TRIES: u32 = 8;
/// When to look again at what waits because its service is busy.
const BUSY: u64 = 1_000;

/// Devices that are kept in mind.
const MOST_DEVICES: usize = 65_536;
/// Wake-ups under way, in all and to one service: a slow service delays no other.
const MOST_UNDER_WAY: usize = 128;
const MOST_AT_ONE_SERVICE: usize = 32;

/// What a device is woken for. The greater comes first where both are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// Something that it shows was read elsewhere.
    Read,
    /// Something new.
    Message,
}

/// How a wake-up ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The service has it.
    Sent,
    /// The device can't be woken any more.
    Gone,
    /// It makes no sense to try this one again.
    Refused,
    /// To be tried again, after this many milliseconds if the service said so.
    Again(Option<u64>),
}

/// A wake-up to be sent.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) sleeper: Sleeper,
    pub(super) why: Why,
}

#[derive(Debug, Clone, Copy)]
struct Wish {
    why: Why,
    /// When the last thing happened that it is for.
    since: Timestamp,
    due: Timestamp,
    tries: u32,
}

#[derive(Debug)]
struct Device {
    sleeper: Sleeper,
    wish: Option<Wish>,
    under_way: Option<Wish>,
    rests_until: Timestamp,
    /// It was woken for a message and has not connected since: it may show it.
    shows: bool,
}

/// All devices that are to be woken or were woken lately.
#[derive(Debug, Default)]
pub(super) struct Queue {
    devices: HashMap<DeviceId, Device>,
    /// Of the wishes of devices that have none under way.
    due: BTreeSet<(Timestamp, DeviceId)>,
    at_service: HashMap<String, usize>,
    under_way: usize,
    dropped: u64,
}

impl Queue {
    /// Something was written for the device, which may have a connection.
    pub(super) fn wrote(&mut self, sleeper: Sleeper, connected: bool, now: Timestamp) {
        let id = sleeper.actor.device;
        if !self.devices.contains_key(&id) && !self.has_room() {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let device = self.devices.entry(id).or_insert_with(|| Device {
            sleeper: sleeper.clone(),
            wish: None,
            under_way: None,
            rests_until: Timestamp::default(),
            shows: false,
        });
        device.sleeper = sleeper;
        let due = if connected { now.plus_millis(HEARD_WITHIN) } else { now };
        self.want(id, Wish { why: Why::Message, since: now, due, tries: 0 });
    }

    /// The account of the device has read something. Tells nothing to a device that shows nothing.
    pub(super) fn read(&mut self, device: DeviceId, now: Timestamp) {
        let will_show = |device: &Device| device.under_way.is_some_and(|wish| wish.why == Why::Message);
        if self.devices.get(&device).is_some_and(|device| device.shows || will_show(device)) {
            self.want(device, Wish { why: Why::Read, since: now, due: now.plus_millis(AFTER_READING), tries: 0 });
        }
    }

    /// The device has connected: it learns everything by itself.
    pub(super) fn came(&mut self, id: DeviceId) {
        if let Some(device) = self.devices.get_mut(&id) {
            device.shows = false;
            self.drop_wish(id);
        }
    }

    /// When to look at the queue again, if at all.
    pub(super) fn next(&self) -> Option<Timestamp> {
        if self.under_way >= MOST_UNDER_WAY {
            return None;
        }
        self.due.first().map(|(due, _)| *due)
    }

    /// Wake-ups that are to be sent now. `heard` tells when a device that has a connection said something last.
    pub(super) fn take(&mut self, now: Timestamp, heard: impl Fn(DeviceId) -> Option<Timestamp>) -> Vec<Job> {
        let mut jobs = Vec::new();
        while self.under_way < MOST_UNDER_WAY {
            let Some((_, id)) = self.due.first().copied().filter(|(due, _)| *due <= now) else { break };
            let Some(wish) = self.devices.get(&id).and_then(|device| device.wish) else {
                self.due.pop_first();
                continue;
            };
            match heard(id) {
                Some(at) if at > wish.since => {
                    self.came(id);
                    continue;
                }
                Some(at) if at.plus_millis(HEARD_WITHIN) > now => {
                    self.put_off(id, at.plus_millis(HEARD_WITHIN));
                    continue;
                }
                _ => {}
            }
            if self.is_busy(id) {
                self.put_off(id, now.plus_millis(BUSY));
                continue;
            }
            jobs.extend(self.start(id));
        }
        jobs
    }

    /// A wake-up has ended.
    pub(super) fn ended(&mut self, id: DeviceId, how: Ended, now: Timestamp) {
        let Some(device) = self.devices.get_mut(&id) else { return };
        let Some(sent) = device.under_way.take() else { return };
        let service = service(&device.sleeper).to_owned();
        let newer = device.wish.take();
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(count) = self.at_service.get_mut(&service) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.at_service.remove(&service);
            }
        }
        device.rests_until = now.plus_millis(PAUSE);
        match how {
            Ended::Sent => device.shows = sent.why == Why::Message,
            Ended::Gone => {
                self.devices.remove(&id);
                return;
            }
            Ended::Refused => {}
            Ended::Again(after) if sent.tries.saturating_add(1) < MOST_TRIES => {
                let tries = sent.tries.saturating_add(1);
                let doubled = FIRST_RETRY.saturating_mul(1 << sent.tries).min(LONGEST_RETRY);
                let pause = after.map_or(doubled, |wish| wish.clamp(FIRST_RETRY, LONGEST_WISH));
                device.rests_until = now.plus_millis(pause);
                self.want(id, Wish { tries, due: now, ..sent });
            }
            Ended::Again(_) => device.rests_until = now.plus_millis(LONGEST_RETRY),
        }
        if let Some(newer) = newer {
            self.want(id, newer);
        }
    }

    /// How many wake-ups were not even queued since this was asked last.
    pub(super) fn dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    fn want(&mut self, id: DeviceId, wish: Wish) {
        let Some(device) = self.devices.get_mut(&id) else { return };
        let before = device.wish;
        let wish = match before {
            None => wish,
            Some(before) => Wish {
                why: before.why.max(wish.why),
                since: before.since.max(wish.since),
                due: before.due.min(wish.due),
                tries: before.tries.max(wish.tries),
            },
        };
        let wish = Wish { due: wish.due.max(device.rests_until), ..wish };
        device.wish = Some(wish);
        if device.under_way.is_none() {
            if let Some(before) = before {
                self.due.remove(&(before.due, id));
            }
            self.due.insert((wish.due, id));
        }
    }

    fn put_off(&mut self, id: DeviceId, due: Timestamp) {
        if let Some(wish) = self.devices.get_mut(&id).and_then(|device| device.wish.as_mut()) {
            self.due.remove(&(wish.due, id));
            wish.due = due;
            self.due.insert((due, id));
        }
    }

    fn drop_wish(&mut self, id: DeviceId) {
        if let Some(wish) = self.devices.get_mut(&id).and_then(|device| device.wish.take()) {
            self.due.remove(&(wish.due, id));
        }
    }

    fn start(&mut self, id: DeviceId) -> Option<Job> {
        let device = self.devices.get_mut(&id)?;
        let wish = device.wish.take()?;
        device.under_way = Some(wish);
        self.due.remove(&(wish.due, id));
        self.under_way = self.under_way.saturating_add(1);
        let count = self.at_service.entry(service(&device.sleeper).to_owned()).or_default();
        *count = count.saturating_add(1);
        Some(Job { sleeper: device.sleeper.clone(), why: wish.why })
    }

    fn is_busy(&self, id: DeviceId) -> bool {
        let service = self.devices.get(&id).map(|device| service(&device.sleeper));
        service.and_then(|service| self.at_service.get(service)).is_some_and(|count| *count >= MOST_AT_ONE_SERVICE)
    }

    fn has_room(&mut self) -> bool {
        if self.devices.len() >= MOST_DEVICES {
            // Those who only rest: what they show stays until they look.
            self.devices.retain(|_, device| device.wish.is_some() || device.under_way.is_some());
        }
        self.devices.len() < MOST_DEVICES
    }
}

/// Scheme, host and port of the endpoint.
fn service(sleeper: &Sleeper) -> &str {
    let endpoint = sleeper.subscription.endpoint.as_str();
    endpoint.match_indices('/').nth(2).and_then(|(at, _)| endpoint.get(..at)).unwrap_or(endpoint)
}

#[cfg(test)]
mod tests;

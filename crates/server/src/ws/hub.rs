//! Who is connected: the seats of all authenticated sockets, by account.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use beseda_app::domain::Actor;
use beseda_model::{AccountId, DeviceId, Limits, Timestamp};
use beseda_wire::request::ServerFrame;
use beseda_wire::{Encoding, Push};
use bytes::Bytes;

use super::frame::{self, CloseCode};
use super::outbox::Outbox;

/// One authenticated socket.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Who sits there.
    pub(crate) actor: Actor,
    /// The encoding that it speaks.
    pub(crate) encoding: Encoding,
    /// What waits to be written to it.
    pub(crate) outbox: Outbox,
    /// Whether the account shows its read marks, and so sees those of others.
    pub(crate) shows_read: AtomicBool,
    /// When something was last heard from it.
    heard_at: AtomicU64,
    watching: Mutex<Vec<AccountId>>,
    /// Whose presence it was told last as far as it may see it: only those can become hidden.
    shown: Mutex<BTreeSet<AccountId>>,
}

impl Seat {
    /// A seat for a device that was authenticated.
    pub(crate) fn new(actor: Actor, encoding: Encoding, shows_read: bool, limits: &Limits, now: Timestamp) -> Self {
        Self {
            actor,
            encoding,
            outbox: Outbox::new(limits),
            shows_read: AtomicBool::new(shows_read),
            heard_at: AtomicU64::new(now.as_millis()),
            watching: Mutex::default(),
            shown: Mutex::default(),
        }
    }

    /// It is told about this account's presence.
    pub(crate) fn show(&self, account: AccountId) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(account);
    }

    /// It may not see this account's presence. Answers whether it could before.
    pub(crate) fn hide(&self, account: AccountId) -> bool {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).remove(&account)
    }

    /// Sends a push that other seats get too.
    pub(crate) fn push(&self, push: &Shared) {
        self.outbox.push(push.frame(self.encoding), || encoded(self.encoding, Push::Resync));
    }

    /// Sends `last`, then closes.
    pub(crate) fn close(&self, last: Option<Push>, code: CloseCode) {
        self.outbox.close(last.map(|push| encoded(self.encoding, push)), code);
    }

    /// Drops the pushes that wait and says instead that there is something to sync.
    pub(crate) fn lag(&self) {
        self.outbox.lag(encoded(self.encoding, Push::Resync));
    }

    /// Something was heard from it.
    pub(crate) fn hear(&self, now: Timestamp) {
        self.heard_at.store(now.as_millis(), Ordering::Relaxed);
    }
}

/// A push in the encodings that are asked for, each made once and shared by all who get it.
#[derive(Debug)]
pub(crate) struct Shared {
    frame: ServerFrame,
    cbor: std::cell::OnceCell<Bytes>,
    json: std::cell::OnceCell<Bytes>,
}

impl Shared {
    /// Nothing is encoded before somebody needs it.
    pub(crate) const fn new(push: Push) -> Self {
        Self { frame: ServerFrame::Push(push), cbor: std::cell::OnceCell::new(), json: std::cell::OnceCell::new() }
    }

    fn frame(&self, encoding: Encoding) -> Bytes {
        let cell = match encoding {
            Encoding::Cbor => &self.cbor,
            Encoding::Json => &self.json,
        };
        cell.get_or_init(|| frame::message(encoding, &self.frame)).clone()
    }
}

fn encoded(encoding: Encoding, push: Push) -> Bytes {
    frame::message(encoding, &ServerFrame::Push(push))
}

#[derive(Debug, Default)]
struct Seats {
    by_account: HashMap<AccountId, Vec<Arc<Seat>>>,
    account_of: HashMap<DeviceId, AccountId>,
    watchers: HashMap<AccountId, Vec<Arc<Seat>>>,
}

/// What taking a seat meant.
#[derive(Debug)]
pub(crate) struct Entered {
    /// Nobody of the account was there before.
    pub(crate) came: bool,
    /// Sessions ended since the caller last looked: the seat may be one of theirs.
    pub(crate) check_again: bool,
}

/// All seats.
#[derive(Debug)]
pub(crate) struct Hub {
    seats: RwLock<Seats>,
    sockets_per_device: usize,
    ended: AtomicU64,
}

impl Hub {
    /// Nobody yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        let sockets_per_device = usize::try_from(limits.sockets_per_device).unwrap_or(usize::MAX);
        Self { seats: RwLock::default(), sockets_per_device, ended: AtomicU64::new(0) }
    }

    /// How many times sessions ended; to be asked before a session is looked up, and given to [`enter`](Self::enter).
    pub(crate) fn ended(&self) -> u64 {
        self.ended.load(Ordering::SeqCst)
    }

    /// Takes a seat. If the device has too many, its oldest is given up.
    pub(crate) fn enter(&self, seat: &Arc<Seat>, ended_before: u64) -> Entered {
        let mut seats = self.write();
        let actor = seat.actor;
        seats.account_of.insert(actor.device, actor.account);
        let of_account = seats.by_account.entry(actor.account).or_default();
        let came = of_account.is_empty();
        let of_device = of_account.iter().filter(|other| other.actor.device == actor.device).count();
        if of_device >= self.sockets_per_device
            && let Some(oldest) = of_account.iter().find(|other| other.actor.device == actor.device)
        {
            oldest.close(None, CloseCode::TryLater);
            let oldest = oldest.clone();
            of_account.retain(|other| !Arc::ptr_eq(other, &oldest));
        }
        of_account.push(seat.clone());
        Entered { came, check_again: self.ended() != ended_before }
    }

    /// Gives a seat up. Answers whether it was the account's last.
    pub(crate) fn leave(&self, seat: &Arc<Seat>) -> bool {
        let mut seats = self.write();
        let watched = std::mem::take(&mut *seat.watching.lock().unwrap_or_else(PoisonError::into_inner));
        unwatch(&mut seats, seat, &watched);
        let Actor { account, device } = seat.actor;
        let Some(of_account) = seats.by_account.get_mut(&account) else { return false };
        let before = of_account.len();
        of_account.retain(|other| !Arc::ptr_eq(other, seat));
        let left = of_account.len();
        let device_left = of_account.iter().any(|other| other.actor.device == device);
        if left == 0 {
            seats.by_account.remove(&account);
        }
        if !device_left {
            seats.account_of.remove(&device);
        }
        left == 0 && before > 0
    }

    /// Replaces what a seat watches.
    pub(crate) fn watch(&self, seat: &Arc<Seat>, accounts: &[AccountId]) {
        let mut seats = self.write();
        let before = {
            let mut watching = seat.watching.lock().unwrap_or_else(PoisonError::into_inner);
            seat.shown.lock().unwrap_or_else(PoisonError::into_inner).clear();
            std::mem::replace(&mut *watching, accounts.to_vec())
        };
        unwatch(&mut seats, seat, &before);
        for account in accounts {
            seats.watchers.entry(*account).or_default().push(seat.clone());
        }
    }

    /// The seats that watch an account.
    pub(crate) fn watchers(&self, account: AccountId) -> Vec<Arc<Seat>> {
        self.read().watchers.get(&account).cloned().unwrap_or_default()
    }

    /// The seats of an account together with what each of them watches.
    pub(crate) fn watch_lists(&self, account: AccountId) -> Vec<(Arc<Seat>, Vec<AccountId>)> {
        let watching = |seat: &Arc<Seat>| seat.watching.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.seats_of(&[account]).into_iter().map(|seat| (seat.clone(), watching(&seat))).collect()
    }

    /// Whether a device of the account is connected.
    pub(crate) fn is_online(&self, account: AccountId) -> bool {
        self.read().by_account.contains_key(&account)
    }

    /// Does something with each seat of these accounts. Short work only: it is done under the hub's lock.
    pub(crate) fn each(&self, accounts: &[AccountId], mut act: impl FnMut(&Seat)) {
        let seats = self.read();
        for account in accounts {
            for seat in seats.by_account.get(account).into_iter().flatten() {
                act(seat);
            }
        }
    }

    /// The seats of these accounts.
    pub(crate) fn seats_of(&self, accounts: &[AccountId]) -> Vec<Arc<Seat>> {
        let seats = self.read();
        accounts.iter().filter_map(|account| seats.by_account.get(account)).flatten().cloned().collect()
    }

    /// The seats of a device.
    pub(crate) fn seats_of_device(&self, device: DeviceId) -> Vec<Arc<Seat>> {
        let seats = self.read();
        let account = seats.account_of.get(&device);
        let of_account = account.and_then(|account| seats.by_account.get(account));
        of_account.into_iter().flatten().filter(|seat| seat.actor.device == device).cloned().collect()
    }

    /// When something was last heard from a device that is connected.
    pub(crate) fn heard(&self, device: DeviceId) -> Option<Timestamp> {
        let seats = self.seats_of_device(device);
        let last = seats.iter().map(|seat| seat.heard_at.load(Ordering::Relaxed)).max();
        last.map(Timestamp::from_millis)
    }

    /// Sessions of a device are over.
    pub(crate) fn end_device(&self, device: DeviceId) {
        self.ended.fetch_add(1, Ordering::SeqCst);
        for seat in self.seats_of_device(device) {
            seat.close(Some(Push::SignedOut), CloseCode::Policy);
        }
    }

    /// Tells everybody to sync: events were lost.
    pub(crate) fn lag_all(&self) {
        for seat in self.all() {
            seat.lag();
        }
    }

    /// Every seat.
    pub(crate) fn all(&self) -> Vec<Arc<Seat>> {
        self.read().by_account.values().flatten().cloned().collect()
    }

    /// Seats from which nothing was heard since `moment`.
    pub(crate) fn silent_since(&self, moment: Timestamp) -> Vec<Arc<Seat>> {
        let mut all = self.all();
        all.retain(|seat| seat.heard_at.load(Ordering::Relaxed) < moment.as_millis());
        all
    }

    /// Connected accounts and sockets.
    pub(crate) fn count(&self) -> (usize, usize) {
        let seats = self.read();
        (seats.by_account.len(), seats.by_account.values().map(Vec::len).sum())
    }

    fn read(&self) -> RwLockReadGuard<'_, Seats> {
        self.seats.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Seats> {
        self.seats.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwatch(seats: &mut Seats, seat: &Arc<Seat>, accounts: &[AccountId]) {
    for account in accounts {
        if let Some(watchers) = seats.watchers.get_mut(account) {
            watchers.retain(|other| !Arc::ptr_eq(other, seat));
            if watchers.is_empty() {
                seats.watchers.remove(account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::LIMITS;

    use super::*;

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);
    const BOB: AccountId = AccountId::from_bytes([2; 16]);

    fn seat(account: AccountId, device: u8) -> Arc<Seat> {
        let actor = Actor { account, device: DeviceId::from_bytes([device; 16]) };
        Arc::new(Seat::new(actor, Encoding::Cbor, true, &LIMITS, Timestamp::default()))
    }

    #[test]
    fn an_account_comes_with_its_first_seat_and_goes_with_its_last() {
        let hub = Hub::new(&LIMITS);
        let (phone, laptop) = (seat(ALICE, 1), seat(ALICE, 2));
        assert!(hub.enter(&phone, 0).came);
        assert!(!hub.enter(&laptop, 0).came);
        assert!(!hub.leave(&phone));
        assert!(hub.is_online(ALICE));
        assert!(hub.leave(&laptop));
        assert!(!hub.leave(&laptop), "only once");
        assert!(!hub.is_online(ALICE));
        assert_eq!(hub.count(), (0, 0));
    }

    #[test]
    fn a_device_has_as_many_sockets_as_the_limit_and_the_oldest_makes_room() {
        let hub = Hub::new(&LIMITS);
        let seats: Vec<_> = (0..LIMITS.sockets_per_device).map(|_| seat(ALICE, 1)).collect();
        for seat in &seats {
            hub.enter(seat, 0);
        }
        hub.enter(&seat(ALICE, 2), 0);
        assert!(seats.iter().all(|seat| !seat.outbox.is_closing()));
        hub.enter(&seat(ALICE, 1), 0);
        assert_eq!(seats.iter().map(|seat| seat.outbox.is_closing()).collect::<Vec<_>>(), [true, false, false, false]);
    }

    #[test]
    fn a_session_that_ends_while_one_is_seated_is_noticed() {
        let hub = Hub::new(&LIMITS);
        let before = hub.ended();
        hub.end_device(DeviceId::from_bytes([1; 16]));
        let late = seat(ALICE, 1);
        assert!(hub.enter(&late, before).check_again);
        assert!(!late.outbox.is_closing());
        hub.end_device(late.actor.device);
        assert!(late.outbox.is_closing());
    }

    #[test]
    fn watching_is_replaced_as_a_whole_and_ends_with_the_seat() {
        let hub = Hub::new(&LIMITS);
        let alice = seat(ALICE, 1);
        hub.enter(&alice, 0);
        hub.watch(&alice, &[BOB]);
        assert_eq!(hub.watchers(BOB).len(), 1);
        hub.watch(&alice, &[ALICE]);
        assert_eq!((hub.watchers(BOB).len(), hub.watchers(ALICE).len()), (0, 1));
        hub.leave(&alice);
        assert!(hub.watchers(ALICE).is_empty());
    }
}

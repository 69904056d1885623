//! What must be true after a storm.

use std::collections::BTreeMap;

use beseda_engine::api::failure::Healing;
use beseda_engine::api::view::{Body, MessageView, SystemEvent, Warning, WarningKind};
use beseda_engine::store::conversations::{Conversation, Standing};
use beseda_engine::view;
use beseda_model::{AccountId, MessageId, Policy};
use beseda_wire::content::MessageRef;

use super::Chaos;
use crate::world::DeviceKey;

/// What a device shows of one message, as far as all devices must agree. Who came after a deletion does not know whose
/// message it was.
type Shown = (Option<MessageRef>, String, Vec<(String, Vec<AccountId>)>, bool);

/// A member's device that has everything.
struct Complete {
    key: DeviceKey,
    /// From this entry on it has seen everything without a break.
    since: u64,
    end: (u64, Option<[u8; 32]>, Option<Policy>),
}

impl Chaos {
    /// Checks everything that must be true now.
    ///
    /// # Errors
    /// What is not, in words for whoever has to find out why.
    pub fn check(&self) -> Result<(), String> {
        let unheard = self.awaited.iter().find(|(key, id)| self.world.ending(*key, *id).is_none());
        if let Some((key, id)) = unheard {
            return Err(format!("{} has not told how command {id} ended", self.world.at(*key).name));
        }
        let mut seen: BTreeMap<u64, (DeviceKey, Shown)> = BTreeMap::new();
        let mut complete: Vec<Complete> = Vec::new();
        for key in self.world.keys() {
            let name = &self.world.at(key).name;
            let conn = self.world.at(key).engine().reader();
            let Some(row) = Conversation::find(conn, self.group).map_err(|error| format!("{name}: {error}"))? else {
                continue;
            };
            let since = self.since(key, &row);
            let is_signed_in = self.owner(key).is_some();
            let is_member = row.member && row.standing != Standing::Left && is_signed_in;
            if is_member {
                self.settled(key, &row)?;
                complete.push(Complete { key, since, end: (row.applied, row.chain, row.policy.clone()) });
            }
            self.kept_its_word(key)?;
            let mut ids: Vec<MessageRef> = Vec::new();
            for shown in self.rows(key) {
                let (Some(seq), Some(what)) = (shown.seq, comparable(&shown)) else {
                    // Whoever signs in again goes on asking.
                    if let Body::Unreadable { why, healing } = &shown.body
                        && is_signed_in
                        && !self.is_excused(&shown, *healing, &row, since)
                    {
                        return Err(format!("{name}: entry {:?} is unreadable: {why:?}, {healing:?}", shown.seq));
                    }
                    continue;
                };
                if ids.contains(&shown.message) {
                    return Err(format!("{name} shows a message twice, the second time at {seq}"));
                }
                ids.push(shown.message);
                // What was done to a message while somebody was away is not known to them.
                if !is_member || seq <= since {
                    continue;
                }
                match seen.get(&seq) {
                    Some((other, known)) if *known != what => {
                        let other = &self.world.at(*other).name;
                        return Err(format!("entry {seq} is {known:?} for {other} and {what:?} for {name}"));
                    }
                    Some(_) => {}
                    None => drop(seen.insert(seq, (key, what))),
                }
            }
        }
        self.same_end(&complete)?;
        for Complete { key, since, .. } in complete {
            let shown: Vec<u64> =
                self.rows(key).iter().filter(|row| comparable(row).is_some()).filter_map(|row| row.seq).collect();
            let missing = seen.keys().find(|seq| **seq > since && !shown.contains(seq));
            if let Some(seq) = missing {
                let name = &self.world.at(key).name;
                return Err(format!("{name} lacks entry {seq}, although it is there since {since}"));
            }
        }
        Ok(())
    }

    /// The entry from which on a device has seen everything without a break: its account was added, or it joined, there.
    fn since(&self, key: DeviceKey, row: &Conversation) -> u64 {
        let joined = self
            .rows(key)
            .into_iter()
            .filter(|row| matches!(row.body, Body::System { event: SystemEvent::JoinedHere }));
        joined.filter_map(|row| row.seq).chain([row.first_seq]).max().unwrap_or(0)
    }

    /// All devices that have everything have the same log, and agree on who belongs to the group.
    fn same_end(&self, complete: &[Complete]) -> Result<(), String> {
        let name = |key| &self.world.at(key).name;
        let Some(first) = complete.first() else { return Ok(()) };
        match complete.iter().find(|other| other.end != first.end) {
            None => Ok(()),
            Some(other) => Err(format!(
                "{} ends with {:?} and {} with {:?}",
                name(first.key),
                first.end,
                name(other.key),
                other.end
            )),
        }
    }

    /// Whatever a person was told is on its way is in the log or shown as not sent.
    fn kept_its_word(&self, key: DeviceKey) -> Result<(), String> {
        let shown: Vec<_> = self.rows(key).into_iter().filter(|row| row.own).map(|row| row.message.id).collect();
        match self.said.iter().find(|(device, message)| *device == key && !shown.contains(message)) {
            None => Ok(()),
            Some((_, message)) => Err(format!("{} has lost its message {message}", self.world.at(key).name)),
        }
    }

    /// What was said before a device came in is sent again by the device that said it. Nobody can if that one is gone,
    /// or this one, and nobody does after this account was removed, though it be added again: that has to be said.
    fn is_excused(&self, shown: &MessageView, healing: Healing, row: &Conversation, since: u64) -> bool {
        let is_final = healing != Healing::Asked;
        if !row.member || row.standing == Standing::Left {
            return is_final;
        }
        if is_final && shown.seq.is_some_and(|seq| seq < row.first_seq) {
            return true;
        }
        let is_there = |key| {
            let row = Conversation::find(self.world.at(key).engine().reader(), self.group).ok().flatten();
            row.is_some_and(|row| row.member) && self.owner(key).is_some()
        };
        let said_by = |(device, message): &(DeviceKey, MessageId)| *message == shown.message.id && is_there(*device);
        let early = shown.seq.is_some_and(|seq| seq <= since);
        early && (self.some_left || !self.said.iter().any(said_by))
    }

    /// Whether a member's device is caught up and has nothing left to do.
    fn settled(&self, key: DeviceKey, row: &Conversation) -> Result<(), String> {
        let name = &self.world.at(key).name;
        if row.standing != Standing::Ready || !row.is_current() || !row.is_caught_up() {
            return Err(format!(
                "{name} is {:?} at {:?}/{} of {}/{}, entry {} of {}",
                row.standing, row.mls_generation, row.mls_epoch, row.generation, row.epoch, row.applied, row.last_seq
            ));
        }
        let conn = self.world.at(key).engine().reader();
        for (what, sql) in [
            ("messages to send", "SELECT count(*) FROM outbox WHERE state <> 2"),
            ("pending requests", "SELECT count(*) FROM pending"),
            ("wishes", "SELECT count(*) FROM intents"),
        ] {
            let count: i64 = conn.query_row(sql, (), |row| row.get(0)).map_err(|error| error.to_string())?;
            if count > 0 {
                let places = Conversation::all(conn).map_err(|error| error.to_string())?;
                let states: Vec<_> =
                    places.iter().map(|row| (row.kind, row.standing, row.is_current(), &row.due)).collect();
                return Err(format!("{name} still has {count} {what}: {states:?}"));
            }
        }
        let warnings = view::warnings(conn).map_err(|error| error.to_string())?;
        // Who was removed and added again while away is told how the members differ, as is right.
        let is_bad = |warning: &&Warning| {
            warning.conversation.is_some() && !matches!(warning.kind, WarningKind::MembersDiffer { .. })
        };
        let bad = warnings.iter().find(is_bad);
        bad.map_or(Ok(()), |warning| Err(format!("{name} is warned: {:?}", warning.kind)))
    }
}

fn comparable(row: &MessageView) -> Option<Shown> {
    let (message, body) = match &row.body {
        Body::Text { text, .. } => (Some(row.message), text.clone()),
        Body::Deleted { .. } => (None, "(deleted)".to_owned()),
        Body::Once { .. } | Body::System { .. } | Body::Unsupported { .. } | Body::Unreadable { .. } => return None,
    };
    let mut reactions: Vec<_> = row
        .reactions
        .iter()
        .map(|reaction| {
            let mut accounts = reaction.accounts.clone();
            accounts.sort();
            (reaction.emoji.clone(), accounts)
        })
        .collect();
    reactions.sort();
    Some((message, body, reactions, row.pinned))
}

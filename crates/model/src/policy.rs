//! The policy of an encrypted conversation: who belongs to it and who may do what. It travels as an extension in the MLS
//! group context, so that all members and the server agree on it by the group's own cryptography.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Fingerprint};

/// The format of policies that this version writes and understands. A group with a newer one is read-only until the
/// program is updated.
pub const POLICY_FORMAT: u16 = 1;

/// What sort of conversation it is; chosen at creation and never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two people; unique per unordered pair.
    Direct,
    /// Several people with roles.
    Group,
    /// One person's own devices.
    Notes,
}

/// A member's standing in a conversation; a later one includes the rights of the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and does what the permissions leave to everyone.
    Member,
    /// Keeps order.
    Admin,
    /// Decides about everything, the conversation's end included. There is always at least one.
    Owner,
}

impl Role {
    /// All roles, lowest first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];
}

/// One account on the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// The account.
    pub account: AccountId,
    /// Its root key at the time it was added: an account whose identity was reset is a different person.
    pub root: Fingerprint,
    /// Its role.
    pub role: Role,
}

/// The lowest role that may do each thing in a group. In direct conversations and notes they have no effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Permissions {
    /// Send messages and react.
    pub send: Role,
    /// Add people.
    pub add_members: Role,
    /// Remove people of a lower role.
    pub remove_members: Role,
    /// Change title, description and the conversation's timer.
    pub edit_info: Role,
    /// Pin and unpin messages.
    pub pin: Role,
    /// Delete other people's messages for everyone.
    pub delete_others: Role,
    /// Give and take roles up to one's own.
    pub change_roles: Role,
    /// Change these permissions.
    pub change_permissions: Role,
}

impl Default for Permissions {
    fn default() -> Self {
        Self {
            send: Role::Member,
            add_members: Role::Member,
            remove_members: Role::Admin,
            edit_info: Role::Admin,
            pin: Role::Admin,
            delete_others: Role::Admin,
            change_roles: Role::Admin,
            change_permissions: Role::Owner,
        }
    }
}

/// Who belongs to a conversation and who may do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// [`POLICY_FORMAT`] of the program that wrote it.
    pub format: u16,
    /// Grows by one with each change.
    pub revision: u32,
    /// What sort of conversation it is.
    pub kind: ConversationKind,
    /// The members, ascending by account, without repetition.
    pub roster: Vec<RosterEntry>,
    /// The lowest role for each action.
    pub permissions: Permissions,
}

impl Policy {
    /// A policy at revision 1 with default permissions; sorts the roster.
    pub fn new(kind: ConversationKind, mut roster: Vec<RosterEntry>) -> Self {
        roster.sort_by_key(|entry| entry.account);
        roster.dedup_by_key(|entry| entry.account);
        Self { format: POLICY_FORMAT, revision: 1, kind, roster, permissions: Permissions::default() }
    }

    /// The roster entry of `account`, if it is a member.
    pub fn member(&self, account: AccountId) -> Option<&RosterEntry> {
        self.roster.binary_search_by_key(&account, |entry| entry.account).ok().and_then(|at| self.roster.get(at))
    }

    /// The role of `account`, if it is a member.
    pub fn role(&self, account: AccountId) -> Option<Role> {
        self.member(account).map(|entry| entry.role)
    }

    /// What is agreed once these accounts have left; the same if none of them is a member.
    #[must_use]
    pub fn without(&self, leaving: &BTreeSet<AccountId>) -> Self {
        let mut after = self.clone();
        after.roster.retain(|entry| !leaving.contains(&entry.account));
        if after.roster != self.roster {
            after.revision = after.revision.saturating_add(1);
        }
        after
    }

    /// How many owners there are.
    pub fn owners(&self) -> usize {
        self.roster.iter().filter(|entry| entry.role == Role::Owner).count()
    }
}

//! What this person may do, so that nobody who shows it has to decide it again.

use beseda_model::{AccountId, Action, ConversationKind, Permissions, Role, RosterEntry, decide};

use crate::api::view::Rights;
use crate::store::conversations::Conversation;

/// This person's standing in a conversation; nothing is allowed to who is no member.
#[derive(Debug)]
pub(super) struct Allowed {
    kind: ConversationKind,
    permissions: Permissions,
    me: Option<(AccountId, Role)>,
}

impl Allowed {
    pub(super) fn of(place: &Conversation, me: Option<AccountId>) -> Self {
        let me = me.filter(|_| place.member).and_then(|me| place.role(me).map(|role| (me, role)));
        Self { kind: place.kind, permissions: place.permissions(), me }
    }

    fn may(&self, action: Action) -> bool {
        self.me.is_some_and(|(_, role)| decide(self.kind, &self.permissions, role, action).is_ok())
    }

    fn is_me(&self, entry: &RosterEntry) -> bool {
        self.me.is_some_and(|(me, _)| me == entry.account)
    }

    pub(super) fn here(&self) -> Rights {
        Rights {
            add: self.may(Action::Add { role: Role::Member }),
            edit_info: self.may(Action::EditInfo),
            pin: self.may(Action::Pin),
            delete_others: self.may(Action::DeleteOthers),
            change_permissions: self.may(Action::ChangePermissions),
            leave: self.may(Action::Leave),
        }
    }

    pub(super) fn remove(&self, entry: &RosterEntry) -> bool {
        !self.is_me(entry) && self.may(Action::Remove { target: entry.role })
    }

    pub(super) fn roles(&self, entry: &RosterEntry) -> Vec<Role> {
        let own = self.is_me(entry);
        let other = |to: &Role| *to != entry.role;
        let allowed = |to: &Role| self.may(Action::SetRole { from: entry.role, to: *to, own });
        Role::ALL.into_iter().filter(other).filter(allowed).collect()
    }

    pub(super) fn inherit(&self, entry: &RosterEntry) -> bool {
        let owner = self.kind == ConversationKind::Group && self.me.is_some_and(|(_, role)| role == Role::Owner);
        owner && !self.is_me(entry) && entry.role != Role::Owner
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::Fingerprint;

    use super::*;

    fn person(n: u8, role: Role) -> RosterEntry {
        let account = AccountId::from_bytes([n; 16]);
        RosterEntry { account, root: Fingerprint::from_bytes([n; 32]), role }
    }

    fn seen_by(role: Option<Role>) -> Allowed {
        let me = role.map(|role| (person(1, role).account, role));
        Allowed { kind: ConversationKind::Group, permissions: Permissions::default(), me }
    }

    #[test]
    fn an_owner_hands_over_and_an_admin_does_not() {
        let bob = person(2, Role::Member);
        assert!(seen_by(Some(Role::Owner)).inherit(&bob));
        assert!(!seen_by(Some(Role::Admin)).inherit(&bob));
        assert!(!seen_by(Some(Role::Owner)).inherit(&person(1, Role::Owner)), "to oneself");
    }

    #[test]
    fn an_admin_acts_upon_members_only() {
        let admin = seen_by(Some(Role::Admin));
        assert!(admin.remove(&person(2, Role::Member)));
        assert_eq!(admin.roles(&person(2, Role::Member)), [Role::Admin]);
        assert!(!admin.remove(&person(3, Role::Admin)));
        assert!(admin.roles(&person(3, Role::Owner)).is_empty());
        assert!(!admin.remove(&person(1, Role::Admin)), "leaving is another thing");
        assert_eq!(admin.roles(&person(1, Role::Admin)), [Role::Member], "one may step down");
    }

    #[test]
    fn who_is_no_member_may_nothing() {
        let outside = seen_by(None);
        assert_eq!(outside.here(), Rights::default());
        assert!(outside.roles(&person(2, Role::Member)).is_empty());
    }
}

//! The one decision: may somebody with this role do this in that conversation? Server, engine and user interface all ask
//! here, and the authorisation matrix in the tests is generated from here.

use serde::{Deserialize, Serialize};

use crate::{ConversationKind, Permissions, Role};

/// Something that a member may want to do. Roles of others are those before the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Send messages, edit and delete one's own, react, vote.
    Send,
    /// Add an account with `role`.
    Add {
        /// The role that it gets.
        role: Role,
    },
    /// Remove an account of role `target`.
    Remove {
        /// The role that it has.
        target: Role,
    },
    /// Leave. Whether a last owner may is decided over the whole roster, in `commit`.
    Leave,
    /// Give an account of role `from` the role `to`; `own` when it is one's own.
    SetRole {
        /// Before.
        from: Role,
        /// After.
        to: Role,
        /// Whether it is the actor's own role.
        own: bool,
    },
    /// Change title, description, timer.
    EditInfo,
    /// Pin and unpin messages.
    Pin,
    /// Delete somebody else's message for everyone.
    DeleteOthers,
    /// Change the permissions.
    ChangePermissions,
    /// Bring in or drop one's own devices.
    OwnDevices,
}

/// Why an action is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// This kind of conversation has no such action.
    #[error("this kind of conversation does not allow it")]
    Kind,
    /// A higher role is needed.
    #[error("it takes the role {needed:?} or higher")]
    Role {
        /// The lowest role that may.
        needed: Role,
    },
    /// One may not act upon people of the same or a higher role, nor give a role above one's own.
    #[error("it concerns somebody of the same or a higher role")]
    Rank,
}

/// Whether somebody with `actor`'s role may do `action` in a conversation of this kind with these permissions.
///
/// # Errors
/// The reason why not.
pub fn decide(kind: ConversationKind, permissions: &Permissions, actor: Role, action: Action) -> Result<(), Denied> {
    match (kind, action) {
        (_, Action::OwnDevices) => return Ok(()),
        (ConversationKind::Group, _) => {}
        // Both sides of a direct conversation are equals, and notes have one member: what concerns no roster is free.
        (_, Action::Send | Action::EditInfo | Action::Pin) => return Ok(()),
        (
            _,
            Action::Add { .. }
            | Action::Remove { .. }
            | Action::Leave
            | Action::SetRole { .. }
            | Action::DeleteOthers
            | Action::ChangePermissions,
        ) => return Err(Denied::Kind),
    }
    match action {
        Action::Send => at_least(actor, permissions.send),
        Action::Add { role } => {
            at_least(actor, permissions.add_members)?;
            // Bringing people in is one right, raising them another.
            if role > Role::Member { may_grant(permissions, actor, role) } else { Ok(()) }
        }
        Action::Remove { target } => {
            at_least(actor, permissions.remove_members)?;
            if target < actor { Ok(()) } else { Err(Denied::Rank) }
        }
        Action::Leave | Action::OwnDevices => Ok(()),
        Action::SetRole { from, to, own: true } if to <= from => Ok(()),
        Action::SetRole { from, to, own } => {
            if own || from >= actor {
                return Err(Denied::Rank);
            }
            may_grant(permissions, actor, to)
        }
        Action::EditInfo => at_least(actor, permissions.edit_info),
        Action::Pin => at_least(actor, permissions.pin),
        Action::DeleteOthers => at_least(actor, permissions.delete_others),
        Action::ChangePermissions => at_least(actor, permissions.change_permissions),
    }
}

fn may_grant(permissions: &Permissions, actor: Role, role: Role) -> Result<(), Denied> {
    at_least(actor, permissions.change_roles)?;
    if role <= actor { Ok(()) } else { Err(Denied::Rank) }
}

fn at_least(actor: Role, needed: Role) -> Result<(), Denied> {
    if actor >= needed { Ok(()) } else { Err(Denied::Role { needed }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: ConversationKind = ConversationKind::Group;

    fn group(actor: Role, action: Action) -> Result<(), Denied> {
        decide(GROUP, &Permissions::default(), actor, action)
    }

    #[test]
    fn nobody_acts_upon_equals_or_superiors() {
        for actor in Role::ALL {
            for target in Role::ALL.into_iter().filter(|target| *target >= actor) {
                assert!(group(actor, Action::Remove { target }).is_err(), "{actor:?} removes {target:?}");
                for to in Role::ALL {
                    let set = Action::SetRole { from: target, to, own: false };
                    assert!(group(actor, set).is_err(), "{actor:?}: {set:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_grants_more_than_they_have() {
        assert_eq!(group(Role::Admin, Action::Add { role: Role::Owner }), Err(Denied::Rank));
        assert_eq!(
            group(Role::Admin, Action::SetRole { from: Role::Member, to: Role::Owner, own: false }),
            Err(Denied::Rank)
        );
        assert_eq!(
            group(Role::Admin, Action::SetRole { from: Role::Admin, to: Role::Owner, own: true }),
            Err(Denied::Rank)
        );
        assert!(group(Role::Owner, Action::SetRole { from: Role::Admin, to: Role::Owner, own: false }).is_ok());
        assert_eq!(group(Role::Member, Action::Add { role: Role::Admin }), Err(Denied::Role { needed: Role::Admin }));
    }

    #[test]
    fn everyone_may_step_down_and_leave() {
        for role in Role::ALL {
            assert!(group(role, Action::SetRole { from: role, to: Role::Member, own: true }).is_ok());
            assert!(group(role, Action::Leave).is_ok());
        }
    }

    #[test]
    fn a_direct_conversation_has_a_fixed_roster() {
        let permissions = Permissions::default();
        for kind in [ConversationKind::Direct, ConversationKind::Notes] {
            for role in Role::ALL {
                for action in [
                    Action::Add { role: Role::Member },
                    Action::Remove { target: Role::Member },
                    Action::Leave,
                    Action::ChangePermissions,
                    Action::DeleteOthers,
                ] {
                    assert_eq!(decide(kind, &permissions, role, action), Err(Denied::Kind), "{kind:?} {action:?}");
                }
                assert!(decide(kind, &permissions, role, Action::Send).is_ok());
            }
        }
    }
}

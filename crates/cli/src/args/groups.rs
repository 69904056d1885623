use beseda_model::{Permissions, Role};
use clap::{Subcommand, ValueEnum};

use super::GroupLinkCommand;

/// What to do with groups.
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Make a group.
    Create {
        /// Its title.
        title: String,
        /// Its members besides you.
        people: Vec<String>,
    },
    /// Add people.
    Add {
        /// To which group.
        group: String,
        /// Whom.
        #[arg(required = true)]
        people: Vec<String>,
    },
    /// Remove somebody.
    Remove {
        /// From which group.
        group: String,
        /// Whom.
        person: String,
    },
    /// Leave.
    Leave {
        /// Which group.
        group: String,
    },
    /// Give a role.
    Role {
        /// In which group.
        group: String,
        /// To whom.
        person: String,
        /// Which.
        #[arg(value_enum)]
        role: MemberRole,
    },
    /// Make somebody the owner and step down to admin.
    Transfer {
        /// Which group.
        group: String,
        /// To whom.
        person: String,
    },
    /// Show or change who may do what: give `send=admin` and the like.
    Permissions {
        /// In which group.
        group: String,
        /// ACTION=ROLE; the lowest role that may.
        changes: Vec<String>,
    },
    /// Links by which people ask to join.
    Link {
        /// What to do.
        #[command(subcommand)]
        command: GroupLinkCommand,
    },
    /// Who asks to join.
    Asks {
        /// Which group.
        group: String,
    },
    /// Let somebody in who asks.
    Admit {
        /// Into which group.
        group: String,
        /// Whom.
        person: String,
    },
    /// Turn somebody down who asks.
    Reject {
        /// By which group.
        group: String,
        /// Whom.
        person: String,
    },
    /// Change title or description.
    Info {
        /// Of which group.
        group: String,
        /// The new title.
        #[arg(long)]
        title: Option<String>,
        /// The new description.
        #[arg(long)]
        description: Option<String>,
    },
}

/// A role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MemberRole {
    /// Reads and does what is left to everyone.
    Member,
    /// Keeps order.
    Admin,
    /// Decides about everything.
    Owner,
}

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Member => Self::Member,
            MemberRole::Admin => Self::Admin,
            MemberRole::Owner => Self::Owner,
        }
    }
}

/// Something that takes a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Permission {
    /// Send messages.
    Send,
    /// Add people.
    AddMembers,
    /// Remove people.
    RemoveMembers,
    /// Change title, description and timer.
    EditInfo,
    /// Pin messages.
    Pin,
    /// Delete others' messages.
    DeleteOthers,
    /// Give and take roles.
    ChangeRoles,
    /// Change permissions.
    ChangePermissions,
}

impl Permission {
    /// Sets the lowest role that may do it.
    pub const fn set(self, permissions: &mut Permissions, role: Role) {
        match self {
            Self::Send => permissions.send = role,
            Self::AddMembers => permissions.add_members = role,
            Self::RemoveMembers => permissions.remove_members = role,
            Self::EditInfo => permissions.edit_info = role,
            Self::Pin => permissions.pin = role,
            Self::DeleteOthers => permissions.delete_others = role,
            Self::ChangeRoles => permissions.change_roles = role,
            Self::ChangePermissions => permissions.change_permissions = role,
        }
    }
}

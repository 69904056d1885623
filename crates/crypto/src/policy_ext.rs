//! The policy of a conversation as an extension of the MLS group context. Each policy has exactly one encoding, so that
//! equal policies are equal bytes:
//!
//! ```text
//! u16 format = 1
//! u32 revision
//! u8  kind                       0 direct, 1 group, 2 notes
//! u8  permissions[8]             roles: 0 member, 1 admin, 2 owner; in the order of `Permissions`
//! u16 members
//!     16 bytes account           strictly ascending
//!     32 bytes root fingerprint
//!     u8 role
//! ```

use beseda_model::commit::PolicyFact;
use beseda_model::{AccountId, ConversationKind, Fingerprint, POLICY_FORMAT, Permissions, Policy, Role, RosterEntry};
use openmls::extensions::{Extension, Extensions, UnknownExtension};
use openmls::group::GroupContext;

use crate::tls::{Malformed, Reader};

/// The type of our extension, from the range that RFC 9420 leaves to private use.
pub const POLICY_EXTENSION: u16 = 0xf0b5;

/// The bytes are not a policy that this program understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Written by a newer program.
    #[error("the policy has format {0}, which this program does not know")]
    Format(u16),
    /// The bytes break off, go on too long, or hold a value that has no meaning.
    #[error("the policy is malformed")]
    Malformed,
}

impl From<Malformed> for PolicyError {
    fn from(Malformed: Malformed) -> Self {
        Self::Malformed
    }
}

/// The bytes of a policy.
pub fn encode(policy: &Policy) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(policy.roster.len().saturating_mul(49).saturating_add(17));
    bytes.extend_from_slice(&policy.format.to_be_bytes());
    bytes.extend_from_slice(&policy.revision.to_be_bytes());
    bytes.push(match policy.kind {
        ConversationKind::Direct => 0,
        ConversationKind::Group => 1,
        ConversationKind::Notes => 2,
    });
    let Permissions {
        send,
        add_members,
        remove_members,
        edit_info,
        pin,
        delete_others,
        change_roles,
        change_permissions,
    } = policy.permissions;
    let permissions =
        [send, add_members, remove_members, edit_info, pin, delete_others, change_roles, change_permissions];
    bytes.extend(permissions.map(encode_role));
    // A roster of more than 65,535 is refused by every limit long before it is encoded.
    let members = u16::try_from(policy.roster.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&members.to_be_bytes());
    for entry in policy.roster.iter().take(usize::from(members)) {
        bytes.extend_from_slice(entry.account.as_bytes());
        bytes.extend_from_slice(entry.root.as_bytes());
        bytes.push(encode_role(entry.role));
    }
    bytes
}

/// Reads the bytes of a policy.
///
/// # Errors
/// When this program does not understand them, or they are not the one encoding of a policy.
pub fn decode(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let mut reader = Reader::new(bytes);
    let format = reader.u16()?;
    if format != POLICY_FORMAT {
        return Err(PolicyError::Format(format));
    }
    let revision = reader.u32()?;
    let kind = match reader.u8()? {
        0 => ConversationKind::Direct,
        1 => ConversationKind::Group,
        2 => ConversationKind::Notes,
        _ => return Err(PolicyError::Malformed),
    };
    let permissions = Permissions {
        send: role(&mut reader)?,
        add_members: role(&mut reader)?,
        remove_members: role(&mut reader)?,
        edit_info: role(&mut reader)?,
        pin: role(&mut reader)?,
        delete_others: role(&mut reader)?,
        change_roles: role(&mut reader)?,
        change_permissions: role(&mut reader)?,
    };
    let members = usize::from(reader.u16()?);
    let mut roster: Vec<RosterEntry> = Vec::new();
    for _ in 0..members {
        let entry = RosterEntry {
            account: AccountId::from_bytes(reader.array()?),
            root: Fingerprint::from_bytes(reader.array()?),
            role: role(&mut reader)?,
        };
        if roster.last().is_some_and(|last| last.account >= entry.account) {
            return Err(PolicyError::Malformed);
        }
        roster.push(entry);
    }
    reader.finish()?;
    Ok(Policy { format, revision, kind, roster, permissions })
}

/// The policy as an extension of the group context. For the whole list of extensions see
/// [`context_extensions`](crate::suite::context_extensions).
pub fn to_extension(policy: &Policy) -> Extension {
    Extension::Unknown(POLICY_EXTENSION, UnknownExtension(encode(policy)))
}

/// What a group context says about its policy.
pub fn from_extensions(extensions: &Extensions<GroupContext>) -> PolicyFact {
    match extensions.unknown(POLICY_EXTENSION).map(|extension| decode(&extension.0)) {
        None => PolicyFact::Absent,
        Some(Ok(policy)) => PolicyFact::Known(policy),
        Some(Err(PolicyError::Format(format))) => PolicyFact::Unknown { format },
        Some(Err(PolicyError::Malformed)) => PolicyFact::Malformed,
    }
}

const fn encode_role(role: Role) -> u8 {
    match role {
        Role::Member => 0,
        Role::Admin => 1,
        Role::Owner => 2,
    }
}

fn role(reader: &mut Reader<'_>) -> Result<Role, PolicyError> {
    match reader.u8()? {
        0 => Ok(Role::Member),
        1 => Ok(Role::Admin),
        2 => Ok(Role::Owner),
        _ => Err(PolicyError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn roles() -> impl Strategy<Value = Role> {
        prop_oneof![Just(Role::Member), Just(Role::Admin), Just(Role::Owner)]
    }

    fn policies() -> impl Strategy<Value = Policy> {
        let kinds =
            prop_oneof![Just(ConversationKind::Direct), Just(ConversationKind::Group), Just(ConversationKind::Notes)];
        let entry = (any::<[u8; 16]>(), any::<[u8; 32]>(), roles()).prop_map(|(account, root, role)| RosterEntry {
            account: AccountId::from_bytes(account),
            root: Fingerprint::from_bytes(root),
            role,
        });
        let permissions = proptest::array::uniform8(roles()).prop_map(
            |[send, add_members, remove_members, edit_info, pin, delete_others, change_roles, change_permissions]| {
                Permissions {
                    send,
                    add_members,
                    remove_members,
                    edit_info,
                    pin,
                    delete_others,
                    change_roles,
                    change_permissions,
                }
            },
        );
        (kinds, proptest::collection::vec(entry, 0..6), permissions, any::<u32>()).prop_map(
            |(kind, roster, permissions, revision)| Policy { revision, permissions, ..Policy::new(kind, roster) },
        )
    }

    proptest! {
        #[test]
        fn a_policy_survives(policy in policies()) {
            prop_assert_eq!(decode(&encode(&policy)), Ok(policy.clone()));
            let extensions = crate::suite::context_extensions(&policy);
            prop_assert_eq!(from_extensions(&extensions), PolicyFact::Known(policy));
        }

        #[test]
        fn any_bytes_are_read_without_panic_and_have_one_meaning(tail in proptest::collection::vec(any::<u8>(), 0..80)) {
            let mut bytes = vec![0, 1];
            bytes.extend(tail);
            if let Ok(policy) = decode(&bytes) {
                prop_assert_eq!(encode(&policy), bytes);
            }
        }

        #[test]
        fn a_damaged_policy_is_another_or_none(policy in policies(), at: prop::sample::Index, with in 1u8..) {
            let mut bytes = encode(&policy);
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            prop_assert_ne!(decode(&bytes), Ok(policy));
        }
    }

    #[test]
    fn newer_formats_are_told_from_nonsense() {
        let mut bytes = encode(&Policy::new(ConversationKind::Group, Vec::new()));
        bytes[1] = 2;
        assert_eq!(decode(&bytes), Err(PolicyError::Format(2)));
        bytes[1] = 1;
        bytes.push(0);
        assert_eq!(decode(&bytes), Err(PolicyError::Malformed));
        assert_eq!(decode(&[]), Err(PolicyError::Malformed));
    }
}

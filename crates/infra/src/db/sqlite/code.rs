//! Numbers that stand for the domain's enums in the database. They never change.

use beseda_app::domain::{Audience, EntryClass};
use beseda_app::port::Budget;
use beseda_model::{ConversationKind, Role};
use rusqlite::Row;
use rusqlite::types::Type;

use super::sql::bad;

pub(super) const fn kind(kind: ConversationKind) -> i64 {
    match kind {
        ConversationKind::Direct => 0,
        ConversationKind::Group => 1,
        ConversationKind::Notes => 2,
    }
}

pub(super) fn get_kind(row: &Row<'_>, column: usize) -> rusqlite::Result<ConversationKind> {
    match row.get(column)? {
        0i64 => Ok(ConversationKind::Direct),
        1 => Ok(ConversationKind::Group),
        2 => Ok(ConversationKind::Notes),
        _ => Err(bad(column, Type::Integer)),
    }
}

pub(super) const fn role(role: Role) -> i64 {
    match role {
        Role::Member => 0,
        Role::Admin => 1,
        Role::Owner => 2,
    }
}

pub(super) fn get_role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    match row.get(column)? {
        0i64 => Ok(Role::Member),
        1 => Ok(Role::Admin),
        2 => Ok(Role::Owner),
        _ => Err(bad(column, Type::Integer)),
    }
}

pub(super) const fn class(class: EntryClass) -> i64 {
    match class {
        EntryClass::Counted => 0,
        EntryClass::Silent => 1,
        EntryClass::Handshake => 2,
    }
}

pub(super) fn get_class(row: &Row<'_>, column: usize) -> rusqlite::Result<EntryClass> {
    match row.get(column)? {
        0i64 => Ok(EntryClass::Counted),
        1 => Ok(EntryClass::Silent),
        2 => Ok(EntryClass::Handshake),
        _ => Err(bad(column, Type::Integer)),
    }
}

pub(super) const fn audience(audience: Audience) -> i64 {
    match audience {
        Audience::Everyone => 0,
        Audience::Contacts => 1,
        Audience::Nobody => 2,
    }
}

pub(super) fn get_audience(row: &Row<'_>, column: usize) -> rusqlite::Result<Audience> {
    match row.get(column)? {
        0i64 => Ok(Audience::Everyone),
        1 => Ok(Audience::Contacts),
        2 => Ok(Audience::Nobody),
        _ => Err(bad(column, Type::Integer)),
    }
}

pub(super) const fn budget(budget: Budget) -> i64 {
    match budget {
        Budget::KeyClaims => 0,
        Budget::Creates => 1,
        Budget::StrangerRequests => 2,
        Budget::Joins => 3,
        Budget::PhoneCodesOfNumber => 4,
        Budget::PhoneCodesOfAddress => 5,
        Budget::PhoneCodes => 6,
        Budget::Asks => 7,
        Budget::Reports => 8,
        Budget::UploadedBytes => 9,
    }
}

//! What went wrong and what can be done about it, in words.

use beseda_engine::api::failure::{Failure, Healing, Unreadable};
use beseda_engine::api::view::WarningKind;

use super::{Lang, Named, en, ru};
use crate::host::Trouble;

/// Two sentences about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub what: String,
    /// What to do; empty if there is nothing.
    pub todo: String,
}

impl Words {
    pub(super) fn new(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what: what.into(), todo: todo.into() }
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        if self.todo.is_empty() { Ok(()) } else { write!(f, " {}", self.todo) }
    }
}

/// A command that failed.
pub fn failure(lang: Lang, failure: &Failure) -> Words {
    match lang {
        Lang::En => en::failure::failure(failure),
        Lang::Ru => ru::failure::failure(failure),
    }
}

/// A connection that could not be made.
pub fn trouble(lang: Lang, trouble: Trouble) -> &'static str {
    match lang {
        Lang::En => en::failure::trouble(trouble),
        Lang::Ru => ru::failure::trouble(trouble),
    }
}

/// A row that can't be read, and how far its healing is.
pub fn unreadable(lang: Lang, why: Unreadable, healing: Healing) -> Words {
    match lang {
        Lang::En => en::failure::unreadable(why, healing),
        Lang::Ru => ru::failure::unreadable(why, healing),
    }
}

/// Something that people must know.
pub fn warning(lang: Lang, kind: &WarningKind, named: Named<'_>) -> Words {
    match lang {
        Lang::En => en::failure::warning(kind, named),
        Lang::Ru => ru::failure::warning(kind, named),
    }
}

//! What happened in a conversation, in words.

use beseda_engine::api::view::SystemEvent;
use beseda_model::AccountId;

use super::{Lang, en, ru};

/// Gives the name to show for an account, and says whether it is oneself.
pub type Named<'a> = &'a dyn Fn(AccountId) -> (String, bool);

/// The sentence for `event`, which `author` caused.
pub fn event(lang: Lang, author: AccountId, event: &SystemEvent, named: Named<'_>) -> String {
    match lang {
        Lang::En => en::event::event(author, event, named),
        Lang::Ru => ru::event::event(author, event, named),
    }
}

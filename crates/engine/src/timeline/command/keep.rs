//! What a person keeps for themselves: drafts, read marks, own state, names, profile.

use beseda_model::{AccountId, ConversationId};
use beseda_wire::content::{OwnState, OwnSync};

use super::Done;
use crate::Step;
use crate::api::command::{Outcome, ProfileDraft};
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::conversations::Conversation;
use crate::timeline::access::Here;
use crate::timeline::apply::shown;
use crate::timeline::rules::text;
use crate::timeline::{expiry, own, profile};

pub(super) fn draft(step: &mut Step<'_>, conversation: ConversationId, text: &str) -> Done {
    Conversation::find(step.tx, conversation)?.ok_or(Failure::NotFound)?;
    if text.chars().count() > text::MAX_CHARS {
        return Err(Failure::invalid(Field::Text, Reason::AtMost { most: text::MAX_CHARS as u64 }));
    }
    if text.is_empty() {
        forget_draft(step, conversation)?;
    } else {
        step.tx
            .prepare_cached("INSERT OR REPLACE INTO drafts (conversation, text) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((conversation.as_bytes(), text)))
            .map_err(StoreError::from)?;
        step.notice(Notice::Conversation(conversation));
    }
    Ok(Outcome::Done)
}

pub(super) fn forget_draft(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    let gone =
        step.tx.prepare_cached("DELETE FROM drafts WHERE conversation = ?1")?.execute([conversation.as_bytes()])?;
    if gone > 0 {
        step.notice(Notice::Conversation(conversation));
    }
    Ok(())
}

/// The core has moved the read mark and tells the server; timers that run from reading start now.
pub(super) fn mark_read(step: &mut Step<'_>, conversation: ConversationId) -> Done {
    expiry::start_read_timers(step)?;
    shown(step, conversation);
    let state = own::state(step.tx, conversation)?;
    if state.unread {
        own::say(step, OwnSync::Conversation { conversation, state: OwnState { unread: false, ..state } })?;
    }
    Ok(Outcome::Done)
}

pub(super) fn keep(step: &mut Step<'_>, conversation: ConversationId, state: &OwnState) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    let place = Conversation::find(step.tx, conversation)?.ok_or(Failure::NotFound)?;
    let before = own::state(step.tx, conversation)?;
    // What was cleared stays cleared, and nothing is cleared that has not been seen.
    let cleared_to = state.cleared_to.min(place.applied).max(before.cleared_to);
    let mut state = OwnState { cleared_to, ..state.clone() };
    if state.removed && !before.removed {
        own::may_be_removed(&place)?;
        (state.archived, state.pinned) = (false, None);
    }
    own::forget_deleted_folders(step.tx, &mut state.folders)?;
    if state.folders.len() > own::MAX_FOLDERS {
        return Err(Failure::invalid(Field::Folders, Reason::TooMany));
    }
    if state != before {
        own::say(step, OwnSync::Conversation { conversation, state })?;
    }
    Ok(Outcome::Done)
}

pub(super) fn verify(step: &mut Step<'_>, account: AccountId, verified: bool) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    // What a server says of somebody can't be compared; what their device log has shown can.
    let known = Account::load(step.tx, account)?;
    let root = known.root.filter(|_| known.version > 0);
    if verified && root.is_none() {
        return Err(Failure::NotFound);
    }
    let root = root.filter(|_| verified);
    if own::verified(step.tx, account)? != root {
        own::say(step, OwnSync::Verified { account, root })?;
    }
    if verified && known.identity_changed {
        Account::acknowledge_identity(step.tx, account)?;
        step.notice(Notice::Account(account));
    }
    Ok(Outcome::Done)
}

pub(super) fn nickname(step: &mut Step<'_>, account: AccountId, name: &str) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    let name = name.trim();
    if name.chars().count() > profile::MAX_NAME {
        return Err(Failure::invalid(Field::Name, Reason::AtMost { most: profile::MAX_NAME as u64 }));
    }
    if own::nickname(step.tx, account)?.unwrap_or_default() != name {
        own::say(step, OwnSync::Nickname { account, name: name.to_owned() })?;
    }
    Ok(Outcome::Done)
}

pub(super) fn set_profile(step: &mut Step<'_>, draft: &ProfileDraft) -> Done {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    for (what, text, most) in [
        (Field::Name, &draft.name, profile::MAX_NAME),
        (Field::Bio, &draft.bio, profile::MAX_BIO),
        (Field::Status, &draft.status, profile::MAX_STATUS),
    ] {
        if text.chars().count() > most {
            return Err(Failure::invalid(what, Reason::AtMost { most: most as u64 }));
        }
    }
    profile::set(step, draft)?;
    Ok(Outcome::Done)
}

//! What this person has said about messages and what is still on its way: shown as if it were there.

use beseda_model::{AccountId, Timestamp};
use beseda_wire::content::{Authored, Content, Edit, InfoChange, MessageRef};

use crate::api::view::{Body, MessageView};
use crate::timeline::rules::reaction::Mark;

/// Changes that are on their way, in the order in which they were made.
#[derive(Debug)]
pub(super) struct Overlay {
    me: Option<AccountId>,
    changes: Vec<Authored>,
}

impl Overlay {
    pub(super) fn new(me: Option<AccountId>, changes: Vec<Authored>) -> Self {
        Self { me, changes }
    }

    /// Edits, deletions and pins of a message.
    pub(super) fn apply(&self, view: &mut MessageView) {
        let Some(me) = self.me else { return };
        for Authored { at, content } in &self.changes {
            match content {
                Content::Edit(edit) if edit.target == view.message => edit_text(view, edit, *at),
                Content::Delete(delete) if delete.targets.contains(&view.message) => {
                    view.body = Body::Deleted { by: me };
                    view.reactions.clear();
                    view.reply = None;
                    view.forward = None;
                    view.edited_at = None;
                    view.pinned = false;
                }
                Content::Pin(pin) if pin.target == view.message => {
                    view.pinned =
                        pin.on && matches!(view.body, Body::Text { .. } | Body::Once { .. } | Body::Unsupported { .. });
                }
                _ => {}
            }
        }
    }

    /// Reactions to a message, behind all that are in the log.
    pub(super) fn react(&self, target: MessageRef, marks: &mut Vec<Mark>) {
        let Some(me) = self.me else { return };
        for (number, change) in (0..).zip(&self.changes) {
            let Content::Reaction(reaction) = &change.content else { continue };
            if reaction.target == target {
                marks.retain(|mark| mark.account != me || mark.emoji != reaction.emoji);
                let seq = (u64::MAX / 2).saturating_add(number);
                marks.push(Mark { emoji: reaction.emoji.clone(), account: me, seq, on: reaction.on });
            }
        }
    }

    /// What becomes of a message's text.
    pub(super) fn text_of(&self, target: MessageRef) -> Fate<'_> {
        let mut fate = Fate::Stays;
        for change in &self.changes {
            match &change.content {
                Content::Edit(edit) if edit.target == target && fate != Fate::Deleted => {
                    fate = Fate::Becomes(edit);
                }
                Content::Delete(delete) if delete.targets.contains(&target) => fate = Fate::Deleted,
                _ => {}
            }
        }
        fate
    }

    /// Changes of title, description and timer.
    pub(super) fn infos(&self) -> impl Iterator<Item = &InfoChange> {
        self.changes.iter().filter_map(|change| match &change.content {
            Content::InfoChange(info) => Some(info),
            _ => None,
        })
    }
}

/// What becomes of a message's text by what is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    Stays,
    Becomes(&'a Edit),
    Deleted,
}

fn edit_text(view: &mut MessageView, edit: &Edit, at: Timestamp) {
    if let Body::Text { text, entities, .. } = &mut view.body {
        text.clone_from(&edit.text);
        entities.clone_from(&edit.entities);
        view.edited_at = Some(at);
    }
}

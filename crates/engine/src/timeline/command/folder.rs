//! Folders of a person's own for their list of conversations.

use beseda_model::FolderId;
use beseda_wire::content::OwnSync;

use super::Done;
use crate::Step;
use crate::api::command::Outcome;
use crate::api::failure::Failure;
use crate::api::reason::{Field, Reason};
use crate::api::view::FolderView;
use crate::timeline::access::Here;
use crate::timeline::own::{self, MAX_FOLDERS};

/// What fits on a tab.
pub(crate) const MAX_NAME: usize = 32;

pub(super) fn make(step: &mut Step<'_>, name: &str) -> Done {
    let present = present(step)?;
    if present.len() >= MAX_FOLDERS {
        return Err(Failure::invalid(Field::Folders, Reason::TooMany));
    }
    let folder = FolderId::new(step.now, step.rng);
    let place = present.last().map_or(0, |last| last.place.saturating_add(1));
    say(step, FolderView { folder, name: check(name)?, place })?;
    Ok(Outcome::Folder { folder })
}

pub(super) fn rename(step: &mut Step<'_>, folder: FolderId, name: &str) -> Done {
    let known = find(&present(step)?, folder)?;
    let name = check(name)?;
    if name != known.name {
        say(step, FolderView { name, ..known })?;
    }
    Ok(Outcome::Done)
}

/// Puts a folder so that `to` others stand before it. Only what stands elsewhere afterwards is told.
pub(super) fn relocate(step: &mut Step<'_>, folder: FolderId, to: u32) -> Done {
    let mut order = present(step)?;
    let moved = find(&order, folder)?;
    order.retain(|other| other.folder != folder);
    let to = usize::try_from(to).unwrap_or(usize::MAX).min(order.len());
    order.insert(to, moved);
    for (place, known) in (0..).zip(order) {
        if known.place != place {
            say(step, FolderView { place, ..known })?;
        }
    }
    Ok(Outcome::Done)
}

/// The conversations that lay in it stay where they are.
pub(super) fn delete(step: &mut Step<'_>, folder: FolderId) -> Done {
    let known = find(&present(step)?, folder)?;
    say(step, FolderView { name: String::new(), ..known })?;
    Ok(Outcome::Done)
}

fn present(step: &Step<'_>) -> Result<Vec<FolderView>, Failure> {
    Here::find(step.tx)?.ok_or(Failure::NotSignedIn)?;
    Ok(own::folders(step.tx)?)
}

fn find(present: &[FolderView], folder: FolderId) -> Result<FolderView, Failure> {
    present.iter().find(|known| known.folder == folder).cloned().ok_or(Failure::NotFound)
}

fn check(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::invalid(Field::Name, Reason::Empty));
    }
    if name.chars().count() > MAX_NAME {
        return Err(Failure::invalid(Field::Name, Reason::AtMost { most: MAX_NAME as u64 }));
    }
    Ok(name.to_owned())
}

fn say(step: &mut Step<'_>, FolderView { folder, name, place }: FolderView) -> Result<(), Failure> {
    Ok(own::say(step, OwnSync::Folder { folder, name, place })?)
}

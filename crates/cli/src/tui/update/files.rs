//! Files that go with messages: sent from here, fetched, opened and saved.

use std::path::PathBuf;

use beseda_engine::api::command::{Command, Draft};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, AttachmentView, FileNumber, FileState, FileView};
use beseda_engine::api::view::{Body, MessageView};
use beseda_model::ConversationId;
use beseda_wire::content::MessageRef;

use super::{command, toast, toast_failure};
use crate::safe;
use crate::text::{Label, Sentence};
use crate::tui::gallery::is_here;
use crate::tui::input::{Action, Intent, NotTaken, Query, Tag};
use crate::tui::model::{Model, Purpose};

/// Asks where the files are that the open timeline shows.
pub(super) fn states(model: &Model) -> Option<Action> {
    let numbers: Vec<FileNumber> = shown(model).collect();
    (!numbers.is_empty()).then_some(Action::Load(Query::Files(numbers)))
}

fn shown(model: &Model) -> impl Iterator<Item = FileNumber> {
    let messages = model.open.iter().flat_map(|open| &open.messages);
    messages.flat_map(|message| {
        let (attached, page) = (attachments(message), page_picture(message));
        attached.iter().chain(page).flat_map(|attachment| [Some(attachment.file), attachment.cover]).flatten()
    })
}

/// The picture of the page that a message links to.
fn page_picture(message: &MessageView) -> Option<&AttachmentView> {
    match &message.body {
        Body::Text { preview, .. } => preview.as_ref()?.image.as_ref(),
        _ => None,
    }
}

/// Whether files go with a message.
pub(super) fn has_any(message: &MessageView) -> bool {
    !attachments(message).is_empty()
}

fn attachments(message: &MessageView) -> &[AttachmentView] {
    match &message.body {
        Body::Text { attachments, .. } => attachments,
        _ => &[],
    }
}

/// A file has moved.
pub(super) fn moved(model: &Model, file: FileNumber) -> Vec<Action> {
    let is_wanted = model.wanted_files.contains_key(&file) || shown(model).any(|shown| shown == file);
    if is_wanted { vec![Action::Load(Query::Files(vec![file]))] } else { Vec::new() }
}

/// It is known where some files are: those that were waited for are opened or saved.
pub(super) fn known(model: &mut Model, views: Vec<FileView>) -> Vec<Action> {
    let mut actions = Vec::new();
    for view in views {
        match &view.at {
            FileState::Here => {
                if !matches!(model.files.get(&view.file), Some(FileState::Here)) {
                    model.gallery.came(view.file);
                }
                let wanted = model.wanted_files.remove(&view.file);
                actions.extend(wanted.map(|(attachment, intent)| Action::Take { attachment, intent }));
            }
            FileState::Failed { why } => {
                if model.wanted_files.remove(&view.file).is_some() {
                    toast_failure(model, why);
                }
            }
            FileState::Elsewhere | FileState::Moving { .. } | FileState::Paused { .. } => {}
        }
        model.files.insert(view.file, view.at);
    }
    let kept: Vec<FileNumber> = shown(model).collect();
    model.files.retain(|file, _| kept.contains(file));
    // Of what has disappeared nothing is kept.
    model.gallery.keep_only(&kept);
    actions
}

/// Fetches what goes with a message and is not here; lets rest what is on its way, and go on what rests.
pub(super) fn fetch(model: &mut Model, message: &MessageView) -> Vec<Action> {
    if attachments(message).is_empty() {
        toast(model, model.label(Label::NoFiles), true);
    }
    let wish = |attachment: &AttachmentView| {
        let file = attachment.file;
        Some(match model.files.get(&file) {
            Some(FileState::Here) => return None,
            Some(FileState::Moving { .. }) => Command::PauseFile { file },
            Some(FileState::Paused { .. }) => Command::ResumeFile { file },
            Some(FileState::Elsewhere | FileState::Failed { .. }) | None => Command::FetchFile { file },
        })
    };
    attachments(message).iter().filter_map(wish).map(|wish| command(Tag::Quiet, wish)).collect()
}

/// Gives up fetching what goes with a message.
pub(super) fn give_up(model: &mut Model, message: &MessageView) -> Vec<Action> {
    let comes = |file: &FileNumber| {
        matches!(model.files.get(file), Some(FileState::Moving { up: false, .. } | FileState::Paused { up: false, .. }))
    };
    let files: Vec<FileNumber> = attachments(message).iter().map(|one| one.file).filter(comes).collect();
    for file in &files {
        model.wanted_files.remove(file);
    }
    files.into_iter().map(|file| command(Tag::Quiet, Command::CancelFetch { file })).collect()
}

/// Opens or saves all that goes with a message, as soon as it is here.
pub(super) fn take(model: &mut Model, message: &MessageView, intent: Intent) -> Vec<Action> {
    let attachments = attachments(message);
    if attachments.is_empty() {
        toast(model, model.label(Label::NoFiles), true);
    }
    let mut actions = Vec::new();
    for attachment in attachments {
        let file = attachment.file;
        match model.files.get(&file) {
            at if is_here(at) => {
                actions.push(Action::Take { attachment: attachment.clone(), intent });
            }
            _ => {
                model.wanted_files.insert(file, (attachment.clone(), intent));
                actions.push(command(Tag::Quiet, Command::FetchFile { file }));
            }
        }
    }
    actions
}

/// A file was opened or saved, or could not be.
pub(super) fn taken(model: &mut Model, result: Result<Option<PathBuf>, NotTaken>) {
    match result {
        Ok(Some(path)) => toast(model, model.say(&Sentence::SavedAs(&readable(&path))), false),
        Ok(None) => {}
        Err(why) => not_taken(model, &why),
    }
}

fn not_taken(model: &mut Model, why: &NotTaken) {
    match why {
        NotTaken::Failed(failure) => toast_failure(model, failure),
        NotTaken::Unusable { path, reason } => {
            let said = model.say(&Sentence::FileUnusable { path: &readable(path), reason });
            toast(model, said, true);
        }
        NotTaken::NoFile(path) => toast(model, model.say(&Sentence::NotAFile(&readable(path))), true),
        NotTaken::NotBare(path) => toast(model, model.say(&Sentence::NotBare(&readable(path))), true),
        NotTaken::NotOpened => toast(model, model.label(Label::NotOpened), true),
        NotTaken::NoProgram => toast(model, model.label(Label::NoOpener), true),
    }
}

fn readable(path: &std::path::Path) -> String {
    safe::line(&path.to_string_lossy())
}

/// Sends the file at a path that somebody typed, or that a terminal typed for them.
pub(super) fn send(model: &mut Model, typed: &str, as_it_is: bool) -> Option<Vec<Action>> {
    let typed = typed.trim();
    let quoted = ['\'', '"'].into_iter().find_map(|quote| typed.strip_prefix(quote)?.strip_suffix(quote));
    let path = PathBuf::from(quoted.unwrap_or(typed));
    let open = model.open.as_mut().filter(|_| !path.as_os_str().is_empty())?;
    let reply_to = match open.purpose {
        Purpose::Reply { target, .. } => Some(target),
        Purpose::New | Purpose::Edit { .. } => None,
    };
    if reply_to.is_some() {
        open.purpose = Purpose::New;
    }
    Some(vec![Action::Seal { conversation: open.conversation, reply_to, path, as_it_is }])
}

/// So much of a file is sealed.
pub(super) fn sealing(model: &mut Model, name: &str, done: u64, total: u64) {
    let said = model.say(&Sentence::FilePrepared { name: &safe::line(name), done, total });
    toast(model, said, false);
}

/// A file is ready to be sent, or can't be.
pub(super) fn sealed(
    model: &mut Model,
    conversation: ConversationId,
    reply_to: Option<MessageRef>,
    result: Result<AttachmentDraft, NotTaken>,
) -> Vec<Action> {
    model.toast = None;
    match result {
        Ok(attachment) => {
            let draft = Draft { reply_to, attachments: vec![attachment], ..Draft::default() };
            if let Some(open) = model.open.as_mut().filter(|open| open.conversation == conversation) {
                open.bottom = None;
            }
            vec![command(Tag::Quiet, Command::Send { conversation, draft })]
        }
        Err(why) => {
            not_taken(model, &why);
            Vec::new()
        }
    }
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

use std::path::PathBuf;

use beseda_engine::api::file::{AttachmentDraft, FileState, FileView};
use beseda_wire::content::Media;

use super::*;
use crate::tui::input::{Intent, NotTaken};

/// The row whose only file has this number.
fn row_with(model: &Model, file: i64) -> i64 {
    let shows = |body: &beseda_engine::api::view::Body| {
        let value = serde_json::to_value(body).unwrap();
        value["attachments"][0]["file"] == file
    };
    model.open.as_ref().unwrap().messages.iter().find(|message| shows(&message.body)).unwrap().row
}

fn choose(model: &mut Model, file: i64) {
    let row = row_with(model, file);
    model.focus = Focus::Messages;
    model.open.as_mut().unwrap().chosen = Some(row);
}

fn at(file: i64, at: FileState) -> Input {
    Input::Data(Data::Files(vec![FileView { file, size: 100, at }]))
}

fn taken(actions: &[Action]) -> Vec<(i64, Intent)> {
    let taken = actions.iter().filter_map(|action| match action {
        Action::Take { attachment, intent } => Some((attachment.file, *intent)),
        _ => None,
    });
    taken.collect()
}

#[test]
fn a_file_is_sealed_and_then_sent_as_an_answer() {
    let mut model = scene("files");
    type_in(&mut model, "/file '/tmp/my notes.txt'");
    let actions = press(&mut model, KeyCode::Enter);
    let Some(Action::Seal { conversation, reply_to, path, as_it_is: false }) = actions.first() else {
        panic!("{actions:?}")
    };
    assert_eq!(path, &PathBuf::from("/tmp/my notes.txt"));
    assert!(reply_to.is_some());
    assert_eq!(model.open.as_ref().unwrap().purpose, Purpose::New);
    update(&mut model, Input::Sealing { name: "my notes.txt".to_owned(), done: 1, total: 2 });
    assert!(model.toast.as_ref().unwrap().text.contains("50 %"));
    let media_type = "text/plain".to_owned();
    let draft = AttachmentDraft {
        file: 7,
        name: "my notes.txt".to_owned(),
        media_type,
        media: Media::File,
        preview: None,
        cover: None,
        excerpt: String::new(),
    };
    let sealed = Input::Sealed { conversation: *conversation, reply_to: *reply_to, result: Ok(draft) };
    let sent = commands(&update(&mut model, sealed));
    assert_eq!((&sent[0]["command"], &sent[0]["draft"]["attachments"][0]["file"]), (&json!("send"), &json!(7)));
    assert!(sent[0]["draft"]["reply_to"].is_object());
    assert!(model.toast.is_none());
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let mut model = scene("files");
    type_in(&mut model, "/file");
    assert!(press(&mut model, KeyCode::Enter).iter().all(|action| !matches!(action, Action::Seal { .. })));
    let conversation = model.open.as_ref().unwrap().conversation;
    let result = Err(NotTaken::Unusable { path: "/nowhere".into(), reason: "entity not found".to_owned() });
    let actions = update(&mut model, Input::Sealed { conversation, reply_to: None, result });
    assert!(commands(&actions).is_empty());
    let toast = model.toast.as_ref().unwrap();
    assert!(toast.bad && toast.text.contains("/nowhere"), "{toast:?}");
}

#[test]
fn what_is_not_here_is_fetched_before_it_is_opened() {
    let mut model = scene("files");
    choose(&mut model, 1);
    let actions = press(&mut model, KeyCode::Char('o'));
    assert_eq!((names(&actions), taken(&actions)), (vec!["fetch_file".to_owned()], vec![]));
    let actions = update(&mut model, at(1, FileState::Moving { up: false, done: 50, total: 100 }));
    assert_eq!(taken(&actions), []);
    assert!(picture(&model).contains("fetching 50 %"));
    let actions = update(&mut model, at(1, FileState::Here));
    assert_eq!(taken(&actions), [(1, Intent::Open)]);
    assert_eq!(taken(&update(&mut model, at(1, FileState::Here))), [], "once");
}

#[test]
fn what_is_here_is_saved_at_once_and_what_can_not_be_had_is_told() {
    let mut model = scene("files");
    choose(&mut model, 4);
    assert_eq!(taken(&press(&mut model, KeyCode::Char('w'))), [(4, Intent::Save)], "sent from here, so it is here");
    update(&mut model, Input::Taken(Ok(Some("/home/a/Downloads/x".into()))));
    assert!(model.toast.as_ref().unwrap().text.contains("/home/a/Downloads/x"));
    choose(&mut model, 5);
    press(&mut model, KeyCode::Char('w'));
    let why = Failure::NotReady { reason: Reason::FileGone };
    update(&mut model, at(5, FileState::Failed { why }));
    assert!(model.toast.as_ref().unwrap().bad);
}

#[test]
fn only_files_in_sight_are_asked_for() {
    let mut model = scene("files");
    assert_eq!(loads(&update(&mut model, Input::Notice(Notice::File(99)))), []);
    assert_eq!(loads(&update(&mut model, Input::Notice(Notice::File(1)))), [Query::Files(vec![1])]);
    update(&mut model, at(99, FileState::Here));
    assert!(!model.files.contains_key(&99));
}

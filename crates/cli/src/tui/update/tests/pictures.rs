use beseda_engine::api::file::{AttachmentView, FileState, FileView};
use beseda_engine::api::once::{OnceKind, OnceState};
use beseda_engine::api::view::{Body, LinkPreviewView};
use beseda_wire::content::Media;
use ratatui::layout::Size;

use super::*;
use crate::pictures::{Means, Printer};
use crate::tui::rows;

fn draws(actions: &[Action]) -> Vec<(i64, Size)> {
    let draws = actions.iter().filter_map(|action| match action {
        Action::Draw { file, size } => Some((*file, *size)),
        _ => None,
    });
    draws.collect()
}

fn lines(model: &Model) -> usize {
    rows::blocks(model, model.open.as_ref().unwrap(), 60).iter().map(|block| block.lines.len()).sum()
}

#[test]
fn a_photo_is_drawn_once_for_the_room_that_it_has() {
    let mut model = scene("pictures");
    assert!(picture(&model).contains('▀'));
    assert_eq!(draws(&tick(&mut model)), [], "it is there");
    let actions = update(&mut model, Input::Resize(40, 24));
    let [(2, size)] = draws(&actions)[..] else { panic!("{actions:?}") };
    assert!(size.width < 36 && size.height <= 12, "{size:?}");
    assert_eq!(draws(&tick(&mut model)), [], "not while it is drawn");
    // It comes too late: the window is another one already.
    let actions = update(&mut model, Input::Resize(80, 14));
    let [(2, smaller)] = draws(&actions)[..] else { panic!("{actions:?}") };
    update(&mut model, Input::Drawn { file: 2, size, picture: None });
    assert_eq!(draws(&tick(&mut model)), []);
    let drawn = Printer::blocks().print(image::DynamicImage::new_rgb8(400, 300), smaller);
    update(&mut model, Input::Drawn { file: 2, size: smaller, picture: drawn });
    assert!(picture(&model).contains('▀'));
}

#[test]
fn what_can_not_be_drawn_takes_no_room() {
    let mut model = scene("pictures");
    let before = lines(&model);
    let actions = update(&mut model, Input::Resize(40, 24));
    let [(2, size)] = draws(&actions)[..] else { panic!("{actions:?}") };
    update(&mut model, Input::Drawn { file: 2, size, picture: None });
    assert!(lines(&model) < before);
    assert!(picture(&model).contains("harbour.jpg"), "its name stays");
    assert_eq!(draws(&tick(&mut model)), [], "it is not tried again and again");
    // Fetched anew, it may be whole.
    let gone = FileView { file: 2, size: 1, at: FileState::Elsewhere };
    update(&mut model, Input::Data(Data::Files(vec![gone.clone()])));
    let actions = update(&mut model, Input::Data(Data::Files(vec![FileView { at: FileState::Here, ..gone }])));
    assert_eq!(draws(&actions).len(), 1);
}

#[test]
fn pictures_that_nobody_wants_to_see_are_told_in_words() {
    let mut model = scene("pictures");
    let before = lines(&model);
    model.gallery.printer = Printer::of_terminal(Means::Off);
    assert!(!picture(&model).contains('▀') && picture(&model).contains("[photo] harbour.jpg"));
    assert!(lines(&model) < before);
    assert_eq!(draws(&tick(&mut model)), []);
}

#[test]
fn what_can_be_opened_once_is_never_drawn() {
    let mut model = scene("pictures");
    let before = lines(&model);
    let open = model.open.as_mut().unwrap();
    for message in &mut open.messages {
        if let Body::Text { attachments, entities, .. } = &message.body
            && let Some(attachment) = attachments.first()
        {
            message.body = Body::Once {
                kind: OnceKind::Photo,
                state: OnceState::Open,
                file: Some(attachment.clone()),
                text: String::new(),
                entities: entities.clone(),
            };
        }
    }
    assert!(lines(&model) < before);
    assert!(!picture(&model).contains('▀'));
    update(&mut model, Input::Resize(100, 40));
    assert!(!picture(&model).contains('▀'));
}

#[test]
fn the_window_moves_over_a_picture_line_by_line() {
    let mut model = scene("pictures");
    let end = picture(&model);
    for _ in 0..40 {
        update(&mut model, Input::Wheel(-1));
        let actions = tick(&mut model);
        assert!(draws(&actions).iter().all(|(file, _)| *file == 2), "what is not here can't be drawn");
    }
    let top = picture(&model);
    assert!(top.contains("evening.jpg") && !top.contains("Beautiful!"), "{top}");
    for _ in 0..40 {
        update(&mut model, Input::Wheel(1));
    }
    assert_eq!(picture(&model), end);
}

#[test]
fn files_are_fetched_rest_go_on_and_are_given_up() {
    let mut model = scene("pictures");
    let row = model.open.as_ref().unwrap().messages[1].row;
    model.focus = Focus::Messages;
    model.open.as_mut().unwrap().chosen = Some(row);
    let at = |at| Input::Data(Data::Files(vec![FileView { file: 1, size: 100, at }]));
    assert_eq!(names(&press(&mut model, KeyCode::Char('v'))), ["pause_file"]);
    update(&mut model, at(FileState::Paused { up: false, done: 42, total: 100, costly: false }));
    assert_eq!(names(&press(&mut model, KeyCode::Char('v'))), ["resume_file"]);
    assert_eq!(names(&press(&mut model, KeyCode::Char('x'))), ["cancel_fetch"]);
    update(&mut model, at(FileState::Elsewhere));
    assert_eq!(names(&press(&mut model, KeyCode::Char('v'))), ["fetch_file"]);
    update(&mut model, at(FileState::Here));
    assert_eq!(names(&press(&mut model, KeyCode::Char('v'))), Vec::<String>::new());
}

#[test]
fn covers_of_films_and_pictures_of_pages_are_drawn_too() {
    let mut model = scene("pictures");
    let open = model.open.as_mut().unwrap();
    for message in &mut open.messages {
        let Body::Text { attachments, preview, .. } = &mut message.body else { continue };
        let Some(attachment) = attachments.first_mut().filter(|attachment| attachment.file == 2) else { continue };
        let image = AttachmentView { file: 8, media: Media::Photo { width: 400, height: 300 }, ..attachment.clone() };
        attachment.media = Media::Video { width: 640, height: 360, millis: 1000, round: false };
        attachment.cover = Some(7);
        let [url, title, description, site] = ["https://a.example/", "Bread", "", ""].map(str::to_owned);
        *preview = Some(LinkPreviewView { url, title, description, site, image: Some(image) });
    }
    let asked = loads(&update(&mut model, Input::Notice(Notice::File(7))));
    assert_eq!(asked, [Query::Files(vec![7])], "it is in sight");
    let here = |file| FileView { file, size: 1, at: FileState::Here };
    let drawn = draws(&update(&mut model, Input::Data(Data::Files(vec![here(7), here(8)]))));
    assert_eq!(drawn.iter().map(|(file, _)| *file).collect::<Vec<_>>(), [7, 8], "and not the film itself");
    assert!(drawn[1].1.height <= 6);
}

mod files;
mod pictures;

use beseda_engine::Notice;
use beseda_engine::api::command::Outcome;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::{Field, Reason};
use beseda_engine::api::view::{Anchor, ConversationView, Readiness, TimelinePage};
use beseda_model::{Code, DeviceId};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

use super::*;
use crate::text::Label;
use crate::tui::input;
use crate::tui::input::{Data, Unresolved};
use crate::tui::model::{Bottom, Purpose};
use crate::tui::sample::{SCENES, picture};
use crate::tui::welcome::{Stage, Way, Welcome};

fn scene(name: &str) -> Model {
    SCENES.iter().find(|scene| scene.name == name).unwrap().model((80, 24))
}

fn press(model: &mut Model, code: KeyCode) -> Vec<Action> {
    update(model, Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn press_with(model: &mut Model, modifiers: KeyModifiers, c: char) -> Vec<Action> {
    update(model, Input::Key(KeyEvent::new(KeyCode::Char(c), modifiers)))
}

fn type_in(model: &mut Model, text: &str) -> Vec<Action> {
    text.chars().flat_map(|c| press(model, KeyCode::Char(c))).collect()
}

fn tick(model: &mut Model) -> Vec<Action> {
    let now = model.now;
    update(model, Input::Tick(now))
}

/// The commands as they would be sent, without the typing marks.
fn commands(actions: &[Action]) -> Vec<Value> {
    let commands = actions.iter().filter_map(|action| match action {
        Action::Do { command, .. } => Some(serde_json::to_value(command).unwrap()),
        _ => None,
    });
    commands.filter(|command| command["command"] != "typing" && command["command"] != "mark_read").collect()
}

fn names(actions: &[Action]) -> Vec<String> {
    commands(actions).iter().map(|command| command["command"].as_str().unwrap().to_owned()).collect()
}

fn loads(actions: &[Action]) -> Vec<Query> {
    let loads = actions.iter().filter_map(|action| match action {
        Action::Load(query) => Some(query.clone()),
        _ => None,
    });
    loads.collect()
}

#[test]
fn a_conversation_is_opened_where_reading_stopped() {
    let mut model = scene("empty");
    model.conversations = scene("group").conversations;
    model.marked = model.first_listed();
    let actions = press(&mut model, KeyCode::Enter);
    let id = model.open.as_ref().unwrap().conversation;
    let page = Query::Page { conversation: id, anchor: Anchor::FirstUnread, limit: 100 };
    assert_eq!(loads(&actions), [page, Query::Members(id)]);
    assert_eq!(model.focus, Focus::Composer);
}

#[test]
fn what_is_written_is_sent_with_its_formatting() {
    let mut model = scene("group");
    type_in(&mut model, "**hi** @bob");
    let sent = commands(&press(&mut model, KeyCode::Enter));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["draft"]["text"], "hi @bob");
    assert_eq!(sent[0]["draft"]["entities"][0]["k"], "bold");
    assert!(sent[0]["draft"]["entities"][1]["k"]["mention"].is_object());
    assert!(model.open.as_ref().unwrap().composer.is_empty());
    assert!(commands(&press(&mut model, KeyCode::Enter)).is_empty());
    assert!(model.toast.is_some());
}

#[test]
fn new_lines_and_leading_slashes_can_be_written() {
    let mut model = scene("group");
    type_in(&mut model, "//etc");
    update(&mut model, Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT)));
    type_in(&mut model, "x");
    let sent = commands(&press(&mut model, KeyCode::Enter));
    assert_eq!(sent[0]["draft"]["text"], "/etc\nx");
}

#[test]
fn others_are_told_of_typing_now_and_then_but_not_of_commands() {
    let mut model = scene("group");
    let typing = |actions: &[Action]| actions.iter().filter(|a| matches!(a, Action::Do { .. })).count();
    let told = type_in(&mut model, "hello");
    assert_eq!(typing(&told), 1);
    model.now = model.now.plus_millis(3_000);
    assert_eq!(typing(&type_in(&mut model, "!")), 1);
    let mut model = scene("group");
    tick(&mut model);
    assert_eq!(typing(&type_in(&mut model, "/mute")), 0);
}

#[test]
fn commands_do_what_they_say() {
    let run = |line: &str| {
        let mut model = scene("group");
        type_in(&mut model, line);
        let actions = press(&mut model, KeyCode::Enter);
        (names(&actions), actions, model)
    };
    for (line, command) in [
        ("/title New", "set_info"),
        ("/timer 1d read", "set_info"),
        ("/timer off", "set_info"),
        ("/mute 8h", "keep"),
        ("/archive", "keep"),
        ("/top", "keep"),
        ("/react 🔥", "react"),
        ("/silent psst", "send"),
        ("/name Alice", "set_profile"),
        ("/status", "set_profile"),
        ("/username al", "set_username"),
        ("/link ABCD", "open_link"),
        ("/retry", "retry"),
        ("/discard", "discard"),
        ("/renew", "renew_group"),
        ("/accept", "answer_stranger"),
    ] {
        assert_eq!(run(line).0, [command], "{line}");
    }
    for line in ["/new @bob", "/group Tea @bob @vera", "/add @bob", "/remove bob", "/role @bob admin", "/nick @bob B"] {
        assert!(run(line).1.iter().any(|action| matches!(action, Action::Resolve { .. })), "{line}");
    }
    for line in [
        "/help",
        "/search x",
        "/info",
        "/devices",
        "/warnings",
        "/phrase",
        "/signout",
        "/new",
        "/me",
        "/leave",
        "/username",
    ] {
        assert_eq!(run(line).2.overlays.len(), 1, "{line}");
    }
    for line in ["/nonsense", "/title", "/timer soon", "/role @bob king", "/add", "/link", "/silent"] {
        assert!(run(line).2.toast.unwrap().bad, "{line}");
    }
}

#[test]
fn a_message_is_chosen_answered_edited_and_deleted() {
    let mut model = scene("group");
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.focus, Focus::Messages);
    let last = model.open.as_ref().unwrap().chosen.unwrap();
    assert_eq!(last, 15);
    assert_eq!(names(&press(&mut model, KeyCode::Char('R'))), ["retry"]);
    press(&mut model, KeyCode::Up);
    press(&mut model, KeyCode::Char('e'));
    let open = model.open.as_ref().unwrap();
    assert!(matches!(open.purpose, Purpose::Edit { row: 14, .. }));
    assert_eq!(open.composer.text(), "И ещё: кто закажет дрожжи?");
    let edited = commands(&press(&mut model, KeyCode::Enter));
    assert_eq!(edited[0]["command"], "edit");

    press(&mut model, KeyCode::Esc);
    for _ in 0..3 {
        press(&mut model, KeyCode::Up);
    }
    press(&mut model, KeyCode::Char('e'));
    assert!(model.toast.as_ref().unwrap().bad, "somebody else's message");
    press(&mut model, KeyCode::Char('к'));
    assert!(matches!(model.open.as_ref().unwrap().purpose, Purpose::Reply { .. }), "r on a Russian keyboard");
    type_in(&mut model, "ok");
    let sent = commands(&press(&mut model, KeyCode::Enter));
    assert!(sent[0]["draft"]["reply_to"].is_object());

    press(&mut model, KeyCode::Esc);
    let deleted = commands(&press(&mut model, KeyCode::Char('D')));
    assert_eq!((&deleted[0]["command"], &deleted[0]["for_all"]), (&json!("delete"), &json!(false)));
    press(&mut model, KeyCode::Down);
    assert_eq!(model.focus, Focus::Composer, "below the last message one writes");
}

#[test]
fn scrolling_up_reads_older_messages_and_keeps_the_place() {
    let mut model = scene("group");
    let mut actions = Vec::new();
    for _ in 0..6 {
        actions.extend(press(&mut model, KeyCode::PageUp));
    }
    let id = model.open.as_ref().unwrap().conversation;
    let first = model.open.as_ref().unwrap().messages[0].row;
    let older = Query::Page { conversation: id, anchor: Anchor::Before(first), limit: 100 };
    assert_eq!(loads(&actions), [older], "asked for once");
    let before = picture(&model);

    let mut messages = vec![model.open.as_ref().unwrap().messages[4].clone()];
    messages[0].row = -5;
    messages[0].at = beseda_model::Timestamp::from_millis(1_000_000_000_000);
    let page = TimelinePage { messages, more_before: false, more_after: true };
    update(&mut model, Input::Data(Data::Page { conversation: id, anchor: Anchor::Before(first), page }));
    assert_eq!(model.open.as_ref().unwrap().messages.len(), 16);
    assert_eq!(picture(&model), before, "the picture does not jump");

    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::End);
    assert_eq!(model.open.as_ref().unwrap().bottom, None);
}

#[test]
fn reading_is_told_only_while_somebody_looks() {
    let read = |actions: &[Action]| {
        let marks = actions.iter().filter_map(|action| match action {
            Action::Do { command: Command::MarkRead { seq, .. }, .. } => Some(*seq),
            _ => None,
        });
        marks.collect::<Vec<_>>()
    };
    let mut model = scene("group");
    model.open.as_mut().unwrap().read_told = 3;
    update(&mut model, Input::Attentive(false));
    assert!(read(&tick(&mut model)).is_empty());
    model.open.as_mut().unwrap().bottom = Some(Bottom { row: 8, hidden: 0 });
    assert_eq!(read(&update(&mut model, Input::Attentive(true))), [8], "only as far as is seen");
    model.open.as_mut().unwrap().bottom = None;
    assert_eq!(read(&tick(&mut model)), [15]);
    assert!(read(&tick(&mut model)).is_empty(), "once");

    let mut model = scene("request-ru");
    model.open.as_mut().unwrap().read_told = 0;
    assert!(read(&tick(&mut model)).is_empty(), "a stranger learns nothing");
}

#[test]
fn tab_goes_through_mentions_and_commands() {
    let mut model = scene("group");
    type_in(&mut model, "hi @");
    let mut put = Vec::new();
    for _ in 0..4 {
        press(&mut model, KeyCode::Tab);
        put.push(model.open.as_ref().unwrap().composer.text().to_owned());
    }
    assert_eq!(put, ["hi @bob ", "hi @vera ", "hi @kenji ", "hi @bob "]);
    model.open.as_mut().unwrap().composer.take();
    type_in(&mut model, "/arc");
    press(&mut model, KeyCode::Tab);
    assert_eq!(model.open.as_ref().unwrap().composer.text(), "/archive ");
    type_in(&mut model, "x");
    press(&mut model, KeyCode::Tab);
    assert_eq!(model.focus, Focus::List);
}

#[test]
fn what_was_typed_is_kept_as_a_draft() {
    let mut model = scene("group");
    type_in(&mut model, "later");
    let actions = update(&mut model, Input::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::ALT)));
    assert_eq!(
        commands(&actions)[0],
        json!({
            "command": "save_draft", "conversation": scene("group").open.unwrap().conversation, "text": "later",
        })
    );
    update(&mut model, Input::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::ALT)));
    assert_eq!(model.open.as_ref().unwrap().composer.text(), "later");
    let actions = press_with(&mut model, KeyModifiers::CONTROL, 'й');
    assert!(matches!(actions[..], [Action::Quit]), "Ctrl+Q on a Russian keyboard; the draft is kept already");
}

#[test]
fn a_new_person_signs_up_and_writes_the_phrase_down() {
    let mut model = scene("welcome");
    model.welcome = Some(Welcome::new(String::new(), "laptop".to_owned()));
    assert_eq!(model.welcome.as_ref().unwrap().way, Way::Username);
    press(&mut model, KeyCode::Enter);
    type_in(&mut model, "localhost:8080");
    press(&mut model, KeyCode::Enter);
    type_in(&mut model, "alice");
    for _ in 0..4 {
        press(&mut model, KeyCode::Enter);
    }
    let sent = commands(&press(&mut model, KeyCode::Enter));
    assert_eq!(
        sent,
        [json!({
            "command": "sign_up", "server": "http://localhost:8080", "username": "alice", "password": null,
            "invite": null, "phone": false, "device_name": "laptop",
        })]
    );
    assert_eq!(model.welcome.as_ref().unwrap().stage, Stage::Wait);

    let taken = Failure::Refused { code: Code::Taken, detail: String::new(), retry_after_ms: None };
    update(&mut model, Input::Done(Tag::Join, Err(taken)));
    assert!(picture(&model).contains("That name is taken."));

    press(&mut model, KeyCode::Enter);
    let me = model.me.clone().unwrap();
    let phrase = "word ".repeat(24).trim().to_owned();
    let made = Outcome::SignedUp { account: me.account, device: me.device, phrase };
    update(&mut model, Input::Done(Tag::Join, Ok(made)));
    assert!(picture(&model).contains("24 word"));
    let actions = press(&mut model, KeyCode::Enter);
    assert!(matches!(actions[0], Action::ConfirmPhrase));
    assert!(model.welcome.is_none());
}

#[test]
fn forms_are_checked_before_the_server_is_asked() {
    let mut model = scene("sign-up-ru");
    model.welcome.as_mut().unwrap().field = 5;
    assert!(commands(&press(&mut model, KeyCode::Enter)).is_empty());
    assert_eq!(model.welcome.as_ref().unwrap().field, 3, "the cursor goes to what is wrong");
    let mut model = scene("welcome");
    model.welcome = Some(Welcome { way: Way::Recover, ..Welcome::new("https://x.example".to_owned(), "d".to_owned()) });
    press(&mut model, KeyCode::Enter);
    update(&mut model, Input::Paste(format!("One\n{}", "two ".repeat(23))));
    press(&mut model, KeyCode::Enter);
    let sent = commands(&press(&mut model, KeyCode::Enter));
    assert_eq!(sent[0]["phrase"].as_str().unwrap().split(' ').count(), 24);
}

#[test]
fn what_was_not_understood_stays_to_be_mended() {
    let mut model = scene("group");
    for line in ["/usr/bin is full", "/role @bob king", "/silent"] {
        type_in(&mut model, line);
        assert!(commands(&press(&mut model, KeyCode::Enter)).is_empty());
        assert!(model.toast.take().unwrap().bad);
        assert_eq!(model.open.as_mut().unwrap().composer.take(), line);
    }
}

#[test]
fn what_could_not_be_said_is_given_back() {
    let mut model = scene("group");
    let refuse = |model: &mut Model, actions: &[Action]| {
        let Some(Action::Do { tag, .. }) = actions.iter().find(|action| !commands(&[(*action).clone()]).is_empty())
        else {
            panic!("nothing was said")
        };
        update(model, Input::Done(*tag, Err(Failure::invalid(Field::Text, Reason::TooLong))))
    };
    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::Char('r'));
    type_in(&mut model, "**loaf**");
    let purpose = model.open.as_ref().unwrap().purpose;
    let said = press(&mut model, KeyCode::Enter);
    assert!(model.open.as_ref().unwrap().composer.is_empty());
    refuse(&mut model, &said);
    let open = model.open.as_ref().unwrap();
    assert_eq!((open.composer.text(), open.purpose), ("**loaf**", purpose));
    assert!(model.toast.as_ref().unwrap().bad);

    let said = press(&mut model, KeyCode::Enter);
    let other = model.conversations[2].conversation;
    super::open(&mut model, other);
    let kept = commands(&refuse(&mut model, &said));
    assert_eq!((&kept[0]["command"], &kept[0]["text"]), (&json!("save_draft"), &json!("**loaf**")));
}

#[test]
fn the_mark_stays_at_the_top_until_something_is_chosen() {
    let mut model = scene("empty");
    let all = scene("group").conversations;
    update(&mut model, Input::Data(Data::Conversations(all[3..].to_vec())));
    assert_eq!(model.marked, Some(all[3].conversation));
    update(&mut model, Input::Data(Data::Conversations(all[1..].to_vec())));
    assert_eq!(model.marked, Some(all[1].conversation), "the newest is what Enter opens");
    press(&mut model, KeyCode::Down);
    update(&mut model, Input::Data(Data::Conversations(all.clone())));
    assert_eq!(model.marked, Some(all[2].conversation));
}

#[test]
fn who_has_accepted_is_asked_for_their_presence() {
    let mut model = scene("group");
    let watched = |model: &mut Model, conversations: &[ConversationView]| {
        let asked = commands(&update(model, Input::Data(Data::Conversations(conversations.to_vec()))));
        asked.first().map_or(0, |asked| asked["accounts"].as_array().unwrap().len())
    };
    let mut all = model.conversations.clone();
    assert_eq!(watched(&mut model, &all), 2);
    assert_eq!(watched(&mut model, &all), 0, "once is enough");
    all[1].readiness = Readiness::Ready;
    assert_eq!(watched(&mut model, &all), 3);
}

#[test]
fn what_happened_is_not_chosen_as_a_message() {
    let mut model = scene("group");
    press(&mut model, KeyCode::Esc);
    for _ in 0..30 {
        press(&mut model, KeyCode::Up);
        let open = model.open.as_ref().unwrap();
        assert!(!crate::tui::rows::is_event(open.chosen_message().unwrap()));
    }
}

#[test]
fn a_russian_no_is_a_no() {
    let mut model = scene("group-ru");
    for (key, done) in [('н', 0), ('Н', 0), ('т', 0), ('n', 0), ('д', 1), ('y', 1)] {
        slash::run(&mut model, "/signout").unwrap();
        assert_eq!(names(&press(&mut model, KeyCode::Char(key))).len(), done, "{key}");
        assert!(model.overlays.is_empty(), "{key}");
    }
}

#[test]
fn there_are_commands_before_there_are_conversations() {
    let mut model = scene("empty");
    type_in(&mut model, "/gr");
    assert!(picture(&model).contains("/group … @… @…"));
    press(&mut model, KeyCode::Tab);
    type_in(&mut model, "Tea @bob");
    let actions = press(&mut model, KeyCode::Enter);
    assert!(actions.iter().any(|action| matches!(action, Action::Resolve { .. })));
    assert!(model.overlays.is_empty());
    type_in(&mut model, "/title Tea");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.toast.as_ref().unwrap().text, Lang::En.label(Label::NothingOpen));
}

#[test]
fn privacy_is_changed_on_the_spot() {
    let mut model = scene("group");
    press(&mut model, KeyCode::F(4));
    press(&mut model, KeyCode::Down);
    let changed = commands(&press(&mut model, KeyCode::Right));
    let before = serde_json::to_value(model.me.as_ref().unwrap().privacy).unwrap();
    assert_eq!((&before["group_adds"], &changed[0]["privacy"]["group_adds"]), (&json!("contacts"), &json!("nobody")));
    assert_eq!(changed[0]["privacy"]["requests"], before["requests"]);
    assert_eq!(names(&press(&mut model, KeyCode::Left)), ["set_privacy"]);
}

#[test]
fn a_long_answer_is_told_to_its_end() {
    let mut model = scene("group");
    let failure = Failure::Refused { code: Code::ProfileCopied, detail: String::new(), retry_after_ms: None };
    update(&mut model, Input::Done(Tag::Quiet, Err(failure)));
    let picture = picture(&model);
    assert!(picture.contains("This profile is a copy") && picture.contains("link this one as a new device."));
}

#[test]
fn a_device_is_let_in_only_by_a_yes() {
    let digits = "481526".to_owned();
    let notice =
        Notice::LinkCode { link: "CODE".to_owned(), device: DeviceId::from_bytes([7; 16]), comparison: digits };
    let mut model = scene("devices");
    update(&mut model, Input::Notice(notice.clone()));
    assert!(picture(&model).contains("481 526"));
    assert!(press(&mut model, KeyCode::Enter).is_empty(), "nothing by chance");
    assert_eq!(names(&press(&mut model, KeyCode::Char('y'))), ["approve_link"]);
    update(&mut model, Input::Notice(notice));
    assert_eq!(names(&press(&mut model, KeyCode::Char('т'))), ["refuse_link"], "n on a Russian keyboard");
}

#[test]
fn an_answer_to_other_words_is_no_answer() {
    let mut model = scene("search");
    let hits = match model.overlays.pop() {
        Some(Overlay::Search(search)) => search.hits,
        _ => panic!("the scene shows a search"),
    };
    press_with(&mut model, KeyModifiers::CONTROL, 'f');
    let actions = type_in(&mut model, "ab");
    assert_eq!(loads(&actions).len(), 2);
    update(&mut model, Input::Data(Data::Hits("a".to_owned(), hits.clone())));
    assert!(!picture(&model).contains("3 found"));
    update(&mut model, Input::Data(Data::Hits("ab".to_owned(), hits)));
    assert!(picture(&model).contains("3 found"));
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.focus, Focus::Messages, "the hit is chosen in its place");
    assert!(model.overlays.is_empty());
}

#[test]
fn failures_are_told_in_the_persons_language() {
    let mut model = scene("group-ru");
    update(&mut model, Input::Done(Tag::Quiet, Err(Failure::NotAllowed { reason: Reason::Rank })));
    assert!(model.toast.as_ref().unwrap().text.contains("Нельзя"));
    update(&mut model, Input::Resolved(input::Purpose::Open, Err(Unresolved::Nobody("zed".to_owned()))));
    assert_eq!(model.toast.as_ref().unwrap().text, "Никого с именем zed нет.");
    let later = model.now.plus_millis(10_000);
    update(&mut model, Input::Tick(later));
    assert!(model.toast.is_none());
}

#[test]
fn the_bell_rings_for_what_is_not_on_the_screen() {
    let mut model = scene("group");
    let here = model.open.as_ref().unwrap().conversation;
    let incoming = |conversation| Input::Notice(Notice::Incoming { conversation, row: 99 });
    let rings = |actions: &[Action]| actions.iter().any(|action| matches!(action, Action::Bell));
    assert!(!rings(&update(&mut model, incoming(here))));
    let other = model.conversations[2].conversation;
    assert!(rings(&update(&mut model, incoming(other))));
    update(&mut model, Input::Attentive(false));
    assert!(rings(&update(&mut model, incoming(here))));
}

#[test]
fn every_key_is_safe_everywhere() {
    let mut codes: Vec<KeyCode> = ('a'..='z').chain("йцук?+/1 ".chars()).map(KeyCode::Char).collect();
    codes.extend((1..=12).map(KeyCode::F));
    codes.extend([
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
    ]);
    for scene in SCENES {
        for size in [(80, 24), (30, 8), (10, 3)] {
            let mut model = scene.model(size);
            for modifiers in [KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT, KeyModifiers::SHIFT] {
                for code in &codes {
                    update(&mut model, Input::Key(KeyEvent::new(*code, modifiers)));
                }
                picture(&model);
            }
        }
    }
}

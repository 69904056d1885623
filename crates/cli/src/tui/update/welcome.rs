//! Keys on the first-run screen.

use beseda_engine::api::command::Command;
use crossterm::event::{KeyCode, KeyEvent};

use super::{command, composer, load_all};
use crate::text::{Label, Lang};
use crate::tui::input::{Action, Tag};
use crate::tui::model::Model;
use crate::tui::welcome::{Field, Form, Stage, Way, Welcome};

pub(super) fn key(model: &mut Model, key: KeyEvent) -> Vec<Action> {
    let lang = model.lang;
    let Some(welcome) = &mut model.welcome else { return Vec::new() };
    match welcome.stage.clone() {
        Stage::Choose => {
            choose(welcome, key);
            Vec::new()
        }
        Stage::Fill => fill(lang, welcome, key),
        Stage::Wait | Stage::Link { .. } => Vec::new(),
        Stage::Phrase { .. } => {
            if key.code != KeyCode::Enter {
                return Vec::new();
            }
            model.welcome = None;
            let mut actions = vec![Action::ConfirmPhrase];
            actions.extend(load_all(model));
            actions
        }
    }
}

fn choose(welcome: &mut Welcome, key: KeyEvent) {
    let at = Way::ALL.iter().position(|way| *way == welcome.way).unwrap_or(0);
    let next = match key.code {
        KeyCode::Up => at.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => (at + 1).min(Way::ALL.len() - 1),
        KeyCode::Enter => {
            welcome.stage = Stage::Fill;
            welcome.problem = None;
            // The first field that is still empty is the one to fill.
            let fields = welcome.way.fields();
            welcome.field = fields.iter().position(|field| welcome.form.field(*field).is_empty()).unwrap_or(0);
            at
        }
        _ => at,
    };
    welcome.way = Way::ALL.get(next).copied().unwrap_or_default();
}

fn fill(lang: Lang, welcome: &mut Welcome, key: KeyEvent) -> Vec<Action> {
    let fields = welcome.way.fields();
    let last = fields.len() - 1;
    match key.code {
        KeyCode::Esc => {
            welcome.stage = Stage::Choose;
            welcome.problem = None;
        }
        KeyCode::Up | KeyCode::BackTab => welcome.field = welcome.field.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => welcome.field = (welcome.field + 1).min(last),
        KeyCode::Enter if welcome.field < last => welcome.field += 1,
        KeyCode::Enter => return join(lang, welcome),
        _ => {
            if let Some(field) = fields.get(welcome.field) {
                composer::edit_key(welcome.form.field_mut(*field), key);
                welcome.problem = None;
            }
        }
    }
    Vec::new()
}

pub(super) fn pasted(welcome: &mut Welcome, text: &str) {
    if welcome.stage != Stage::Fill {
        return;
    }
    if let Some(field) = welcome.way.fields().get(welcome.field) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        welcome.form.field_mut(*field).insert(&line);
    }
}

fn join(lang: Lang, welcome: &mut Welcome) -> Vec<Action> {
    match wish(&welcome.form, welcome.way) {
        Ok(wish) => {
            welcome.stage = Stage::Wait;
            welcome.problem = None;
            vec![command(Tag::Join, wish)]
        }
        Err((field, problem)) => {
            welcome.problem = Some(lang.label(problem).to_owned());
            welcome.field = welcome.way.fields().iter().position(|f| *f == field).unwrap_or(0);
            Vec::new()
        }
    }
}

fn wish(form: &Form, way: Way) -> Result<Command, (Field, Label)> {
    let text = |field: Field| form.field(field).text().trim().to_owned();
    let server = server_address(&text(Field::Server)).ok_or((Field::Server, Label::ServerNeeded))?;
    let device_name = text(Field::Device);
    let username = text(Field::Username).trim_start_matches('@').to_owned();
    let invite = Some(text(Field::Invite)).filter(|invite| !invite.is_empty());
    Ok(match way {
        Way::Anonymous => Command::SignUp { server, username: None, password: None, invite, phone: false, device_name },
        Way::Username => {
            if username.is_empty() {
                return Err((Field::Username, Label::UsernameNeeded));
            }
            let password = form.password.text().to_owned();
            if password != form.again.text() {
                return Err((Field::Again, Label::PasswordsDiffer));
            }
            let password = Some(password).filter(|password| !password.is_empty());
            Command::SignUp { server, username: Some(username), password, invite, phone: false, device_name }
        }
        Way::Recover => {
            let phrase = text(Field::Phrase).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            if phrase.split(' ').count() != 24 {
                return Err((Field::Phrase, Label::PhraseNeeded));
            }
            Command::Recover { server, phrase, device_name }
        }
        Way::Link => Command::StartLink { server, device_name },
        Way::Reset => {
            if username.is_empty() {
                return Err((Field::Username, Label::UsernameNeeded));
            }
            let password = form.password.text().to_owned();
            Command::ResetIdentity { server, username, password, device_name }
        }
    })
}

/// A whole address: `chat.example.org` means https, a local machine http.
pub(crate) fn server_address(typed: &str) -> Option<String> {
    let typed = typed.trim().trim_end_matches('/');
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return None;
    }
    if typed.starts_with("http://") || typed.starts_with("https://") {
        return Some(typed.to_owned());
    }
    if typed.contains("://") {
        return None;
    }
    let local =
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| typed == *host || typed.starts_with(&format!("{host}:")));
    Some(format!("{}://{typed}", if local { "http" } else { "https" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_completed() {
        assert_eq!(server_address("chat.example.org/"), Some("https://chat.example.org".to_owned()));
        assert_eq!(server_address("localhost:8080"), Some("http://localhost:8080".to_owned()));
        assert_eq!(server_address("http://10.0.0.1:8080"), Some("http://10.0.0.1:8080".to_owned()));
        assert_eq!(server_address("localhost.evil.example"), Some("https://localhost.evil.example".to_owned()));
        assert_eq!([server_address(""), server_address("ftp://x"), server_address("a b")], [None, None, None]);
    }
}

//! Formatting as people type it.

use beseda_engine::timeline::markup::{Names, is_safe_link, parse, render};
use beseda_engine::timeline::rules::text::accept;
use beseda_model::AccountId;
use beseda_wire::content::{Entity, Style};

use super::edit::Script;

struct People;

const ALICE: AccountId = AccountId::from_bytes([1; 16]);

impl Names for People {
    fn account(&self, username: &str) -> Option<AccountId> {
        username.eq_ignore_ascii_case("alice").then_some(ALICE)
    }

    fn username(&self, account: AccountId) -> Option<String> {
        (account == ALICE).then(|| "alice".to_owned())
    }
}

/// The first byte says how many entities follow before the text; each of them takes four bytes. What is typed means the
/// same after it was written again, and what others formatted in whatever way keeps its text.
pub(crate) fn survives(input: &[u8]) {
    let mut script = Script::new(input);
    let count = usize::from(script.byte() % 8);
    let entities: Vec<Entity> = (0..count).map(|_| entity(&mut script)).collect();
    let text = String::from_utf8_lossy(script.take(usize::MAX));

    let once = parse(&text, &People);
    let length = once.text.chars().count() as u64;
    for entity in &once.entities {
        assert!(entity.len > 0 && u64::from(entity.start) + u64::from(entity.len) <= length, "{entity:?} is outside");
        if let Style::Link { url } = &entity.style {
            assert!(is_safe_link(url), "{url:?}");
        }
    }
    let written = render(&once.text, &once.entities, &People);
    let twice = parse(&written, &People);
    assert_eq!(once, twice, "{text:?} was written as {written:?}");
    assert_eq!(render(&twice.text, &twice.entities, &People), written);

    if let Ok(accepted) = accept(&text, &entities) {
        assert_eq!(accept(&text, &accepted).as_ref(), Ok(&accepted), "what was accepted is accepted");
        let length = text.chars().count() as u64;
        let end = |entity: &Entity| u64::from(entity.start) + u64::from(entity.len);
        assert!(accepted.iter().all(|entity| entity.len > 0 && end(entity) <= length), "{accepted:?} is outside");
    }
    let formatted = render(&text, &entities, &People);
    assert_eq!(parse(&formatted, &People).text, text, "{entities:?} was written as {formatted:?}");
}

fn entity(script: &mut Script<'_>) -> Entity {
    let style = match script.byte() % 12 {
        0 => Style::Bold,
        1 => Style::Italic,
        2 => Style::Strike,
        3 => Style::Code,
        4 => Style::Block { language: String::new() },
        5 => Style::Block { language: "a`\n b".to_owned() },
        6 => Style::Quote,
        7 => Style::Spoiler,
        8 => Style::Link { url: "https://x.example/)(".to_owned() },
        9 => Style::Link { url: "javascript:1".to_owned() },
        10 => Style::Mention { account: ALICE },
        _ => Style::Unknown,
    };
    let start = script.byte();
    let len = script.byte();
    // Now and then far outside.
    let scale = if script.byte() == 0xff { 0x0101_0101 } else { 1 };
    Entity { start: u32::from(start) * scale, len: u32::from(len) * scale, style }
}

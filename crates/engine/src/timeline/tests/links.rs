//! Messages that link to pages.

use beseda_wire::content::{Content, Entity, Message, Style};

use super::{BOB, Device, GROUP, NOTES, by, delete, edit, text};
use crate::api::view::Body;
use crate::view;

fn linked(device: &Device, words: &str, limit: u32) -> Vec<String> {
    let found = view::linked(&device.view(), GROUP, words, limit).unwrap();
    found
        .into_iter()
        .map(|message| match message.body {
            Body::Text { text, .. } => text,
            other => panic!("{other:?}"),
        })
        .collect()
}

fn under_words(text: &str, style: Style) -> Content {
    let entities = vec![Entity { start: 0, len: 4, style }];
    Content::Message(Message { text: text.to_owned(), entities, ..Message::default() })
}

#[test]
fn links_of_a_conversation_are_listed_newest_first_and_found_by_words() {
    let mut device = Device::new();
    let hidden = Style::Link { url: "https://example.org".to_owned() };
    device.hear(1, BOB, text("Хлеб: HTTPS://example.org/bread"));
    device.hear(2, BOB, text("no link, and see://nothing"));
    device.hear(3, BOB, under_words("here", hidden));
    device.hear(4, BOB, under_words("bold", Style::Bold));
    device.hear(5, BOB, text("www.example.org"));
    device.send(GROUP, "mine: http://example.org");
    device.send(NOTES, "https://elsewhere.example");
    let all = ["mine: http://example.org", "www.example.org", "here", "Хлеб: HTTPS://example.org/bread"];
    assert_eq!(linked(&device, "", 50), all);
    assert_eq!(linked(&device, "", 2), all[..2]);
    assert_eq!(linked(&device, "хлебом", 50), all[3..]);
    assert_eq!(linked(&device, "?!", 50), [""; 0]);

    // What was edited away or deleted is not one any more.
    device.hear(6, BOB, edit(by(BOB, 1), "Хлеб"));
    device.hear(7, BOB, delete(by(BOB, 5), 5));
    assert_eq!(linked(&device, "", 50), ["mine: http://example.org", "here"]);
}

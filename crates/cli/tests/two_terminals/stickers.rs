//! Stickers, links and pictures at terminals.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use beseda_cli::host;
use beseda_model::PackId;
use beseda_testkit::served::Served;
use beseda_wire::codec::encode_cbor;
use beseda_wire::content::{FileRef, Sticker, StickerPack};
use beseda_wire::link::{Link, Target};
use serde_json::{Value, json};

use crate::alice_and_bob;
use crate::terminal::Terminal;

fn picture(path: &Path, width: u32, height: u32) {
    let image =
        image::RgbaImage::from_fn(width, height, |x, y| image::Rgba([x.to_le_bytes()[0], y.to_le_bytes()[0], 90, 255]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("memory takes it");
    fs::write(path, bytes.into_inner()).expect("the folder can be written to");
}

/// Puts a file on the server, as what somebody has said to themselves; answers how it is named.
fn uploaded(who: &Terminal, path: &Path) -> FileRef {
    let sent = who.done(&["send", "notes", "--file", path.to_str().expect("paths of tests are text")]);
    let file = sent[0]["body"]["attachments"][0]["file"].as_i64().expect("a file has a number");
    tokio::runtime::Runtime::new().expect("the system has threads").block_on(async {
        let (host, profile) = host::open(&who.home(), None).expect("nobody else has it");
        let reference =
            host.read(move |core, _| core.file_reference(file)).await.expect("it can be read").expect("it is here");
        host.stop().await;
        drop(profile);
        reference
    })
}

/// The link to a pack of two stickers that somebody has made elsewhere.
fn pack(server: &Served, who: &Terminal, folder: &Path) -> String {
    let stickers = ["😀", "👍"].map(|emoji| {
        let path = folder.join("sticker.png");
        picture(&path, 64, if emoji == "👍" { 32 } else { 64 });
        let (width, height) = (64, if emoji == "👍" { 32 } else { 64 });
        let emojis = vec![emoji.to_owned()];
        Sticker { file: uploaded(who, &path), media_type: "image/png".to_owned(), width, height, emojis }
    });
    let pack = StickerPack {
        id: PackId::from_bytes([7; 16]),
        title: "Cats".to_owned(),
        author: "Vera\u{1b}[2J".to_owned(),
        account: None,
        licence: String::new(),
        price: None,
        cover: 0,
        stickers: stickers.to_vec(),
    };
    let path = folder.join("pack");
    fs::write(&path, encode_cbor(&pack)).expect("the folder can be written to");
    let target = Target::Stickers { file: uploaded(who, &path), public: false };
    Link { server: server.url(), target }.to_string()
}

#[test]
fn slow_a_pack_is_looked_at_installed_sent_from_and_removed() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let link = pack(&server, &alice, folder.path());
    let seen = bob.done(&["sticker", "look", &link]);
    assert_eq!((&seen[0]["title"], &seen[0]["kind"]), (&json!("Cats"), &json!("seen")));
    assert_eq!((&seen[1]["number"], &seen[1]["emojis"]), (&json!(1), &json!(["😀"])));
    assert!(bob.done(&["sticker", "packs"]).is_empty(), "looking is not taking");
    assert_eq!(bob.done(&["sticker", "install", &link])[0]["kind"], "installed");
    assert_eq!(bob.done(&["sticker", "install", &link])[0]["kind"], "installed", "once more does no harm");
    assert_eq!(bob.done(&["sticker", "packs"])[0]["link"], json!(link));
    assert_eq!(bob.done(&["sticker", "show", "cats"]).len(), 2);

    let media = |sent: &[Value]| sent[0]["body"]["attachments"][0]["media"].clone();
    let sent = media(&bob.done(&["sticker", "send", "@alice", "Cats", "2"]));
    assert_eq!((&sent["k"], &sent["j"], &sent["h"]), (&json!("sticker"), &json!("👍"), &json!(32)));
    let sent = bob.done(&["sticker", "send", "@alice", "Cats", "😀", "--reply", "last"]);
    assert_eq!((&media(&sent)["j"], &sent[0]["delivery"]["state"]), (&json!("😀"), &json!("sent")));
    assert!(sent[0]["reply"].is_object());
    assert_eq!(bob.done(&["sticker", "show", "recent"])[0]["emojis"], json!(["😀"]));
    assert_eq!(alice.done(&["show", "@bob", "last", "--sync"])[0]["width"], 64);

    for (args, code) in [
        (&["sticker", "show", "Dogs"][..], 5),
        (&["sticker", "send", "@alice", "Cats", "3"], 5),
        (&["sticker", "send", "@alice", "Cats", "0"], 5),
        (&["sticker", "send", "@alice", "favourites", "1"], 5),
        (&["sticker", "install", "https://example.org/stickers/x"], 2),
        (&["sticker", "remove", "recent"], 5),
    ] {
        assert_eq!(bob.refused(args).0, code, "{args:?}");
    }
    bob.done(&["sticker", "remove", "Cats"]);
    assert!(bob.done(&["sticker", "packs"]).is_empty());
}

#[test]
fn slow_what_is_no_pack_is_refused() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no-pack");
    for content in [&b"no pack at all"[..], &[0; 60_001], &encode_cbor(&json!({ "i": 1 }))] {
        fs::write(&path, content).unwrap();
        let target = Target::Stickers { file: uploaded(&alice, &path), public: false };
        let link = Link { server: server.url(), target }.to_string();
        assert_eq!(alice.refused(&["sticker", "install", &link]).0, 2, "{} bytes", content.len());
    }
    assert!(alice.done(&["sticker", "packs"]).is_empty());
}

#[test]
fn slow_links_are_listed_the_newest_first() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    for text in ["Bread: https://example.org/bread", "no link", "[here](https://example.org/here)"] {
        alice.done(&["send", "@bob", text]);
    }
    let texts = |found: Vec<Value>| found.iter().map(|one| one["body"]["text"].clone()).collect::<Vec<_>>();
    let all = texts(bob.done(&["links", "@alice", "--sync"]));
    assert_eq!(all, ["here", "Bread: https://example.org/bread"]);
    assert_eq!(texts(bob.done(&["links", "@alice", "-n", "1"])), ["here"]);
    assert_eq!(texts(bob.done(&["links", "@alice", "breads"])), ["Bread: https://example.org/bread"]);
    assert!(bob.done(&["links", "@alice", "cheese"]).is_empty());
}

#[test]
fn slow_a_photo_is_shown_and_what_is_none_is_told() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let (photo, note) = (folder.path().join("photo.png"), folder.path().join("note.txt"));
    picture(&photo, 300, 200);
    fs::write(&note, "words").unwrap();
    let (photo, note) = (photo.to_str().unwrap(), note.to_str().unwrap());
    let sent = alice.done(&["send", "@bob", "--file", photo, note]);
    assert!(sent[0]["body"]["attachments"][0]["preview"].is_string(), "it is blurred until it has come");
    let shown = bob.done(&["show", "@alice", "last", "--sync"]);
    assert_eq!((shown.len(), &shown[0]["width"], &shown[0]["height"]), (1, &json!(300), &json!(200)));
    // In words, and as half blocks where no terminal is.
    let text = bob.printed(&["show", "@alice", "last", "--rows", "4"]);
    let (said, drawn) = text.split_once('\n').unwrap();
    assert!(said.starts_with("[photo] photo.png") && drawn.lines().count() == 4, "{text}");
    assert!(drawn.lines().all(|line| line.starts_with("\x1b[38;2;") && line.ends_with("▀\x1b[0m")), "{drawn:?}");
    assert_eq!(bob.printed(&["show", "@alice", "last", "--pictures", "off"]).lines().count(), 1);
    for (args, code) in [
        (&["show", "@alice", "last", "--number", "2"][..], 5),
        (&["show", "@alice", "last", "--number", "3"], 5),
        (&["show", "@alice", "1"], 5),
    ] {
        assert_eq!(bob.refused(args).0, code, "{args:?}");
    }
    alice.done(&["send", "@bob", "--file", photo, "--once"]);
    assert_eq!(bob.refused(&["show", "@alice", "last", "--sync"]).0, 2, "it would stay on the screen");
}

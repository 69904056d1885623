//! Files between two people at terminals.

use std::fs;
use std::path::Path;

use beseda_testkit::served::Served;
use serde_json::{Value, json};

use crate::alice_and_bob;
use crate::terminal::Terminal;

fn content(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

/// A PNG in which nothing is drawn.
fn png(width: u8, height: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0w\0\0\0h\x08\x06\0\0\0sum.".to_vec();
    (bytes[19], bytes[23]) = (width, height);
    bytes.extend(b"\0\0\0\0IDATsum.\0\0\0\0IENDsum.");
    bytes
}

/// Saves what came last and answers where it is.
fn save_last(who: &Terminal, from: &str, to: &Path) -> Value {
    let mut saved = who.done(&["save", from, "last", "--to", text(to), "--sync"]);
    assert_eq!(saved.len(), 1);
    saved.remove(0)
}

#[test]
fn slow_files_of_every_size_arrive_as_they_were() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let received = folder.path().join("received");
    fs::create_dir(&received).unwrap();
    for size in [0, 1, 65_536, 65_537, 5 * 1024 * 1024 + 3] {
        let name = format!("{size}.bin");
        let path = folder.path().join(&name);
        fs::write(&path, content(size)).unwrap();
        let sent = alice.done(&["send", "@bob", "--file", text(&path)]);
        assert_eq!(sent[0]["delivery"]["state"], "sent");
        let attachment = &sent[0]["body"]["attachments"][0];
        assert_eq!((&attachment["name"], &attachment["size"]), (&json!(name), &json!(size)));
        let saved = save_last(&bob, "@alice", &received);
        assert_eq!((&saved["name"], &saved["size"]), (&json!(name), &json!(size)));
        let path = received.join(&name);
        assert_eq!(saved["path"], text(&path));
        assert!(fs::read(&path).unwrap() == content(size), "{size}");
    }
    let shared = bob.done(&["files", "@alice", "-n", "2"]);
    let names: Vec<_> = shared.iter().map(|one| &one["attachment"]["name"]).collect();
    assert_eq!(names, ["5242883.bin", "65537.bin"]);
    assert!(bob.done(&["files", "@alice", "--photos"]).is_empty());
}

#[test]
fn slow_several_files_go_with_one_text_and_are_saved_one_by_one() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let (photo, note) = (folder.path().join("photo"), folder.path().join("note.txt"));
    fs::write(&photo, png(40, 30)).unwrap();
    fs::write(&note, b"read me").unwrap();
    let sent = alice.done(&["send", "@bob", "Look", "--file", text(&photo), text(&note)]);
    let body = &sent[0]["body"];
    assert_eq!(body["text"], "Look");
    assert_eq!(body["attachments"][0]["media"], json!({ "k": "photo", "w": 40, "h": 30 }));
    assert_eq!(body["attachments"][0]["media_type"], "image/png");
    assert_eq!(body["attachments"][1]["media_type"], "text/plain");
    let to = folder.path().join("second.txt");
    let saved = bob.done(&["save", "@alice", "last", "--number", "2", "--to", text(&to), "--sync"]);
    assert_eq!(saved[0]["path"], text(&to));
    assert_eq!(fs::read(&to).unwrap(), b"read me");
    // What lies there already stays.
    let again = bob.done(&["save", "@alice", "last", "--number", "2", "--to", text(&to)]);
    assert_eq!(again[0]["path"], text(&folder.path().join("second (1).txt")));
    assert_eq!(bob.done(&["save", "@alice", "last", "--to", text(folder.path())]).len(), 2);
    assert_eq!(bob.refused(&["save", "@alice", "last", "--number", "3"]).0, 5);
    assert_eq!(bob.refused(&["save", "@alice", "last", "--number", "0"]).0, 5);
    let photos = bob.done(&["files", "@alice", "--photos"]);
    assert_eq!((photos.len(), &photos[0]["attachment"]["name"]), (1, &json!("photo")));
}

#[test]
fn slow_files_are_found_by_name_and_their_room_and_rules_are_chosen() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let (bill, recipe) = (folder.path().join("bill_2024.txt"), folder.path().join("recipe.txt"));
    fs::write(&bill, content(100_000)).unwrap();
    fs::write(&recipe, b"salt").unwrap();
    // Nothing but what is asked for comes to bob.
    let set = bob.done(&["downloads", "--unmetered", "file=never", "photo=1MB", "--network", "unmetered"]);
    let rules = &set[0]["rules"];
    assert_eq!((&rules["unmetered"]["file"], &rules["unmetered"]["photo"]), (&json!(0), &json!(1_000_000)));
    assert_eq!(
        (&rules["network"], &rules["saver"], &set[0]["metered"]),
        (&json!("unmetered"), &json!(false), &json!(false))
    );
    alice.done(&["send", "@bob", "Look", "--file", text(&bill), text(&recipe)]);
    let found = bob.done(&["files", "@alice", "--name", "2024", "--sync"]);
    assert_eq!((found.len(), &found[0]["attachment"]["name"]), (1, &json!("bill_2024.txt")));
    assert_eq!(found[0]["attachment"]["automatic"], false);
    let hits = bob.done(&["search", "recipes"]);
    assert_eq!((hits.len(), &hits[0]["files"]), (1, &json!([1])));
    assert_eq!(bob.done(&["save", "@alice", "last", "--to", text(folder.path())]).len(), 2);
    let room = bob.done(&["storage", "--limit", "none"]);
    assert_eq!((&room[0]["count"], &room[0]["allowed"]), (&json!(2), &Value::Null));
    let room = bob.done(&["storage", "--clear", "--limit", "5GB"]);
    assert_eq!((&room[0]["used"], &room[0]["allowed"]), (&json!(0), &json!(5_000_000_000_u64)));
    let saved = bob.done(&["downloads", "--saver", "true", "--ask", "false", "--metered", "video=any"]);
    assert_eq!(saved[0]["rules"]["metered"]["video"], json!((1_u64 << 53) - 1));
    assert_eq!((&rules["ask"], &saved[0]["rules"]["ask"]), (&json!(true), &json!(false)));
    assert_eq!(bob.done(&["downloads"])[0]["rules"], saved[0]["rules"]);
}

#[test]
fn slow_a_photo_loses_where_it_was_taken_unless_it_is_to_keep_it() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let folder = tempfile::tempdir().unwrap();
    let (bare, photo) = (png(40, 30), folder.path().join("photo.png"));
    let place = b"\0\0\0\x13tEXtGPS\x0059.93N 30.33E..sum.";
    let (size, drawn) = bare.split_at(33);
    let full = [size, place, drawn].concat();
    fs::write(&photo, &full).unwrap();
    for (args, expected) in [(&[][..], &bare), (&["--original"], &full)] {
        alice.done(&[&["send", "notes", "--file", text(&photo)], args].concat());
        let saved = save_last(&alice, "notes", folder.path());
        assert_eq!(&fs::read(saved["path"].as_str().unwrap()).unwrap(), expected, "{args:?}");
    }
    // Of what is damaged nobody knows what it tells.
    fs::write(&photo, &full[..full.len() - 12]).unwrap();
    assert_eq!(alice.refused(&["send", "notes", "--file", text(&photo)]).0, 2);
    assert_eq!(alice.refused(&["picture", "--set", text(&photo)]).0, 2);
    alice.done(&["send", "notes", "--file", text(&photo), "--original"]);
}

#[cfg(target_os = "linux")]
#[test]
fn slow_a_hostile_name_stays_in_the_folder() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let received = folder.path().join("a/b");
    fs::create_dir_all(&received).unwrap();
    for (name, saved_as) in
        [("..\\..\\evil", "evil"), (".profile", "profile"), ("C:\\x.exe", "x.exe"), ("a\u{202e}b", "ab")]
    {
        let path = folder.path().join(name);
        fs::write(&path, b"x").unwrap();
        alice.done(&["send", "@bob", "--file", text(&path)]);
        let saved = save_last(&bob, "@alice", &received);
        assert_eq!(saved["path"], text(&received.join(saved_as)), "{name:?}");
        fs::remove_file(received.join(saved_as)).unwrap();
    }
    assert_eq!(fs::read_dir(&received).unwrap().count(), 0);
    assert!(!folder.path().join("evil").exists());
}

#[test]
fn slow_what_can_not_be_sent_or_saved_is_told_and_nothing_is_sent() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let folder = tempfile::tempdir().unwrap();
    let (there, nowhere) = (folder.path().join("there"), folder.path().join("nowhere"));
    fs::write(&there, b"no picture").unwrap();
    let (there, nowhere, folder) = (text(&there), text(&nowhere), text(folder.path()));
    for (args, code) in [
        (&["send", "notes", "--file", there, "--file", nowhere][..], 2),
        (&["send", "notes", "--file", folder], 2),
        (&["send", "nobody", "--file", there], 5),
        (&["save", "notes", "last"], 5),
        (&["picture", "--set", there], 2),
        (&["picture", "--set", nowhere], 2),
        (&["picture", "--group", "notes", "--remove"], 4),
    ] {
        assert_eq!(alice.refused(args).0, code, "{args:?}");
    }
    assert!(alice.done(&["history", "notes"]).iter().all(|line| line["body"]["body"] != "text"));
    alice.done(&["send", "notes", "--file", there]);
    let missing = format!("{nowhere}/out");
    assert_eq!(alice.refused(&["save", "notes", "last", "--to", &missing]).0, 2);
}

#[test]
fn slow_what_was_sealed_without_a_server_arrives_when_it_is_back() {
    let mut server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    fs::write(&path, content(1_000_000)).unwrap();
    server.stop();
    let kept = alice.done(&["send", "@bob", "--no-wait", "--file", text(&path)]);
    assert_eq!(kept[0]["type"], "queued");
    // It is the content of now that was said, whatever becomes of the file.
    fs::write(&path, b"changed").unwrap();
    server.go_on();
    alice.done(&["sync"]);
    let saved = save_last(&bob, "@alice", &folder.path().join("received.pdf"));
    assert!(fs::read(saved["path"].as_str().unwrap()).unwrap() == content(1_000_000));
}

#[test]
fn slow_people_and_groups_show_pictures() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("face.png");
    fs::write(&path, png(9, 9)).unwrap();
    assert_eq!(alice.done(&["picture"])[0]["picture"], Value::Null);
    alice.done(&["picture", "--set", text(&path)]);
    let shown = alice.done(&["picture"]);
    assert!(shown[0]["picture"].is_i64(), "{shown:?}");
    alice.done(&["send", "@bob", "Look at me"]);
    let seen = bob.done(&["people", "@alice", "--sync"]);
    assert!(seen[0]["picture"].is_i64(), "{seen:?}");
    alice.done(&["picture", "--remove"]);
    assert_eq!(alice.done(&["picture"])[0]["picture"], Value::Null);

    alice.done(&["group", "create", "Bakery", "@bob"]);
    alice.done(&["picture", "--set", text(&path), "--group", "Bakery"]);
    let seen = bob.done(&["picture", "--group", "Bakery", "--sync"]);
    assert!(seen[0]["picture"].is_i64(), "{seen:?}");
    fs::write(&path, content(1024 * 1024 + 1)).unwrap();
    assert_eq!(alice.refused(&["picture", "--set", text(&path)]).0, 2);
}

#[test]
fn slow_what_can_be_opened_once_is_written_once_and_erased() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("secret.png");
    fs::write(&photo, png(40, 30)).unwrap();
    let sent = alice.done(&["send", "@bob", "--file", text(&photo), "--once"]);
    assert_eq!((&sent[0]["body"]["body"], &sent[0]["body"]["state"]), (&json!("once"), &json!("closed")));
    assert_eq!((&sent[0]["body"]["kind"], &sent[0]["body"]["file"]), (&json!("photo"), &Value::Null));
    let to = folder.path().join("seen.png");
    assert_eq!(bob.refused(&["save", "@alice", "last", "--to", text(&to), "--sync"]).0, 2);
    assert!(!to.exists(), "not without the flag");
    let saved = bob.done(&["save", "@alice", "last", "--once", "--to", text(&to)]);
    assert_eq!(saved[0]["path"], text(&to));
    assert_eq!(fs::read(&to).unwrap(), png(40, 30));
    let again = folder.path().join("again.png");
    assert_eq!(bob.refused(&["save", "@alice", "last", "--once", "--to", text(&again)]).0, 5);
    assert!(!again.exists());
    let told = alice.done(&["history", "@bob", "-n", "1", "--sync"]);
    assert_eq!(told[0]["body"]["state"], "opened");
    assert_eq!(alice.refused(&["save", "@bob", "last", "--once", "--to", text(&again)]).0, 5);
    // Words and other files can't be opened once.
    let words = folder.path().join("words.txt");
    fs::write(&words, "words").unwrap();
    assert_eq!(alice.refused(&["send", "@bob", "--file", text(&words), "--once"]).0, 2);
}

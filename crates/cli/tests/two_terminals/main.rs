//! Two people at two terminals and a real server between them: what scripts see.

mod documentation;
mod files;
mod phones;
mod stickers;
mod terminal;
mod trouble;

use beseda_testkit::served::Served;
use serde_json::json;
use terminal::Terminal;

/// Alice and Bob, who have spoken.
fn alice_and_bob(server: &Served) -> (Terminal, Terminal) {
    let alice = Terminal::signed_up(server, "alice");
    let bob = Terminal::signed_up(server, "bob");
    alice.done(&["send", "@bob", "Hello **Bob**"]);
    bob.done(&["accept", "@alice", "--sync"]);
    (alice, bob)
}

#[test]
fn slow_two_people_meet_talk_and_search() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let bob = Terminal::signed_up(&server, "bob");

    let found = alice.done(&["find", "bob"]);
    assert_eq!(found[0]["username"], "bob");
    let opened = alice.done(&["open", "@bob"]);
    assert_eq!((&opened[0]["type"], &opened[0]["readiness"]), (&json!("conversation"), &json!("request_sent")));
    let sent = alice.done(&["send", "@bob", "The _bread_ is ready, **Bob**"]);
    assert_eq!(sent[0]["delivery"]["state"], "sent");

    let waiting = bob.done(&["chats", "--sync"]);
    let request = waiting.iter().find(|row| row["kind"] == "direct").unwrap();
    assert_eq!((&request["readiness"], &request["title"]), (&json!("request_received"), &json!("alice")));
    bob.done(&["accept", "@alice"]);
    let answer = bob.done(&["send", "@alice", "--reply", "last", "Хлеб — это хорошо"]);
    assert_eq!(answer[0]["reply"]["text"], "The bread is ready, Bob");
    bob.done(&["read", "@alice"]);

    let history = alice.done(&["history", "@bob", "--sync"]);
    let said: Vec<_> = history.iter().filter(|row| row["body"]["body"] == "text").collect();
    let texts: Vec<_> = said.iter().filter_map(|row| row["body"]["text"].as_str()).collect();
    assert_eq!(texts, ["The bread is ready, Bob", "Хлеб — это хорошо"]);
    assert_eq!(said[0]["delivery"]["state"], "read");
    let hits = alice.done(&["search", "хлеба"]);
    assert_eq!(hits[0]["message"]["body"]["text"], "Хлеб — это хорошо");
    assert_eq!(hits[0]["matches"], json!([[0, 4]]));
}

#[test]
fn slow_edits_reactions_deletions_and_drafts_arrive() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    bob.done(&["react", "@alice", "last", "👍"]);
    alice.done(&["edit", "@bob", "last-own", "Hello *again*"]);
    let seen = bob.done(&["history", "@alice", "--sync"]);
    let message = seen.iter().find(|row| row["body"]["body"] == "text").unwrap();
    assert_eq!(message["body"]["text"], "Hello again");
    assert_eq!((&message["reactions"][0]["emoji"], &message["reactions"][0]["mine"]), (&json!("👍"), &json!(true)));
    let row = message["row"].to_string();
    assert_eq!(bob.done(&["info", "@alice", &row])[0]["history"], json!(["Hello Bob"]));

    alice.done(&["delete", "@bob", "last-own"]);
    let seen = bob.done(&["history", "@alice", "--sync"]);
    assert!(seen.iter().any(|row| row["body"]["body"] == "deleted"));
    alice.done(&["draft", "@bob", "not", "yet"]);
    let rows = alice.done(&["chats"]);
    assert!(rows.iter().any(|row| row["draft"] == "not yet"));
}

#[test]
fn slow_what_is_written_without_a_server_leaves_when_it_is_back() {
    let mut server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    server.stop();
    let (code, error) = alice.refused(&["send", "@bob", "Into the void"]);
    assert_eq!((code, &error["kind"]), (3, &json!("unreachable")));
    let kept = alice.done(&["send", "@bob", "--no-wait", "And again"]);
    assert_eq!(kept[0]["type"], "queued");
    assert_eq!(alice.done(&["outbox"]).len(), 2);
    server.go_on();
    alice.done(&["sync"]);
    assert!(alice.done(&["outbox"]).is_empty());
    let seen = bob.done(&["history", "@alice", "--sync"]);
    let texts: Vec<_> = seen.iter().filter_map(|row| row["body"]["text"].as_str()).collect();
    assert_eq!(texts, ["Hello Bob", "Into the void", "And again"]);
}

#[test]
fn slow_watching_ends_with_the_message_that_it_waits_for() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let watching = bob.begin(&["watch", "@alice", "--for", "1", "--read", "--timeout", "120"]);
    let (_, watching) = watching.until(|line| line["type"] == "connection" && line["state"] == "online");
    alice.done(&["send", "@bob", "Are you there?"]);
    let (message, watching) = watching.until(|line| line["type"] == "message");
    assert_eq!((&message["body"]["text"], &message["own"]), (&json!("Are you there?"), &json!(false)));
    assert_eq!(watching.end(), 0);
}

#[test]
fn slow_a_group_has_roles_and_rules() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let carol = Terminal::signed_up(&server, "carol");
    carol.done(&["privacy", "--group-adds", "everyone"]);
    let made = alice.done(&["group", "create", "Пекарня", "@bob", "@carol"]);
    assert_eq!(made[0]["title"], "Пекарня");
    alice.done(&["send", "пекарня", "Кто за дрожжами? @bob"]);
    let seen = bob.done(&["history", "Пекарня", "--sync"]);
    assert_eq!(seen.iter().find(|row| row["body"]["body"] == "text").unwrap()["mentions_me"], true);

    carol.done(&["sync"]);
    let (code, error) = carol.refused(&["group", "remove", "Пекарня", "@bob"]);
    assert_eq!((code, &error["kind"]), (4, &json!("not_allowed")));
    alice.done(&["group", "role", "Пекарня", "@carol", "admin"]);
    carol.done(&["sync"]);
    carol.done(&["group", "remove", "Пекарня", "@bob"]);
    let members = alice.done(&["members", "Пекарня", "--sync"]);
    let names: Vec<_> = members.iter().filter_map(|row| row["who"]["username"].as_str()).collect();
    assert_eq!(names, ["alice", "carol"]);
    assert_eq!(bob.refused(&["send", "Пекарня", "--sync", "still here?"]).0, 4);
}

#[test]
fn slow_a_second_device_joins_by_comparing_digits() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let phone = Terminal::new(&server);
    let linking = phone.begin(&["link", "--device-name", "phone"]);
    let (code, linking) = linking.until(|line| line["type"] == "link");
    let code = code["code"].as_str().unwrap().to_owned();
    let approving = alice.begin(&["device", "approve", &code]);
    let (asked, approving) = approving.until(|line| line["type"] == "link_request");
    let (shown, linking) = linking.until(|line| line["comparison"].is_string());
    assert_eq!(asked["comparison"], shown["comparison"]);
    approving.answer("yes");
    let (_, linking) = linking.until(|line| line["type"] == "signed_in");
    assert_eq!(linking.end(), 0);

    phone.done(&["send", "@bob", "From my phone"]);
    let seen = bob.done(&["history", "@alice", "--sync"]);
    let last = seen.iter().rev().find(|row| row["body"]["body"] == "text").unwrap();
    assert_eq!((&last["body"]["text"], &last["author_name"]), (&json!("From my phone"), &json!("alice")));
    assert_eq!(alice.done(&["device", "list", "--sync"]).len(), 2);
}

#[test]
fn slow_folders_are_on_every_device() {
    let server = Served::start();
    let (alice, _bob) = alice_and_bob(&server);
    let phrase = alice.done(&["phrase"])[0]["phrase"].as_str().unwrap().to_owned();
    let laptop = Terminal::new(&server).with("BESEDA_PHRASE", &phrase);
    laptop.done(&["recover"]);
    let made = alice.done(&["folder", "make", "Work", "@bob"]);
    assert_eq!((&made[0]["type"], &made[0]["name"]), (&json!("folder"), &json!("Work")));
    alice.done(&["folder", "make", "Kin"]);
    alice.done(&["folder", "rename", "Kin", "Family"]);
    alice.done(&["folder", "move", "family", "1"]);
    let seen = laptop.done(&["folder", "list", "--sync"]);
    assert_eq!(seen.iter().map(|folder| &folder["name"]).collect::<Vec<_>>(), ["Family", "Work"]);
    assert_eq!(laptop.done(&["chats", "--folder", "work"]).len(), 1);
    laptop.done(&["folder", "take", "Work", "@bob"]);
    laptop.done(&["folder", "put", "Family", "@bob", "notes"]);
    assert_eq!(alice.done(&["chats", "--folder", "Family", "--sync"]).len(), 2);
    assert!(alice.done(&["chats", "--folder", "Work"]).is_empty());
    alice.done(&["folder", "delete", "Family"]);
    let (exit, error) = alice.refused(&["chats", "--folder", "Family"]);
    assert_eq!((exit, &error["kind"]), (5, &json!("not_found")));
}

#[test]
fn slow_a_phrase_brings_an_account_back() {
    let server = Served::start();
    let (alice, _bob) = alice_and_bob(&server);
    let phrase = alice.done(&["phrase"])[0]["phrase"].as_str().unwrap().to_owned();
    let laptop = Terminal::new(&server).with("BESEDA_PHRASE", &phrase);
    let back = laptop.done(&["recover"]);
    assert_eq!(back[0]["account"], alice.done(&["me"])[0]["account"]);
    let wrong = phrase.split_once(' ').map(|(_, rest)| format!("nonsense {rest}")).unwrap();
    assert_eq!(Terminal::new(&server).with("BESEDA_PHRASE", &wrong).refused(&["recover"]).0, 2);
    alice.done(&["phrase", "--confirm"]);
    assert_eq!(alice.refused(&["phrase"]).0, 5);
}

#[test]
fn slow_what_is_cleared_or_removed_is_gone_here_and_not_there() {
    let server = Served::start();
    let (alice, bob) = alice_and_bob(&server);
    let texts = |lines: &[serde_json::Value]| lines.iter().filter(|row| row["body"]["body"] == "text").count();
    assert!(texts(&alice.done(&["history", "@bob", "--sync"])) > 0);
    alice.done(&["clear", "@bob"]);
    assert_eq!(texts(&alice.done(&["history", "@bob"])), 0);
    assert!(texts(&bob.done(&["history", "@alice", "--sync"])) > 0);
    let listed = |terminal: &Terminal| terminal.done(&["chats", "--sync"]).len();
    let before = listed(&alice);
    alice.done(&["remove", "@bob"]);
    assert_eq!(listed(&alice), before - 1);
    bob.done(&["send", "@alice", "Still there?"]);
    assert_eq!(listed(&alice), before);
}

#[test]
fn slow_a_phrase_stands_for_a_forgotten_password() {
    let server = Served::start();
    let alice = Terminal::new(&server).with("BESEDA_PASSWORD", "correct horse");
    let phrase = alice.done(&["sign-up", "--username", "alice"])[0]["phrase"].as_str().unwrap().to_owned();
    let bob = Terminal::signed_up(&server, "bob");
    let another = bob.done(&["phrase"])[0]["phrase"].as_str().unwrap().to_owned();
    let alice = alice.with("BESEDA_NEW_PASSWORD", "battery staple").with("BESEDA_PHRASE", &another);
    let (exit, error) = alice.refused(&["password", "--forgotten"]);
    assert_eq!((exit, &error["kind"]), (2, &json!("invalid")));
    let alice = alice.with("BESEDA_PHRASE", &phrase);
    alice.done(&["password", "--forgotten"]);
    assert_eq!(alice.refused(&["password"]).0, 4, "the former password is another");
    alice.with("BESEDA_PASSWORD", "battery staple").done(&["password"]);
}

#[test]
fn slow_failures_have_codes() {
    let server = Served::start();
    let alice = Terminal::signed_up(&server, "alice");
    let nobody = Terminal::new(&server);
    for (who, args, code, kind) in [
        (&nobody, &["chats"][..], 6, "not_signed_in"),
        (&nobody, &["sign-up", "--username", "alice"], 4, "refused"),
        (&nobody, &["sign-up", "--username", "a"], 2, "invalid"),
        (&alice, &["sign-up", "--username", "other"], 8, "already_signed_in"),
        (&alice, &["find", "x"], 2, "invalid"),
        (&alice, &["open", "@nobody_there"], 5, "not_found"),
        (&alice, &["send", "Nowhere", "x"], 5, "not_found"),
        (&alice, &["mute", "notes", "--for", "ever"], 2, "invalid"),
        (&alice, &["search", "x", "--from", "yesterday"], 2, "invalid"),
    ] {
        let (exit, error) = who.refused(args);
        assert_eq!((exit, error["kind"].as_str()), (code, Some(kind)), "{args:?}");
    }
    let watching = alice.begin(&["watch"]);
    let (_, watching) = watching.until(|line| line["type"] == "connection");
    let (exit, error) = alice.refused(&["me"]);
    assert_eq!((exit, &error["kind"]), (8, &json!("profile_in_use")));
    drop(watching);
}

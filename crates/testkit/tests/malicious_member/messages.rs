//! Messages that claim too much, come twice, or make no sense.

use beseda_engine::Command;
use beseda_engine::api::failure::Unreadable;
use beseda_engine::api::view::{Body, MessageView};
use beseda_model::{Code, LIMITS};
use beseda_wire::content::{Authored, Content, Delete, Edit, MessageRef, Pin, Repair, RepairRequest};
use beseda_wire::state::EntryClass;

use crate::town::{Town, corrupt_town, text, town};

#[test]
fn edits_and_deletions_of_others_change_nothing() {
    let mut town = town(20);
    let id = town.world.say(town.bob.device, town.group, "bob's own words");
    town.pass();
    let target = MessageRef { author: town.bob.account, id };
    let seq = town.row(town.bob.device).applied;
    let edit = Content::Edit(Edit { target, text: "forged".to_owned(), entities: Vec::new() });
    let delete = Content::Delete(Delete { targets: vec![target], seqs: vec![seq] });
    let pin = Content::Pin(Pin { target, on: true });
    for content in [edit, delete.clone(), pin] {
        town.rogue.say(&mut town.world, content).expect("the server can't read it");
    }
    // The server sees which bodies a deletion is to empty, and whose they are.
    let aad = town.rogue.aad(&mut town.world);
    let sealed = town.rogue.seal(aad, &Authored { at: town.world.now(), content: delete }.encode());
    let refused = town.rogue.append(&mut town.world, sealed, EntryClass::Silent, &[seq]);
    assert_eq!(refused.expect_err("it is bob's").code, Code::Forbidden);
    // A handshake is nobody's to empty.
    let aad = town.rogue.aad(&mut town.world);
    let sealed = town.rogue.seal(aad, b"");
    let refused = town.rogue.append(&mut town.world, sealed, EntryClass::Silent, &[1]);
    assert_eq!(refused.expect_err("it begins the group").code, Code::NotFound);
    town.pass();
    for key in town.honest() {
        let name = town.world.at(key).name.clone();
        let message = town.messages(key).into_iter().find(|found| found.message == target).expect("it is there");
        assert!(matches!(&message.body, Body::Text { text, .. } if text == "bob's own words"), "{name}: {message:?}");
        assert!(message.edited_at.is_none() && !message.pinned, "{name}");
        assert_eq!(town.broken_rules(key), ["edit_of_others", "delete_of_others", "pin"], "{name}");
    }
    town.assert_unharmed("forged edits");
}

#[test]
fn of_two_messages_with_one_id_the_first_stands() {
    let mut town = town(21);
    let first = town.rogue.aad(&mut town.world);
    let seq = town.rogue.say_with(&mut town.world, first, text("the first")).expect("it is a member");
    // The same id again is the same message, whatever the bytes.
    assert_eq!(town.rogue.say_with(&mut town.world, first, text("the second")).ok(), Some(seq));
    // Somebody else's id is not taken by that.
    let id = town.world.say(town.bob.device, town.group, "bob's");
    town.pass();
    town.rogue.follow(&mut town.world);
    let aad = town.rogue.aad(&mut town.world);
    let stolen = beseda_crypto::aad::MessageAad { message: id, ..aad };
    town.rogue.say_with(&mut town.world, stolen, text("not bob's")).expect("another device, another message");
    town.pass();
    for key in town.honest() {
        assert_eq!(town.texts(key), ["the first", "bob's", "not bob's"], "{}", town.world.at(key).name);
    }
    town.assert_unnoticed("ids used twice");
    town.assert_unharmed("ids used twice");
}

#[test]
fn two_messages_with_one_id_past_the_server_are_one() {
    let mut town = corrupt_town(22);
    let first = town.rogue.aad(&mut town.world);
    let again = town.rogue.seal(first, &Authored { at: town.world.now(), content: text("the second") }.encode());
    town.rogue.say_with(&mut town.world, first, text("the first")).expect("it is a member");
    // The server takes another message, and shows in its place the one whose id was used.
    let aad = town.rogue.aad(&mut town.world);
    let other = town.rogue.seal(aad, b"in its place");
    town.world.server.swap(&other, &again);
    town.rogue.append(&mut town.world, other, EntryClass::Counted, &[]).expect("it is a member");
    town.pass();
    for key in town.honest() {
        assert_eq!(town.texts(key), ["the first"], "{}", town.world.at(key).name);
    }
    town.assert_unharmed("an id used twice");
}

#[test]
fn what_nobody_can_make_sense_of_harms_nobody() {
    let mut town = town(23);
    let deep = |byte: u8, times: usize| vec![byte; times];
    let nested = [b"\xa5\x61v\x01\x61kgmessage\x61r\xf5\x61t\x00\x61b".to_vec(), deep(0x81, 60_000)].concat();
    let plaintexts: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0; 60_000],
        deep(0x81, 60_000),
        deep(0xa1, 60_000),
        deep(0x9f, 60_000),
        deep(0xd8, 60_000),
        nested,
        // Lengths that promise more than there is memory.
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff\x00".to_vec(),
        b"\xa5\x61v\x01\x61kgmessage\x61r\xf5\x61t\x00\x61b\xa1\x61x\x7b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        // A text that is not one.
        b"\xa5\x61v\x01\x61kgmessage\x61r\xf5\x61t\x00\x61b\xa1\x61x\x63\xff\xfe\xfd".to_vec(),
        // A moment after the end of time.
        b"\xa5\x61v\x01\x61kgmessage\x61r\xf5\x61t\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x61b\xa1\x61xbhi".to_vec(),
        Authored { at: town.world.now(), content: text(&"\u{202e}\u{0}e\u{301}".repeat(4_000)) }.encode(),
    ];
    for plaintext in &plaintexts {
        for class in [EntryClass::Counted, EntryClass::Silent] {
            let aad = town.rogue.aad(&mut town.world);
            let sealed = town.rogue.seal(aad, plaintext);
            town.rogue.append(&mut town.world, sealed, class, &[]).expect("the server can't read it");
        }
    }
    town.pass();
    let bodies = |town: &Town<_>, key| {
        let messages = town.messages(key).into_iter().filter(|message| message.message.author == town.mallory.account);
        messages.map(|message| message.body).collect::<Vec<_>>()
    };
    let shown = bodies(&town, town.alice.device);
    assert!(shown.len() >= plaintexts.len(), "each that counts has its row: {}", shown.len());
    for key in town.honest() {
        assert!(town.row(key).is_caught_up());
        assert_eq!(bodies(&town, key), shown, "everybody sees the same");
    }
    town.assert_unharmed("senseless content");
}

#[test]
fn what_is_too_large_or_no_message_is_refused() {
    let mut town = town(24);
    let most = usize::try_from(LIMITS.message_bytes).expect("it fits");
    let aad = town.rogue.aad(&mut town.world);
    let sealed = town.rogue.seal(aad, &vec![0; most]);
    let refused = town.rogue.append(&mut town.world, sealed, EntryClass::Counted, &[]);
    assert_eq!(refused.expect_err("it is larger than any").code, Code::TooLarge);
    let aad = town.rogue.aad(&mut town.world);
    let good = town.rogue.seal(aad, b"");
    for bytes in [Vec::new(), vec![0; 64], good[..100].to_vec(), [good.as_slice(), b"more"].concat()] {
        let refused = town.rogue.append(&mut town.world, bytes, EntryClass::Counted, &[]);
        assert_eq!(refused.expect_err("it is no message").code, Code::BadRequest);
    }
    let refused = town.rogue.append(&mut town.world, good.clone(), EntryClass::Handshake, &[]);
    assert_eq!(refused.expect_err("a message is no handshake").code, Code::BadRequest);
    let many: Vec<u64> = (1..=201).collect();
    let refused = town.rogue.append(&mut town.world, good, EntryClass::Silent, &many);
    assert_eq!(refused.expect_err("it empties too much").code, Code::TooLarge);
    town.assert_unnoticed("what the server refused");
    town.assert_unharmed("what the server refused");
}

#[test]
fn whoever_was_removed_writes_and_reads_no_more() {
    let mut town = corrupt_town(25);
    town.rogue.follow(&mut town.world);
    let aad = town.rogue.aad(&mut town.world);
    let early = town.rogue.seal(aad, &Authored { at: town.world.now(), content: text("from the old epoch") }.encode());
    let heard = town.rogue.heard.len();
    let (group, mallory) = (town.group, town.mallory.account);
    town.done(town.alice.device, Command::RemoveMember { conversation: group, account: mallory });
    for class in [EntryClass::Counted, EntryClass::Silent] {
        let refused = town.rogue.append(&mut town.world, early.clone(), class, &[]);
        assert_eq!(refused.expect_err("it is out").code, Code::NotAMember);
    }
    // The server shows it all the same, in the place of something that bob says.
    town.world.server.swap_next(&early);
    town.world.say(town.bob.device, group, "bob's");
    town.pass();
    for key in [town.alice.device, town.carol.device] {
        assert!(!town.texts(key).contains(&"bob's".to_owned()), "it was swapped");
        let forged = |message: &MessageView| matches!(message.body, Body::Unreadable { why: Unreadable::Forged, .. });
        assert_eq!(town.messages(key).iter().filter(|message| forged(message)).count(), 1);
    }
    town.rogue.follow(&mut town.world);
    let read: Vec<_> = town.rogue.heard.split_off(heard);
    assert!(read.is_empty(), "nothing that is said afterwards: {read:?}");
    town.assert_unharmed("a removal");
    for key in town.honest() {
        assert!(!town.texts(key).contains(&"from the old epoch".to_owned()));
    }
}

#[test]
fn repair_gives_nobody_what_they_could_not_read() {
    let mut town = town(26);
    let (group, mallory) = (town.group, town.mallory.account);
    // What was said while Mallory was not a member, and what was said before and deleted.
    let gone = town.world.say(town.bob.device, group, "to be deleted");
    town.pass();
    let target = MessageRef { author: town.bob.account, id: gone };
    let delete = Command::Delete { conversation: group, targets: vec![target], for_all: true };
    town.world.ask(town.bob.device, delete).expect("it is his own");
    town.pass();
    town.done(town.alice.device, Command::RemoveMember { conversation: group, account: mallory });
    town.pass();
    let secret = town.world.say(town.bob.device, group, "while mallory is away");
    town.pass();
    town.add(town.alice.device, mallory);
    town.rogue.join(&mut town.world, group).expect("it is a device of a member again");
    let live = town.world.say(town.bob.device, group, "for everybody");
    town.pass();
    town.rogue.follow(&mut town.world);
    let heard = town.rogue.heard.len();

    let ids = vec![secret, gone, live];
    for _ in 0..5 {
        let ask = Content::Repair(Repair::Request(RepairRequest { ids: ids.clone() }));
        town.rogue.say(&mut town.world, ask).expect("the server can't read it");
        town.pass();
    }
    town.rogue.follow(&mut town.world);
    let answers: Vec<_> = town.rogue.heard[heard..]
        .iter()
        .filter_map(|(_, authored)| match &authored.content {
            Content::Repair(Repair::Answer(answer)) => Some((answer.id, answer.content.is_some())),
            _ => None,
        })
        .collect();
    let of = |id| answers.iter().filter(|(answered, _)| *answered == id).map(|(_, there)| *there).collect::<Vec<_>>();
    assert_eq!(of(secret), Vec::<bool>::new(), "never rostered for it");
    assert!(!of(gone).contains(&true), "what is deleted stays deleted");
    assert_eq!(of(live), [true, true], "twice at most");
    town.assert_unharmed("requests for repair");
}

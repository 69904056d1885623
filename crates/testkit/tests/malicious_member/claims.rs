//! Claims about the log and the group.

use beseda_crypto::aad::{ChainPoint, DeviceLogPoint, MessageAad};
use beseda_engine::api::view::{Body, SystemEvent, WarningKind};
use beseda_model::{Code, ConversationId};
use beseda_wire::Request;
use beseda_wire::content::Content;
use beseda_wire::state::EntryClass;

use crate::town::{text, town};

#[test]
fn a_false_position_is_shown_under_the_liars_name_and_stops_nobody() {
    let mut town = town(30);
    town.rogue.follow(&mut town.world);
    let true_point = town.rogue.aad(&mut town.world).chain;
    let n = true_point.n;
    let lies = [
        ChainPoint { n, hash: [9; 16] },
        ChainPoint { n: n - 1, ..true_point },
        ChainPoint { n: 0, hash: [0; 16] },
        ChainPoint { n: n + 100, hash: [0; 16] },
        ChainPoint { n: u64::MAX, hash: [0; 16] },
    ];
    for (number, chain) in lies.into_iter().enumerate() {
        let aad = MessageAad { chain, ..town.rogue.aad(&mut town.world) };
        town.rogue.say_with(&mut town.world, aad, text(&format!("lie {number}"))).expect("the server can't tell");
        // Each time the others go on at once, without having to look at anything.
        town.assert_unharmed(&format!("lie {number}"));
    }
    let mallory = town.mallory.account;
    for key in town.honest() {
        let name = town.world.at(key).name.clone();
        let told = town.warnings(key);
        let named =
            |kind: &WarningKind| matches!(kind, WarningKind::LogForked { account, .. } if *account == Some(mallory));
        assert!(told.len() == 1 && told.iter().all(named), "{name}: {told:?}");
        let forked = Body::System { event: SystemEvent::LogForked };
        let shown: Vec<_> = town.messages(key).into_iter().filter(|message| message.body == forked).collect();
        assert!(shown.len() == 1 && shown.iter().all(|row| row.message.author == mallory), "{name}: {shown:?}");
    }
}

#[test]
fn a_false_head_of_the_own_device_log_is_shown_and_stops_nobody() {
    let mut town = town(31);
    town.rogue.follow(&mut town.world);
    for device_log in [DeviceLogPoint { version: 1, hash: [7; 8] }, DeviceLogPoint { version: 900, hash: [7; 8] }] {
        let aad = MessageAad { device_log, ..town.rogue.aad(&mut town.world) };
        town.rogue.say_with(&mut town.world, aad, text("believe me")).expect("the server can't tell");
        town.assert_unharmed("a false device log");
    }
    let mallory = town.mallory.account;
    for key in town.honest() {
        // Of the version that the server does not have nobody knows whether it is there.
        let (forked, withheld) =
            (WarningKind::DeviceLogForked { account: mallory }, WarningKind::DeviceLogWithheld { account: mallory });
        assert_eq!(town.warnings(key), [forked, withheld]);
    }
}

#[test]
fn whispers_and_marks_of_nonsense_harm_nobody() {
    let mut town = town(32);
    let group = town.group;
    for body in [Vec::new(), vec![0; 8_192], vec![0xff; 64]] {
        let whisper = Request::Whisper { conversation: group, body: body.into() };
        town.rogue.ask(&mut town.world, whisper).expect("the server can't read it");
    }
    let large = Request::Whisper { conversation: group, body: vec![0; 8_193].into() };
    assert_eq!(town.rogue.ask(&mut town.world, large).expect_err("too large").code, Code::TooLarge);
    let elsewhere = ConversationId::from_bytes([1; 16]);
    for conversation in [group, elsewhere] {
        let mark = Request::Mark { conversation, delivered: Some(u64::MAX), read: Some(u64::MAX) };
        // A mark beyond the end is one at the end.
        drop(town.rogue.ask(&mut town.world, mark));
    }
    let foreign = Request::Log { conversation: elsewhere, from: 1, limit: 1 };
    assert_eq!(town.rogue.ask(&mut town.world, foreign).expect_err("not a member").code, Code::NotAMember);
    town.assert_unnoticed("whispers");
    town.assert_unharmed("whispers");
}

#[test]
fn many_questions_are_answered_once() {
    let mut town = town(33);
    town.world.set_online(town.mallory.device, false);
    town.rogue.follow(&mut town.world);
    for _ in 0..40 {
        let aad = town.rogue.aad(&mut town.world);
        let asked = town.rogue.say_with(&mut town.world, aad, Content::StateRequest);
        asked.expect("the server can't read it");
    }
    let before = town.row(town.alice.device).last_seq;
    town.pass();
    town.rogue.follow(&mut town.world);
    let answers = town.rogue.heard.iter().filter(|(_, heard)| matches!(heard.content, Content::GroupState(_)));
    let answers: Vec<_> = answers.map(|(seq, _)| *seq).collect();
    assert!(answers.iter().filter(|seq| **seq > before).count() <= 3, "{answers:?}");
    let aad = town.rogue.aad(&mut town.world);
    let sealed = town.rogue.seal(aad, b"x");
    town.rogue.append(&mut town.world, sealed, EntryClass::Silent, &[]).expect("it is a member");
    town.assert_unharmed("questions");
}

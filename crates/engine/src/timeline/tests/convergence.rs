//! Whatever order entries come in, and however often: the same timeline.

use beseda_wire::content::{Content, InfoChange};
use proptest::prelude::*;

use super::{ALICE, BOB, CAROL, Device, GROUP, arrival, by, delete, edit, pin, react, text};
use crate::api::view::{ConversationView, MessageView};
use crate::log::arrival::Arrival;

/// What one entry says; targets are numbers of entries.
#[derive(Debug, Clone)]
enum Say {
    Text,
    Edit(u64),
    Delete(u64),
    React(u64, u8, bool),
    Pin(u64, bool),
    Title(u8),
}

fn log() -> impl Strategy<Value = Vec<(u64, u8, Say)>> {
    let say = prop_oneof![
        4 => Just(Say::Text),
        3 => (1_u64..14).prop_map(Say::Edit),
        1 => (1_u64..14).prop_map(Say::Delete),
        3 => (1_u64..14, 0_u8..3, any::<bool>()).prop_map(|(target, emoji, on)| Say::React(target, emoji, on)),
        2 => (1_u64..14, any::<bool>()).prop_map(|(target, on)| Say::Pin(target, on)),
        1 => any::<u8>().prop_map(Say::Title),
    ];
    proptest::collection::vec((0_u8..3, say), 1..14)
        .prop_map(|log| (1..).zip(log).map(|(seq, (who, say))| (seq, who, say)).collect())
}

fn who(number: u8) -> beseda_model::AccountId {
    [ALICE, BOB, CAROL][usize::from(number)]
}

/// Every message is by the one who wrote the entry of its number, if that is a message.
fn entry(log: &[(u64, u8, Say)], (seq, from, say): &(u64, u8, Say)) -> (Arrival, Content) {
    let target = |target: u64| {
        let author = log.iter().find(|(seq, ..)| *seq == target).map_or(*from, |(_, author, _)| *author);
        by(who(author), target)
    };
    let content = match say {
        Say::Text => text(&format!("said at {seq}")),
        Say::Edit(at) => edit(target(*at), &format!("edited at {seq}")),
        Say::Delete(at) => delete(target(*at), *at),
        Say::React(at, emoji, on) => react(target(*at), ["👍", "🎉", "👀"][usize::from(*emoji)], *on),
        Say::Pin(at, on) => pin(target(*at), *on),
        Say::Title(number) => Content::InfoChange(InfoChange {
            title: Some(format!("title {number}")),
            description: number.is_multiple_of(2).then(|| "about".to_owned()),
            ..InfoChange::default()
        }),
    };
    (arrival(GROUP, *seq, who(*from)), content)
}

fn shown(device: &Device) -> (Vec<MessageView>, ConversationView, Vec<String>) {
    let mut page = device.page(GROUP);
    for message in &mut page {
        message.row = 0;
        if let Some(reply) = &mut message.reply {
            reply.row = None;
        }
    }
    let mut conversation = device.conversation(GROUP);
    conversation.last = None;
    let mut found = device.found("said");
    found.extend(device.found("edited"));
    found.sort();
    (page, conversation, found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn order_and_repetition_make_no_difference(
        (log, shuffled) in log().prop_flat_map(|log| {
            let doubled: Vec<_> = log.iter().chain(&log).cloned().collect();
            (Just(log), Just(doubled).prop_shuffle())
        }),
    ) {
        let (mut one, mut other) = (Device::new(), Device::new());
        for item in &log {
            let (arrival, content) = entry(&log, item);
            one.apply(&arrival, content);
        }
        for item in &shuffled {
            let (arrival, content) = entry(&log, item);
            other.apply(&arrival, content);
        }
        prop_assert_eq!(shown(&one), shown(&other));
    }
}

//! Pages, lists and counters.

use beseda_model::Timestamp;
use beseda_wire::content::{Content, Message, OwnState, Pin};
use beseda_wire::state::EntryClass;
use proptest::prelude::*;

use super::{ALICE, BOB, CAROL, DIRECT, Device, GROUP, NOTES, by, delete, id, mention, text};
use crate::api::command::Command;
use crate::api::deeds::Deeds;
use crate::api::view::{Anchor, Readiness, TimelinePage};
use crate::store::conversations::Conversation;
use crate::view;

fn page(device: &Device, anchor: Anchor, limit: u32) -> TimelinePage {
    view::timeline(&device.view(), GROUP, anchor, limit).unwrap()
}

fn seqs(page: &TimelinePage) -> Vec<u64> {
    page.messages.iter().map(|message| message.seq.unwrap_or(0)).collect()
}

fn read(device: &Device, seq: u64, count: u64) {
    let mut row = Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    row.read_wanted = seq;
    row.read_count = count;
    row.save(&device.conn).unwrap();
}

#[test]
fn pages_begin_where_they_are_asked_to() {
    let mut device = Device::new();
    for seq in 1..=10 {
        device.hear(seq, BOB, text("x"));
    }
    device.send(GROUP, "not sent yet");
    let row = |seq: u64| device.message(GROUP, id(seq)).row;
    let edges = |page: &TimelinePage| (page.more_before, page.more_after);

    let end = page(&device, Anchor::End, 3);
    assert_eq!((seqs(&end), edges(&end)), (vec![9, 10, 0], (true, false)));
    let before = page(&device, Anchor::Before(row(9)), 3);
    assert_eq!((seqs(&before), edges(&before)), (vec![6, 7, 8], (true, true)));
    let after = page(&device, Anchor::After(row(8)), 9);
    assert_eq!((seqs(&after), edges(&after)), (vec![9, 10, 0], (true, false)));
    let around = page(&device, Anchor::Around(row(5)), 4);
    assert_eq!((seqs(&around), edges(&around)), (vec![3, 4, 5, 6], (true, true)));
    let first = page(&device, Anchor::Before(row(1)), 3);
    assert_eq!((seqs(&first), edges(&first)), (vec![], (false, true)));
    assert_eq!(seqs(&page(&device, Anchor::Around(row(1)), 4)), [1, 2]);
    assert_eq!(seqs(&page(&device, Anchor::Around(999), 2)), [10, 0]);
    read(&device, 4, 4);
    assert_eq!(seqs(&page(&device, Anchor::FirstUnread, 2)), [4, 5]);
    read(&device, 10, 10);
    assert_eq!(seqs(&page(&device, Anchor::FirstUnread, 2)), [10, 0]);
}

#[test]
fn a_moment_leads_to_the_first_row_that_is_not_older() {
    let mut device = Device::new();
    for seq in 1..=10 {
        device.hear(seq, BOB, text("x"));
    }
    let at = |seq: u64| device.message(GROUP, id(seq)).at;
    assert!(at(5) < at(6), "each has a time of its own");
    assert_eq!(seqs(&page(&device, Anchor::Since(at(6)), 4)), [4, 5, 6, 7]);
    assert_eq!(seqs(&page(&device, Anchor::Since(Timestamp::from_millis(0)), 4)), [1, 2]);
    let end = page(&device, Anchor::Since(Timestamp::from_millis(u64::MAX)), 2);
    assert_eq!((seqs(&end), end.more_after), (vec![9, 10], false));
}

#[test]
fn what_may_be_done_is_what_the_commands_take() {
    let mut device = Device::new();
    device.hear(1, BOB, text("theirs"));
    let own = device.send(GROUP, "mine");
    let deeds = |device: &Device, row: i64| view::deeds(&device.view(), row).unwrap().unwrap();
    let theirs = deeds(&device, device.message(GROUP, id(1)).row);
    let mine = deeds(&device, device.message(GROUP, own).row);
    // Alice owns the group: she may delete what others say, but puts no words into their mouths.
    assert_eq!((theirs.edit, theirs.delete_for_all, theirs.pin, theirs.reply), (false, true, true, true));
    assert_eq!((mine.edit, mine.delete_for_all, mine.retry), (true, true, false));
    assert!(
        device
            .command(&Command::Edit { conversation: GROUP, target: by(BOB, 1), text: "x".into(), entities: vec![] })
            .is_err()
    );

    assert!(device.conversation(GROUP).may_send);
    let mut row = Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    row.member = false;
    row.save(&device.conn).unwrap();
    assert!(!device.conversation(GROUP).may_send);
    let left = deeds(&device, device.message(GROUP, own).row);
    assert_eq!(left, Deeds { forward: true, ..Deeds::default() });
    assert_eq!(view::deeds(&device.view(), 999).unwrap(), None);
}

#[test]
fn pins_are_listed_newest_first_as_soon_as_they_are_set() {
    let mut device = Device::new();
    for seq in 1..=3 {
        device.hear(seq, BOB, text("x"));
    }
    let pinned = |device: &Device| -> Vec<u64> {
        view::pins(&device.view(), GROUP).unwrap().iter().filter_map(|message| message.seq).collect()
    };
    assert_eq!(pinned(&device), [0; 0]);
    for seq in [1, 3] {
        device.hear(10 + seq, BOB, Content::Pin(Pin { target: by(BOB, seq), on: true }));
    }
    assert_eq!(pinned(&device), [3, 1]);
    let unpin = Command::Pin { conversation: GROUP, target: by(BOB, 3), on: false };
    device.command(&unpin).unwrap();
    assert_eq!(pinned(&device), [1], "what is on its way counts");
    let pin = Command::Pin { conversation: GROUP, target: by(BOB, 2), on: true };
    device.command(&pin).unwrap();
    assert_eq!(pinned(&device), [2, 1], "what is on its way counts");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn walking_page_by_page_meets_every_row_once(
        order in Just((1..=30_u64).collect::<Vec<_>>()).prop_shuffle(),
        gone in proptest::collection::vec(1..=30_u64, 0..9),
        limit in 1_u32..8,
    ) {
        let mut device = Device::new();
        for seq in order {
            device.apply(&super::arrival(GROUP, seq, BOB), text("x"));
        }
        for seq in &gone {
            let targets = vec![by(BOB, *seq)];
            let _ = device.command(&Command::Delete { conversation: GROUP, targets, for_all: false });
        }
        let expected: Vec<u64> = (1..=30).filter(|seq| !gone.contains(seq)).collect();
        let mut back = Vec::new();
        let mut anchor = Anchor::End;
        loop {
            let page = page(&device, anchor, limit);
            back.splice(0..0, seqs(&page));
            if !page.more_before {
                break;
            }
            anchor = Anchor::Before(page.messages[0].row);
        }
        prop_assert_eq!(&back, &expected);
        let first = page(&device, Anchor::Before(device.page(GROUP)[0].row), limit);
        prop_assert!(first.messages.is_empty() && !first.more_before);
        let mut forth = seqs(&page(&device, Anchor::Around(device.page(GROUP)[0].row), 1));
        let mut anchor = Anchor::After(device.page(GROUP)[0].row);
        loop {
            let page = page(&device, anchor, limit);
            forth.extend(seqs(&page));
            if !page.more_after {
                break;
            }
            anchor = Anchor::After(page.messages.last().unwrap().row);
        }
        prop_assert_eq!(forth, expected);
    }
}

#[test]
fn unread_counts_what_others_said_and_nobody_took_back() {
    let mut device = Device::new();
    let to_me = Message { text: "alice".to_owned(), entities: vec![mention(ALICE, 5)], ..Message::default() };
    device.hear(1, BOB, text("one"));
    device.hear(2, ALICE, text("my own, from the phone"));
    device.hear(3, BOB, Content::Message(to_me.clone()));
    device.hear(4, CAROL, Content::Message(to_me));
    device.hear(5, CAROL, text("taken back"));
    let counters = |device: &Device| {
        let row = device.conversation(GROUP);
        (row.unread, row.mentions)
    };
    assert_eq!(counters(&device), (4, 2));
    device.hear(6, CAROL, delete(by(CAROL, 5), 5));
    assert_eq!(counters(&device), (3, 2));
    device.hear(7, CAROL, delete(by(CAROL, 4), 4));
    assert_eq!(counters(&device), (2, 1));
    read(&device, 1, 1);
    assert_eq!(counters(&device), (1, 1));
    read(&device, 7, 5);
    assert_eq!(counters(&device), (0, 0));
    // What the server has told of and was not fetched yet is unread as well.
    let mut row = Conversation::find(&device.conn, GROUP).unwrap().unwrap();
    (row.last_seq, row.count) = (20, 15);
    row.save(&device.conn).unwrap();
    assert_eq!(counters(&device), (10, 0));
}

#[test]
fn the_list_is_sorted_by_pin_and_time_and_says_how_things_stand() {
    let mut device = Device::new();
    device.hear(1, BOB, text("in the group"));
    device.advance(DIRECT, 5, EntryClass::Counted);
    device.apply(&super::arrival(DIRECT, 5, BOB), text("later, alone"));
    let order = |device: &Device| -> Vec<_> {
        let all = view::conversations(&device.view()).unwrap();
        all.into_iter().map(|row| row.conversation).collect()
    };
    assert_eq!(order(&device), [DIRECT, GROUP, NOTES]);
    let pin = |device: &mut Device, conversation, pinned| {
        let state = OwnState { pinned: Some(pinned), ..OwnState::default() };
        device.command(&Command::Keep { conversation, state }).unwrap();
    };
    pin(&mut device, NOTES, 1);
    pin(&mut device, GROUP, 2);
    assert_eq!(order(&device), [GROUP, NOTES, DIRECT]);

    let direct = device.conversation(DIRECT);
    assert_eq!((direct.title.as_str(), direct.peer, direct.readiness), ("02020202", Some(BOB), Readiness::Ready));
    device.conn.execute("UPDATE conversations SET member = 0 WHERE kind IN (1, 2)", ()).unwrap();
    assert_eq!(order(&device), [GROUP, DIRECT]);
    assert_eq!(device.conversation(GROUP).readiness, Readiness::Left);
    let members = view::members(&device.view(), GROUP).unwrap().unwrap();
    assert_eq!(members.members.iter().map(|member| member.who.account).collect::<Vec<_>>(), [ALICE, BOB, CAROL]);
}

/// What is asked often must not read whole tables.
#[test]
fn frequent_queries_use_their_indexes() {
    let device = Device::new();
    let plan = |sql: &str| -> String {
        let mut statement = device.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map((), |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for (sql, index) in [
        (
            "SELECT row FROM messages WHERE conversation = x'00' AND hidden = 0 AND (pos, row) <= (1, 1) \
             ORDER BY pos DESC, row DESC LIMIT 9",
            "messages_pos",
        ),
        (
            "SELECT row FROM messages WHERE conversation = x'00' AND hidden = 0 AND (pos, row) > (1, 1) \
             ORDER BY pos ASC, row ASC LIMIT 9",
            "messages_pos",
        ),
        ("SELECT row FROM messages WHERE conversation = x'00' AND author = x'01' AND message = x'02'", "messages_id"),
        ("SELECT row FROM messages WHERE expires_at > 0 AND expires_at <= 5 ORDER BY expires_at", "messages_expiry"),
        ("SELECT min(expires_at) FROM messages WHERE expires_at > 0", "messages_expiry"),
        (
            "SELECT 1 FROM conversations c JOIN messages m ON m.conversation = c.conversation \
             AND m.seq <= max(c.read, c.read_wanted) WHERE m.timer_from = 1 AND m.expires_at = 0 AND m.hidden = 0 \
             AND m.own = 0 AND m.timer_seconds > 0 AND m.deleted_seq = 0 LIMIT 1",
            "messages_unread_timer",
        ),
        (
            "SELECT (SELECT count(*) FROM messages WHERE conversation = x'00' AND seq = 0 AND state <> 2 AND state = 3)",
            "messages_waiting",
        ),
        (
            "SELECT row FROM messages WHERE conversation = x'00' AND hidden = 0 ORDER BY pos DESC, row DESC LIMIT 1",
            "messages_pos",
        ),
        (
            "SELECT count(*) FROM messages INDEXED BY messages_nothing_new WHERE conversation = x'00' AND seq > 1 \
             AND seq <= 9 AND counted = 1 AND (own = 1 OR deleted_seq > 0 OR hidden > 0)",
            "(conversation=? AND seq>? AND seq<?)",
        ),
        (
            "SELECT count(*) FROM messages INDEXED BY messages_mention WHERE conversation = x'00' AND seq > 1 \
             AND mentions_me = 1 AND hidden = 0 AND deleted_seq = 0",
            "(conversation=? AND seq>?)",
        ),
        ("SELECT content FROM own_events WHERE conversation = x'00' AND state = 0 ORDER BY message", "(conversation=?"),
        (
            "SELECT m.account, coalesce(r.delivered, 0), coalesce(r.read, 0) FROM members m LEFT JOIN receipts r \
             ON r.conversation = m.conversation AND r.account = m.account \
             WHERE m.conversation = x'00' AND m.account <> x'01' ORDER BY m.account",
            "SEARCH r USING PRIMARY KEY (conversation=? AND account=?)",
        ),
        ("SELECT row FROM messages WHERE kind = 2 AND deleted_seq = 0 ORDER BY row", "messages_unsupported"),
    ] {
        let plan = plan(sql);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
    }
}

//! Lies about the log: entries left out, in another order, twice, elsewhere, changed, taken back.

use beseda_engine::api::failure::Healing;
use beseda_engine::api::view::{Body, WarningKind};
use beseda_engine::store::conversations::Standing;
use beseda_model::{ConversationId, DeviceId};
use beseda_testkit::world::DeviceKey;
use beseda_wire::state::{Change, ConversationState, Entry, EntryClass};
use beseda_wire::{Bytes, ClientFrame, Push, Reply, Request, ServerFrame};

use crate::database::{change, look};
use crate::town::{
    MINUTE, Town, acknowledge, friends, id, is_forked, page, pass, row, say, sorted, texts, town, warnings,
};

fn last_seq(world: &Town, place: ConversationId) -> u64 {
    look(world, |database| database.last_seq(place))
}

/// Shows `victim` another log of `place`: `show` says what becomes of each entry, `ask` where the victim's wishes begin in
/// the true log.
fn rewrite(
    world: &mut Town,
    victim: DeviceKey,
    place: ConversationId,
    show: impl Fn(Entry) -> Option<Entry> + 'static,
    ask: impl Fn(u64) -> u64 + 'static,
) {
    let victim: DeviceId = id(world, victim);
    world.server.hear(move |device, mut frame| {
        if device == victim
            && let Request::Log { conversation, from, .. } = &mut frame.request
            && *conversation == place
        {
            *from = ask(*from);
        }
        Some(frame)
    });
    world.server.tell(move |device, request, frame| {
        if device != victim {
            return vec![frame.into()];
        }
        match frame {
            ServerFrame::Push(Push::Entry { conversation, entry }) if conversation == place => show(entry)
                .map(|entry| ServerFrame::Push(Push::Entry { conversation, entry }).into())
                .into_iter()
                .collect(),
            ServerFrame::Ok { id, re: Reply::Log { entries, last_seq } }
                if matches!(request, Some(Request::Log { conversation, .. }) if *conversation == place) =>
            {
                let mut entries: Vec<Entry> = entries.into_iter().filter_map(&show).collect();
                entries.sort_by_key(|entry| entry.seq);
                vec![ServerFrame::Ok { id, re: Reply::Log { entries, last_seq } }.into()]
            }
            frame => vec![frame.into()],
        }
    });
}

#[test]
fn an_entry_that_is_kept_back_is_missed_and_made_up_for() {
    let mut world = town(1);
    let friends = friends(&mut world);
    let (bob, place) = (friends.bob.device, friends.place);
    let hidden = last_seq(&world, place) + 1;
    rewrite(&mut world, bob, place, move |entry| (entry.seq != hidden).then_some(entry), |from| from);
    say(&mut world, friends.alice.device, place, "d");
    say(&mut world, friends.alice.device, place, "e");
    pass(&mut world, 5 * MINUTE);
    assert_eq!(texts(&world, bob, place), ["a", "b", "c"], "nothing is shown out of its order");
    assert_eq!(warnings(&world, bob), [WarningKind::EntryWithheld { seq: hidden }]);
    friends.assert_well_elsewhere(&mut world);

    world.server.be_honest();
    pass(&mut world, 2 * MINUTE);
    for device in friends.devices() {
        assert_eq!(texts(&world, device, place), ["a", "b", "c", "d", "e"]);
    }
    say(&mut world, bob, place, "f");
    assert_eq!(texts(&world, friends.carol.device, place).last().unwrap(), "f");
}

#[test]
fn a_log_without_one_entry_is_another_log() {
    let mut world = town(2);
    let friends = friends(&mut world);
    let (bob, place) = (friends.bob.device, friends.place);
    let hidden = last_seq(&world, place) + 1;
    let close_ranks = move |mut entry: Entry| {
        if entry.seq == hidden {
            return None;
        }
        if entry.seq > hidden {
            entry.seq -= 1;
            entry.count -= 1;
        }
        Some(entry)
    };
    rewrite(&mut world, bob, place, close_ranks, move |from| if from >= hidden { from + 1 } else { from });
    say(&mut world, friends.alice.device, place, "d");
    assert!(!is_forked(&world, bob, place), "until somebody speaks who has seen it nobody can know");
    say(&mut world, friends.carol.device, place, "e");
    assert!(is_forked(&world, bob, place), "{:?}", warnings(&world, bob));
    friends.assert_well_elsewhere(&mut world);
    friends.assert_heals(&mut world, &["a", "b", "c", "d", "e"]);
}

#[test]
fn entries_in_another_order_are_seen_to_be() {
    let mut world = town(3);
    let friends = friends(&mut world);
    let (bob, place) = (friends.bob.device, friends.place);
    let first = last_seq(&world, place) + 1;
    let swap = move |mut entry: Entry| {
        entry.seq = match entry.seq {
            seq if seq == first => first + 1,
            seq if seq == first + 1 => first,
            seq => seq,
        };
        Some(entry)
    };
    rewrite(&mut world, bob, place, swap, |from| from);
    say(&mut world, friends.alice.device, place, "d");
    say(&mut world, friends.carol.device, place, "e");
    pass(&mut world, 2 * MINUTE);
    assert!(is_forked(&world, bob, place), "{:?}", warnings(&world, bob));
    friends.assert_well_elsewhere(&mut world);
    friends.assert_heals(&mut world, &["a", "b", "c", "d", "e"]);
}

#[test]
fn people_who_are_shown_different_logs_find_out() {
    let mut world = town(4);
    let friends = friends(&mut world);
    let (bob, place) = (friends.bob.device, friends.place);
    let other = last_seq(&world, place) + 1;
    let old = look(&world, |database| database.body(place, other - 1));
    let replace = move |mut entry: Entry| {
        if entry.seq == other {
            entry.body = Some(Bytes(old.clone()));
        }
        Some(entry)
    };
    rewrite(&mut world, bob, place, replace, |from| from);
    say(&mut world, friends.alice.device, place, "for the others only");
    // Both sides find out as soon as they hear of each other: here bob does by carol's words.
    say(&mut world, friends.carol.device, place, "e");
    assert!(is_forked(&world, bob, place), "{:?}", warnings(&world, bob));
    for honest in [friends.alice.device, friends.carol.device] {
        assert!(!is_forked(&world, honest, place));
        assert_eq!(texts(&world, honest, place), ["a", "b", "c", "for the others only", "e"]);
    }
    friends.assert_well_elsewhere(&mut world);
    friends.assert_heals(&mut world, &["a", "b", "c", "for the others only", "e"]);
}

#[test]
fn what_is_replayed_or_doubled_is_shown_once() {
    let mut world = town(5);
    let friends = friends(&mut world);
    let place = friends.place;
    world.server.tell(|_, _, frame| vec![frame.clone().into(), frame.into()]);
    say(&mut world, friends.alice.device, place, "d");
    world.server.be_honest();
    // "a" was said in the present epoch; the group's first commit long before it.
    let (a, commit) =
        look(&world, |database| (database.body(place, last_seq(&world, place) - 3), database.body(place, 2)));
    change(&mut world, |database| {
        database.append(place, EntryClass::Counted, &a);
        database.append(place, EntryClass::Handshake, &commit);
    });
    for device in friends.devices() {
        assert_eq!(texts(&world, device, place), ["a", "b", "c", "d", "(Forged)"]);
        assert!(warnings(&world, device).is_empty(), "{:?}", warnings(&world, device));
    }
    say(&mut world, friends.bob.device, place, "e");
    assert_eq!(texts(&world, friends.carol.device, place).last().unwrap(), "e");
}

#[test]
fn a_message_that_is_moved_elsewhere_is_forged_there() {
    let mut world = town(6);
    let friends = friends(&mut world);
    let (place, elsewhere) = (friends.place, friends.elsewhere);
    let c = look(&world, |database| database.body(place, database.last_seq(place)));
    change(&mut world, |database| database.append(elsewhere, EntryClass::Counted, &c));
    for device in friends.devices() {
        assert_eq!(texts(&world, device, elsewhere), ["(Forged)"]);
        assert_eq!(texts(&world, device, place), ["a", "b", "c"]);
    }
    friends.assert_well_elsewhere(&mut world);
}

#[test]
fn a_body_that_was_changed_is_shown_as_damaged_and_sent_again() {
    let mut world = town(7);
    let friends = friends(&mut world);
    let (alice, bob, place) = (friends.alice.device, friends.bob.device, friends.place);
    let changed = last_seq(&world, place) + 1;
    let flip = move |mut entry: Entry| {
        if let Some(Bytes(body)) = entry.body.as_mut().filter(|_| entry.seq == changed) {
            *body.last_mut().unwrap() ^= 1;
        }
        Some(entry)
    };
    rewrite(&mut world, bob, place, flip, |from| from);
    world.say(alice, place, "d");
    assert!(world.run_until(MINUTE, |world| texts(world, bob, place) == ["a", "b", "c", "(Damaged)"]));
    let shown = page(&world, bob, place);
    let healing = shown.iter().find_map(|message| match message.body {
        Body::Unreadable { healing, .. } => Some(healing),
        _ => None,
    });
    assert_eq!(healing, Some(Healing::Asked));
    // Bob's request shows the others what he was given instead.
    pass(&mut world, MINUTE);
    for other in [alice, friends.carol.device] {
        assert!(is_forked(&world, other, place), "{:?}", warnings(&world, other));
    }
    friends.assert_well_elsewhere(&mut world);
    friends.assert_heals(&mut world, &["a", "b", "c", "d"]);
}

#[test]
fn a_body_that_the_server_took_away_is_missed() {
    let mut world = town(8);
    let friends = friends(&mut world);
    let (alice, bob, place) = (friends.alice.device, friends.bob.device, friends.place);
    world.set_online(bob, false);
    say(&mut world, alice, place, "d");
    say(&mut world, alice, place, "e");
    let last = last_seq(&world, place);
    change_without(&mut world, bob, move |database| {
        database.blank(place, last - 1);
        database.blank(place, last);
    });
    // Of the second one the server says besides that it was nothing for people to read.
    let belittle = move |mut entry: Entry| {
        if entry.seq == last {
            entry.class = EntryClass::Silent;
        }
        Some(entry)
    };
    rewrite(&mut world, bob, place, belittle, |from| from);
    world.set_online(bob, true);
    pass(&mut world, MINUTE);
    assert_eq!(texts(&world, bob, place), ["a", "b", "c", "(RemovedByServer)", "(RemovedByServer)"]);
    for other in [alice, friends.carol.device] {
        assert_eq!(texts(&world, other, place), ["a", "b", "c", "d", "e"], "what was read stays");
    }
    for device in friends.devices() {
        say(&mut world, device, place, "on we go");
        assert!(warnings(&world, device).is_empty(), "{:?}", warnings(&world, device));
    }
}

/// Like [`change`], but one device stays away.
fn change_without(world: &mut Town, away: DeviceKey, act: impl FnOnce(&crate::database::Database)) {
    world.server.real.restart(|folder| act(&crate::database::Database::open(folder)));
    for key in world.keys().into_iter().filter(|key| *key != away) {
        world.set_online(key, false);
        world.set_online(key, true);
    }
    pass(world, MINUTE);
}

#[test]
fn a_server_that_goes_back_unannounced_is_found_out() {
    let mut world = town(9);
    let friends = friends(&mut world);
    let (alice, carol, place) = (friends.alice.device, friends.carol.device, friends.place);
    let common = last_seq(&world, place);
    say(&mut world, alice, place, "d");
    say(&mut world, friends.bob.device, place, "e");
    change(&mut world, |database| database.cut(place, common));
    for device in friends.devices() {
        assert_eq!(texts(&world, device, place), ["a", "b", "c", "d", "e"], "what was read stays");
    }
    say(&mut world, carol, place, "f");
    for device in friends.devices() {
        assert!(is_forked(&world, device, place), "{}: {:?}", world.at(device).name, warnings(&world, device));
    }
    friends.assert_well_elsewhere(&mut world);

    // The operator owns up to the backup: everything comes back.
    world.server.real.restart(|folder| {
        beseda_infra::db::sqlite::renew_store_epoch(folder, [9; 16]).unwrap();
    });
    for key in world.keys() {
        world.set_online(key, false);
        world.set_online(key, true);
    }
    pass(&mut world, 10 * MINUTE);
    for device in friends.devices() {
        let name = &world.at(device).name;
        assert!(warnings(&world, device).contains(&WarningKind::ServerRestored), "{name}");
        assert_eq!(sorted(texts(&world, device, place)), ["a", "b", "c", "d", "e", "f"], "{name}");
    }
    say(&mut world, carol, place, "g");
    assert_eq!(texts(&world, alice, place).last().unwrap(), "g");
}

/// Takes alice's next message from her with a false answer: it stands `beyond` the present end of the log.
fn swallow(world: &mut Town, alice: DeviceKey, place: ConversationId, beyond: u64) {
    let seq = last_seq(world, place) + beyond;
    let alice = id(world, alice);
    let at = world.now();
    let answers = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let mut swallowed = false;
    let said = answers.clone();
    world.server.hear(move |device, frame| {
        let ClientFrame { id, request } = &frame;
        if device != alice || swallowed || !matches!(request, Request::Append(_)) {
            return Some(frame);
        }
        swallowed = true;
        said.borrow_mut().push(ServerFrame::Ok { id: *id, re: Reply::Appended { seq, at } });
        // Something has to be answered, so that the false answer has something to ride on.
        Some(ClientFrame { id: *id, request: Request::Ping })
    });
    world.server.tell(move |device, _, frame| {
        if device == alice
            && matches!(frame, ServerFrame::Ok { re: Reply::Done, .. })
            && let Some(answer) = answers.borrow_mut().pop()
        {
            return vec![answer.into()];
        }
        vec![frame.into()]
    });
}

#[test]
fn a_message_that_was_acknowledged_and_dropped_is_missed_and_sent_again() {
    for beyond in [1, 2] {
        let mut world = town(10 + beyond);
        let friends = friends(&mut world);
        let (alice, place) = (friends.alice.device, friends.place);
        swallow(&mut world, alice, place, beyond);
        say(&mut world, alice, place, "d");
        world.server.be_honest();
        assert_eq!(texts(&world, friends.bob.device, place), ["a", "b", "c"]);
        for text in ["e", "f"] {
            say(&mut world, friends.carol.device, place, text);
        }
        assert!(is_forked(&world, alice, place), "{:?}", warnings(&world, alice));
        friends.assert_well_elsewhere(&mut world);
        acknowledge(&mut world, alice);
        pass(&mut world, MINUTE);
        assert!(texts(&world, friends.bob.device, place).contains(&"d".to_owned()), "it was sent again");
    }
}

/// Tells `victim` of another state of `place` than there is.
fn misstate(
    world: &mut Town,
    victim: DeviceKey,
    place: ConversationId,
    misstate: impl Fn(&mut ConversationState) + 'static,
) {
    let victim = id(world, victim);
    world.server.tell(move |device, _, mut frame| {
        let told: Vec<&mut Change> = match &mut frame {
            ServerFrame::Push(Push::Change(change)) => vec![change],
            ServerFrame::Ok { re: Reply::Sync { changes, .. }, .. } => changes.iter_mut().collect(),
            _ => Vec::new(),
        };
        for change in told {
            if let Change::Conversation(state) = change
                && device == victim
                && state.conversation == place
            {
                misstate(state);
            }
        }
        vec![frame.into()]
    });
}

/// A state that the log does not bear out: it is shown, moves nobody, and is over with the lie.
fn assert_unmoved(seed: u64, lie: impl Fn(&mut ConversationState) + 'static) {
    let mut world = town(seed);
    let friends = friends(&mut world);
    let (bob, place) = (friends.bob.device, friends.place);
    let before = row(&world, bob, place);
    misstate(&mut world, bob, place, lie);
    say(&mut world, friends.alice.device, place, "d");
    pass(&mut world, 2 * MINUTE);
    let after = row(&world, bob, place);
    assert_eq!((after.mls_generation, after.mls_epoch), (before.mls_generation, before.mls_epoch));
    assert_eq!(after.standing, Standing::Ready);
    assert!(matches!(warnings(&world, bob).as_slice(), [WarningKind::InvalidCommit { .. }]));
    friends.assert_well_elsewhere(&mut world);
    world.server.be_honest();
    say(&mut world, friends.alice.device, place, "e");
    pass(&mut world, 2 * MINUTE);
    say(&mut world, bob, place, "f");
    for device in friends.devices() {
        assert_eq!(texts(&world, device, place), ["a", "b", "c", "d", "e", "f"]);
    }
    assert_eq!(row(&world, bob, place).mls_epoch, before.mls_epoch, "he never had to come in again");
}

#[test]
fn a_generation_that_the_log_does_not_show_moves_nobody() {
    assert_unmoved(13, |state| {
        state.generation += 1;
        state.epoch = 0;
    });
}

#[test]
fn who_was_removed_by_nobody_stays() {
    assert_unmoved(14, |state| state.member = false);
}

//! Frames that are none, and numbers without measure.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, Timestamp};
use beseda_testkit::backend::Said;
use beseda_testkit::chance::SeededRng;
use beseda_wire::state::{Change, ConversationState, Entry, EntryClass, Presence};
use beseda_wire::{Bytes, Encoding, Push, Reply, ServerFrame};

use crate::town::{MINUTE, acknowledge, friends, id, is_forked, pass, say, texts, town};

fn spoil(rng: &mut SeededRng, frame: &ServerFrame) -> Vec<Said> {
    let mut bytes = Encoding::Cbor.encode(frame);
    let length = bytes.len() as u64;
    match rng.below(8) {
        0 => bytes.truncate(usize::try_from(rng.below(length)).unwrap()),
        1 => bytes.extend_from_slice(&[0; 3]),
        2 => bytes = vec![0x81; 100_000],
        3 => bytes = vec![0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        4 => bytes = vec![0xff; 1 << 20],
        5 => return Vec::new(),
        _ => {
            let at = usize::try_from(rng.below(length)).unwrap();
            bytes[at] ^= 1 << rng.below(8);
        }
    }
    vec![Said::Bytes(bytes)]
}

#[test]
fn slow_garbage_stops_nobody_for_longer_than_it_lasts() {
    for seed in 40..44 {
        let mut world = town(seed);
        let friends = friends(&mut world);
        let mut rng = SeededRng::fork(seed, "garbage");
        // Answers that look like answers and bear no likeness to the question are garbage, too.
        world.server.tell(move |_, _, frame| match (&frame, rng.below(3)) {
            (ServerFrame::Ok { .. } | ServerFrame::Push(_), 0) => spoil(&mut rng, &frame),
            (ServerFrame::Ok { id, .. }, 1) => vec![ServerFrame::Ok { id: *id, re: Reply::Done }.into()],
            _ => vec![frame.into()],
        });
        for device in friends.devices() {
            world.say(device, friends.place, "through the noise");
        }
        pass(&mut world, 10 * MINUTE);
        world.server.be_honest();
        pass(&mut world, 10 * MINUTE);
        // A bit that was turned over in somebody's log may have forked it; new talk is not held up by that.
        let place = world.group(friends.alice.device, "After", &[friends.bob.account, friends.carol.account]);
        pass(&mut world, 5 * MINUTE);
        say(&mut world, friends.bob.device, place, "silence at last");
        for device in friends.devices() {
            assert_eq!(texts(&world, device, place), ["silence at last"], "seed {seed}: {}", world.at(device).name);
        }
    }
}

const MOST: u64 = u64::MAX;

fn entry(seq: u64, body: Option<Vec<u8>>) -> Entry {
    Entry {
        seq,
        class: EntryClass::Counted,
        count: MOST,
        at: Timestamp::from_millis(MOST),
        body: body.map(Bytes),
        body_hash: None,
        expires_at: Some(Timestamp::from_millis(MOST)),
    }
}

fn state(conversation: ConversationId) -> ConversationState {
    ConversationState {
        conversation,
        kind: ConversationKind::Direct,
        generation: u32::MAX,
        epoch: MOST,
        first_seq: MOST,
        last_seq: MOST,
        count: MOST,
        member: true,
        joined: true,
        delivered: MOST,
        read: MOST,
        read_count: MOST,
        due: vec![DeviceId::from_bytes([0xff; 16]); 1_000],
        request_from: Some(AccountId::from_bytes([0xff; 16])),
        asking: u32::MAX,
    }
}

/// Everything that can be pushed, with numbers beyond everything, about `place`.
fn pushes(place: ConversationId, account: AccountId, device: DeviceId) -> Vec<Push> {
    let nowhere = ConversationId::from_bytes([0xff; 16]);
    let mut pushes = Vec::new();
    for conversation in [place, nowhere] {
        for seq in [0, 1, 5, MOST] {
            pushes.push(Push::Entry { conversation, entry: entry(seq, None) });
            pushes.push(Push::Entry { conversation, entry: entry(seq, Some(vec![0xff; 100])) });
        }
        pushes.push(Push::Blanked { conversation, seqs: vec![0, MOST, 1 << 63] });
        pushes.push(Push::Whisper { conversation, device, body: Bytes(vec![0xff; 1_000]) });
        pushes.push(Push::Change(Change::Receipt { conversation, account, delivered: MOST, read: MOST }));
        pushes.push(Push::Change(Change::Welcome { conversation, seq: MOST }));
        pushes.push(Push::Change(Change::Welcome { conversation, seq: 0 }));
    }
    pushes.push(Push::Change(Change::Conversation(state(nowhere))));
    for account in [account, AccountId::from_bytes([0xff; 16])] {
        let root = Fingerprint::from_bytes([0xff; 32]);
        pushes.push(Push::Change(Change::DeviceLog { account, version: u32::MAX, root }));
        pushes.push(Push::Change(Change::Profile { account, version: MOST }));
        let last_seen = Some(Timestamp::from_millis(MOST));
        pushes.push(Push::Presence(Presence { account, online: false, last_seen }));
    }
    pushes.push(Push::Change(Change::KeysLow { left: u32::MAX }));
    let (signature_key, nonce) = (Bytes(vec![0; 31]), Bytes(Vec::new()));
    pushes.push(Push::LinkRevealed { code: "no such code".repeat(1_000), device, signature_key, nonce });
    pushes.push(Push::Resync);
    pushes.push(Push::Unknown);
    pushes
}

#[test]
fn numbers_without_measure_do_no_harm() {
    let mut world = town(45);
    let friends = friends(&mut world);
    let bob = friends.bob.device;
    let victim = id(&world, bob);
    for push in pushes(friends.place, friends.alice.account, victim) {
        world.server.push(victim, push);
        pass(&mut world, 1_000);
    }
    for id in [0, 1, u32::MAX] {
        world.server.whisper(victim, ServerFrame::Ok { id, re: Reply::Done });
    }
    pass(&mut world, 5 * MINUTE);
    friends.assert_well_elsewhere(&mut world);
    // Entries that contradict those that came before are shown, and nothing is sent until he has looked.
    assert!(is_forked(&world, bob, friends.place));
    acknowledge(&mut world, bob);
    say(&mut world, bob, friends.place, "unmoved");
    for device in friends.devices() {
        assert_eq!(texts(&world, device, friends.place), ["a", "b", "c", "unmoved"], "{}", world.at(device).name);
    }
}

#[test]
fn a_server_that_says_never_to_come_back_is_asked_again() {
    let mut world = town(46);
    let friends = friends(&mut world);
    let bob = id(&world, friends.bob.device);
    world.server.push(bob, Push::Closing { reconnect_ms: u32::MAX });
    pass(&mut world, 15 * MINUTE);
    say(&mut world, friends.alice.device, friends.place, "d");
    assert_eq!(texts(&world, friends.bob.device, friends.place).last().unwrap(), "d");
}

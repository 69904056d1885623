//! The header as read without OpenMLS is the one that OpenMLS wrote.

use beseda_crypto::aad::MessageAad;
use beseda_crypto::header::{self, Header, HeaderError, Kind, PublicSender, Wire};

use crate::world::{Change, GROUP, World, protocol_message};

/// OpenMLS and we read the same.
fn same(bytes: &[u8], header: &Header<'_>) {
    let message = protocol_message(bytes);
    assert_eq!(message.group_id().as_slice(), header.group_id);
    assert_eq!(message.epoch().as_u64(), header.epoch);
    assert_eq!(message.is_handshake_message(), header.kind != Kind::Application);
    assert_eq!(header.group_id, GROUP.to_bytes());
}

#[test]
fn all_kinds_of_messages_are_read() {
    let mut world = World::with_group(3);
    let text = world.say(1, b"hello");
    let leave = world.self_remove(2);
    let device = &mut world.devices[2];
    let storage = openmls_traits::OpenMlsProvider::storage(&device.provider);
    device.group.as_mut().unwrap().clear_pending_proposals(storage).unwrap();
    let commit = world.build(0, Change::default());
    world.forget(0);
    let laptop = world.device(2);
    let cite = [world.devices[laptop].account];
    let external = world.build_external(laptop, &cite);

    let header = header::peek(&text).unwrap();
    same(&text, &header);
    assert_eq!((header.kind, header.wire, header.sender), (Kind::Application, Wire::Private, None));
    assert_eq!(MessageAad::from_bytes(header.aad).unwrap().send_no, 2);

    let header = header::peek(&leave).unwrap();
    same(&leave, &header);
    assert_eq!((header.kind, header.wire), (Kind::Proposal, Wire::Public));
    assert_eq!(header.sender_leaf(), Some(2));

    let header = header::peek(&commit.commit).unwrap();
    same(&commit.commit, &header);
    assert_eq!((header.kind, header.wire), (Kind::Commit, Wire::Public));
    assert_eq!(header.sender_leaf(), Some(0));
    assert_eq!(header.aad, commit.aad.to_bytes());

    let header = header::peek(&external.commit).unwrap();
    same(&external.commit, &header);
    assert_eq!((header.kind, header.sender), (Kind::Commit, Some(PublicSender::NewMemberCommit)));
    assert_eq!(header.aad, external.aad.to_bytes());

    assert_eq!(header::peek(&commit.group_info), Err(HeaderError::WireFormat));
    for bytes in [&text, &leave, &commit.commit, &external.commit] {
        for cut in 0..bytes.len() {
            let _ = header::peek(&bytes[..cut]);
        }
    }
    for cut in 0..text.len() {
        assert!(header::peek(&text[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_short_text_leaves_room_in_the_budget() {
    let mut world = World::with_group(2);
    world.update(0).unwrap();
    world.update(1).unwrap();
    // 192 bytes is the smallest size class of content.
    let text = world.say(0, &[0; 192]);
    assert!(text.len() <= 440, "{} bytes", text.len());
}

//! [`GroupView`](crate::port::GroupView) and [`GroupRepo`](crate::port::GroupRepo).

use beseda_crypto::public_group::GroupState;
use beseda_model::ConversationKind::Group;

use super::world::{converse, device, people};
use crate::domain::WaitingWelcome;
use crate::port::Store;

/// A group's public state is replaced as a whole.
pub fn keeps_the_public_state(store: &dyn Store) {
    people(store, &[1]);
    let id = converse(store, 1, Group, &[1]);
    let read = || store.read_blocking(move |view| view.groups().state(id));
    assert_eq!(read(), Ok(None));
    for proposals in [vec![b"a".to_vec(), vec![]], vec![]] {
        let state = GroupState { group_info: b"info".to_vec(), ratchet_tree: vec![7; 9_000], proposals };
        let written = state.clone();
        store.write_blocking(move |uow| uow.groups_mut().put_state(id, &written)).expect("a state can be put");
        assert_eq!(read(), Ok(Some(state)));
    }
}

/// A Welcome waits for each of its devices until that one is done with it; a later one takes its place.
pub fn keeps_welcomes_until_done(store: &dyn Store) {
    people(store, &[1, 2, 3]);
    let id = converse(store, 1, Group, &[1, 2, 3]);
    let welcome =
        |seq| WaitingWelcome { message: vec![1], tree: vec![2], seq, chain: [u8::try_from(seq).unwrap_or(0); 32] };
    let put = |devices: &'static [u32], seq| {
        store
            .write_blocking(move |uow| {
                let devices: Vec<_> = devices.iter().map(|number| device(*number)).collect();
                uow.groups_mut().put_welcome(id, &devices, &welcome(seq))
            })
            .expect("a Welcome can be put");
    };
    let waiting = |number| {
        let found = store.read_blocking(move |view| view.groups().welcome(id, device(number)));
        found.expect("the store reads").map(|welcome| (welcome.seq, welcome.chain[0]))
    };
    let done = |number, seq| {
        store
            .write_blocking(move |uow| uow.groups_mut().delete_welcome(id, device(number), seq))
            .expect("a Welcome can be forgotten");
    };
    put(&[2, 3], 4);
    assert_eq!((waiting(1), waiting(2), waiting(3)), (None, Some((4, 4)), Some((4, 4))));
    put(&[3], 6);
    assert_eq!((waiting(2), waiting(3)), (Some((4, 4)), Some((6, 6))));
    done(3, 4);
    assert_eq!(waiting(3), Some((6, 6)), "only the Welcome of that commit is done");
    done(3, 6);
    assert_eq!((waiting(2), waiting(3)), (Some((4, 4)), None));
    store.write_blocking(|uow| uow.groups_mut().delete_welcomes_of(device(2))).expect("a device can be cleared");
    assert_eq!(waiting(2), None);
}

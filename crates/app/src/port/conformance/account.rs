//! [`AccountView`](crate::port::AccountView) and [`AccountRepo`](crate::port::AccountRepo).

use beseda_model::ConversationKind::Group;
use beseda_model::device_log::root_fingerprint;
use beseda_model::{Timestamp, Username};

use super::world::{NOW, account, converse, cut, people, root};
use crate::domain::{Audience, PrivacySettings, TokenHash};
use crate::port::{NewAccount, Store, StoreError, UnitOfWork};

fn name(text: &str) -> Username {
    text.parse().expect("a test gives valid names")
}

fn rename(uow: &mut dyn UnitOfWork, number: u32, text: &str) -> Result<(), StoreError> {
    uow.accounts_mut().set_username(account(number), Some(&name(text)))
}

/// An account is found by id, username and root.
pub fn is_found_by_what_it_is_known_by(store: &dyn Store) {
    people(store, &[1, 2]);
    store.write_blocking(|uow| rename(uow, 1, "alice")).expect("a free name can be taken");
    store
        .read_blocking(|view| {
            let row = view.accounts().find(account(1))?.expect("alice is there");
            assert_eq!((row.account, row.root, row.log_version), (account(1), root(1), 1));
            assert_eq!((row.username.clone(), row.created_at, row.last_seen), (Some(name("alice")), NOW, None));
            assert_eq!(view.accounts().find_by_username(&name("alice"))?, Some(row.clone()));
            assert_eq!(view.accounts().find_by_root(root(1))?, Some(row));
            assert_eq!(view.accounts().find(account(9))?, None);
            assert_eq!(view.accounts().find_by_username(&name("nobody"))?, None);
            assert_eq!(view.accounts().count()?, 2);
            Ok::<_, StoreError>(())
        })
        .expect("the store reads");
}

/// Ids, roots and usernames are unique; a username that was dropped is free.
pub fn is_unique(store: &dyn Store) {
    people(store, &[1, 2]);
    store.write_blocking(|uow| rename(uow, 1, "alice")).expect("a free name can be taken");
    assert_eq!(store.write_blocking(|uow| rename(uow, 2, "alice")), Err(StoreError::Conflict));
    let again = |account, root_key: [u8; 32]| {
        store.write_blocking(move |uow| {
            let root = root_fingerprint(&root_key);
            uow.accounts_mut().insert(&NewAccount {
                account,
                root_key,
                root,
                username: None,
                password_hash: None,
                at: NOW,
            })
        })
    };
    assert_eq!(again(account(1), [3; 32]), Err(StoreError::Conflict));
    assert_eq!(again(account(3), [3; 32]), Ok(()));
    assert_eq!(again(account(4), [3; 32]), Err(StoreError::Conflict));
    store.write_blocking(|uow| uow.accounts_mut().set_username(account(1), None)).expect("a name can be dropped");
    store.write_blocking(|uow| rename(uow, 2, "alice")).expect("a dropped name is free");
}

/// Of those who let themselves be searched, all whose name begins so are found, in order, up to the limit.
pub fn is_searched_by_prefix(store: &dyn Store) {
    people(store, &[1, 2, 3, 4]);
    store
        .write_blocking(|uow| {
            for (number, text) in [(1, "ann_b"), (2, "anna"), (3, "ann"), (4, "bob")] {
                rename(uow, number, text)?;
            }
            let hidden = PrivacySettings { searchable: false, ..PrivacySettings::default() };
            uow.accounts_mut().set_privacy(account(2), &hidden)
        })
        .expect("names can be taken");
    let found = |prefix: &'static str, limit| {
        let rows = store.read_blocking(move |view| view.accounts().list_by_prefix(prefix, limit));
        rows.expect("the store reads").iter().map(|row| row.account).collect::<Vec<_>>()
    };
    assert_eq!(found("ann", 9), [account(3), account(1)]);
    assert_eq!(found("ann", 1), [account(3)]);
    assert!(found("anna", 9).is_empty());
    // The underscore is a letter like any other, not a pattern.
    assert!(found("a_", 9).is_empty());
}

/// What an account sets is what is read.
pub fn keeps_what_it_sets(store: &dyn Store) {
    people(store, &[1]);
    let privacy = PrivacySettings {
        requests: Audience::Nobody,
        group_adds: Audience::Everyone,
        presence: Audience::Contacts,
        read_marks: false,
        searchable: false,
    };
    let later = Timestamp::from_millis(NOW.as_millis() + 5);
    let (first, second) = store
        .write_blocking(move |uow| {
            uow.accounts_mut().set_privacy(account(1), &privacy)?;
            uow.accounts_mut().set_password_hash(account(1), "$hash")?;
            uow.accounts_mut().set_last_seen(account(1), later)?;
            uow.accounts_mut().set_root(account(1), root(7))?;
            let first = uow.accounts_mut().set_profile(account(1), b"one")?;
            Ok::<_, StoreError>((first, uow.accounts_mut().set_profile(account(1), b"two")?))
        })
        .expect("settings can be set");
    assert!(first < second, "a profile's version grows");
    store
        .read_blocking(move |view| {
            let row = view.accounts().find(account(1))?.expect("the account is there");
            assert_eq!((row.privacy, row.last_seen, row.root), (privacy, Some(later), root(7)));
            assert_eq!(view.accounts().password_hash(account(1))?.as_deref(), Some("$hash"));
            let profile = view.accounts().profile(account(1))?.expect("a profile was set");
            assert_eq!((profile.version, profile.body), (second, b"two".to_vec()));
            assert_eq!(view.accounts().profile(account(2))?, None);
            Ok::<_, StoreError>(())
        })
        .expect("the store reads");
}

/// Blocking goes one way and may be repeated.
pub fn blocks_one_way(store: &dyn Store) {
    people(store, &[1, 2]);
    let block = |blocked| {
        store
            .write_blocking(move |uow| uow.accounts_mut().set_blocked(account(1), account(2), blocked))
            .expect("anybody can be blocked");
        store
            .read_blocking(|view| {
                let accounts = view.accounts();
                Ok::<_, StoreError>((
                    accounts.blocks(account(1), account(2))?,
                    accounts.blocks(account(2), account(1))?,
                    accounts.blocked(account(1))?.len(),
                ))
            })
            .expect("the store reads")
    };
    assert_eq!(block(true), (true, false, 1));
    assert_eq!(block(true), (true, false, 1));
    assert_eq!(block(false), (false, false, 0));
}

/// Peers are those who are in a conversation with the account now, each once.
pub fn has_the_peers_of_its_conversations(store: &dyn Store) {
    people(store, &[1, 2, 3, 4]);
    let first = converse(store, 1, Group, &[1, 2, 3]);
    converse(store, 2, Group, &[1, 2]);
    let peers = |number| {
        let mut peers =
            store.read_blocking(move |view| view.accounts().peers(account(number))).expect("the store reads");
        peers.sort_unstable();
        peers
    };
    assert_eq!(peers(1), [account(2), account(3)]);
    assert!(peers(4).is_empty());
    cut(store, first, 3, 0);
    assert_eq!(peers(1), [account(2)]);
    assert!(peers(3).is_empty());
}

/// Another person in the account's place has another root, an empty log and no profile.
pub fn is_another_person_after_a_reset(store: &dyn Store) {
    people(store, &[1]);
    store
        .write_blocking(|uow| {
            rename(uow, 1, "alice")?;
            uow.accounts_mut().set_profile(account(1), b"old")?;
            uow.accounts_mut().replace_identity(account(1), [5; 32], root_fingerprint(&[5; 32]), NOW)
        })
        .expect("an identity can be replaced");
    store
        .read_blocking(|view| {
            let row = view.accounts().find(account(1))?.expect("the account is there");
            assert_eq!((row.first_root_key, row.log_version), ([5; 32], 0));
            assert_eq!(row.root, root_fingerprint(&[5; 32]));
            assert_eq!(row.username, Some(name("alice")), "the name is the account's, not the identity's");
            assert!(view.devices().log(account(1), 1, 9)?.is_empty());
            assert_eq!(view.accounts().profile(account(1))?, None);
            assert_eq!(view.accounts().find_by_root(root(1))?, None);
            Ok::<_, StoreError>(())
        })
        .expect("the store reads");
}

/// A link leads to one account, is replaced and taken back.
pub fn is_found_by_its_link(store: &dyn Store) {
    people(store, &[1, 2]);
    let (first, second) = (TokenHash::of(b"first"), TokenHash::of(b"second"));
    let set = |number, token: Option<TokenHash>| {
        store.write_blocking(move |uow| uow.accounts_mut().set_link(account(number), token.as_ref()))
    };
    let find = |token: TokenHash| {
        let found = store.read_blocking(move |view| view.accounts().find_by_link(&token));
        found.map(|found| found.map(|row| row.account))
    };
    assert_eq!((find(first), set(1, Some(first)), find(first)), (Ok(None), Ok(()), Ok(Some(account(1)))));
    assert_eq!(set(2, Some(first)), Err(StoreError::Conflict));
    assert_eq!((set(1, Some(second)), find(first), find(second)), (Ok(()), Ok(None), Ok(Some(account(1)))));
    assert_eq!((set(1, None), find(second)), (Ok(()), Ok(None)));
}

/// A deleted account has nothing left but its device log, and its username is nobody's for a while.
pub fn is_deleted_but_for_its_log(store: &dyn Store) {
    people(store, &[1, 2]);
    let token = TokenHash::of(b"link");
    let until = NOW.plus_millis(9);
    store
        .write_blocking(move |uow| {
            rename(uow, 1, "alice")?;
            uow.accounts_mut().set_password_hash(account(1), "hash")?;
            uow.accounts_mut().set_profile(account(1), b"sealed")?;
            uow.accounts_mut().set_link(account(1), Some(&token))?;
            uow.accounts_mut().set_blocked(account(1), account(2), true)?;
            uow.accounts_mut().set_blocked(account(2), account(1), true)?;
            uow.accounts_mut().set_last_seen(account(1), NOW)?;
            uow.accounts_mut().delete(account(1), NOW, until)
        })
        .expect("an account can be deleted");
    let (row, count) = store
        .read_blocking(|view| {
            assert_eq!(view.accounts().find_by_username(&name("alice"))?, None);
            assert_eq!(view.accounts().find_by_link(&TokenHash::of(b"link"))?, None);
            assert_eq!(view.accounts().password_hash(account(1))?, None);
            assert_eq!(view.accounts().profile(account(1))?, None);
            assert_eq!((view.accounts().blocked(account(1))?, view.accounts().blocked(account(2))?), (vec![], vec![]));
            assert_eq!(view.devices().log(account(1), 1, 9)?.len(), 1, "its log is there");
            Ok::<_, StoreError>((view.accounts().find(account(1))?, view.accounts().count()?))
        })
        .expect("it can be looked at");
    let row = row.expect("its row is there");
    assert!(row.deleted && row.username.is_none() && row.last_seen.is_none() && !row.privacy.searchable);
    assert_eq!((row.privacy.requests, row.privacy.group_adds), (Audience::Nobody, Audience::Nobody));
    assert_eq!(count, 1);
    let reserved = || store.read_blocking(|view| view.accounts().is_reserved(&name("alice")));
    let release = |now| store.write_blocking(move |uow| uow.accounts_mut().release_usernames(now));
    assert_eq!((reserved(), release(NOW), reserved()), (Ok(true), Ok(0), Ok(true)));
    assert_eq!((release(until), reserved()), (Ok(1), Ok(false)));
}

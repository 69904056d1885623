//! Profiles: sealed under a key that contacts are given in conversations, so that the server can't read them.

use beseda_model::{AccountId, ConversationId, ConversationKind, Rng, Timestamp};
use beseda_wire::content::{Authored, Content, FileRef, MemberKey, OwnSync, ProfileKey};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::access::Here;
use super::rules::Broken;
use super::{access, column, own};
use crate::api::command::ProfileDraft;
use crate::api::event::Notice;
use crate::outbox::{self, EnqueueOptions};
use crate::session::people::{self, About};
use crate::store::StoreError;
use crate::store::conversations::Conversation;
use crate::{Step, desk, files, sealed};

const TABLE: &str = "profiles";
const KEY_BYTES: usize = 32;

/// Most characters of a name.
pub(crate) const MAX_NAME: usize = 64;
/// Most characters of the words about oneself.
pub(crate) const MAX_BIO: usize = 500;
/// Most characters of a status.
pub(crate) const MAX_STATUS: usize = 140;

/// What is sealed. Short keys; unknown ones are ignored, so that later versions may add to it.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(rename = "n", default)]
    name: String,
    #[serde(rename = "b", default)]
    bio: String,
    #[serde(rename = "s", default)]
    status: String,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    status_until: Option<Timestamp>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    picture: Option<FileRef>,
}

/// The bytes to which a profile is bound: that of somebody else can't be shown as theirs.
fn bound(account: AccountId) -> Vec<u8> {
    [b"beseda profile".as_slice(), account.as_bytes()].concat()
}

/// Seals a profile: nonce, then ciphertext.
pub(crate) fn seal(
    key: &[u8; KEY_BYTES],
    account: AccountId,
    profile: &ProfileDraft,
    picture: Option<FileRef>,
    rng: &mut dyn Rng,
) -> Vec<u8> {
    let body = Body {
        name: profile.name.clone(),
        bio: profile.bio.clone(),
        status: profile.status.clone(),
        status_until: profile.status_until,
        picture,
    };
    sealed::seal(key, &bound(account), &column::encode(&body), rng)
}

/// Opens what [`seal`] made; none if the key is another or the bytes were changed.
fn open(key: &[u8; KEY_BYTES], account: AccountId, sealed: &[u8]) -> Option<(ProfileDraft, Option<FileRef>)> {
    let plain = sealed::open(key, &bound(account), sealed)?;
    let mut rest = plain.as_slice();
    let body: Body = beseda_wire::codec::decode_cbor_prefix(&mut rest).ok()?;
    let cut = |text: String, most: usize| text.chars().take(most).collect();
    let profile = ProfileDraft {
        name: cut(body.name, MAX_NAME),
        bio: cut(body.bio, MAX_BIO),
        status: cut(body.status, MAX_STATUS),
        status_until: body.status_until,
    };
    Some((profile, body.picture))
}

/// What is known of somebody's profile.
pub(crate) fn find(conn: &Connection, account: AccountId) -> Result<Option<ProfileDraft>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT name, bio, status, status_until FROM profiles WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| {
            Ok(ProfileDraft {
                name: row.get(0)?,
                bio: row.get(1)?,
                status: row.get(2)?,
                status_until: column::moment_if(row.get(3)?),
            })
        })
        .optional()?)
}

/// Somebody's sealed profile.
///
/// # Errors
/// When the database fails.
pub fn apply_profile(step: &mut Step<'_>, account: AccountId, version: u64, sealed: &[u8]) -> Result<(), StoreError> {
    step.tx
        .prepare_cached(
            "INSERT INTO profiles (account, version, sealed) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET version = excluded.version, sealed = excluded.sealed \
             WHERE excluded.version >= version",
        )?
        .execute((account.as_bytes(), column::place(version), sealed))?;
    reopen(step, account).map(drop)
}

/// Opens the last sealed profile with the last key, if both are there; whether it opened.
fn reopen(step: &mut Step<'_>, account: AccountId) -> Result<bool, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>)> = step
        .tx
        .prepare_cached("SELECT key, sealed FROM profiles WHERE account = ?1")?
        .query_row([account.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, sealed)) = row else { return Ok(false) };
    let opened = key.as_slice().try_into().ok().and_then(|key| open(key, account, &sealed));
    if let Some((profile, picture)) = &opened {
        write(step.tx, account, profile)?;
        let picture = picture.as_ref().filter(|picture| picture.size <= files::MAX_PICTURE);
        files::set_picture(step, account.as_bytes(), picture)?;
    }
    step.notice(Notice::Account(account));
    if Here::find(step.tx)?.is_some_and(|here| here.account == account) {
        step.notice(Notice::Me);
    }
    Ok(opened.is_some())
}

fn write(conn: &Connection, account: AccountId, profile: &ProfileDraft) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO profiles (account, name, bio, status, status_until) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT DO UPDATE SET name = excluded.name, bio = excluded.bio, status = excluded.status, \
         status_until = excluded.status_until",
    )?
    .execute((
        account.as_bytes(),
        &profile.name,
        &profile.bio,
        &profile.status,
        profile.status_until.map_or(0, column::millis),
    ))?;
    Ok(())
}

/// Somebody gave the key of their profile, at this time by the server's clock; the last one counts.
pub(super) fn learn_key(
    step: &mut Step<'_>,
    account: AccountId,
    key: &[u8],
    at: Timestamp,
) -> Result<Option<Broken>, StoreError> {
    if key.len() != KEY_BYTES {
        return Ok(Some(Broken::Key));
    }
    if Here::get(step.tx)?.account == account {
        // One's own key comes by notes-to-self.
        return Ok(None);
    }
    step.tx
        .prepare_cached(
            "INSERT INTO profiles (account, key, key_at) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET key = excluded.key, key_at = excluded.key_at WHERE excluded.key_at >= key_at",
        )?
        .execute((account.as_bytes(), key, column::millis(at)))?;
    if !reopen(step, account)? {
        // It was never asked for, as of somebody found by search, or is sealed under another key.
        people::want(step, account, About::Profile)?;
    }
    Ok(None)
}

/// Another own device knows somebody's key: it counts until they give one themselves.
pub(super) fn take_contact_key(step: &mut Step<'_>, account: AccountId, key: &[u8]) -> Result<(), StoreError> {
    learn_key(step, account, key, Timestamp::default()).map(|_| ())
}

/// The keys of a conversation's members, for those who join it.
pub(super) fn keys_of_members(conn: &Connection, place: &Conversation) -> Result<Vec<MemberKey>, StoreError> {
    let keys = contact_keys(conn)?.into_iter().filter(|(account, _)| place.role(*account).is_some());
    Ok(keys.map(|(account, key)| MemberKey { account, key: key.into() }).collect())
}

/// A member tells the keys of others: they count where none is known, and only for members. A wrong one opens nothing.
pub(super) fn take_members_keys(
    step: &mut Step<'_>,
    conversation: ConversationId,
    keys: &[MemberKey],
) -> Result<(), StoreError> {
    let Some(place) = Conversation::find(step.tx, conversation)? else { return Ok(()) };
    for MemberKey { account, key } in keys {
        let sql = "SELECT 1 FROM profiles WHERE account = ?1 AND key <> x''";
        let is_known = step.tx.prepare_cached(sql)?.exists([account.as_bytes()])?;
        if !is_known && place.role(*account).is_some() {
            learn_key(step, *account, &key.0, Timestamp::default())?;
        }
    }
    Ok(())
}

/// The keys that others have given.
pub(super) fn contact_keys(conn: &Connection) -> Result<Vec<(AccountId, Vec<u8>)>, StoreError> {
    let own = Here::get(conn)?.account;
    let mut statement = conn.prepare_cached("SELECT account, key FROM profiles WHERE key <> x'' AND account <> ?1")?;
    let mut rows = statement.query([own.as_bytes()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((column::account(&row.get::<_, Vec<u8>>(0)?, TABLE)?, row.get(1)?));
    }
    Ok(all)
}

/// The key of one's own profile, from another own device.
pub(super) fn take_own_key(step: &mut Step<'_>, key: &[u8]) -> Result<(), StoreError> {
    if key.len() != KEY_BYTES {
        return Ok(());
    }
    let here = Here::get(step.tx)?;
    step.tx
        .prepare_cached(
            "INSERT INTO profiles (account, key) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET key = excluded.key",
        )?
        .execute((here.account.as_bytes(), key))?;
    reopen(step, here.account).map(drop)
}

/// Sets one's own profile: it is shown here at once, and sealed for the server.
pub(crate) fn set(step: &mut Step<'_>, profile: &ProfileDraft) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    if own::profile_key(step.tx)?.is_none() {
        let mut key = vec![0; KEY_BYTES];
        step.rng.fill(&mut key);
        own::say(step, OwnSync::ProfileKey { key: key.into() })?;
        for place in Conversation::all(step.tx)? {
            tell_key(step, place.id)?;
        }
    }
    write(step.tx, here.account, profile)?;
    let picture = match files::picture(step.tx, here.account.as_bytes())? {
        Some(number) => files::File::find(step.tx, number)?.map(|file| file.file),
        None => None,
    };
    if let Some(key) = own::profile_key(step.tx)?.and_then(|key| <[u8; KEY_BYTES]>::try_from(key).ok()) {
        let sealed = seal(&key, here.account, profile, picture, step.rng);
        desk::keep_profile(step, &sealed)?;
    }
    step.notice(Notice::Me);
    step.notice(Notice::Account(here.account));
    Ok(())
}

/// Gives this person another picture, or none.
pub(crate) fn set_picture(step: &mut Step<'_>, file: Option<&FileRef>) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    files::set_picture(step, here.account.as_bytes(), file)?;
    let profile = find(step.tx, here.account)?.unwrap_or_default();
    set(step, &profile)
}

/// This account or device has just joined a conversation and may send there: the others are told the key of one's own
/// profile; in notes-to-self, one's own devices are told what was changed before they were there.
///
/// # Errors
/// When the database fails.
pub fn joined(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    if access::notes(step.tx)? == Some(conversation) {
        return own::tell_unsent(step, conversation);
    }
    tell_key(step, conversation)
}

/// A stranger's request was accepted: now both may know who the other is.
///
/// # Errors
/// When the database fails.
pub fn request_accepted(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    tell_key(step, conversation)
}

/// Somebody was added: they need the key as well. Who has added them tells it at once, the others with what they say
/// next, so that a large group is not flooded.
pub(crate) fn members_added(
    step: &mut Step<'_>,
    conversation: ConversationId,
    actor: AccountId,
) -> Result<(), StoreError> {
    if Here::get(step.tx)?.account == actor {
        return tell_key(step, conversation);
    }
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO profile_due (conversation) VALUES (?1)")?
        .execute([conversation.as_bytes()])?;
    Ok(())
}

/// This person says something: the key goes along if somebody there may not have it.
pub(crate) fn tell_key_if_due(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    let due = step
        .tx
        .prepare_cached("DELETE FROM profile_due WHERE conversation = ?1")?
        .execute([conversation.as_bytes()])?;
    if due > 0 { tell_key(step, conversation) } else { Ok(()) }
}

fn tell_key(step: &mut Step<'_>, conversation: ConversationId) -> Result<(), StoreError> {
    let (Some(key), Some(place)) = (own::profile_key(step.tx)?, Conversation::find(step.tx, conversation)?) else {
        return Ok(());
    };
    // A stranger's request is one text; and whoever has not answered one gives nothing away.
    if place.kind == ConversationKind::Notes || !place.member || place.request_from.is_some() {
        return Ok(());
    }
    let authored = Authored { at: step.now, content: Content::ProfileKey(ProfileKey { key: key.into() }) };
    let options = EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() };
    outbox::enqueue(step, conversation, &authored, options)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);
    impl Rng for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
            self.0 += 1;
        }
    }

    const ALICE: AccountId = AccountId::from_bytes([1; 16]);

    fn profile(name: &str) -> ProfileDraft {
        ProfileDraft { name: name.to_owned(), status_until: Some(Timestamp::from_millis(5)), ..ProfileDraft::default() }
    }

    #[test]
    fn a_profile_opens_with_its_key_for_its_account_only() {
        let key = [7; KEY_BYTES];
        let sealed = seal(&key, ALICE, &profile("Алиса"), None, &mut Counting(1));
        assert_eq!(open(&key, ALICE, &sealed), Some((profile("Алиса"), None)));
        assert_eq!(open(&[8; KEY_BYTES], ALICE, &sealed), None);
        assert_eq!(open(&key, AccountId::from_bytes([2; 16]), &sealed), None);
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert_eq!((open(&key, ALICE, &changed), open(&key, ALICE, &sealed[..5])), (None, None));
    }

    #[test]
    fn names_of_different_length_are_sealed_alike() {
        let key = [7; KEY_BYTES];
        let len = |name: &str| seal(&key, ALICE, &profile(name), None, &mut Counting(1)).len();
        assert_eq!(len("A"), len("A very long name of sixty characters, more or less, is it not"));
    }
}

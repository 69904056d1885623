//! What one's own devices keep alike: how conversations are kept, nicknames, compared safety numbers, profile keys,
//! the devices' own names, folders, and what is deleted only for oneself. They tell each other in notes-to-self, where the highest place in the log wins; a
//! change made here counts at once.

use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, FolderId, MessageId, PackId};
use beseda_wire::content::{Attachment, Authored, Content, KeptSticker, MessageRef, OwnState, OwnSync};
use beseda_wire::state::EntryClass;
use rusqlite::{Connection, OptionalExtension};

use super::access::Here;
use super::apply::shown;
use super::message_row::{self, Hidden, Known};
use super::rules::Broken;
use super::{access, column, once, profile};
use crate::Step;
use crate::api::event::Notice;
use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::api::view::FolderView;
use crate::identity;
use crate::log::arrival::Arrival;
use crate::outbox::{self, EnqueueOptions};
use crate::stickers;
use crate::store::StoreError;
use crate::store::accounts::Account;
use crate::store::conversations::Conversation;

const TABLE: &str = "own_values";

/// So many folders one person has.
pub(crate) const MAX_FOLDERS: usize = 20;

/// So many values fit into one message, whatever they are.
const VALUES_AT_ONCE: usize = 64;

/// What a value is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Conversation(ConversationId),
    Nickname(AccountId),
    Verified(AccountId),
    OwnProfile,
    Contact(AccountId),
    DeviceName(DeviceId),
    Phone,
    Folder(FolderId),
    Pack(PackId),
    PackOrder,
    FavouriteStickers,
    Gifs,
}

const FOLDERS: i64 = 7;
const PACKS: i64 = 8;

impl Key {
    fn columns(self) -> (i64, Vec<u8>) {
        match self {
            Self::Conversation(id) => (0, id.as_bytes().to_vec()),
            Self::Nickname(id) => (1, id.as_bytes().to_vec()),
            Self::Verified(id) => (2, id.as_bytes().to_vec()),
            Self::OwnProfile => (3, Vec::new()),
            Self::Contact(id) => (4, id.as_bytes().to_vec()),
            Self::DeviceName(id) => (5, id.as_bytes().to_vec()),
            Self::Phone => (6, Vec::new()),
            Self::Folder(id) => (FOLDERS, id.as_bytes().to_vec()),
            Self::Pack(id) => (PACKS, id.as_bytes().to_vec()),
            Self::PackOrder => (9, Vec::new()),
            Self::FavouriteStickers => (10, Vec::new()),
            Self::Gifs => (11, Vec::new()),
        }
    }

    /// None for what is no single value.
    fn of(sync: &OwnSync) -> Option<Self> {
        match sync {
            OwnSync::Conversation { conversation, .. } => Some(Self::Conversation(*conversation)),
            OwnSync::DeletedForMe { .. } | OwnSync::Opened { .. } | OwnSync::Everything { .. } => None,
            OwnSync::Verified { account, .. } => Some(Self::Verified(*account)),
            OwnSync::Nickname { account, .. } => Some(Self::Nickname(*account)),
            OwnSync::ProfileKey { .. } => Some(Self::OwnProfile),
            OwnSync::ContactKey { account, .. } => Some(Self::Contact(*account)),
            OwnSync::DeviceName { device, .. } => Some(Self::DeviceName(*device)),
            OwnSync::Phone { .. } => Some(Self::Phone),
            OwnSync::Folder { folder, .. } => Some(Self::Folder(*folder)),
            OwnSync::Pack { pack, .. } => Some(Self::Pack(*pack)),
            OwnSync::PackOrder { .. } => Some(Self::PackOrder),
            OwnSync::FavouriteStickers { .. } => Some(Self::FavouriteStickers),
            OwnSync::Gifs { .. } => Some(Self::Gifs),
        }
    }
}

/// The last said value, if there is one.
fn find(conn: &Connection, key: Key) -> Result<Option<OwnSync>, StoreError> {
    let (kind, id) = key.columns();
    let value: Option<Vec<u8>> = conn
        .prepare_cached("SELECT value FROM own_values WHERE kind = ?1 AND id = ?2")?
        .query_row((kind, id), |row| row.get(0))
        .optional()?;
    value.map(|value| column::decode(&value, TABLE)).transpose()
}

/// Whether a conversation may be taken out of the list.
///
/// # Errors
/// Whoever is still a member of a group would go on being written to; and notes are always there.
pub(crate) fn may_be_removed(place: &Conversation) -> Result<(), Failure> {
    let not_yet = |reason| Err(Failure::NotReady { reason });
    match place.kind {
        ConversationKind::Notes => not_yet(Reason::NotesStay),
        ConversationKind::Group if place.member => not_yet(Reason::LeaveFirst),
        _ => Ok(()),
    }
}

/// How this person keeps a conversation.
pub(crate) fn state(conn: &Connection, conversation: ConversationId) -> Result<OwnState, StoreError> {
    Ok(match find(conn, Key::Conversation(conversation))? {
        Some(OwnSync::Conversation { state, .. }) => state,
        _ => OwnState::default(),
    })
}

/// The name that this person gives somebody.
pub(crate) fn nickname(conn: &Connection, account: AccountId) -> Result<Option<String>, StoreError> {
    Ok(match find(conn, Key::Nickname(account))? {
        Some(OwnSync::Nickname { name, .. }) if !name.is_empty() => Some(name),
        _ => None,
    })
}

/// This device, new in its account, says what it is called.
pub(crate) fn name_device(step: &mut Step<'_>, device: DeviceId, name: &str) -> Result<(), StoreError> {
    if name.is_empty() {
        return Ok(());
    }
    say(step, OwnSync::DeviceName { device, name: name.to_owned() })
}

/// The folders for the list of conversations, in their order.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn folders(conn: &Connection) -> Result<Vec<FolderView>, StoreError> {
    let mut folders: Vec<FolderView> = all(conn, &format!("WHERE kind = {FOLDERS}"))?
        .into_iter()
        .filter_map(|(_, value)| match value {
            OwnSync::Folder { folder, name, place } if !name.is_empty() => Some(FolderView { folder, name, place }),
            _ => None,
        })
        .collect();
    // Two devices may have given the same place.
    folders.sort_by_key(|folder| (folder.place, folder.folder));
    Ok(folders)
}

/// Leaves each folder once, and none that was deleted. One that is not known stays: it may not have come here yet.
pub(crate) fn forget_deleted_folders(conn: &Connection, folders: &mut Vec<FolderId>) -> Result<(), StoreError> {
    folders.sort_unstable();
    folders.dedup();
    let mut kept = Vec::new();
    for folder in folders.drain(..) {
        match find(conn, Key::Folder(folder))? {
            Some(OwnSync::Folder { name, .. }) if name.is_empty() => {}
            _ => kept.push(folder),
        }
    }
    *folders = kept;
    Ok(())
}

/// What one of the own devices is called.
pub(crate) fn device_name(conn: &Connection, device: DeviceId) -> Result<Option<String>, StoreError> {
    Ok(match find(conn, Key::DeviceName(device))? {
        Some(OwnSync::DeviceName { name, .. }) => Some(name),
        _ => None,
    })
}

/// The phone number of the account is this one from now on; empty if there is none.
pub(crate) fn say_phone(step: &mut Step<'_>, number: &str) -> Result<(), StoreError> {
    say(step, OwnSync::Phone { number: number.to_owned() })
}

/// The phone number of the account, as its devices tell each other.
pub(crate) fn phone(conn: &Connection) -> Result<Option<String>, StoreError> {
    Ok(match find(conn, Key::Phone)? {
        Some(OwnSync::Phone { number }) if !number.is_empty() => Some(number),
        _ => None,
    })
}

/// In which order the packs of stickers are shown.
pub(crate) fn pack_order(conn: &Connection) -> Result<Vec<PackId>, StoreError> {
    Ok(match find(conn, Key::PackOrder)? {
        Some(OwnSync::PackOrder { packs }) => packs,
        _ => Vec::new(),
    })
}

/// The stickers that this person keeps at hand.
pub(crate) fn favourite_stickers(conn: &Connection) -> Result<Vec<KeptSticker>, StoreError> {
    Ok(match find(conn, Key::FavouriteStickers)? {
        Some(OwnSync::FavouriteStickers { stickers }) => stickers,
        _ => Vec::new(),
    })
}

/// The moving pictures that this person keeps at hand.
pub(crate) fn gifs(conn: &Connection) -> Result<Vec<Attachment>, StoreError> {
    Ok(match find(conn, Key::Gifs)? {
        Some(OwnSync::Gifs { gifs }) => gifs,
        _ => Vec::new(),
    })
}

/// The root key with which somebody's safety number was compared, if it was.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn verified(conn: &Connection, account: AccountId) -> Result<Option<Fingerprint>, StoreError> {
    Ok(match find(conn, Key::Verified(account))? {
        Some(OwnSync::Verified { root, .. }) => root,
        _ => None,
    })
}

/// The key of one's own profile.
pub(crate) fn profile_key(conn: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(match find(conn, Key::OwnProfile)? {
        Some(OwnSync::ProfileKey { key }) => Some(key.0),
        _ => None,
    })
}

/// A change by this person on this device: it counts here at once, and is told to the other devices.
pub(crate) fn say(step: &mut Step<'_>, sync: OwnSync) -> Result<(), StoreError> {
    take(step, &sync)?;
    let notes = access::notes(step.tx)?;
    let pending = notes.map(|notes| tell(step, notes, sync.clone())).transpose()?;
    if let Some(key) = Key::of(&sync) {
        write(step.tx, key, &sync, None, pending)?;
    }
    Ok(())
}

fn tell(step: &mut Step<'_>, notes: ConversationId, sync: OwnSync) -> Result<MessageId, StoreError> {
    let authored = Authored { at: step.now, content: Content::Own(sync) };
    outbox::enqueue(step, notes, &authored, EnqueueOptions { class: EntryClass::Silent, ..EnqueueOptions::default() })
}

/// Writes a value: with its place in the log, or as one that is on its way there.
fn write(
    conn: &Connection,
    key: Key,
    sync: &OwnSync,
    seq: Option<u64>,
    pending: Option<MessageId>,
) -> Result<(), StoreError> {
    let (kind, id) = key.columns();
    let pending_column = pending.as_ref().map_or(&[][..], |id| id.as_bytes());
    conn.prepare_cached(
        "INSERT INTO own_values (kind, id, value, seq, pending, unsent) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT DO UPDATE SET value = excluded.value, seq = max(seq, excluded.seq), pending = excluded.pending, \
         unsent = excluded.unsent",
    )?
    .execute((
        kind,
        id,
        column::encode(sync),
        column::place(seq.unwrap_or(0)),
        pending_column,
        seq.is_none() && pending.is_none(),
    ))?;
    Ok(())
}

/// A change that stands in notes-to-self, by another device or by this one.
pub(super) fn arrived(
    step: &mut Step<'_>,
    here: Here,
    arrival: &Arrival,
    sync: &OwnSync,
) -> Result<Option<Broken>, StoreError> {
    let place = Conversation::find(step.tx, arrival.conversation)?;
    let is_notes = place.is_some_and(|place| place.kind == ConversationKind::Notes);
    if !is_notes || arrival.sender_account != here.account {
        return Ok(Some(Broken::NotOwn));
    }
    if let OwnSync::Everything { values } = sync {
        for value in values.iter().filter(|_| !arrival.own) {
            if let Some(key) = Key::of(value)
                && said(step.tx, key)?.is_none_or(|(seq, pending, unsent)| seq == 0 && pending.is_empty() && !unsent)
            {
                write(step.tx, key, value, Some(0), None)?;
                take(step, value)?;
            }
        }
        return Ok(None);
    }
    let Some(key) = Key::of(sync) else {
        take(step, sync)?;
        return Ok(None);
    };
    let (seq, pending, _) = said(step.tx, key)?.unwrap_or_default();
    if !pending.is_empty() && pending != arrival.message_id.as_bytes() {
        // One's own later change will stand behind this one.
        return Ok(None);
    }
    if column::place(arrival.seq) > seq {
        write(step.tx, key, sync, Some(arrival.seq), None)?;
        if !arrival.own {
            take(step, sync)?;
        }
    }
    Ok(None)
}

/// The place of the last said value, the id of one that is on its way, and whether one waits for notes-to-self.
fn said(conn: &Connection, key: Key) -> Result<Option<(i64, Vec<u8>, bool)>, StoreError> {
    let (kind, id) = key.columns();
    Ok(conn
        .prepare_cached("SELECT seq, pending, unsent FROM own_values WHERE kind = ?1 AND id = ?2")?
        .query_row((kind, id), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// What a change does besides being kept.
fn take(step: &mut Step<'_>, sync: &OwnSync) -> Result<(), StoreError> {
    match sync {
        OwnSync::Conversation { conversation, state } => {
            clear(step, *conversation, state.cleared_to)?;
            // What is muted may be something else now.
            step.memory.session.push_told = false;
            step.notice(Notice::Conversation(*conversation));
        }
        OwnSync::DeletedForMe { conversation, messages } => {
            for target in messages {
                delete_for_me(step, *conversation, *target)?;
            }
            shown(step, *conversation);
        }
        OwnSync::Opened { conversation, message } => {
            let me = Here::get(step.tx)?.account;
            once::opened(step, *conversation, *message, me)?;
        }
        OwnSync::Verified { account, root } => {
            // A comparison with a former key is none with the present one.
            let is_present = root.is_none() || Account::load(step.tx, *account)?.root == *root;
            if is_present {
                identity::key_marked(step, *account, root.is_some())?;
            }
            step.notice(Notice::Account(*account));
        }
        OwnSync::Nickname { account, .. } => step.notice(Notice::Account(*account)),
        OwnSync::ProfileKey { key } => profile::take_own_key(step, &key.0)?,
        OwnSync::ContactKey { account, key } => profile::take_contact_key(step, *account, &key.0)?,
        OwnSync::DeviceName { .. } | OwnSync::Phone { .. } => step.notice(Notice::Me),
        OwnSync::Folder { .. } => step.notice(Notice::Folders),
        OwnSync::Pack { pack, state } => stickers::take_pack(step, *pack, state.as_deref())?,
        OwnSync::PackOrder { .. } => step.notice(Notice::Stickers),
        OwnSync::FavouriteStickers { stickers } => stickers::take_favourites(step, stickers)?,
        OwnSync::Gifs { gifs } => stickers::take_gifs(step, gifs)?,
        OwnSync::Everything { .. } => {}
    }
    Ok(())
}

fn clear(step: &mut Step<'_>, conversation: ConversationId, to: u64) -> Result<(), StoreError> {
    let rows: Vec<i64> = step
        .tx
        .prepare_cached("SELECT row FROM messages WHERE conversation = ?1 AND seq BETWEEN 1 AND ?2 AND hidden = 0")?
        .query_map((conversation.as_bytes(), column::place(to)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for row in &rows {
        message_row::hide(step.tx, *row, Hidden::ForMe)?;
    }
    if !rows.is_empty() {
        shown(step, conversation);
    }
    Ok(())
}

fn delete_for_me(step: &mut Step<'_>, conversation: ConversationId, target: MessageRef) -> Result<(), StoreError> {
    step.tx
        .prepare_cached("INSERT OR IGNORE INTO deleted_for_me (conversation, author, message) VALUES (?1, ?2, ?3)")?
        .execute((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
    if let Some(known) = Known::find(step.tx, conversation, target)? {
        message_row::hide(step.tx, known.row, Hidden::ForMe)?;
    }
    Ok(())
}

/// Whether a message was deleted for oneself, or lies before what was cleared.
pub(crate) fn is_cleared(
    conn: &Connection,
    conversation: ConversationId,
    target: MessageRef,
    seq: u64,
) -> Result<bool, StoreError> {
    let deleted = conn
        .prepare_cached("SELECT 1 FROM deleted_for_me WHERE conversation = ?1 AND author = ?2 AND message = ?3")?
        .exists((conversation.as_bytes(), target.author.as_bytes(), target.id.as_bytes()))?;
    Ok(deleted || (seq > 0 && seq <= state(conn, conversation)?.cleared_to))
}

/// Takes a conversation out of the list, or puts it there again.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn set_removed(step: &mut Step<'_>, conversation: ConversationId, removed: bool) -> Result<(), StoreError> {
    let present = state(step.tx, conversation)?;
    if present.removed == removed {
        return Ok(());
    }
    say(step, OwnSync::Conversation { conversation, state: OwnState { removed, ..present } })
}

/// Somebody else has said something: a conversation that was removed comes back, and one from the archive unless it is
/// muted. Whether it is.
pub(crate) fn heard(step: &mut Step<'_>, conversation: ConversationId) -> Result<bool, StoreError> {
    let present = state(step.tx, conversation)?;
    let muted = present.muted_until.is_some_and(|until| until > step.now);
    let archived = present.archived && muted;
    if present.removed || archived != present.archived {
        // Every device sees the message and comes to the same conclusion: there is nothing to tell.
        let state = OwnState { archived, removed: false, ..present };
        let back = OwnSync::Conversation { conversation, state };
        let (kind, id) = Key::Conversation(conversation).columns();
        step.tx.prepare_cached("UPDATE own_values SET value = ?3 WHERE kind = ?1 AND id = ?2")?.execute((
            kind,
            id,
            column::encode(&back),
        ))?;
    }
    Ok(muted)
}

/// Notes-to-self are there: what was changed before is told.
pub(crate) fn tell_unsent(step: &mut Step<'_>, notes: ConversationId) -> Result<(), StoreError> {
    for (key, sync) in all(step.tx, "WHERE unsent = 1")? {
        let pending = tell(step, notes, sync.clone())?;
        write(step.tx, key, &sync, None, Some(pending))?;
    }
    Ok(())
}

fn all(conn: &Connection, condition: &str) -> Result<Vec<(Key, OwnSync)>, StoreError> {
    let mut statement = conn.prepare_cached(&format!("SELECT value FROM own_values {condition} ORDER BY kind, id"))?;
    let mut rows = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let sync: OwnSync = column::decode(&row.get::<_, Vec<u8>>(0)?, TABLE)?;
        all.extend(Key::of(&sync).map(|key| (key, sync)));
    }
    Ok(all)
}

/// Another device of this account has come into a conversation. In notes-to-self it is told everything that the devices
/// keep alike; what it learns from several of them is the same.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn own_device_joined(
    step: &mut Step<'_>,
    conversation: ConversationId,
    device: DeviceId,
) -> Result<(), StoreError> {
    let here = Here::get(step.tx)?;
    let Some(place) = Conversation::find(step.tx, conversation)? else { return Ok(()) };
    // Who is still catching up may know old values only; somebody else has told it long ago.
    let is_behind = place.last_seq > place.applied.saturating_add(1);
    if place.kind != ConversationKind::Notes || device == here.device || is_behind {
        return Ok(());
    }
    let mut values: Vec<OwnSync> = all(step.tx, "")?.into_iter().map(|(_, sync)| sync).collect();
    for (account, key) in profile::contact_keys(step.tx)? {
        values.push(OwnSync::ContactKey { account, key: key.into() });
    }
    // Stickers apart: a pack may be as large as a message, and older versions read a message as a whole or not at all.
    let (stickers, values): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| {
        matches!(
            value,
            OwnSync::Pack { .. } | OwnSync::PackOrder { .. } | OwnSync::FavouriteStickers { .. } | OwnSync::Gifs { .. }
        )
    });
    for part in values.chunks(VALUES_AT_ONCE).map(<[_]>::to_vec).chain(stickers.into_iter().map(|one| vec![one])) {
        tell(step, conversation, OwnSync::Everything { values: part })?;
    }
    Ok(())
}

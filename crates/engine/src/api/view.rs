//! View models: what is shown, computed in one place. They serialise as the terminal client's `--json` output and the
//! browser's messages.

use beseda_model::{
    AccountId, ConversationId, ConversationKind, DeviceId, Fingerprint, FolderId, GroupLinkId, MessageId, Permissions,
    Role, Timestamp,
};
use beseda_wire::content::{ContactCard, Entity, Forward, MessageRef, OwnState, Timer};
use beseda_wire::state::{AskOutcome, PrivacySettings};
use serde::{Deserialize, Serialize};

use super::failure::{Failure, Healing, Unreadable};
use super::file::{AttachmentView, FileNumber};
use super::once::{OnceKind, OnceState};
use super::place::PlaceView;

/// The connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Nobody is signed in.
    SignedOut,
    /// Not connected; waiting for the next attempt.
    Offline,
    /// On the way.
    Connecting,
    /// Connected, catching up.
    Syncing,
    /// Connected, and everything that the server has is here.
    Online,
}

/// Oneself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Me {
    /// Which account.
    pub account: AccountId,
    /// This device.
    pub device: DeviceId,
    /// The server's address.
    pub server: String,
    /// The username.
    pub username: Option<String>,
    /// The picture.
    pub picture: Option<FileNumber>,
    /// Whether a phone number is bound to the account.
    #[serde(default)]
    pub has_phone: bool,
    /// Which one, if this device knows it: the server does not.
    #[serde(default)]
    pub phone: Option<String>,
    /// What contacts see.
    pub profile: super::command::ProfileDraft,
    /// Who sees what.
    pub privacy: PrivacySettings,
    /// Blocked accounts.
    pub blocked: Vec<AccountId>,
    /// The root key's fingerprint.
    pub root: Fingerprint,
    /// Whether this device was signed out.
    pub signed_out: bool,
}

/// A phone number on the way to be verified.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PhoneView {
    /// The server's address.
    pub server: String,
    /// The number, in E.164.
    pub phone: String,
    /// Digits of a code.
    pub digits: u8,
    /// When the next code may be asked for.
    pub resend_at: Timestamp,
    /// Until when the code, or what follows from it, is good.
    pub expires_at: Timestamp,
    /// Whether the right code was given.
    pub verified: bool,
    /// The account that has the number, once that is known.
    pub holder: Option<NumberHolder>,
}

/// A number is a person's own business.
impl std::fmt::Debug for PhoneView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhoneView").field("verified", &self.verified).finish_non_exhaustive()
    }
}

/// The account that a number belongs to already: its phrase or one of its devices opens it. A sign-up takes the number from
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NumberHolder {
    /// Whether the number alone allows a new identity in its place: nobody has used it for long.
    pub can_reset: bool,
}

/// One of one's own devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeviceView {
    /// Which.
    pub device: DeviceId,
    /// Its name, if it has told it.
    pub name: String,
    /// Whether it is this one.
    pub current: bool,
    /// Since when, if known.
    pub added_at: Option<Timestamp>,
}

/// Something that happened to the key behind a person's safety number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KeyEvent {
    /// This device saw it for the first time.
    Met,
    /// Another one, which the former one vouches for: the person has a new recovery phrase.
    NewPhrase,
    /// Another one, which nobody vouches for: it may be somebody else.
    NewIdentity,
    /// This person compared the safety number.
    Compared,
    /// This person took that back.
    Unmarked,
}

/// One entry in the history of a person's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KeyChange {
    /// When this device learnt of it.
    pub at: Timestamp,
    /// What it was.
    pub event: KeyEvent,
}

/// A folder of this person's own for the list of conversations. Which of them lie in it, [`ConversationView::own`] says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FolderView {
    /// Which.
    pub folder: FolderId,
    /// What it is called.
    pub name: String,
    /// Folders are shown in this order.
    pub place: u32,
}

/// Another person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AccountView {
    /// Which account.
    pub account: AccountId,
    /// The name to show: nickname, else profile name, else username, else a short form of the id.
    pub name: String,
    /// The name that this person gives them.
    pub nickname: Option<String>,
    /// The username.
    pub username: Option<String>,
    /// The picture.
    pub picture: Option<FileNumber>,
    /// Some words about themselves.
    pub bio: String,
    /// Their status, if it holds now.
    pub status: String,
    /// The root key's fingerprint.
    pub root: Option<Fingerprint>,
    /// Whether the safety number was compared with this root key.
    pub verified: bool,
    /// Whether the root key is another than the one first seen, and this was not acknowledged.
    pub identity_changed: bool,
    /// Whether blocked.
    pub blocked: bool,
    /// Whether they have asked to talk and wait for this person's answer.
    pub asking: bool,
    /// Whether they have deleted their account.
    pub deleted: bool,
    /// Whether there; none if not known or not shown.
    pub online: Option<bool>,
    /// When last seen.
    pub last_seen: Option<Timestamp>,
}

/// How far a conversation's encryption is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Messages go out at once.
    Ready,
    /// This device is still joining.
    Joining,
    /// This account is no longer a member.
    Left,
    /// A stranger has asked and waits for this person's answer.
    RequestReceived,
    /// This person has asked and waits for the answer.
    RequestSent,
    /// Written by a newer version: read-only until updated.
    UpdateRequired,
    /// The server contradicts itself about the log: nothing is sent until people have looked.
    Forked,
    /// The group can't go on; a new generation is needed or under way.
    Broken,
    /// The other person lost their identity and is somebody new: nobody reads this any more.
    PeerGone,
    /// The other person has deleted their account: nobody reads this any more.
    PeerDeleted,
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConversationView {
    /// Which.
    pub conversation: ConversationId,
    /// Its kind.
    pub kind: ConversationKind,
    /// Its title; for a direct one the other's name.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The other person of a direct conversation.
    pub peer: Option<AccountId>,
    /// Its picture; of a direct one the other's.
    pub picture: Option<FileNumber>,
    /// Its timer.
    pub timer: Option<Timer>,
    /// Its encryption.
    pub readiness: Readiness,
    /// This person's role.
    pub role: Option<Role>,
    /// Whether this person may say something, react, and change or delete their own messages here now.
    pub may_send: bool,
    /// Whether it may be taken out of the list.
    pub may_remove: bool,
    /// Unread messages.
    pub unread: u64,
    /// Unread mentions of this person.
    pub mentions: u64,
    /// The last message, for the list.
    pub last: Option<MessageView>,
    /// When something last happened.
    pub at: Timestamp,
    /// The last entry that is known.
    pub last_seq: u64,
    /// Up to where this person has read.
    pub read: u64,
    /// How this person keeps it.
    pub own: OwnState,
    /// Messages that could not be sent.
    pub failed: u32,
    /// People who ask to join and wait for an answer that this person may give.
    pub asks: u32,
    /// What was typed but not sent.
    pub draft: String,
    /// Who is typing.
    pub typing: Vec<AccountId>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MemberView {
    /// Who.
    pub who: AccountView,
    /// The role.
    pub role: Role,
    /// Devices that can read; zero: waiting for their keys.
    pub devices: u32,
    /// Whether this person may remove them.
    pub may_remove: bool,
    /// Other roles that this person may give them.
    pub may_become: Vec<Role>,
    /// Whether this person may make them an owner and step down.
    pub may_inherit: bool,
}

/// What this person may do in a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Rights {
    /// Add people.
    pub add: bool,
    /// Change title, description and timer.
    pub edit_info: bool,
    /// Pin and unpin messages.
    pub pin: bool,
    /// Delete other people's messages for everyone.
    pub delete_others: bool,
    /// Change who may do what.
    pub change_permissions: bool,
    /// Leave, be it that somebody else has to become an owner first.
    pub leave: bool,
}

/// Everything about a conversation's membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MembersView {
    /// The members.
    pub members: Vec<MemberView>,
    /// Who may do what.
    pub permissions: Permissions,
    /// What this person may do.
    pub may: Rights,
}

/// How far an own message is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Delivery {
    /// Waits in the outbox.
    Queued,
    /// On the way to the server.
    Sending,
    /// Durable on the server.
    Sent,
    /// Received by all other members (by the other, in a direct conversation).
    Delivered,
    /// Read by all other members who show it.
    Read,
    /// Not sent.
    Failed {
        /// Why.
        why: Failure,
    },
}

/// A row of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MessageView {
    /// Its number in this database: the anchor for paging.
    pub row: i64,
    /// Its place in the log; none before it is sent.
    pub seq: Option<u64>,
    /// Who and which.
    pub message: MessageRef,
    /// The author's name.
    pub author_name: String,
    /// Whether one's own.
    pub own: bool,
    /// When it was sent, by the server's clock (by this device's before it is sent).
    pub at: Timestamp,
    /// What it is.
    pub body: Body,
    /// The message that it answers, as it is now.
    pub reply: Option<ReplyView>,
    /// Where it was first said.
    pub forward: Option<Forward>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Reactions, most frequent first.
    pub reactions: Vec<ReactionView>,
    /// Whether pinned.
    pub pinned: bool,
    /// When it disappears, if the timer runs.
    pub disappears_at: Option<Timestamp>,
    /// Its timer.
    pub timer: Option<Timer>,
    /// How far it is, if one's own.
    pub delivery: Option<Delivery>,
    /// Whether it mentions this person.
    pub mentions_me: bool,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "body", rename_all = "snake_case")]
pub enum Body {
    /// Text.
    Text {
        /// Without markup.
        text: String,
        /// Formatting.
        entities: Vec<Entity>,
        /// Files, in the order in which they are shown.
        attachments: Vec<AttachmentView>,
        /// A place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        place: Option<PlaceView>,
        /// People's cards.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<ContactCard>>"))]
        contacts: Vec<ContactCard>,
        /// A page that the text links to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        preview: Option<LinkPreviewView>,
    },
    /// Something that can be looked at once.
    Once {
        /// What it is.
        kind: OnceKind,
        /// How far it is.
        state: OnceState,
        /// The file, for others than its author, while it is not opened or is open.
        file: Option<AttachmentView>,
        /// What was said with it, while it is open.
        text: String,
        /// The text's formatting.
        entities: Vec<Entity>,
    },
    /// Deleted for everyone.
    Deleted {
        /// By whom.
        by: AccountId,
    },
    /// Something happened.
    System {
        /// What.
        event: SystemEvent,
    },
    /// Of a kind that this version can't show: update.
    Unsupported {
        /// The kind's name.
        kind: String,
    },
    /// Can't be read.
    Unreadable {
        /// Why.
        why: Unreadable,
        /// How far its healing is.
        healing: Healing,
    },
}

/// What a page says of itself, as the sender of a link to it has seen it. It is never asked for that by who is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LinkPreviewView {
    /// Its address, which stands in the text.
    pub url: String,
    /// What it is called; may be empty.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// The site that it belongs to, as it calls itself; may be empty.
    pub site: String,
    /// A picture of it.
    pub image: Option<AttachmentView>,
}

/// Something that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SystemEvent {
    /// It began.
    Created,
    /// People were added.
    Added {
        /// Them.
        accounts: Vec<AccountId>,
    },
    /// Somebody was removed.
    Removed {
        /// Who.
        account: AccountId,
    },
    /// Somebody left.
    Left {
        /// Who.
        account: AccountId,
    },
    /// A role was given.
    RoleChanged {
        /// To whom.
        account: AccountId,
        /// Which.
        role: Role,
    },
    /// The owner has made somebody else the owner in their place.
    HandedOver {
        /// Who is the owner now.
        account: AccountId,
    },
    /// Permissions were changed.
    PermissionsChanged,
    /// A new title.
    Title {
        /// It.
        title: String,
    },
    /// A new description.
    Description,
    /// A new picture.
    Picture {
        /// Or the former one was taken away.
        removed: bool,
    },
    /// Another timer.
    Timer {
        /// None: off.
        timer: Option<Timer>,
    },
    /// A message was pinned or unpinned.
    Pinned {
        /// Which.
        target: MessageRef,
        /// Whether pinned now.
        on: bool,
    },
    /// Somebody's safety number is another one: a new identity.
    IdentityChanged {
        /// Whose.
        account: AccountId,
    },
    /// Somebody has deleted their account.
    AccountDeleted {
        /// Whose it was.
        account: AccountId,
    },
    /// The group was renewed.
    Renewed,
    /// This device joined here: what was said before is not readable on it.
    JoinedHere,
    /// Its actor saw another log than this device, or claims so.
    LogForked,
    /// A member sent a commit or message that breaks the rules; it was not followed.
    RuleBroken {
        /// Which rule.
        reason: String,
    },
}

/// The message that a reply answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReplyView {
    /// Which.
    pub message: MessageRef,
    /// Its author's name.
    pub author_name: String,
    /// The beginning of its text; none if it is not here or deleted.
    pub text: Option<String>,
    /// The first of its files.
    pub attachment: Option<AttachmentView>,
    /// What goes with it else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub enclosed: Option<Enclosed>,
    /// Its row, if it is here.
    pub row: Option<i64>,
}

/// What goes with a message besides text and files, for a line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Enclosed {
    /// A place.
    Place {
        /// What it is called; may be empty.
        name: String,
    },
    /// Somebody's card.
    Contact {
        /// The name on the first one.
        name: String,
    },
}

impl Enclosed {
    /// What of these is told in a line of text.
    pub fn of(place: Option<&PlaceView>, contacts: &[ContactCard]) -> Option<Self> {
        let contact = || contacts.first().map(|card| Self::Contact { name: card.name.clone() });
        place.map(|place| Self::Place { name: place.name.clone() }).or_else(contact)
    }
}

/// One emoji under a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReactionView {
    /// The emoji.
    pub emoji: String,
    /// Who set it.
    pub accounts: Vec<AccountId>,
    /// Whether this person did.
    pub mine: bool,
}

/// Where a page of a timeline starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The newest.
    End,
    /// Rows before this one.
    Before(i64),
    /// Rows after this one.
    After(i64),
    /// Rows around this one.
    Around(i64),
    /// Rows around the first that was not read.
    FirstUnread,
    /// Rows around the first that is not older than this moment.
    Since(Timestamp),
}

/// A page of a timeline, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TimelinePage {
    /// The rows.
    pub messages: Vec<MessageView>,
    /// Whether there are older ones.
    pub more_before: bool,
    /// Whether there are newer ones.
    pub more_after: bool,
}

/// Who has received and read a message, and how it travelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MessageInfo {
    /// The row.
    pub message: MessageView,
    /// By whom it was received.
    pub delivered_to: Vec<AccountId>,
    /// By whom it was read, as far as they show it.
    pub read_by: Vec<AccountId>,
    /// By whom it was opened, if it is one's own and can be looked at once.
    pub opened_by: Vec<AccountId>,
    /// Generation and epoch in which it was sent.
    pub generation: u32,
    /// See `generation`.
    pub epoch: u64,
    /// Former texts, oldest first.
    pub history: Vec<String>,
}

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct SearchQuery {
    /// Words, in any form; the last one may be a beginning.
    pub text: String,
    /// Only there.
    pub conversation: Option<ConversationId>,
    /// Only by this person.
    pub author: Option<AccountId>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
    /// At most so many, newest first.
    pub limit: u32,
    /// Only rows older than this one (the last of the page before).
    pub before: Option<i64>,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SearchHit {
    /// Where.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageView,
    /// Parts of the text that match: start and length in characters.
    pub matches: Vec<(u32, u32)>,
    /// Places of the attachments whose names match, from 0 on.
    pub files: Vec<u32>,
}

/// Something that people must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Warning {
    /// Its number, to acknowledge it.
    pub id: i64,
    /// When it was found.
    pub at: Timestamp,
    /// Where, if it concerns one conversation.
    pub conversation: Option<ConversationId>,
    /// What.
    pub kind: WarningKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "warning", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// Somebody saw another log than this device: the server shows different things to different people, or a member
    /// claims what is not so.
    LogForked {
        /// The entry at which they differ, at the latest.
        seq: u64,
        /// The member who cites another log; none where the server contradicts itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
    },
    /// A person's identity key is another one.
    IdentityChanged {
        /// Whose.
        account: AccountId,
    },
    /// A new device was added to one's own account.
    OwnDeviceAdded {
        /// Which.
        device: DeviceId,
    },
    /// While a new device was being approved, the server showed another key than the one that it was committed to: it
    /// tried to put a device of its own in the new one's place. Nothing was approved.
    LinkTampered {
        /// The device that it showed.
        device: DeviceId,
    },
    /// The server went back to an older state.
    ServerRestored,
    /// The server offered a device log that contradicts the known one.
    DeviceLogForked {
        /// Whose.
        account: AccountId,
    },
    /// The server does not show a part of a device log that a member cites: a removal may be hidden in it.
    DeviceLogWithheld {
        /// Whose.
        account: AccountId,
    },
    /// The server says that there are more entries, and does not give the next one.
    EntryWithheld {
        /// Which.
        seq: u64,
    },
    /// The conversation has other members, or other roles, than were agreed when this device could last follow it, and
    /// this device has not seen who decided so.
    MembersDiffer {
        /// Who has come.
        added: Vec<AccountId>,
        /// Who has gone.
        removed: Vec<AccountId>,
        /// Whose role is another one.
        roles: Vec<AccountId>,
    },
    /// The server let pass what it should have refused.
    InvalidCommit {
        /// At which entry.
        seq: u64,
        /// Which rule.
        reason: String,
    },
    /// The account has no phone number any more: another device took it away, or somebody else has shown that they receive
    /// what is sent to it.
    PhoneGone,
    /// This profile is a copy of one that went on elsewhere; it became a new device.
    ProfileCopied,
    /// A row of the local database was damaged and has been healed or given up.
    LocalDamage,
}

/// A message of one's own that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Waiting {
    /// Where.
    pub conversation: ConversationId,
    /// Which.
    pub message: MessageId,
    /// How far it is.
    pub delivery: Delivery,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "to", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkView {
    /// To a group.
    Group {
        /// Which.
        conversation: ConversationId,
        /// Its title when the link was made.
        title: String,
        /// Its description.
        description: String,
        /// How many members it had.
        members: u32,
        /// Whether people are let in without anybody being asked.
        automatic: bool,
        /// What this person has to do with it.
        standing: GroupStanding,
    },
    /// To a person.
    Person {
        /// Who.
        who: AccountView,
        /// Whether their key is the one in the link.
        key: KeyMatch,
    },
    /// To a pack of stickers: [`super::command::Command::OpenPack`] takes the link.
    Stickers,
    /// To an account on a server that asks for an invitation.
    Join {
        /// `http(s)://host[:port]`.
        server: String,
        /// The invitation.
        invite: String,
    },
}

/// What this person has to do with a group that a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum GroupStanding {
    /// Nothing yet: they may ask to join.
    New,
    /// They have asked.
    Asked {
        /// What has become of it.
        outcome: AskOutcome,
    },
    /// They belong to it.
    Member,
}

/// Whether a person's key is the one that a link gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum KeyMatch {
    /// It is.
    Same,
    /// It is another one: the person lost their identity since, or somebody stands between.
    Other,
    /// The link gives none.
    NotGiven,
}

/// A link by which people may ask to join a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct GroupLinkView {
    /// Which.
    pub link: GroupLinkId,
    /// Who made it.
    pub by: AccountId,
    /// When.
    pub made_at: Timestamp,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// How many may still come in by it; any number if none.
    pub left: Option<u32>,
    /// Whether people are let in without anybody being asked.
    pub automatic: bool,
    /// The link itself, on the device that made it.
    pub url: Option<String>,
}

/// Somebody who asks to join a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct AskView {
    /// To join which group.
    pub conversation: ConversationId,
    /// Who.
    pub who: AccountView,
    /// When they asked.
    pub at: Timestamp,
    /// By which link.
    pub link: GroupLinkId,
    /// Why the request does not hold, so that nobody can be let in by it.
    pub doubt: Option<AskDoubt>,
    /// Whether a device is about to add them.
    pub being_added: bool,
}

/// Why a request to join does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AskDoubt {
    /// What is needed to judge it is not here yet.
    #[error("what is needed to judge the request is not here yet")]
    Unknown,
    /// It is not what any version writes.
    #[error("the request is malformed")]
    Malformed,
    /// It was made for another link or group.
    #[error("the request belongs to another link")]
    OtherLink,
    /// Who made the link may not add people any more, or the device that did is not theirs any more.
    #[error("whoever made the link may not add people any more")]
    Maker,
    /// The link has expired.
    #[error("the link has expired")]
    Expired,
    /// Who asks can't show that they have the link.
    #[error("whoever asks does not have the link")]
    NoLink,
}

/// A group that this person has asked to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OwnAskView {
    /// Which.
    pub conversation: ConversationId,
    /// Its title, as the link showed it; empty where another device asked.
    pub title: String,
    /// Its description.
    pub description: String,
    /// How many members it had.
    pub members: u32,
    /// When this person asked.
    pub at: Timestamp,
    /// What has become of it.
    pub outcome: AskOutcome,
}

//! What people want, as data.

use beseda_model::{
    AccountId, ConversationId, DeviceId, FolderId, GroupLinkId, MessageId, PackId, Permissions, Role, Timestamp,
};
use beseda_wire::Bytes;
use beseda_wire::content::{ContactCard, Entity, MessageRef, OwnState, Timer};
use beseda_wire::http::{AskMapTile, DriveAccess, DriveGrant, DriveProvider, GifPage};
use beseda_wire::request::ReportReason;
use beseda_wire::state::{PrivacySettings, PushSubscription};
use serde::{Deserialize, Deserializer, Serialize};

use super::file::{AttachmentDraft, FetchRules, FileNumber};
use super::notification::NotificationSettings;
use super::place::PlaceDraft;
use super::sticker::{PackDraft, PackSource};
use crate::files::chunks::Sealed;

/// Something that a person wants.
///
/// Commands that change a conversation are accepted into the outbox at once ([`Outcome::Queued`] or [`Outcome::Done`])
/// and carried out when the network allows; joining a server, searching and linking need the server and end when it has
/// answered.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "command", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Command {
    /// Makes a new account. Ends with [`Outcome::SignedUp`].
    SignUp {
        /// `http(s)://host[:port]`.
        server: String,
        /// How people may find the account.
        username: Option<String>,
        /// With a username only.
        password: Option<String>,
        /// Where the server asks for one.
        invite: Option<String>,
        /// Whether the account gets the number that was verified ([`Command::CheckCode`]); whoever had it has it no more.
        #[serde(default)]
        phone: bool,
        /// What this device is called in the list of devices.
        device_name: String,
    },
    /// Becomes a new device of an account by its recovery phrase. Ends with [`Outcome::SignedIn`].
    Recover {
        /// See `SignUp`.
        server: String,
        /// 24 words.
        phrase: String,
        /// See `SignUp`.
        device_name: String,
    },
    /// Becomes a new device of an account by approval of another one; progress comes as `Notice::LinkProgress`. Ends with
    /// [`Outcome::SignedIn`].
    StartLink {
        /// See `SignUp`.
        server: String,
        /// See `SignUp`.
        device_name: String,
    },
    /// Phrase and devices are lost: becomes a new identity under the old username. Ends with [`Outcome::SignedUp`].
    ResetIdentity {
        /// See `SignUp`.
        server: String,
        /// Whose.
        username: String,
        /// The password.
        password: String,
        /// See `SignUp`.
        device_name: String,
    },
    /// Phrase and devices are lost, and nobody has used the account for long: becomes a new identity in its place by the
    /// number that was verified. Ends with [`Outcome::SignedUp`].
    ResetByPhone {
        /// See `SignUp`.
        device_name: String,
    },
    /// Asks for a code to be sent to a phone number. Ends with [`Outcome::CodeSent`]; while the last one is too fresh, with
    /// `RATE_LIMITED` and when to ask again. An earlier code stays good if none is sent.
    RequestCode {
        /// See `SignUp`; none for the own account's server.
        #[serde(default)]
        server: Option<String>,
        /// As typed.
        phone: String,
        /// The two letters of the country of a number without a country's code.
        #[serde(default)]
        region: Option<String>,
        /// The language of the message: `ru` or `en`.
        #[serde(default)]
        language: Option<String>,
    },
    /// The code that came. Ends with [`Outcome::PhoneVerified`], [`super::failure::Failure::WrongCode`] or
    /// [`super::failure::Failure::CodeExpired`].
    CheckCode {
        /// The code; spaces do not count.
        code: String,
    },
    /// Binds the number that was verified to one's own account, in place of a former one; whoever had it has it no more.
    SetPhone,
    /// Takes the number away from one's own account.
    RemovePhone,
    /// On an old device: takes up a new one's request; the comparison code comes as `Notice::LinkCode`.
    OpenLink {
        /// As shown by the new device.
        code: String,
    },
    /// Approves it after comparison.
    ApproveLink {
        /// The request's code.
        code: String,
    },
    /// Turns it down.
    RefuseLink {
        /// The request's code.
        code: String,
    },
    /// The recovery phrase was written down: it is wiped from this device. [`crate::identity::phrase::kept`] shows it
    /// until then.
    ConfirmPhrase {
        /// Words that the person was asked for, each with its place from 1 on
        /// ([`crate::identity::phrase::questions`]); none where the person's word is enough.
        words: Vec<(u8, String)>,
    },
    /// Puts a new recovery phrase in the place of the present one, which somebody may have seen. Ends with
    /// [`Outcome::PhraseChanged`]; everybody sees another safety number of the same person.
    NewPhrase {
        /// The present one.
        phrase: String,
    },
    /// Revokes one of one's own devices.
    RemoveDevice {
        /// Which.
        device: DeviceId,
    },
    /// Removes this device from the account; history stays readable here until the profile is deleted.
    SignOut,

    /// Deletes the account for good: groups are left, the server erases what it has of it, and this device forgets everything.
    /// What others have received stays with them.
    DeleteAccount {
        /// The username; without one, the last eight characters of the account's id.
        confirm: String,
    },

    /// Looks for people by username. Ends with [`Outcome::Accounts`].
    FindAccounts {
        /// Its beginning.
        username: String,
    },
    /// Sets what contacts see.
    SetProfile {
        /// The profile.
        profile: ProfileDraft,
    },
    /// Sets who sees what.
    SetPrivacy {
        /// The settings.
        privacy: PrivacySettings,
    },
    /// Sets, changes or drops the username.
    SetUsername {
        /// The new one.
        username: Option<String>,
    },
    /// Sets or changes the password.
    SetPassword {
        /// The present one.
        current: Option<String>,
        /// The present recovery phrase in its place, from who has forgotten it.
        phrase: Option<String>,
        /// The new one.
        new: String,
    },
    /// Blocks or unblocks.
    Block {
        /// Whom.
        account: AccountId,
        /// Whether blocked from now on.
        blocked: bool,
    },
    /// Tells the operator of somebody, with the texts of these messages.
    Report {
        /// Of whom.
        about: AccountId,
        /// Where it was.
        conversation: Option<ConversationId>,
        /// Messages that the operator is shown.
        messages: Vec<MessageRef>,
        /// What is wrong.
        reason: ReportReason,
        /// In the reporter's words; may be empty.
        note: String,
    },
    /// Marks a contact's safety number as compared, or takes that back.
    Verify {
        /// Whose.
        account: AccountId,
        /// Whether compared.
        verified: bool,
    },
    /// Gives somebody a name of one's own.
    Nickname {
        /// Whom.
        account: AccountId,
        /// Empty takes it back.
        name: String,
    },
    /// Asks for presence of these accounts from now on; answers come as `Notice::Account`.
    WatchPresence {
        /// Whose.
        accounts: Vec<AccountId>,
    },

    /// Opens the direct conversation with somebody, or makes it. With one's own account: notes-to-self. Ends with
    /// [`Outcome::Conversation`].
    OpenDirect {
        /// With whom.
        account: AccountId,
    },
    /// Makes a group. Ends with [`Outcome::Conversation`].
    CreateGroup {
        /// Its title.
        title: String,
        /// Its members besides oneself.
        members: Vec<AccountId>,
    },
    /// Adds people.
    AddMembers {
        /// To which group.
        conversation: ConversationId,
        /// Whom.
        accounts: Vec<AccountId>,
    },
    /// Removes somebody.
    RemoveMember {
        /// From which group.
        conversation: ConversationId,
        /// Whom.
        account: AccountId,
    },
    /// Leaves.
    Leave {
        /// Which group.
        conversation: ConversationId,
    },
    /// Gives a role.
    SetRole {
        /// In which group.
        conversation: ConversationId,
        /// To whom.
        account: AccountId,
        /// Which.
        role: Role,
    },
    /// Makes somebody an owner and steps down to admin, in one commit.
    TransferOwnership {
        /// Of which group.
        conversation: ConversationId,
        /// To whom.
        account: AccountId,
    },
    /// Changes who may do what.
    SetPermissions {
        /// In which group.
        conversation: ConversationId,
        /// The new permissions.
        permissions: Permissions,
    },
    /// Changes title, description or timer; absent fields stay.
    SetInfo {
        /// Of which conversation.
        conversation: ConversationId,
        /// The new title.
        title: Option<String>,
        /// The new description.
        description: Option<String>,
        /// The new timer; `Some(None)`, `null` in JSON, turns it off.
        #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(as = "Option<Timer>", optional = nullable))]
        timer: Option<Option<Timer>>,
    },
    /// Accepts or declines a stranger's request.
    AnswerStranger {
        /// Which direct conversation.
        conversation: ConversationId,
        /// Whether accepted.
        accept: bool,
    },
    /// Makes a folder for the list of conversations, on all own devices, behind the others. [`Command::Keep`] says what
    /// lies in it. Ends with [`Outcome::Folder`].
    MakeFolder {
        /// At most 32 characters.
        name: String,
    },
    /// Gives a folder another name.
    RenameFolder {
        /// Which.
        folder: FolderId,
        /// At most 32 characters.
        name: String,
    },
    /// Puts a folder elsewhere among the others.
    MoveFolder {
        /// Which.
        folder: FolderId,
        /// How many stand before it then; more than there are: it is the last.
        to: u32,
    },
    /// Deletes a folder; what lay in it stays in the list.
    DeleteFolder {
        /// Which.
        folder: FolderId,
    },
    /// Changes how this person keeps a conversation (mute, archive, pin, unread mark, folders), on all own devices.
    Keep {
        /// Which.
        conversation: ConversationId,
        /// The whole new state.
        state: OwnState,
    },
    /// Opens a new generation of a conversation whose group can't go on.
    RenewGroup {
        /// Which.
        conversation: ConversationId,
    },

    /// Says something. Ends with [`Outcome::Queued`].
    Send {
        /// Where.
        conversation: ConversationId,
        /// What.
        draft: Draft,
    },
    /// Has this account's server look what a page of the web says of itself: the page sees the server, not this person, and
    /// the server sees which page. Ends with [`Outcome::Page`], or with `NOT_FOUND` where there is nothing to be shown.
    LookAtPage {
        /// The page's whole address, of at most 2 048 bytes.
        url: String,
    },
    /// Has this account's server look for moving pictures, where it has somebody to ask: they see the server, not this person,
    /// and the server sees what is looked for. Ends with [`Outcome::Gifs`].
    FindGifs {
        /// What is looked for, at most 100 characters; empty: what many send now.
        query: String,
        /// The language in which it is looked for: two letters.
        language: String,
        /// Where the page before has ended; empty at first.
        after: String,
    },
    /// Has the server fetch one of the pictures that were found. Ends with [`Outcome::Picture`].
    LookAtGif {
        /// As it was found.
        picture: String,
    },
    /// Has the server fetch a square of its map. Ends with [`Outcome::Picture`].
    LookAtMap {
        /// Which.
        tile: AskMapTile,
    },
    /// The host is about to seal a file; it keeps the sealed bytes under the number with which this ends
    /// ([`Outcome::File`]). What is not used when the program ends is forgotten.
    BeginFile,
    /// The host has sealed it, and its bytes are durable. Ends with the number under which the file is known from now on:
    /// where the same content was sealed before, with that one's.
    FinishFile {
        /// As begun.
        file: FileNumber,
        /// What was made of it.
        sealed: Sealed,
    },
    /// Fetches a file that is not on this device, or tries again; ends at once.
    FetchFile {
        /// Which.
        file: FileNumber,
    },
    /// Lets a file rest on its way.
    PauseFile {
        /// Which.
        file: FileNumber,
    },
    /// Lets it go on.
    ResumeFile {
        /// Which.
        file: FileNumber,
    },
    /// Gives up fetching a file; what has come of it is erased.
    CancelFetch {
        /// Which.
        file: FileNumber,
    },
    /// Chooses how many bytes of files stay on this device, besides those that are on their way: what was not used for
    /// longest goes first, and is fetched again where it is wanted.
    LimitFiles {
        /// Bytes; none: as many as there is room for.
        bytes: Option<u64>,
    },
    /// Erases files on this device that can be fetched again.
    ClearFiles,
    /// Sets what this device fetches without anybody asking for it.
    SetFetchRules {
        /// The whole new rules.
        rules: FetchRules,
    },
    /// Connects a cloud drive, on this device alone. Nothing is asked of it.
    KeepDrive {
        /// What the person calls it.
        name: String,
        /// How it is reached.
        access: DriveAccess,
    },
    /// Prepares the way to a provider's page and back, in the place of one that was prepared before. It is good for an hour.
    AuthorizeDrive {
        /// Whose drive.
        provider: DriveProvider,
        /// What the person calls a new one.
        name: String,
        /// One of that provider that is connected anew; none: a new one.
        drive: Option<u32>,
        /// Where that page leads back.
        back: String,
    },
    /// Connects the drive that was asked for, or connects it anew, on this device alone.
    KeepGrant {
        /// What came with the code.
        state: String,
        /// What the code has become.
        grant: DriveGrant,
    },
    /// Gives a connected drive the tokens that it is shown from now on.
    RefreshDrive {
        /// Which.
        drive: u32,
        /// What the provider has given.
        grant: DriveGrant,
    },
    /// Gives a cloud drive another name.
    RenameDrive {
        /// Which.
        drive: u32,
        /// The new name.
        name: String,
    },
    /// Forgets a cloud drive, and what it was shown.
    ForgetDrive {
        /// Which.
        drive: u32,
    },
    /// A file that was sealed is not sent after all.
    ForgetFile {
        /// Which.
        file: FileNumber,
    },
    /// Gives the person, or a group, another picture. Ends when the server has it.
    SetPicture {
        /// The group; none: the person themselves.
        conversation: Option<ConversationId>,
        /// A file that was sealed on this device, of 1 MiB at most; none takes the picture away.
        file: Option<FileNumber>,
    },
    /// Makes a pack of stickers, or changes one of one's own, on all own devices. Ends with [`Outcome::Pack`]; then what
    /// [`crate::view::manifest`] gives is sealed and told by [`Command::PublishPack`].
    SavePack {
        /// Which is changed; none makes one, behind at most 199 others.
        #[serde(default)]
        pack: Option<PackId>,
        /// The whole of it.
        draft: PackDraft,
    },
    /// The file of a pack of one's own was sealed: it and the stickers are brought to the server.
    PublishPack {
        /// Which.
        pack: PackId,
        /// The file.
        file: FileNumber,
        /// Whether its link shows the server the key, too: then anybody who sees the address can open it.
        public: bool,
    },
    /// Looks for a pack. Ends with [`Outcome::Pack`] if it is known here, else with [`Outcome::File`]: once that file is
    /// here, what it says is told by [`Command::ReadPack`].
    OpenPack {
        /// By what.
        source: PackSource,
    },
    /// What the file of a pack says. Ends with [`Outcome::Pack`].
    ReadPack {
        /// The file.
        file: FileNumber,
        /// Its content.
        #[cfg_attr(feature = "ts", ts(as = "String"))]
        content: Bytes,
    },
    /// Installs a pack that was looked at, on all own devices; it replaces another version of it. Ends with
    /// [`Outcome::Pack`].
    InstallPack {
        /// Which.
        pack: PackId,
    },
    /// Removes a pack from all own devices; one of one's own is deleted.
    RemovePack {
        /// Which.
        pack: PackId,
    },
    /// Puts a pack elsewhere among the others.
    MovePack {
        /// Which.
        pack: PackId,
        /// How many stand before it then; more than there are: it is the last.
        to: u32,
    },
    /// Keeps a sticker at hand, or does so no more: at most 100.
    FavouriteSticker {
        /// Its file.
        file: FileNumber,
        /// Whether from now on.
        on: bool,
    },
    /// Keeps a moving picture at hand, before all others, or no more. At most 100 are kept: the one that was used the longest
    /// time ago makes room.
    KeepGif {
        /// Its file.
        file: FileNumber,
        /// Keep it, or not any more.
        on: bool,
    },
    /// Sends a sticker that this device knows from a pack or a message. Ends with [`Outcome::Queued`].
    SendSticker {
        /// Where.
        conversation: ConversationId,
        /// Its file.
        file: FileNumber,
        /// For which of its emoji it was chosen.
        #[serde(default)]
        emoji: Option<String>,
        /// The message that it answers.
        #[serde(default)]
        reply_to: Option<MessageRef>,
    },
    /// Changes the text of one's own message.
    Edit {
        /// Where.
        conversation: ConversationId,
        /// Which.
        target: MessageRef,
        /// The new text.
        text: String,
        /// Its formatting.
        entities: Vec<Entity>,
    },
    /// Deletes messages.
    Delete {
        /// Where.
        conversation: ConversationId,
        /// Which.
        targets: Vec<MessageRef>,
        /// For everyone, or only for oneself.
        for_all: bool,
    },
    /// Sets or takes back a reaction.
    React {
        /// Where.
        conversation: ConversationId,
        /// To which message.
        target: MessageRef,
        /// One emoji.
        emoji: String,
        /// Set, or taken back.
        on: bool,
    },
    /// Pins or unpins for everyone.
    Pin {
        /// Where.
        conversation: ConversationId,
        /// Which.
        target: MessageRef,
        /// Pinned, or not any more.
        on: bool,
    },
    /// Says again elsewhere what was said here. Ends with [`Outcome::Queued`] for the last of them.
    Forward {
        /// From where.
        from: ConversationId,
        /// Which, in this order.
        messages: Vec<MessageRef>,
        /// To where.
        to: Vec<ConversationId>,
        /// Whether the author's name goes with it.
        with_author: bool,
    },
    /// Opens a message that can be looked at once, whose file is on this device: it is marked as opened for good, and others
    /// are told, before it is shown. Its file can be opened until [`Command::CloseOnce`] or the end of the program.
    OpenOnce {
        /// Where.
        conversation: ConversationId,
        /// Which.
        target: MessageRef,
    },
    /// Erases what was opened by [`Command::OpenOnce`].
    CloseOnce {
        /// Where.
        conversation: ConversationId,
        /// Which.
        target: MessageRef,
    },
    /// Everything up to this entry was seen.
    MarkRead {
        /// Where.
        conversation: ConversationId,
        /// Up to and with which entry.
        seq: u64,
    },
    /// This device is there now: whoever is to know is told, at most every five seconds.
    TellPlace {
        /// There; what the place is called does not matter.
        place: PlaceDraft,
    },
    /// Tells no more where this person is, on whichever of their devices that began.
    StopPlace {
        /// Where.
        conversation: ConversationId,
        /// The message that has promised it.
        message: MessageId,
    },
    /// This person is typing, or has stopped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Whether now.
        typing: bool,
    },
    /// Tries a failed message again.
    Retry {
        /// Where.
        conversation: ConversationId,
        /// Which.
        message: MessageId,
    },
    /// Gives up a message that was not sent.
    Discard {
        /// Where.
        conversation: ConversationId,
        /// Which.
        message: MessageId,
    },
    /// Keeps what was typed but not sent; empty text drops it.
    SaveDraft {
        /// Where.
        conversation: ConversationId,
        /// The text.
        text: String,
    },
    /// Sets what this device tells its person of.
    SetNotifications {
        /// The whole new settings.
        settings: NotificationSettings,
    },
    /// Where this device is woken while it has no connection: what its push service gave it. The server is told when the
    /// network allows.
    SetPushSubscription {
        /// None: nowhere any more.
        subscription: Option<PushSubscription>,
    },
    /// Looks where a link leads. Ends with [`Outcome::Link`].
    FollowLink {
        /// As it was pasted, or read from a QR code.
        link: String,
        /// Whether it was read from a screen that its owner held out: then their key counts as compared.
        in_person: bool,
    },
    /// Asks to join a group by a link. What becomes of it comes as `Notice::Asks`.
    AskToJoin {
        /// The link.
        link: String,
    },
    /// Takes a request to join back, or forgets one that was answered.
    WithdrawAsk {
        /// To join which group.
        conversation: ConversationId,
    },
    /// Lets somebody in who asks to join, or turns them down. Ends when they are a member.
    AnswerAsk {
        /// Which group.
        conversation: ConversationId,
        /// Who asks.
        account: AccountId,
        /// Whether let in.
        accept: bool,
    },
    /// Makes a link by which people may ask to join. Ends with [`Outcome::GroupLink`].
    MakeGroupLink {
        /// Which group.
        conversation: ConversationId,
        /// Whether members' devices let people in without asking anybody.
        automatic: bool,
        /// Until when it is valid.
        expires_at: Option<Timestamp>,
        /// How many may come in by it.
        uses: Option<u32>,
    },
    /// A group's links. Ends with [`Outcome::GroupLinks`].
    ListGroupLinks {
        /// Which group.
        conversation: ConversationId,
    },
    /// Takes a link back; those who wait by it are told.
    RevokeGroupLink {
        /// Of which group.
        conversation: ConversationId,
        /// Which.
        link: GroupLinkId,
    },
    /// The link to this person, which is also what their QR code holds. Ends with [`Outcome::PersonLink`].
    MakePersonLink,
    /// Takes back the link of a person without a username: the next one is another.
    RevokePersonLink,
    /// A warning was seen.
    AcknowledgeWarning {
        /// Its number.
        warning: i64,
    },
}

impl Command {
    /// Whether to carry it out twice does no more than once, so that its end need not be remembered.
    pub(crate) const fn is_harmless_twice(&self) -> bool {
        matches!(
            self,
            Self::FindAccounts { .. }
                | Self::LookAtPage { .. }
                | Self::FindGifs { .. }
                | Self::LookAtGif { .. }
                | Self::LookAtMap { .. }
                | Self::TellPlace { .. }
                | Self::StopPlace { .. }
                | Self::WatchPresence { .. }
                | Self::MarkRead { .. }
                | Self::CloseOnce { .. }
                | Self::Typing { .. }
                | Self::SaveDraft { .. }
                | Self::BeginFile
                | Self::FetchFile { .. }
                | Self::PauseFile { .. }
                | Self::ResumeFile { .. }
                | Self::CancelFetch { .. }
                | Self::ForgetFile { .. }
                | Self::OpenPack { .. }
                | Self::ReadPack { .. }
                | Self::ClearFiles
        )
    }
}

/// A field that is there, be it `null`: what is not there does not get here.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Names, texts, passwords and phrases go through commands: debug output, which may reach a log, shows none of them.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command(…)")
    }
}

/// A message to be sent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct Draft {
    /// The text without markup.
    pub text: String,
    /// Its formatting.
    pub entities: Vec<Entity>,
    /// The message that it answers.
    pub reply_to: Option<MessageRef>,
    /// Files that go with it: then there need be no text.
    pub attachments: Vec<AttachmentDraft>,
    /// A place: then there need be no text.
    #[cfg_attr(feature = "ts", ts(optional = nullable))]
    pub place: Option<PlaceDraft>,
    /// People's cards, 20 at most: then there need be no text.
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<ContactCard>>"))]
    pub contacts: Vec<ContactCard>,
    /// What is shown of a page that the text links to; without such a link it is left out.
    #[cfg_attr(feature = "ts", ts(optional))]
    pub preview: Option<LinkPreviewDraft>,
    /// Its own timer; none takes the conversation's.
    pub timer: Option<Timer>,
    /// Whether to send without raising others' unread counts or notifications.
    pub silent: bool,
    /// Whether its one photo, film or voice message can be looked at once.
    pub once: bool,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} bytes)", self.text.len())
    }
}

/// What is to be shown of a page.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct LinkPreviewDraft {
    /// Its address, as it stands in the text.
    pub url: String,
    /// What it is called, at most 200 characters.
    pub title: String,
    /// What it is about, at most 500 characters.
    pub description: String,
    /// The site that it belongs to, at most 100 characters.
    pub site: String,
    /// A picture of it, as a photo: at most 512 KiB.
    pub image: Option<AttachmentDraft>,
}

impl std::fmt::Debug for LinkPreviewDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkPreviewDraft(…)")
    }
}

/// What a page says of itself, for whoever is about to link to it. What it does not say is empty.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PageView {
    /// What it is called, at most 200 characters.
    pub title: String,
    /// What it is about, at most 500 characters.
    pub description: String,
    /// The site that it belongs to, at most 100 characters.
    pub site: String,
    /// A picture of it, as the site gave it: it may be anything. A host makes one of its own of it.
    #[cfg_attr(feature = "ts", ts(as = "Option<String>"))]
    pub picture: Option<Bytes>,
}

impl std::fmt::Debug for PageView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageView(…)")
    }
}

/// What contacts see of a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct ProfileDraft {
    /// The name.
    pub name: String,
    /// Some words about oneself.
    pub bio: String,
    /// What one is up to.
    pub status: String,
    /// Until when the status holds.
    pub status_until: Option<Timestamp>,
}

impl std::fmt::Debug for ProfileDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProfileDraft(…)")
    }
}

/// How a command ended well.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Done, or accepted to be done.
    Done,
    /// A message waits in the outbox or was already sent.
    Queued {
        /// Its id.
        message: MessageId,
    },
    /// A conversation is there.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// What a page says of itself.
    Page {
        /// It.
        page: PageView,
    },
    /// Moving pictures to choose from.
    Gifs {
        /// A page of them.
        page: GifPage,
    },
    /// A picture from the web, as its site gave it: it may be anything.
    Picture {
        /// Its media type, as the site says.
        media_type: String,
        /// The file.
        #[cfg_attr(feature = "ts", ts(as = "String"))]
        bytes: Bytes,
    },
    /// A file has a number.
    File {
        /// It.
        file: FileNumber,
    },
    /// A folder was made.
    Folder {
        /// Which.
        folder: FolderId,
    },
    /// A pack of stickers.
    Pack {
        /// Which.
        pack: PackId,
    },
    /// An account was made; the phrase is not kept anywhere else and can be read again from this device only until it is
    /// confirmed.
    SignedUp {
        /// Which account.
        account: AccountId,
        /// Which device.
        device: DeviceId,
        /// 24 words.
        phrase: String,
    },
    /// This device belongs to an account now.
    SignedIn {
        /// Which account.
        account: AccountId,
        /// Which device.
        device: DeviceId,
    },
    /// A code is on its way.
    CodeSent {
        /// The number as the server has read it, in E.164.
        phone: String,
        /// How many digits the code has.
        digits: u8,
        /// Seconds until the next one may be asked for.
        resend_after_s: u64,
        /// Seconds for which this one is good.
        expires_after_s: u64,
    },
    /// The number is one's own. Now [`Command::SignUp`] with `phone`, or [`Command::SetPhone`].
    PhoneVerified {
        /// The number, in E.164.
        phone: String,
        /// The account that has it already.
        holder: Option<super::view::NumberHolder>,
    },
    /// The account has a new recovery phrase; it can be read again from this device only until it is confirmed.
    PhraseChanged {
        /// 24 words.
        phrase: String,
    },
    /// People found.
    Accounts {
        /// Them.
        accounts: Vec<beseda_wire::state::AccountCard>,
    },
    /// Where a link leads.
    Link {
        /// There.
        leads_to: super::view::LinkView,
    },
    /// A link by which people may ask to join a group.
    GroupLink {
        /// It.
        link: super::view::GroupLinkView,
    },
    /// The links of a group.
    GroupLinks {
        /// Newest first.
        links: Vec<super::view::GroupLinkView>,
    },
    /// The link to this person.
    PersonLink {
        /// It.
        url: String,
    },
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Done => "Done",
            Self::Queued { .. } => "Queued",
            Self::Conversation { .. } => "Conversation",
            Self::Page { .. } => "Page",
            Self::Gifs { .. } => "Gifs",
            Self::Picture { .. } => "Picture",
            Self::File { .. } => "File",
            Self::Folder { .. } => "Folder",
            Self::Pack { .. } => "Pack",
            Self::SignedUp { .. } => "SignedUp",
            Self::SignedIn { .. } => "SignedIn",
            Self::CodeSent { .. } => "CodeSent",
            Self::PhoneVerified { .. } => "PhoneVerified",
            Self::PhraseChanged { .. } => "PhraseChanged",
            Self::Accounts { .. } => "Accounts",
            Self::Link { .. } => "Link",
            Self::GroupLink { .. } => "GroupLink",
            Self::GroupLinks { .. } => "GroupLinks",
            Self::PersonLink { .. } => "PersonLink",
        })
    }
}

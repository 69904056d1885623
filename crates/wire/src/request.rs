//! Frames on the socket: a client's requests and the server's answers. Each request gets exactly one answer with its id.

use beseda_model::{
    AccountId, BlobId, ConversationId, ConversationKind, DeviceId, GroupLinkId, MessageId, ReportId, Timestamp,
    Username,
};
use serde::{Deserialize, Serialize};

use crate::state::{
    AccountCard, Ask, Change, DeviceLogEntry, Entry, EntryClass, GroupLinkState, KeyPackage, Muted, Presence,
    PrivacySettings, Profile, PushSubscription,
};
use crate::{Bytes, Problem, Push, lenient};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// Chosen by the client, returned with the answer; unique among those that wait for one.
    pub id: u32,
    /// What it asks for.
    #[serde(rename = "do")]
    pub request: Request,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// The answer to a request that was carried out.
    Ok {
        /// The request's id.
        id: u32,
        /// Its result.
        re: Reply,
    },
    /// The answer to a request that was refused; nothing was changed.
    Err {
        /// The request's id.
        id: u32,
        /// Why.
        why: Problem,
    },
    /// Something that the client did not ask for.
    Push(#[serde(deserialize_with = "lenient::push")] Push),
}

/// What a client may ask for on the socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Authenticates; the first frame. Answer: [`Reply::Hello`].
    Hello(Hello),
    /// Keeps the connection through idle networks. Answer: [`Reply::Done`].
    Ping,

    /// Adds one application message to a conversation's log. Answer: [`Reply::Appended`].
    Append(Append),
    /// Adds a standalone SelfRemove proposal: the sender's account leaves. Answer: [`Reply::Appended`].
    Propose {
        /// The MLS message.
        message: Bytes,
    },
    /// Moves a conversation to its next epoch, by a member's or an external commit. Answer: [`Reply::Appended`].
    Commit(CommitBundle),
    /// Entries of a log, oldest first. Answer: [`Reply::Log`].
    Log {
        /// Whose log.
        conversation: ConversationId,
        /// The first entry wanted.
        from: u64,
        /// At most this many.
        limit: u32,
    },
    /// What has changed for this account since `cursor`. Answer: [`Reply::Sync`].
    Sync {
        /// From the last page; none for everything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<Bytes>,
        /// At most this many changes.
        limit: u32,
    },
    /// Moves this account's delivery and read marks forward; they never go back. Answer: [`Reply::Done`].
    Mark {
        /// Where.
        conversation: ConversationId,
        /// Received up to and with this entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivered: Option<u64>,
        /// Read up to and with this entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<u64>,
    },
    /// Passes an ephemeral frame to the conversation's other devices that are connected now. Answer: [`Reply::Done`].
    Whisper {
        /// Where.
        conversation: ConversationId,
        /// Sealed by the sender.
        body: Bytes,
    },

    /// Creates a conversation with its first generation. Answer: [`Reply::Appended`] with the last entry written.
    Create(Create),
    /// Opens the next generation of a conversation. Answer: [`Reply::Appended`] with the last entry written.
    Succeed(Succeed),
    /// What an external join needs; reserves the right to join for a few seconds. Answer: [`Reply::GroupInfo`].
    GroupInfo {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// The Welcome that waits for this device. Answer: [`Reply::Welcome`].
    Welcome {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// The Welcome was processed, or is of no use: forget it. Answer: [`Reply::Done`].
    WelcomeDone {
        /// Which conversation.
        conversation: ConversationId,
        /// The entry that it came with.
        seq: u64,
    },
    /// This member can't process the commit at `seq`. Enough of such reports allow anybody to open a successor.
    /// Answer: [`Reply::Done`].
    ReportCommit {
        /// Which conversation.
        conversation: ConversationId,
        /// Which entry.
        seq: u64,
    },
    /// Answers a stranger's message request. Answer: [`Reply::Done`].
    AnswerStranger {
        /// Which direct conversation.
        conversation: ConversationId,
        /// Whether the stranger may go on writing.
        accept: bool,
    },

    /// Adds key packages of this device. Answer: [`Reply::Done`].
    PublishKeys {
        /// One-time key packages.
        packages: Vec<Bytes>,
        /// Replaces the last-resort one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_resort: Option<Bytes>,
    },
    /// How many one-time key packages of this device are left. Answer: [`Reply::Keys`] with no packages.
    CountKeys,
    /// One key package of each device of an account. Answer: [`Reply::Keys`].
    ClaimKeys {
        /// Whose.
        account: AccountId,
        /// Only of these devices; all if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        devices: Vec<DeviceId>,
    },

    /// An account's device log from a version on. Answer: [`Reply::DeviceLog`].
    DeviceLog {
        /// Whose.
        account: AccountId,
        /// The first version wanted (the first entry has version 1).
        from: u32,
    },
    /// Adds an entry to one's own device log; removing a device ends its sessions at once. Any of the account's devices
    /// may bring an entry, whoever of them signed it: so they return what a server forgot that was restored from a
    /// backup. A device that is added so gets no session. Answer: [`Reply::Done`].
    AppendDeviceLog {
        /// The signed entry.
        entry: DeviceLogEntry,
    },
    /// Takes up a new device's request for approval by the short code that it shows. Answer: [`Reply::Link`].
    OpenLink {
        /// The code.
        code: String,
        /// Fresh, from this device; makes the comparison code unpredictable to both.
        nonce: Bytes,
    },
    /// Approves the new device with the device-log entry that adds it. Answer: [`Reply::Done`].
    ApproveLink {
        /// The code.
        code: String,
        /// The signed entry.
        entry: DeviceLogEntry,
    },
    /// Turns the new device down. Answer: [`Reply::Done`].
    RefuseLink {
        /// The code.
        code: String,
    },
    /// Ends this session. The device log is not changed by it. Answer: [`Reply::Done`].
    SignOut,

    /// Accounts whose username begins so. Answer: [`Reply::Accounts`].
    FindAccounts {
        /// At least three characters.
        username: String,
    },
    /// Cards of known accounts. Answer: [`Reply::Accounts`], without those that do not exist.
    Accounts {
        /// At most 100.
        accounts: Vec<AccountId>,
    },
    /// Sets, changes or drops one's own username. Answer: [`Reply::Done`].
    SetUsername {
        /// The new one.
        username: Option<Username>,
    },
    /// Sets or changes one's own password. Answer: [`Reply::Done`].
    SetPassword {
        /// The present one, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current: Option<String>,
        /// In its place, from who has forgotten it and has the recovery phrase.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<RootProof>,
        /// The new one.
        new: String,
    },
    /// Binds a phone number that was verified to one's own account, in place of a former one, or takes it away. Answer:
    /// [`Reply::Done`].
    SetPhone {
        /// The secret of the attempt that has verified it; none takes the number away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempt: Option<String>,
    },
    /// Replaces one's own sealed profile. Answer: [`Reply::Done`].
    SetProfile {
        /// Sealed under the profile key that contacts have.
        body: Bytes,
    },
    /// Sealed profiles of other accounts. Answer: [`Reply::Profiles`].
    Profiles {
        /// At most 100.
        accounts: Vec<AccountId>,
    },
    /// Replaces one's own privacy settings. Answer: [`Reply::Done`].
    SetPrivacy {
        /// The new settings.
        privacy: PrivacySettings,
    },
    /// Blocks or unblocks an account. Answer: [`Reply::Done`].
    Block {
        /// Whom.
        account: AccountId,
        /// Whether blocked from now on.
        blocked: bool,
    },
    /// The present state of these accounts, and pushes of their changes on this socket from now on; replaces the former
    /// list. Answer: [`Reply::Presence`], without those who don't show it to the asker.
    WatchPresence {
        /// At most 200.
        accounts: Vec<AccountId>,
    },
    /// Where this device is woken while it has no connection, or that it is not to be; replaces what was set before.
    /// Answer: [`Reply::Done`].
    SetPushSubscription {
        /// The subscription; none ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subscription: Option<PushSubscription>,
        /// Conversations for which it does not want to be woken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        muted: Vec<Muted>,
    },

    /// Ends one's own account for good. Answer: [`Reply::Done`].
    DeleteAccount {
        /// Entries of the device log that remove every device, this one last.
        entries: Vec<DeviceLogEntry>,
    },
    /// Tells the operator of somebody. Answer: [`Reply::Done`].
    Report(Report),
    /// Sets or takes back the token by which one's own account is found without a username. Answer: [`Reply::Done`].
    SetPersonLink {
        /// SHA-256 of the token (32 bytes).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Bytes>,
    },
    /// The account that such a token leads to. Answer: [`Reply::Accounts`].
    PersonByLink {
        /// The token.
        token: Bytes,
    },
    /// Makes a link by which people may ask to join a group. Answer: [`Reply::Done`].
    MakeGroupLink(MakeGroupLink),
    /// The links of a group. Answer: [`Reply::GroupLinks`].
    GroupLinks {
        /// Which group.
        conversation: ConversationId,
    },
    /// Takes a link back: nobody can ask by it any more, and those who wait are told. Answer: [`Reply::Done`].
    RevokeGroupLink {
        /// Of which group.
        conversation: ConversationId,
        /// Which.
        link: GroupLinkId,
    },
    /// What a link leads to. Answer: [`Reply::GroupLink`].
    ShowGroupLink {
        /// The link's token.
        token: Bytes,
    },
    /// Asks to join a group by a link. What becomes of it comes as [`Change::Asked`]. Answer: [`Reply::Asked`].
    AskToJoin {
        /// The link's token.
        token: Bytes,
        /// That the asker has the link's key, for the members' devices.
        proof: Bytes,
    },
    /// Takes one's own request back. Answer: [`Reply::Done`].
    WithdrawAsk {
        /// To join which group.
        conversation: ConversationId,
    },
    /// Requests to join a group that wait for an answer. Answer: [`Reply::Asks`].
    Asks {
        /// Which group.
        conversation: ConversationId,
    },
    /// Turns a request down, or takes it up: for a minute this device is the one to add the asker, by a commit.
    /// Answer: [`Reply::Done`].
    AnswerAsk {
        /// To join which group.
        conversation: ConversationId,
        /// Whose.
        account: AccountId,
        /// Whether taken up.
        accept: bool,
    },

    /// Keeps blobs for this account, so that they stay: all that are still there, or none if there is no room for all.
    /// Answer: [`Reply::BlobsKept`].
    KeepBlobs {
        /// At most 100.
        blobs: Vec<BlobId>,
    },
    /// This account does not need these blobs any more. Answer: [`Reply::Done`], also for those that it does not keep.
    LetBlobsGo {
        /// At most 100.
        blobs: Vec<BlobId>,
    },
    /// How much room this account's blobs and unfinished uploads take. Answer: [`Reply::BlobUse`].
    BlobUse,
}

/// The first frame.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The session token from sign-up, linking or recovery.
    pub token: String,
    /// The client's feature level.
    pub feature: u32,
}

impl std::fmt::Debug for Hello {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hello").field("token", &"…").field("feature", &self.feature).finish()
    }
}

/// What somebody shows who has the recovery phrase: it stands for the present password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootProof {
    /// The present root key, 32 bytes.
    pub root: Bytes,
    /// By it, over account, device and the new password: 64 bytes.
    pub signature: Bytes,
}

/// One application message. Conversation, generation and epoch stand in its MLS header; message id, send number, chain
/// value and device-log head in its authenticated data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Append {
    /// An MLS PrivateMessage.
    pub message: Bytes,
    /// Whether it counts as unread.
    #[serde(default, skip_serializing_if = "EntryClass::is_counted")]
    pub class: EntryClass,
    /// From when on the server may drop the body; rounded up to a full hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Entries whose bodies this message (a deletion for all) blanks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blank: Vec<u64>,
}

/// A commit and all that must be stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitBundle {
    /// An MLS PublicMessage with the commit.
    pub commit: Bytes,
    /// The GroupInfo of the epoch that it leads to, as an MLS message, without the ratchet tree.
    pub group_info: Bytes,
    /// For the devices that it adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Welcome>,
}

/// A Welcome for newly added devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The MLS message, without the ratchet tree.
    pub message: Bytes,
    /// Who gets it.
    pub devices: Vec<DeviceId>,
}

/// A new conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Create {
    /// Its id, made by the creator.
    pub conversation: ConversationId,
    /// Its kind; must equal the policy's.
    pub kind: ConversationKind,
    /// GroupInfo of generation 0, epoch 0, signed by the creator; its policy names all members.
    pub group_info: Bytes,
    /// The ratchet tree of that epoch.
    pub tree: Bytes,
    /// The first commit, which adds the members' devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitBundle>,
}

/// The next generation of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succeed {
    /// GroupInfo of the next generation, epoch 0.
    pub group_info: Bytes,
    /// The ratchet tree of that epoch.
    pub tree: Bytes,
    /// The first commit, which adds the members' devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitBundle>,
}

/// A link by which people may ask to join a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeGroupLink {
    /// Its id, made by the maker.
    pub link: GroupLinkId,
    /// Into which group.
    pub conversation: ConversationId,
    /// SHA-256 of its token (32 bytes); the token itself stays with the maker.
    pub token: Bytes,
    /// A [`crate::link::GroupLinkBody`] in CBOR, for those who have the token.
    pub body: Bytes,
    /// Until when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many may come in by it; any number if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
}

/// What is wrong with somebody, or with what they said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// Advertising, or the same to many.
    Spam,
    /// Insults, threats, harassment.
    Abuse,
    /// Somebody pretends to be somebody else.
    Impersonation,
    /// What the law forbids.
    Illegal,
    /// Something else, or a reason that this version does not know.
    #[serde(other)]
    Other,
}

/// What somebody tells the operator. The operator reads all of it: the server can't read it anywhere else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its id, made by the reporter.
    pub report: ReportId,
    /// About whom.
    pub about: AccountId,
    /// Where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// What is wrong.
    pub reason: ReportReason,
    /// In the reporter's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Messages that the reporter has chosen to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<ReportedMessage>,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report").field("report", &self.report).finish_non_exhaustive()
    }
}

/// A message in a report.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedMessage {
    /// Who wrote it, as the reporter says.
    pub author: AccountId,
    /// Which.
    pub id: MessageId,
    /// When it was sent.
    pub at: Timestamp,
    /// Its text.
    pub text: String,
}

impl std::fmt::Debug for ReportedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportedMessage").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Carried out; there is nothing to tell.
    Done,
    /// Authenticated.
    Hello {
        /// Who one is.
        account: AccountId,
        /// Which device.
        device: DeviceId,
        /// A random value of the server's store; another one means that it was restored from a backup.
        store_epoch: Bytes,
        /// The highest send number accepted from this device.
        send_no: u64,
        /// The server's feature level.
        feature: u32,
        /// The server's clock.
        now: Timestamp,
    },
    /// Durable in the log.
    Appended {
        /// Its place.
        seq: u64,
        /// When, by the server's clock.
        at: Timestamp,
    },
    /// A page of a log.
    Log {
        /// Ascending and dense.
        entries: Vec<Entry>,
        /// The last entry that there is for the asker.
        last_seq: u64,
    },
    /// A page of changes.
    Sync {
        /// In no particular order; a later change of the same thing replaces an earlier one. Those that this version can't
        /// read are left out.
        #[serde(deserialize_with = "lenient::changes")]
        changes: Vec<Change>,
        /// For the next request.
        cursor: Bytes,
        /// Whether there are more.
        more: bool,
    },
    /// What an external join needs.
    GroupInfo {
        /// As posted with the last commit.
        group_info: Bytes,
        /// The present ratchet tree.
        tree: Bytes,
        /// The present policy's bytes stand in the GroupInfo; this is the log's last entry.
        last_seq: u64,
        /// The hash chain's value there (32 bytes).
        chain: Bytes,
        /// The SelfRemove proposals of those who wait to leave, if no device is left that could carry that out. An external
        /// commit is not accepted then: whoever comes in opens a successor without those people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proposals: Vec<Bytes>,
    },
    /// A Welcome.
    Welcome {
        /// The MLS message.
        message: Bytes,
        /// The ratchet tree of its epoch.
        tree: Bytes,
        /// The entry of the commit that it belongs to.
        seq: u64,
        /// The hash chain's value at `seq` (32 bytes).
        chain: Bytes,
    },
    /// Key packages.
    Keys {
        /// One for each device that has any.
        packages: Vec<KeyPackage>,
        /// The account's device-log version at this moment (own one-time packages left, for `count_keys`).
        count: u32,
    },
    /// A part of a device log.
    DeviceLog {
        /// Ascending versions.
        entries: Vec<DeviceLogEntry>,
        /// The root public key (32 bytes) that signs its first entry.
        root: Bytes,
    },
    /// The new device's commitment.
    Link {
        /// SHA-256 over its device id, signature key and nonce.
        commitment: Bytes,
    },
    /// Accounts.
    Accounts {
        /// In the order of usernames.
        accounts: Vec<AccountCard>,
    },
    /// Profiles.
    Profiles {
        /// Of those that have one.
        profiles: Vec<Profile>,
    },
    /// Presence.
    Presence {
        /// Of those who show it.
        accounts: Vec<Presence>,
    },
    /// Links to a group.
    GroupLinks {
        /// Newest first.
        links: Vec<GroupLinkState>,
    },
    /// A link to a group.
    GroupLink {
        /// Which group.
        conversation: ConversationId,
        /// As it was made.
        body: Bytes,
    },
    /// A request to join waits.
    Asked {
        /// Which group.
        conversation: ConversationId,
    },
    /// Requests to join a group.
    Asks {
        /// Oldest first.
        asks: Vec<Ask>,
    },
    /// Blobs are kept.
    BlobsKept {
        /// But for these, which the server does not have, or not any more.
        gone: Vec<BlobId>,
    },
    /// How much room blobs take.
    BlobUse {
        /// Bytes that are taken; each blob counts as 4 KiB at least.
        used: u64,
        /// Bytes that may be taken.
        allowed: u64,
    },
}

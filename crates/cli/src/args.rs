//! The command line.

mod files;
mod folders;
mod groups;
mod links;
mod messages;
mod people;
mod phone;
mod stickers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use files::{
    DownloadsArgs, FetchKind, FetchLimit, FilesArgs, Network, PictureArgs, Room, SaveArgs, ShowArgs, StorageArgs,
};
pub use folders::FolderCommand;
pub use groups::{GroupCommand, MemberRole, Permission};
pub use links::GroupLinkCommand;
pub use messages::{Draft, HistoryArgs, LinksArgs, SearchArgs, WatchArgs};
pub use people::{DeviceCommand, Joining, PrivacyArgs, ProfileArgs, Who, Wrong};
pub use phone::{JoinCommand, Numbered, OwnPhone, PhoneJoining};
pub use stickers::StickerCommand;

use crate::pictures::Means;
use crate::text::Lang;

/// Beseda in the terminal. Without a command: the full-screen program.
#[derive(Debug, Parser)]
#[command(name = "beseda-cli", version, max_term_width = 100)]
pub struct Cli {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Subject>,
}

/// What applies to every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The profile folder: keys, history and search of one person on this device.
    #[arg(long, global = true, env = "BESEDA_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print one JSON object per line instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Language; the environment's otherwise.
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Trust the certificate authorities in this PEM file besides the well-known ones.
    #[arg(long, global = true, env = "BESEDA_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Seconds to wait for the server.
    #[arg(long, global = true, default_value_t = 30, value_name = "SECONDS")]
    pub timeout: u64,
    /// Leave what is to be sent in the outbox and end at once; `sync` or the next command sends it.
    #[arg(long, global = true)]
    pub no_wait: bool,
    /// How pictures are shown at a terminal.
    #[arg(long, global = true, env = "BESEDA_PICTURES", value_enum, default_value_t, value_name = "HOW")]
    pub pictures: Means,
    /// Before reading, catch up with the server.
    #[arg(long, global = true)]
    pub sync: bool,
}

/// What to do. PERSON is @username or an id; CONVERSATION is @username (direct), a title, an id or its end, or `notes`;
/// MESSAGE is a row number, an id or its end, or `last`.
#[derive(Debug, Subcommand)]
pub enum Subject {
    /// The full-screen program.
    Ui {
        /// Do not ring the bell for new messages.
        #[arg(long)]
        no_bell: bool,
    },

    /// Make a new account.
    SignUp {
        /// Where, and as which device.
        #[command(flatten)]
        joining: Joining,
        /// How people find you; without one nobody can search for you.
        #[arg(long)]
        username: Option<String>,
        /// An invitation, if the server asks for one.
        #[arg(long, env = "BESEDA_INVITE", hide_env_values = true)]
        invite: Option<String>,
        /// Do not ask for a password (BESEDA_PASSWORD gives one without asking).
        #[arg(long)]
        no_password: bool,
    },
    /// Join in another way.
    Join {
        /// In which.
        #[command(subcommand)]
        command: JoinCommand,
    },
    /// Become a new device of your account by its recovery phrase (asked for, or BESEDA_PHRASE, or standard input).
    Recover {
        /// Where, and as which device.
        #[command(flatten)]
        joining: Joining,
    },
    /// Become a new device of your account by approval of another one.
    Link {
        /// Where, and as which device.
        #[command(flatten)]
        joining: Joining,
    },
    /// Phrase and devices are lost: keep the username by its password and become a new person to everyone.
    ResetIdentity {
        /// Where, and as which device.
        #[command(flatten)]
        joining: Joining,
        /// Whose.
        #[arg(long)]
        username: String,
    },
    /// Show the recovery phrase, while this device still keeps it.
    Phrase {
        /// It is written down: forget it here.
        #[arg(long)]
        confirm: bool,
    },
    /// Your devices.
    Device {
        /// What to do.
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Remove this device from the account. History stays readable here.
    SignOut,

    /// Delete your account for good: the server erases what it has of you, and this device forgets everything. Messages that
    /// others have received stay with them.
    DeleteAccount {
        /// Your username, or the last eight characters of your id: that you mean it.
        #[arg(long, value_name = "NAME")]
        confirm: String,
    },

    /// Who you are.
    Me,
    /// Show or change what contacts see of you.
    Profile(ProfileArgs),
    /// Show or change who sees what.
    Privacy(PrivacyArgs),
    /// Show, set or drop your username.
    Username {
        /// The new one.
        name: Option<String>,
        /// Drop it: nobody can search for you any more, and somebody else may take it.
        #[arg(long, conflicts_with = "name")]
        off: bool,
    },
    /// Show, set, change or remove your phone number.
    Phone(OwnPhone),
    /// Set or change your password (asked for, or BESEDA_PASSWORD and BESEDA_NEW_PASSWORD).
    Password {
        /// Show the recovery phrase in place of the present password, which you have forgotten.
        #[arg(long)]
        forgotten: bool,
    },

    /// The link to you, which is also what your QR code holds: whoever opens it knows that it is you.
    MyLink {
        /// Take it back: the next one is another. Not for a link by username.
        #[arg(long)]
        off: bool,
    },
    /// Look where a link leads.
    Follow {
        /// The link.
        link: String,
        /// You have read it from the screen of the person themselves: their key counts as compared.
        #[arg(long)]
        in_person: bool,
    },
    /// Ask to join a group by a link.
    AskToJoin {
        /// The link.
        link: String,
    },
    /// Groups that you have asked to join.
    Asks {
        /// Take the request back, or forget it: the group's title or id.
        #[arg(long, value_name = "GROUP")]
        forget: Option<String>,
    },

    /// Look for people by the beginning of their username.
    Find {
        /// It.
        username: String,
    },
    /// Everyone whom this device knows, or one person.
    People(Who),
    /// Block somebody.
    Block {
        /// Whom.
        person: String,
    },
    /// Unblock somebody.
    Unblock {
        /// Whom.
        person: String,
    },
    /// Tell the server's operator of somebody.
    Report {
        /// Of whom.
        person: String,
        /// What is wrong.
        #[arg(long, value_enum)]
        reason: Wrong,
        /// Where it was.
        #[arg(long = "in", value_name = "CONVERSATION")]
        conversation: Option<String>,
        /// Messages there that the operator is shown; may be given more than once.
        #[arg(long, value_name = "MESSAGE", requires = "conversation")]
        message: Vec<String>,
        /// In your words.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Show the safety number with somebody.
    Safety {
        /// With whom.
        person: String,
    },
    /// Mark somebody's safety number as compared.
    Verify {
        /// Whose.
        person: String,
        /// Take the mark back.
        #[arg(long)]
        undo: bool,
    },
    /// Give somebody a name of your own; without one, take it back.
    Nickname {
        /// Whom.
        person: String,
        /// The name.
        name: Option<String>,
    },
    /// Whether people are there, as far as they show it.
    Presence {
        /// Who.
        #[arg(required = true)]
        people: Vec<String>,
    },

    /// The list of conversations.
    Chats {
        /// Only those in the archive.
        #[arg(long)]
        archived: bool,
        /// Only those with something unread.
        #[arg(long)]
        unread: bool,
        /// Only those in this folder.
        #[arg(long)]
        folder: Option<String>,
    },
    /// Folders for the list of conversations.
    Folder {
        /// What to do.
        #[command(subcommand)]
        command: FolderCommand,
    },
    /// Begin or find the direct conversation with somebody.
    Open {
        /// With whom; yourself for notes.
        person: String,
    },
    /// Groups.
    Group {
        /// What to do.
        #[command(subcommand)]
        command: GroupCommand,
    },
    /// Members and permissions of a conversation.
    Members {
        /// Which.
        conversation: String,
    },
    /// Change a conversation's timer.
    Timer {
        /// Which.
        conversation: String,
        /// `off`, or a time such as `1d`, `8h`, `30m`.
        timer: String,
        /// Let it run from reading instead of from sending.
        #[arg(long)]
        from_reading: bool,
    },
    /// Accept a stranger's request.
    Accept {
        /// Which conversation.
        conversation: String,
    },
    /// Decline a stranger's request.
    Decline {
        /// Which conversation.
        conversation: String,
    },
    /// No notifications from a conversation.
    Mute {
        /// Which.
        conversation: String,
        /// For how long (`8h`, `1w`); for ever otherwise.
        #[arg(long = "for", value_name = "TIME")]
        duration: Option<String>,
        /// Notifications again.
        #[arg(long)]
        off: bool,
    },
    /// Clear a conversation on your devices; the others keep it.
    Clear {
        /// Which.
        conversation: String,
    },
    /// Clear a conversation and take it out of the list, until something new comes. A group has to be left first.
    Remove {
        /// Which.
        conversation: String,
    },
    /// Put a conversation into the archive.
    Archive {
        /// Which.
        conversation: String,
        /// Take it out again.
        #[arg(long)]
        off: bool,
    },
    /// Keep a conversation at the top.
    Top {
        /// Which.
        conversation: String,
        /// Not any more.
        #[arg(long)]
        off: bool,
    },
    /// Mark a conversation as unread.
    Unread {
        /// Which.
        conversation: String,
    },
    /// Open a new generation of a conversation whose group can't go on.
    Renew {
        /// Which.
        conversation: String,
    },

    /// Say something, with files if you like. Without either, standard input is sent.
    Send(Draft),
    /// Print people's cards that came with a message as a vCard file.
    Vcf {
        /// Where.
        conversation: String,
        /// Which message.
        message: String,
    },
    /// Save the files that came with a message.
    Save(SaveArgs),
    /// Show the photos that came with a message, or the covers of its films, at this terminal.
    Show(ShowArgs),
    /// The files of a conversation, newest first.
    Files(FilesArgs),
    /// The messages of a conversation that link to pages, newest first.
    Links(LinksArgs),
    /// Stickers.
    Sticker {
        /// What to do.
        #[command(subcommand)]
        command: StickerCommand,
    },
    /// How much room files take on this device, and may take.
    Storage(StorageArgs),
    /// Which files come without being asked for.
    Downloads(DownloadsArgs),
    /// Your own picture or that of a group: whether there is one, another one, or none.
    Picture(PictureArgs),
    /// Change the text of your own message. Without text, standard input is taken.
    Edit {
        /// Where.
        conversation: String,
        /// Which.
        message: String,
        /// The new text, with markup.
        text: Vec<String>,
    },
    /// Delete messages for everyone.
    Delete {
        /// Where.
        conversation: String,
        /// Which.
        #[arg(required = true)]
        messages: Vec<String>,
        /// Only for yourself, on all your devices.
        #[arg(long)]
        for_me: bool,
    },
    /// React to a message.
    React {
        /// Where.
        conversation: String,
        /// To which.
        message: String,
        /// One emoji.
        emoji: String,
        /// Take it back.
        #[arg(long)]
        off: bool,
    },
    /// Pin a message for everyone.
    Pin {
        /// Where.
        conversation: String,
        /// Which.
        message: String,
        /// Unpin it.
        #[arg(long)]
        off: bool,
    },
    /// Say again elsewhere what was said.
    Forward {
        /// From where.
        conversation: String,
        /// Which, in this order.
        #[arg(required = true)]
        messages: Vec<String>,
        /// To where; may be given more than once.
        #[arg(long, required = true)]
        to: Vec<String>,
        /// Without the author's name.
        #[arg(long)]
        anonymous: bool,
    },
    /// Mark everything in a conversation as read, or up to a message.
    Read {
        /// Where.
        conversation: String,
        /// Up to and with this one.
        #[arg(long)]
        to: Option<String>,
    },
    /// What was said.
    History(HistoryArgs),
    /// Look for words in any form.
    Search(SearchArgs),
    /// Who has received and read a message, and how it was encrypted.
    Info {
        /// Where.
        conversation: String,
        /// Which.
        message: String,
    },
    /// Tell that you are typing.
    Typing {
        /// Where.
        conversation: String,
        /// Tell that you have stopped.
        #[arg(long)]
        off: bool,
    },
    /// Keep a text that is not sent; without one, drop it.
    Draft {
        /// Where.
        conversation: String,
        /// The text.
        text: Vec<String>,
    },
    /// What waits to be sent, or failed.
    Outbox,
    /// Try a failed message again.
    Retry {
        /// Where.
        conversation: String,
        /// Which.
        message: String,
    },
    /// Give up a message that was not sent.
    Discard {
        /// Where.
        conversation: String,
        /// Which.
        message: String,
    },

    /// Print messages and changes as they come.
    Watch(WatchArgs),
    /// Catch up with the server and send what waits.
    Sync,
    /// What is wrong.
    Warnings {
        /// I have seen this one.
        #[arg(long, value_name = "NUMBER")]
        ack: Option<i64>,
    },

    /// Draw the documentation's screens into a folder.
    #[command(hide = true)]
    Screens {
        /// Which.
        folder: PathBuf,
    },
}

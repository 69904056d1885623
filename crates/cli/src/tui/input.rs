//! What comes to the screen and what it wants done.

use std::path::PathBuf;

use beseda_engine::Notice;
use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{AttachmentDraft, AttachmentView, FileNumber, FileView};
use beseda_engine::api::view::{
    AccountView, Anchor, ConversationView, DeviceView, Me, MembersView, MessageInfo, SearchHit, SearchQuery,
    TimelinePage, Warning,
};
use beseda_model::{AccountId, ConversationId, Role, Timestamp};
use beseda_wire::content::MessageRef;
use crossterm::event::KeyEvent;
use ratatui::layout::Size;

use crate::host::Link;
use crate::pictures::Picture;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The wheel: negative is up.
    Wheel(i16),
    /// The window has another size.
    Resize(u16, u16),
    /// The terminal has the focus, or has lost it.
    Attentive(bool),
    /// A moment has passed.
    Tick(Timestamp),
    /// The engine told something.
    Notice(Notice),
    /// Notices were missed: everything may be different.
    Missed,
    /// The host's connection.
    Link(Link),
    /// A view was read.
    Data(Data),
    /// A command has ended.
    Done(Tag, Result<Outcome, Failure>),
    /// People were looked up by name.
    Resolved(Purpose, Result<Vec<AccountId>, Unresolved>),
    /// A file is being sealed.
    Sealing {
        /// What it is called.
        name: String,
        /// Bytes.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// A file is ready to be sent, or can't be.
    Sealed {
        /// Where.
        conversation: ConversationId,
        /// What it answers.
        reply_to: Option<MessageRef>,
        /// It.
        result: Result<AttachmentDraft, NotTaken>,
    },
    /// A file was saved there, or is shown, or neither.
    Taken(Result<Option<PathBuf>, NotTaken>),
    /// A picture was drawn, or can't be.
    Drawn {
        /// Of which file.
        file: FileNumber,
        /// For how much room.
        size: Size,
        /// It.
        picture: Option<Picture>,
    },
}

/// What is to become of a file that came with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// It is shown by the program that is meant for it.
    Open,
    /// It is saved.
    Save,
}

/// Why a file could not be sealed, saved or shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// The engine's answer.
    Failed(Failure),
    /// The system's.
    Unusable {
        /// Of what.
        path: PathBuf,
        /// What it says.
        reason: String,
    },
    /// A folder or a device.
    NoFile(PathBuf),
    /// A photo from which its place and time can't be taken out.
    NotBare(PathBuf),
    /// There is no program that shows it.
    NoProgram,
    /// It could be started instead of being shown.
    NotOpened,
}

/// Why names could not be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// Nobody is called so.
    Nobody(String),
    /// The server could not be asked.
    Failed(Failure),
}

/// A view that was read.
#[derive(Debug, Clone)]
pub enum Data {
    /// Oneself; none while nobody is signed in.
    Me(Option<Box<Me>>),
    /// The list.
    Conversations(Vec<ConversationView>),
    /// A page of a timeline.
    Page {
        /// Whose.
        conversation: ConversationId,
        /// What was asked for.
        anchor: Anchor,
        /// It.
        page: TimelinePage,
    },
    /// Members.
    Members(ConversationId, MembersView),
    /// People.
    People(Vec<AccountView>),
    /// What is wrong.
    Warnings(Vec<Warning>),
    /// One's own devices.
    Devices(Vec<DeviceView>),
    /// What was found for these words.
    Hits(String, Vec<SearchHit>),
    /// About a message.
    Details(Box<MessageInfo>),
    /// A safety number.
    Safety(AccountId, Option<String>),
    /// The recovery phrase, while it is kept.
    Phrase(Option<String>),
    /// Where files are.
    Files(Vec<FileView>),
}

/// A view to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Oneself.
    Me,
    /// The list.
    Conversations,
    /// A page.
    Page {
        /// Whose.
        conversation: ConversationId,
        /// Which.
        anchor: Anchor,
        /// At most so many rows.
        limit: u32,
    },
    /// Members.
    Members(ConversationId),
    /// Everyone who is known.
    People,
    /// One person.
    Person(AccountId),
    /// What is wrong.
    Warnings,
    /// One's own devices.
    Devices,
    /// Search.
    Search(SearchQuery),
    /// About a message.
    Details(ConversationId, i64),
    /// A safety number.
    Safety(AccountId),
    /// The recovery phrase.
    Phrase,
    /// Where files are.
    Files(Vec<FileNumber>),
}

/// Something that the screen wants done.
#[derive(Debug, Clone)]
pub enum Action {
    /// A command, whose end comes back with `tag`.
    Do {
        /// What for.
        tag: Tag,
        /// What.
        command: Command,
    },
    /// A view to be read.
    Load(Query),
    /// People to be looked up by username.
    Resolve {
        /// What for.
        purpose: Purpose,
        /// Usernames without the @.
        names: Vec<String>,
    },
    /// A file to be sealed and then sent.
    Seal {
        /// Where.
        conversation: ConversationId,
        /// What it answers.
        reply_to: Option<MessageRef>,
        /// It.
        path: PathBuf,
        /// Whether a photo keeps what its camera has written into it.
        as_it_is: bool,
    },
    /// A file that is here to be shown or saved.
    Take {
        /// It.
        attachment: AttachmentView,
        /// Which of both.
        intent: Intent,
    },
    /// The picture in a file that is here to be drawn.
    Draw {
        /// Which.
        file: FileNumber,
        /// In how much room.
        size: Size,
    },
    /// Connect now.
    Nudge,
    /// Ring the terminal's bell.
    Bell,
    /// Put a text into the terminal's clipboard.
    Copy(String),
    /// The phrase was written down.
    ConfirmPhrase,
    /// End the program.
    Quit,
}

/// What people are looked up for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A direct conversation.
    Open,
    /// A new group.
    Group {
        /// Its title.
        title: String,
    },
    /// More members.
    Add(ConversationId),
    /// One member less.
    Remove(ConversationId),
    /// A role.
    Role(ConversationId, Role),
    /// The group is handed over.
    Transfer(ConversationId),
    /// Blocking, or its end.
    Block(bool),
    /// A name of one's own.
    Nickname(String),
    /// A safety number.
    Verify,
}

/// What a command was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Nothing is to be said if it went well.
    Quiet,
    /// "Done" is to be said.
    Told,
    /// Something was said; it is given back if that failed.
    Say(u32),
    /// Joining a server.
    Join,
    /// A conversation to be shown then.
    Open,
    /// People to be listed.
    Find,
    /// A device's request.
    Link,
}

/// A text with something in it. Names and titles come in as they are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is a short form of the English text")]
pub enum Sentence<'a> {
    /// So many unread messages.
    Unread(u64),
    /// So many members.
    Members(usize),
    /// So many devices.
    Devices(u32),
    /// So many warnings.
    Warnings(usize),
    /// So many found.
    Found(usize),
    Typing(&'a [String]),
    NextTry {
        seconds: u64,
    },
    LastSeen(&'a str),
    /// A message was deleted by somebody else than its author.
    DeletedBy(&'a str),
    /// A content of a kind that this version does not know.
    Unsupported(&'a str),
    ForwardedFrom(&'a str),
    DisappearsAt(&'a str),
    /// The timer of a message or conversation.
    TimerFromSending(&'a str),
    TimerFromReading(&'a str),
    NotSent(&'a str),
    NotSentTodo {
        what: &'a str,
        todo: &'a str,
    },
    ReplyTo(&'a str),
    RequestFrom(&'a str),
    Usage(&'a str),
    NoSuchPerson(&'a str),
    NoSuchConversation(&'a str),
    NoSuchFolder(&'a str),
    Ambiguous(&'a str),
    RemoveDeviceQuestion(&'a str),
    SafetyWith(&'a str),
    ApproveDevice(&'a str),
    SignedInAs(&'a str),
    AccountMade(&'a str),
    Epoch {
        generation: u32,
        epoch: u64,
    },
    AddedAt(&'a str),
    Status(&'a str),
    NoSuchMessage(&'a str),
    NoSuchDevice(&'a str),
    ProfileInUse {
        path: &'a str,
        holder: &'a str,
    },
    ProfileBroken {
        path: &'a str,
        reason: &'a str,
    },
    Comparison(&'a str),
    LinkCode(&'a str),
    CodeSent {
        phone: &'a str,
        seconds: u64,
    },
    PhoneVerified(&'a str),
    DigitsDiffer {
        theirs: &'a str,
        ours: &'a str,
    },
    OpenFirst(&'a str),
    UsesLeft(u32),
    /// A file is being sealed.
    FilePrepared {
        name: &'a str,
        done: u64,
        total: u64,
    },
    FileWritten {
        name: &'a str,
        done: u64,
        total: u64,
    },
    FilesSent {
        done: u64,
        total: u64,
    },
    FilesFetched {
        done: u64,
        total: u64,
    },
    /// So many hundredths of a file are on the server.
    FileSending(u64),
    FileFetching(u64),
    FilePaused(u64),
    FileHeld(u64),
    FileFailed(&'a str),
    NoSuchFile(&'a str),
    NotAFile(&'a str),
    FileUnusable {
        path: &'a str,
        reason: &'a str,
    },
    FileChanged(&'a str),
    /// What a camera has written into a photo can't be taken out of it.
    NotBare(&'a str),
    /// A file is no picture that can be shown.
    NotShown(&'a str),
    NoSuchPack(&'a str),
    NoSuchSticker(&'a str),
    /// So many stickers.
    StickersInPack(usize),
    NoFileThere(&'a str),
    SavedAs(&'a str),
    PictureTooLarge(&'a str),
    NotAPicture(&'a str),
    /// Files take so much room.
    RoomUsed {
        /// Bytes.
        bytes: u64,
        /// Files.
        files: u32,
    },
    /// So many bytes of it can be fetched again.
    RoomClearable(u64),
    /// So many bytes may stay.
    RoomAllowed(u64),
    /// There is a picture of so many bytes.
    PictureThere(u64),
}

/// A slash command of the full-screen program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each name is the command")]
pub enum CommandHelp {
    Help,
    New,
    Group,
    Notes,
    Add,
    Remove,
    Leave,
    Role,
    Transfer,
    Title,
    About,
    Timer,
    Reply,
    Edit,
    Delete,
    React,
    Pin,
    Forward,
    Search,
    Silent,
    File,
    Original,
    Save,
    Verify,
    Mute,
    Unmute,
    Archive,
    Top,
    Unread,
    Info,
    Accept,
    Decline,
    Block,
    Unblock,
    Nick,
    Name,
    Bio,
    Status,
    Username,
    Me,
    Devices,
    Link,
    Warnings,
    Phrase,
    Renew,
    Retry,
    Discard,
    SignOut,
    Quit,
}

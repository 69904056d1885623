//! The rules of content as pure functions. Each gives the same result in whatever order, and however often, the same
//! entries come: what counts is their place in the log.

pub mod attachment;
pub mod contact;
pub mod emoji;
pub mod info;
pub mod message;
pub mod once;
pub mod place;
pub mod preview;
pub mod reaction;
pub mod text;
pub mod timer;

/// Somebody's content broke a rule: it was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// More characters than a message may have.
    #[error("the text is too long")]
    TooLong,
    /// More formatting than a message may have.
    #[error("there is too much formatting")]
    TooMuchFormatting,
    /// Somebody tried to change another person's message.
    #[error("only its author may edit a message")]
    EditOfOthers,
    /// Somebody tried to delete another person's message without the right to.
    #[error("deleting others' messages is not allowed")]
    DeleteOfOthers,
    /// Too many things in one.
    #[error("too many at once")]
    TooMany,
    /// Not one emoji.
    #[error("a reaction is one emoji")]
    NotAnEmoji,
    /// Somebody tried to pin without the right to.
    #[error("pinning is not allowed")]
    Pin,
    /// Somebody tried to change title, description or timer without the right to.
    #[error("changing the conversation's information is not allowed")]
    Info,
    /// Somebody told a state that is not the conversation's.
    #[error("a told state contradicts the log")]
    FalseState,
    /// What is for one's own devices alone came from elsewhere.
    #[error("content for own devices came from outside")]
    NotOwn,
    /// An answer that nobody asked for, or about somebody else's message.
    #[error("a repair answer that was not asked for")]
    Repair,
    /// Not one picture, film or voice message that could be looked at once.
    #[error("nothing that can be looked at once")]
    Once,
    /// A key of a wrong length.
    #[error("not a key")]
    Key,
}

impl Broken {
    /// A stable name, for counting and for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::TooMuchFormatting => "too_much_formatting",
            Self::EditOfOthers => "edit_of_others",
            Self::DeleteOfOthers => "delete_of_others",
            Self::TooMany => "too_many",
            Self::NotAnEmoji => "not_an_emoji",
            Self::Pin => "pin",
            Self::Info => "info",
            Self::FalseState => "false_state",
            Self::NotOwn => "not_own",
            Self::Repair => "repair",
            Self::Once => "once",
            Self::Key => "key",
        }
    }

    /// Whether people should know of it: somebody claimed a right or a fact that is not theirs. The rest is only counted.
    pub const fn is_shown(self) -> bool {
        match self {
            Self::EditOfOthers | Self::DeleteOfOthers | Self::Pin | Self::Info | Self::FalseState | Self::NotOwn => {
                true
            }
            Self::TooLong
            | Self::TooMuchFormatting
            | Self::TooMany
            | Self::NotAnEmoji
            | Self::Repair
            | Self::Once
            | Self::Key => false,
        }
    }
}

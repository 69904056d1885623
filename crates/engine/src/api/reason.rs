//! Why a command is refused or has to wait, and of which of its fields that is said. User interfaces have words for each.

use beseda_model::commit::{CommitRejection, PolicyFault};
use beseda_model::{Denied, Role, UsernameError};
use serde::{Deserialize, Serialize};

use super::view::AskDoubt;
use crate::identity::phrase::PhraseError;

/// What was given to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// An account's id.
    Account,
    /// What somebody says of themselves.
    Bio,
    /// A code.
    Code,
    /// People's cards.
    Contacts,
    /// The command as a whole.
    Command,
    /// What is typed to show that something is meant.
    Confirm,
    /// A group's description.
    Description,
    /// An e-mail address.
    Email,
    /// A reaction.
    Emoji,
    /// A text's formatting.
    Entities,
    /// Files that go with a message.
    Files,
    /// A conversation's folders.
    Folders,
    /// What others may do with a pack of stickers.
    Licence,
    /// A link.
    Link,
    /// A group's members.
    Members,
    /// Messages.
    Messages,
    /// A name.
    Name,
    /// A password.
    Password,
    /// A phone number.
    Phone,
    /// A recovery phrase.
    Phrase,
    /// A picture of a person or a group.
    Picture,
    /// A place.
    Place,
    /// The hours without notifications.
    Quiet,
    /// A report.
    Report,
    /// A server's address.
    Server,
    /// A person's status.
    Status,
    /// Stickers, or packs of them.
    Stickers,
    /// A text.
    Text,
    /// A timer.
    Timer,
    /// A group's title.
    Title,
    /// A username.
    Username,
    /// Some words of a recovery phrase.
    Words,
}

/// Why not. Counts are in characters unless the reason says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reason {
    /// Conversations of this kind have no such thing.
    #[error("this kind of conversation does not allow it")]
    Kind,
    /// It takes a higher role.
    #[error("it takes the role {needed:?} or higher")]
    Role {
        /// The lowest role that may.
        needed: Role,
    },
    /// One may not act upon people of the same or a higher role.
    #[error("it concerns somebody of the same or a higher role")]
    Rank,
    /// The last owner can't go, or become less.
    #[error("the last owner must make somebody else an owner first")]
    LastOwner,
    /// Direct conversations and notes are called by their people.
    #[error("only groups have a title and a description")]
    GroupsOnly,
    /// Others' messages are theirs.
    #[error("only its author may edit a message")]
    AuthorOnly,
    /// The message is being sent.
    #[error("it is on its way; delete it for all instead")]
    UnderWay,
    /// Who is a member of a group would go on being written to.
    #[error("the group has to be left first")]
    LeaveFirst,
    /// One's notes are no conversation that could be left.
    #[error("your notes are always there")]
    NotesStay,
    /// This person is not a member any more.
    #[error("you are not a member any more")]
    Left,
    /// This device is not yet in the group.
    #[error("this device is still joining")]
    Joining,
    /// Somebody's version writes what this one does not understand.
    #[error("update the program")]
    UpdateRequired,
    /// The server shows different people different things.
    #[error("the log contradicts itself")]
    Forked,
    /// A stranger's request waits for an answer.
    #[error("accept the request first")]
    RequestWaits,
    /// The other has another identity, or is gone.
    #[error("nobody is at the other end; open a new conversation")]
    PeerGone,
    /// The server did not take the conversation.
    #[error("the conversation could not be started")]
    NotStarted,
    /// The group's encryption failed.
    #[error("encryption failed")]
    Encryption,
    /// The group would have too many devices.
    #[error("the group would have more than {most} devices")]
    TooManyDevices {
        /// The limit.
        most: u64,
    },
    /// The change would not be one that the group's members follow.
    #[error("the group can't be changed so: {detail}")]
    Group {
        /// A sentence for developers.
        detail: String,
    },
    /// A file is not what was sent.
    #[error("the file is damaged")]
    FileDamaged,
    /// The server has a file no more.
    #[error("the file is not on the server any more")]
    FileGone,
    /// A file that has to be fetched first.
    #[error("the file is not on this device yet")]
    FileElsewhere,
    /// Nobody looks twice at what can be looked at once.
    #[error("it was opened before, or not in time; nothing of it is left")]
    OnceOver,
    /// Who sends something that can be looked at once does not see it again.
    #[error("you sent it; only the others can open it")]
    OnceOwn,
    /// Not what can be looked at once.
    #[error("exactly one photo, film or voice message can be looked at once")]
    OnceWhat,
    /// The answer was lost with the session.
    #[error("it may have been sent before this device was signed in again")]
    PerhapsSent,
    /// Another command of the kind came after it.
    #[error("something else was asked meanwhile")]
    Overtaken,
    /// Another way to sign in was begun.
    #[error("another way in was chosen")]
    OtherWay,
    /// The device that was asked to approve this one did not.
    #[error("the other device turned this one down")]
    TurnedDown,
    /// The code of a device that waits.
    #[error("the code has expired; begin again")]
    CodeExpired,
    /// The list of one's devices has changed meanwhile.
    #[error("the list of devices has changed; begin again")]
    DevicesChanged,
    /// The device that waits has not shown its key yet.
    #[error("the new device has not shown its key yet")]
    KeyNotShown,
    /// A change of the recovery phrase is on its way.
    #[error("it is not known yet whether the last new phrase counts")]
    PhraseUnclear,
    /// A change of the recovery phrase goes on by itself.
    #[error("it is tried again when the server can be reached; this device shows the phrase once it counts")]
    PhraseLater,
    /// Somebody uses the account.
    #[error("the account is in use; the number alone does not open it")]
    AccountInUse,
    /// The server shows another group than the link is for.
    #[error("the server shows another group")]
    OtherGroup,
    /// Somebody else asked.
    #[error("the person is another one than the one who asked")]
    OtherPerson,
    /// A request to join does not hold.
    #[error("{doubt}")]
    Ask {
        /// Why.
        doubt: AskDoubt,
    },

    /// Not a picture of a kind and size that stickers have.
    #[error("it is no sticker")]
    NoSticker,
    /// Not a moving picture of a size that is kept at hand.
    #[error("it is no GIF of at most 8 MiB")]
    NoGif,
    /// What a link or a message leads to is no pack of stickers.
    #[error("there is no pack of stickers")]
    NoPack,
    /// A version of a pack of one's own can't be installed over it.
    #[error("it is your own pack")]
    OwnPack,

    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// It can't be left out.
    #[error("it is needed")]
    Needed,
    /// So many are not taken.
    #[error("too many")]
    TooMany,
    /// More than fits into a message.
    #[error("it is too long to be sent")]
    TooLong,
    /// Too short.
    #[error("at least {least} characters")]
    AtLeast {
        /// The fewest.
        least: u64,
    },
    /// Too short, as spaces around it do not count.
    #[error("at least {least} characters, without the spaces around them")]
    AtLeastInside {
        /// The fewest.
        least: u64,
    },
    /// Too long.
    #[error("at most {most} characters")]
    AtMost {
        /// The most.
        most: u64,
    },
    /// Too long.
    #[error("at most {most} bytes")]
    AtMostBytes {
        /// The most.
        most: u64,
    },
    /// A number that is too small or too great.
    #[error("from {least} to {most}")]
    Between {
        /// The smallest.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// A point that is not on the map.
    #[error("there is no such place on earth")]
    NotOnEarth,
    /// Of a card, what can't be sent as it is.
    #[error("that is not one that could be used, or there are too many")]
    NoContact,
    /// Not one emoji.
    #[error("a reaction is one emoji")]
    OneEmoji,
    /// A username is too short or too long.
    #[error("a username has 3 to 32 characters")]
    UsernameLength,
    /// A username has characters that none has.
    #[error("a username starts with a letter and holds only letters a-z, digits and single underscores")]
    UsernameCharacters,
    /// Who has a password is found by a username.
    #[error("it needs a username")]
    NeedsUsername,
    /// The operator wants both.
    #[error("this server asks for a username and a password")]
    NeedsBoth,
    /// A server's address has no scheme.
    #[error("it starts with http:// or https://")]
    Scheme,
    /// A server's address is more than a host and a port.
    #[error("after the scheme comes a host and perhaps a port, nothing else")]
    Host,
    /// A code is made of digits.
    #[error("it has digits only")]
    DigitsOnly,
    /// Not what people write phone numbers with.
    #[error("it has digits, and perhaps a plus, spaces and brackets")]
    NumberCharacters,
    /// Not as many words as a recovery phrase has.
    #[error("a recovery phrase has 24 words, but these are {found}")]
    WordCount {
        /// How many there are.
        found: u64,
    },
    /// A word of which no recovery phrase is made.
    #[error("word {position} is not one of the words that phrases are made of")]
    UnknownWord {
        /// Its place, from 1 on.
        position: u64,
    },
    /// A word that is another one in the recovery phrase.
    #[error("word {position} is another one")]
    WrongWord {
        /// Its place, from 1 on.
        position: u64,
    },
    /// Each word could be right, but not all of them in this order.
    #[error("the words do not fit together: one of them is another word, or their order is wrong")]
    Checksum,
    /// A former recovery phrase, or that of another account.
    #[error("it is not the present phrase of this account")]
    OtherPhrase,
    /// What this profile holds belongs to somebody else.
    #[error("this profile holds the history of another account")]
    OtherAccount,
    /// Not a link at all.
    #[error("it is not a link of a Beseda server")]
    NoLink,
    /// A link to something else.
    #[error("it does not lead to a group")]
    NoGroupLink,
    /// A link that is over when it is made.
    #[error("nobody could use it")]
    UselessLink,
    /// What was typed is not what was asked for.
    #[error("type your username, or the end of your id")]
    Confirm,
    /// A newer program sent it.
    #[error("this version does not know it")]
    UnknownCommand,
}

impl From<Denied> for Reason {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Kind => Self::Kind,
            Denied::Role { needed } => Self::Role { needed },
            Denied::Rank => Self::Rank,
        }
    }
}

impl From<CommitRejection> for Reason {
    fn from(rejection: CommitRejection) -> Self {
        match rejection {
            CommitRejection::Denied(denied) => denied.into(),
            CommitRejection::NoOwner => Self::LastOwner,
            CommitRejection::PolicyShape(PolicyFault::TooManyMembers) => Self::TooMany,
            CommitRejection::TooManyDevices { limit } => Self::TooManyDevices { most: limit },
            other => Self::Group { detail: other.to_string() },
        }
    }
}

impl From<UsernameError> for Reason {
    fn from(error: UsernameError) -> Self {
        match error {
            UsernameError::Length => Self::UsernameLength,
            UsernameError::Characters => Self::UsernameCharacters,
        }
    }
}

impl From<PhraseError> for Reason {
    fn from(error: PhraseError) -> Self {
        match error {
            PhraseError::WordCount { found } => Self::WordCount { found: found as u64 },
            PhraseError::UnknownWord { position } => Self::UnknownWord { position: position as u64 },
            PhraseError::Checksum => Self::Checksum,
        }
    }
}

impl From<AskDoubt> for Reason {
    fn from(doubt: AskDoubt) -> Self {
        Self::Ask { doubt }
    }
}

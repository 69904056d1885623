//! Types and decisions without any storage.

pub mod account;
pub mod append;
pub mod blob;
pub mod change;
pub mod conversation;
pub mod cursor;
pub mod entry;
pub mod group_link;
pub mod limit;
pub mod link;
pub mod page;
pub mod phone;
pub mod report;
pub mod secret;
pub mod wake;

pub use account::{AccountRow, Actor, Audience, DeviceRow, PrivacySettings, Profile, SessionRow};
pub use append::{Admission, Append, AppendError, Appended, Head, Rostered};
pub use blob::{Blob, BlobUse, Upload, WrongOffset};
pub use change::{Change, ConversationState};
pub use conversation::{Conversation, Leaf, Lease, Member, Request, WaitingWelcome};
pub use cursor::{Cursor, CursorError, StoreEpoch};
pub use entry::{Entry, EntryClass, EntryMeta, NewEntry};
pub use group_link::{Ask, AskState, GroupLink};
pub use limit::OverLimit;
pub use link::{Link, LinkProgress, Reveal};
pub use page::{Page, read_page};
pub use phone::{PhoneCode, PhoneNumber, PhoneNumberError, PhoneWait};
pub use report::Report;
pub use secret::{KeyedHash, TokenHash};
pub use wake::{Muted, PUSH_KEY_BYTES, Sleeper, Subscription};

//! What the core needs from outside. One port per aggregate; lookups return an `Option` because absence is no failure.

mod account_repo;
mod blob_repo;
mod blob_store;
mod budget_repo;
mod bus;
mod conversation_repo;
mod device_repo;
mod error;
mod feed;
mod fetcher;
mod group_link_repo;
mod group_repo;
mod key_repo;
mod link_repo;
mod log_repo;
mod phone_repo;
mod report_repo;
mod sms;
mod store;
mod ticket_repo;
mod unit_of_work;
mod wake_repo;

pub use account_repo::{AccountRepo, AccountView, NewAccount};
pub use blob_repo::{BlobRepo, BlobView};
pub use blob_store::{BlobReader, BlobStore};
pub use budget_repo::{Budget, BudgetRepo};
pub use bus::{Bus, EventSink};
pub use conversation_repo::{ConversationRepo, ConversationView, NewConversation};
pub use device_repo::{DeviceRepo, DeviceView};
pub use error::StoreError;
pub use feed::{Feed, FeedItem};
pub use fetcher::{FetchError, Fetched, Fetcher, Fetching, Wanted};
pub use group_link_repo::{GroupLinkRepo, GroupLinkView};
pub use group_repo::{GroupRepo, GroupView};
pub use key_repo::{KeyRepo, KeyView, StoredKey};
pub use link_repo::{LinkRepo, LinkView};
pub use log_repo::{LogRepo, LogView};
pub use phone_repo::{PhoneRepo, PhoneView};
pub use report_repo::{ReportRepo, ReportView};
pub use sms::{Sms, SmsError, SmsSender, SmsSending};
pub use store::{AppendReply, ReadJob, Store, WriteJob};
pub use ticket_repo::{Invite, TicketRepo, TicketView};
pub use unit_of_work::{UnitOfWork, View};
pub use wake_repo::{WakeRepo, WakeView};

#[cfg(feature = "testing")]
pub mod conformance;

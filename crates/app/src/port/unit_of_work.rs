use beseda_model::Limits;

use super::{
    AccountRepo, AccountView, BlobRepo, BlobView, BudgetRepo, ConversationRepo, ConversationView, DeviceRepo,
    DeviceView, Feed, GroupLinkRepo, GroupLinkView, GroupRepo, GroupView, KeyRepo, KeyView, LinkRepo, LinkView,
    LogRepo, LogView, PhoneRepo, PhoneView, ReportRepo, ReportView, StoreError, TicketRepo, TicketView, WakeRepo,
    WakeView,
};
use crate::Event;
use crate::domain::StoreEpoch;

/// A consistent state of the store, for reading.
pub trait View {
    /// The limits in force.
    fn limits(&self) -> &Limits;
    /// The store's epoch.
    fn store_epoch(&self) -> StoreEpoch;
    /// The highest change number given out so far.
    ///
    /// # Errors
    /// When the store fails.
    fn change_no(&self) -> Result<u64, StoreError>;
    /// Accounts.
    fn accounts(&self) -> &dyn AccountView;
    /// Devices, their logs and sessions.
    fn devices(&self) -> &dyn DeviceView;
    /// Key packages.
    fn keys(&self) -> &dyn KeyView;
    /// Conversations and their members.
    fn conversations(&self) -> &dyn ConversationView;
    /// MLS groups and Welcomes.
    fn groups(&self) -> &dyn GroupView;
    /// Logs.
    fn log(&self) -> &dyn LogView;
    /// Requests of new devices.
    fn links(&self) -> &dyn LinkView;
    /// Links to groups and requests by them.
    fn group_links(&self) -> &dyn GroupLinkView;
    /// Invitations and sign-in tickets.
    fn tickets(&self) -> &dyn TicketView;
    /// Subscriptions at push services.
    fn wake(&self) -> &dyn WakeView;
    /// Phone numbers and codes.
    fn phones(&self) -> &dyn PhoneView;
    /// Reports to the operator.
    fn reports(&self) -> &dyn ReportView;
    /// Uploads, blobs, and who keeps which.
    fn blobs(&self) -> &dyn BlobView;
    /// What has changed for whom.
    fn feed(&self) -> &dyn Feed;
}

/// A transaction: all of it or nothing. It reads what it has written. Events leave after it is durable.
pub trait UnitOfWork: View {
    /// The same state, for reading.
    fn view(&self) -> &dyn View;
    /// Something happened.
    fn emit(&mut self, event: Event);
    /// Accounts.
    fn accounts_mut(&mut self) -> &mut dyn AccountRepo;
    /// Devices, their logs and sessions.
    fn devices_mut(&mut self) -> &mut dyn DeviceRepo;
    /// Key packages.
    fn keys_mut(&mut self) -> &mut dyn KeyRepo;
    /// Conversations and their members.
    fn conversations_mut(&mut self) -> &mut dyn ConversationRepo;
    /// MLS groups and Welcomes.
    fn groups_mut(&mut self) -> &mut dyn GroupRepo;
    /// Logs.
    fn log_mut(&mut self) -> &mut dyn LogRepo;
    /// Requests of new devices.
    fn links_mut(&mut self) -> &mut dyn LinkRepo;
    /// Links to groups and requests by them.
    fn group_links_mut(&mut self) -> &mut dyn GroupLinkRepo;
    /// Invitations and sign-in tickets.
    fn tickets_mut(&mut self) -> &mut dyn TicketRepo;
    /// Subscriptions at push services.
    fn wake_mut(&mut self) -> &mut dyn WakeRepo;
    /// Phone numbers and codes.
    fn phones_mut(&mut self) -> &mut dyn PhoneRepo;
    /// Reports to the operator.
    fn reports_mut(&mut self) -> &mut dyn ReportRepo;
    /// Uploads, blobs, and who keeps which.
    fn blobs_mut(&mut self) -> &mut dyn BlobRepo;
    /// Daily budgets.
    fn budgets_mut(&mut self) -> &mut dyn BudgetRepo;
}

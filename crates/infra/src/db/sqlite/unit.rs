//! The view of a reader and the transaction of the writer. Each aggregate's port is implemented in a file of its own.

use std::collections::HashSet;
use std::sync::Arc;

use beseda_app::Event;
use beseda_app::domain::StoreEpoch;
use beseda_app::port::{
    AccountRepo, AccountView, BlobRepo, BlobView, BudgetRepo, ConversationRepo, ConversationView, DeviceRepo,
    DeviceView, Feed, GroupLinkRepo, GroupLinkView, GroupRepo, GroupView, KeyRepo, KeyView, LinkRepo, LinkView,
    LogRepo, LogView, PhoneRepo, PhoneView, ReportRepo, ReportView, StoreError, TicketRepo, TicketView, UnitOfWork,
    View, WakeRepo, WakeView,
};
use beseda_model::{ConversationId, DeviceId, Limits};
use rusqlite::Connection;

use super::sql::{get_uint, one};

/// What is the same for the whole life of a store.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) limits: Limits,
    pub(super) epoch: StoreEpoch,
}

/// A consistent state, for reading.
pub(super) struct SqliteView<'a> {
    pub(super) conn: &'a Connection,
    pub(super) fixed: Arc<Fixed>,
}

impl View for SqliteView<'_> {
    fn limits(&self) -> &Limits {
        &self.fixed.limits
    }

    fn store_epoch(&self) -> StoreEpoch {
        self.fixed.epoch
    }

    fn change_no(&self) -> Result<u64, StoreError> {
        Ok(one(self.conn, "SELECT change_no FROM store", [], |row| get_uint(row, 0))?.unwrap_or(0))
    }

    fn accounts(&self) -> &dyn AccountView {
        self
    }

    fn devices(&self) -> &dyn DeviceView {
        self
    }

    fn keys(&self) -> &dyn KeyView {
        self
    }

    fn conversations(&self) -> &dyn ConversationView {
        self
    }

    fn groups(&self) -> &dyn GroupView {
        self
    }

    fn log(&self) -> &dyn LogView {
        self
    }

    fn links(&self) -> &dyn LinkView {
        self
    }

    fn group_links(&self) -> &dyn GroupLinkView {
        self
    }

    fn tickets(&self) -> &dyn TicketView {
        self
    }

    fn wake(&self) -> &dyn WakeView {
        self
    }

    fn phones(&self) -> &dyn PhoneView {
        self
    }

    fn reports(&self) -> &dyn ReportView {
        self
    }

    fn blobs(&self) -> &dyn BlobView {
        self
    }

    fn feed(&self) -> &dyn Feed {
        self
    }
}

/// The writer's transaction, or a savepoint in it.
pub(super) struct SqliteUnit<'a> {
    pub(super) view: SqliteView<'a>,
    /// The last change number given out.
    pub(super) change_no: u64,
    pub(super) events: Vec<Event>,
    /// Of what the appender's hints no longer hold.
    pub(super) touched: Touched,
}

/// What a unit of work changed of what the appender remembers.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) conversations: HashSet<ConversationId>,
    pub(super) devices: HashSet<DeviceId>,
}

impl<'a> SqliteUnit<'a> {
    pub(super) fn conn(&self) -> &'a Connection {
        self.view.conn
    }

    /// The next change number, as the database takes it.
    pub(super) fn next_change(&mut self) -> i64 {
        self.change_no = self.change_no.saturating_add(1);
        super::sql::int(self.change_no)
    }
}

impl View for SqliteUnit<'_> {
    fn limits(&self) -> &Limits {
        self.view.limits()
    }

    fn store_epoch(&self) -> StoreEpoch {
        self.view.store_epoch()
    }

    fn change_no(&self) -> Result<u64, StoreError> {
        Ok(self.change_no)
    }

    fn accounts(&self) -> &dyn AccountView {
        &self.view
    }

    fn devices(&self) -> &dyn DeviceView {
        &self.view
    }

    fn keys(&self) -> &dyn KeyView {
        &self.view
    }

    fn conversations(&self) -> &dyn ConversationView {
        &self.view
    }

    fn groups(&self) -> &dyn GroupView {
        &self.view
    }

    fn log(&self) -> &dyn LogView {
        &self.view
    }

    fn links(&self) -> &dyn LinkView {
        &self.view
    }

    fn group_links(&self) -> &dyn GroupLinkView {
        &self.view
    }

    fn tickets(&self) -> &dyn TicketView {
        &self.view
    }

    fn wake(&self) -> &dyn WakeView {
        &self.view
    }

    fn phones(&self) -> &dyn PhoneView {
        &self.view
    }

    fn reports(&self) -> &dyn ReportView {
        &self.view
    }

    fn blobs(&self) -> &dyn BlobView {
        &self.view
    }

    fn feed(&self) -> &dyn Feed {
        &self.view
    }
}

impl UnitOfWork for SqliteUnit<'_> {
    fn view(&self) -> &dyn View {
        self
    }

    fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    fn accounts_mut(&mut self) -> &mut dyn AccountRepo {
        self
    }

    fn devices_mut(&mut self) -> &mut dyn DeviceRepo {
        self
    }

    fn keys_mut(&mut self) -> &mut dyn KeyRepo {
        self
    }

    fn conversations_mut(&mut self) -> &mut dyn ConversationRepo {
        self
    }

    fn groups_mut(&mut self) -> &mut dyn GroupRepo {
        self
    }

    fn log_mut(&mut self) -> &mut dyn LogRepo {
        self
    }

    fn links_mut(&mut self) -> &mut dyn LinkRepo {
        self
    }

    fn group_links_mut(&mut self) -> &mut dyn GroupLinkRepo {
        self
    }

    fn tickets_mut(&mut self) -> &mut dyn TicketRepo {
        self
    }

    fn wake_mut(&mut self) -> &mut dyn WakeRepo {
        self
    }

    fn phones_mut(&mut self) -> &mut dyn PhoneRepo {
        self
    }

    fn reports_mut(&mut self) -> &mut dyn ReportRepo {
        self
    }

    fn blobs_mut(&mut self) -> &mut dyn BlobRepo {
        self
    }

    fn budgets_mut(&mut self) -> &mut dyn BudgetRepo {
        self
    }
}

//! What this program reads of an engine: the only place that names the engine's view functions.

use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{Fetching, FileNumber, FileUse, FileView, SharedKind, SharedView};
use beseda_engine::api::sticker::{PackView, Stickers};
use beseda_engine::api::view::{
    AccountView, Anchor, AskView, ConnectionState, ConversationView, DeviceView, FolderView, KeyChange, Me,
    MembersView, MessageInfo, MessageView, OwnAskView, SearchHit, SearchQuery, TimelinePage, Waiting, Warning,
};
use beseda_engine::{Effect, Event};
use beseda_model::{AccountId, ConversationId, PackId, Timestamp};
use beseda_wire::content::FileRef;

use super::driver::{Driver, Machine};

/// An engine at work, as the rest of this program sees it.
pub type Host = Driver<Box<dyn Core>>;

/// An engine, or a stand-in for one in tests.
pub trait Core: Machine {
    /// The connection.
    fn connection(&mut self) -> ConnectionState;
    /// Oneself; none while nobody is signed in.
    fn me(&mut self, now: Timestamp) -> Result<Option<Me>, Failure>;
    /// All conversations, as the list shows them.
    fn conversations(&mut self, now: Timestamp) -> Result<Vec<ConversationView>, Failure>;
    /// One's own folders for the list, in their order.
    fn folders(&mut self) -> Result<Vec<FolderView>, Failure>;
    /// A page of a timeline.
    fn timeline(
        &mut self,
        conversation: ConversationId,
        anchor: Anchor,
        limit: u32,
        now: Timestamp,
    ) -> Result<TimelinePage, Failure>;
    /// Members and permissions.
    fn members(&mut self, conversation: ConversationId, now: Timestamp) -> Result<MembersView, Failure>;
    /// Who asks to join a group.
    fn asks(&mut self, conversation: ConversationId, now: Timestamp) -> Result<Vec<AskView>, Failure>;
    /// Groups that this person has asked to join.
    fn own_asks(&mut self) -> Result<Vec<OwnAskView>, Failure>;
    /// Everyone who is known.
    fn people(&mut self, now: Timestamp) -> Result<Vec<AccountView>, Failure>;
    /// One person.
    fn person(&mut self, account: AccountId, now: Timestamp) -> Result<Option<AccountView>, Failure>;
    /// One's own devices.
    fn devices(&mut self) -> Result<Vec<DeviceView>, Failure>;
    /// What is wrong and was not acknowledged.
    fn warnings(&mut self) -> Result<Vec<Warning>, Failure>;
    /// Messages that are not sent yet, or failed.
    fn waiting(&mut self, now: Timestamp) -> Result<Vec<Waiting>, Failure>;
    /// How many things wait to be carried out on the server, in one conversation or in all: messages, edits, changes of
    /// groups. What has failed for good does not wait.
    fn pending(&mut self, conversation: Option<ConversationId>) -> Result<u64, Failure>;
    /// Where a file is; none if it is not known.
    fn file(&mut self, file: FileNumber, now: Timestamp) -> Result<Option<FileView>, Failure>;
    /// How much room files take.
    fn file_use(&mut self, now: Timestamp) -> Result<FileUse, Failure>;
    /// What is fetched without anybody asking for it.
    fn fetching(&mut self, now: Timestamp) -> Result<Fetching, Failure>;
    /// What opens a file that is on this device; none if it is not.
    fn file_reference(&mut self, file: FileNumber) -> Result<Option<FileRef>, Failure>;
    /// What was sent in a conversation, newest first, before the attachment at this row and place; with `name`, what is called so.
    fn shared(
        &mut self,
        conversation: ConversationId,
        kind: SharedKind,
        name: &str,
        before: Option<(i64, u32)>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<SharedView>, Failure>;
    /// The messages of a conversation that link to pages, newest first; with `words`, those that hold them.
    fn linked(
        &mut self,
        conversation: ConversationId,
        words: &str,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<MessageView>, Failure>;
    /// The stickers that are at hand.
    fn stickers(&mut self) -> Result<Stickers, Failure>;
    /// A pack of stickers; none if it is not known here.
    fn pack(&mut self, pack: PackId) -> Result<Option<PackView>, Failure>;
    /// Search.
    fn search(&mut self, query: SearchQuery, now: Timestamp) -> Result<Vec<SearchHit>, Failure>;
    /// About one message.
    fn details(&mut self, conversation: ConversationId, row: i64, now: Timestamp) -> Result<MessageInfo, Failure>;
    /// The number to compare with somebody; none if their key is not known.
    fn safety_number(&mut self, account: AccountId) -> Result<Option<String>, Failure>;
    /// What has happened to somebody's key, the newest first.
    fn key_history(&mut self, account: AccountId) -> Result<Vec<KeyChange>, Failure>;
    /// The recovery phrase, until it was confirmed.
    fn phrase(&mut self) -> Result<Option<String>, Failure>;
}

impl Machine for Box<dyn Core> {
    fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        (**self).handle(now, event)
    }
}

impl Host {
    /// Reads something, between two steps of the engine.
    ///
    /// # Errors
    /// The view's; [`Failure::Store`] if the engine has stopped.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Core, Timestamp) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let now = self.now();
        self.look(move |core| read(&mut **core, now)).await.unwrap_or(Err(Failure::Store))
    }
}

//! The engine itself, on a profile folder.

use std::path::Path;
use std::sync::Arc;

use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{Fetching, FileNumber, FileUse, FileView, SharedKind, SharedView};
use beseda_engine::api::sticker::{PackView, Stickers};
use beseda_engine::api::view::{
    AccountView, Anchor, AskView, ConnectionState, ConversationView, DeviceView, FolderView, KeyChange, Me,
    MembersView, MessageInfo, MessageView, OwnAskView, SearchHit, SearchQuery, TimelinePage, Waiting, Warning,
};
use beseda_engine::identity::{self, phrase};
use beseda_engine::rusqlite::Connection;
use beseda_engine::store::StoreError;
use beseda_engine::view::{self, View};
use beseda_engine::{Effect, Engine, Event, OpenError, files, outbox};
use beseda_model::{AccountId, Clock, ConversationId, PackId, Timestamp};
use beseda_wire::content::FileRef;

use super::core::{Core, Host};
use super::driver::{Driver, Machine};
use super::files::Files;
use super::profile::{Profile, ProfileError};
use super::tls::{TlsError, client_config};
use crate::clock::{OsRng, SystemClock};

/// Why an engine can't be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The profile folder.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The profile's database.
    #[error("the profile's database can't be opened: {0}")]
    Open(#[from] OpenError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no thread or socket.
    #[error("the engine can't be started: {0}")]
    System(#[from] std::io::Error),
}

/// Opens the profile in `dir` and starts its engine. The profile stays locked while the second value lives: drop it last.
///
/// # Errors
/// See [`StartError`].
pub fn open(dir: &Path, ca: Option<&Path>) -> Result<(Host, Profile), StartError> {
    let tls = client_config(ca)?;
    let profile = Profile::open(dir)?;
    let conn = Connection::open(profile.database()?).map_err(|error| OpenError::Store(StoreError::from(error)))?;
    let clock = Arc::new(SystemClock);
    let (engine, effects) = Engine::open(conn, Box::new(OsRng), clock.now())?;
    let core: Box<dyn Core> = Box::new(engine);
    let files = Files::new(profile.files());
    let host = Driver::start(core, effects, clock, tls, files, tokio::runtime::Handle::current())?;
    Ok((host, profile))
}

impl Machine for Engine {
    fn handle(&mut self, now: Timestamp, event: Event) -> Vec<Effect> {
        Self::handle(self, now, event)
    }
}

/// A view's answer. The engine logs what failed; people hear that the database did.
fn answer<T>(result: Result<T, StoreError>) -> Result<T, Failure> {
    result.map_err(|_| Failure::Store)
}

fn there<T>(result: Result<Option<T>, StoreError>) -> Result<T, Failure> {
    answer(result)?.ok_or(Failure::NotFound)
}

impl Core for Engine {
    fn connection(&mut self) -> ConnectionState {
        Self::connection(self)
    }

    fn me(&mut self, now: Timestamp) -> Result<Option<Me>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::me(&view)))
    }

    fn conversations(&mut self, now: Timestamp) -> Result<Vec<ConversationView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::conversations(&view)))
    }

    fn asks(&mut self, conversation: ConversationId, now: Timestamp) -> Result<Vec<AskView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::asks(&view, conversation)))
    }

    fn own_asks(&mut self) -> Result<Vec<OwnAskView>, Failure> {
        // Nothing of it depends on the moment.
        answer(View::new(self.reader(), Timestamp::default()).and_then(|view| view::own_asks(&view)))
    }

    fn timeline(
        &mut self,
        conversation: ConversationId,
        anchor: Anchor,
        limit: u32,
        now: Timestamp,
    ) -> Result<TimelinePage, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::timeline(&view, conversation, anchor, limit)))
    }

    fn members(&mut self, conversation: ConversationId, now: Timestamp) -> Result<MembersView, Failure> {
        there(View::new(self.reader(), now).and_then(|view| view::members(&view, conversation)))
    }

    fn people(&mut self, now: Timestamp) -> Result<Vec<AccountView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::accounts(&view)))
    }

    fn person(&mut self, account: AccountId, now: Timestamp) -> Result<Option<AccountView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::account(&view, account))).map(Some)
    }

    fn devices(&mut self) -> Result<Vec<DeviceView>, Failure> {
        answer(identity::devices(self.reader()))
    }

    fn folders(&mut self) -> Result<Vec<FolderView>, Failure> {
        answer(view::folders(self.reader()))
    }

    fn warnings(&mut self) -> Result<Vec<Warning>, Failure> {
        answer(view::warnings(self.reader()))
    }

    fn waiting(&mut self, now: Timestamp) -> Result<Vec<Waiting>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::waiting(&view)))
    }

    fn pending(&mut self, conversation: Option<ConversationId>) -> Result<u64, Failure> {
        answer(outbox::pending(self.reader(), conversation))
    }

    fn file(&mut self, file: FileNumber, now: Timestamp) -> Result<Option<FileView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::file(&view, file)))
    }

    fn file_use(&mut self, now: Timestamp) -> Result<FileUse, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::file_use(&view)))
    }

    fn fetching(&mut self, now: Timestamp) -> Result<Fetching, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::fetching(&view)))
    }

    fn file_reference(&mut self, file: FileNumber) -> Result<Option<FileRef>, Failure> {
        answer(files::reference(self.reader(), file))
    }

    fn shared(
        &mut self,
        conversation: ConversationId,
        kind: SharedKind,
        name: &str,
        before: Option<(i64, u32)>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<SharedView>, Failure> {
        answer(
            View::new(self.reader(), now).and_then(|view| view::shared(&view, conversation, kind, name, before, limit)),
        )
    }

    fn linked(
        &mut self,
        conversation: ConversationId,
        words: &str,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<MessageView>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::linked(&view, conversation, words, limit)))
    }

    fn stickers(&mut self) -> Result<Stickers, Failure> {
        answer(view::stickers(self.reader()))
    }

    fn pack(&mut self, pack: PackId) -> Result<Option<PackView>, Failure> {
        answer(view::pack(self.reader(), pack))
    }

    fn search(&mut self, query: SearchQuery, now: Timestamp) -> Result<Vec<SearchHit>, Failure> {
        answer(View::new(self.reader(), now).and_then(|view| view::search(&view, &query)))
    }

    fn details(&mut self, _: ConversationId, row: i64, now: Timestamp) -> Result<MessageInfo, Failure> {
        there(View::new(self.reader(), now).and_then(|view| view::info(&view, row)))
    }

    fn safety_number(&mut self, account: AccountId) -> Result<Option<String>, Failure> {
        let number = answer(identity::safety_number(self.reader(), account))?;
        Ok(number.map(|number| identity::groups(&number).join(" ")))
    }

    fn key_history(&mut self, account: AccountId) -> Result<Vec<KeyChange>, Failure> {
        answer(view::key_history(self.reader(), account))
    }

    fn phrase(&mut self) -> Result<Option<String>, Failure> {
        let kept = answer(phrase::kept(self.reader()))?;
        Ok(kept.map(|phrase| phrase.words().to_string()))
    }
}

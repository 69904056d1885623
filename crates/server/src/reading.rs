//! Requests that only read: answered alike on the socket and to a device that was woken.

use beseda_app::domain::{Actor, OverLimit};
use beseda_app::port::{StoreError, View};
use beseda_app::usecase;
use beseda_app::usecase::account::AccountError;
use beseda_app::usecase::conversation::ConversationError;
use beseda_app::usecase::device::DeviceError;
use beseda_app::usecase::log::LogError;
use beseda_app::usecase::sync::SyncError;
use beseda_model::Code;
use beseda_wire::{Bytes, Reply, Request};

use crate::refusal::Refusal;
use crate::ws::map;

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The request is for the socket only.
    #[error("only what reads is answered here")]
    NotHere,
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Conversation(#[from] ConversationError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadError {
    fn inner(&self) -> Option<&dyn Refusal> {
        match self {
            Self::NotHere => None,
            Self::Log(error) => Some(error),
            Self::Sync(error) => Some(error),
            Self::Conversation(error) => Some(error),
            Self::Device(error) => Some(error),
            Self::Account(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

impl Refusal for ReadError {
    fn refusal_code(&self) -> Code {
        self.inner().map_or(Code::Forbidden, Refusal::refusal_code)
    }

    fn over_limit(&self) -> Option<&OverLimit> {
        self.inner().and_then(Refusal::over_limit)
    }
}

/// Reads what a request asks for.
pub(crate) fn read(view: &dyn View, actor: Actor, request: Request) -> Result<Reply, ReadError> {
    match request {
        Request::Log { conversation, from, limit } => {
            let page = usecase::log::log_page(view, actor, conversation, from, limit)?;
            Ok(Reply::Log { entries: page.entries.iter().map(map::entry).collect(), last_seq: page.last_seq })
        }
        Request::Sync { cursor, limit } => {
            let page = usecase::sync::sync(view, actor, cursor.as_deref(), limit)?;
            let changes = page.changes.into_iter().map(map::change).collect();
            Ok(Reply::Sync { changes, cursor: page.cursor.into(), more: page.more })
        }
        Request::Welcome { conversation } => {
            let welcome = usecase::conversation::waiting_welcome(view, actor, conversation)?;
            Ok(Reply::Welcome {
                message: welcome.message.into(),
                tree: welcome.tree.into(),
                seq: welcome.seq,
                chain: Bytes(welcome.chain.to_vec()),
            })
        }
        Request::DeviceLog { account, from } => {
            let page = usecase::device::device_log(view, account, from)?;
            let root = Bytes(page.first_root_key.to_vec());
            Ok(Reply::DeviceLog { entries: map::device_log(page.entries), root })
        }
        Request::Accounts { accounts } => {
            let found = usecase::account::cards(view, &accounts)?;
            Ok(Reply::Accounts { accounts: found.into_iter().map(map::card).collect() })
        }
        Request::Profiles { accounts } => {
            let found = usecase::account::profiles(view, &accounts)?;
            Ok(Reply::Profiles { profiles: found.into_iter().map(map::profile).collect() })
        }
        _ => Err(ReadError::NotHere),
    }
}

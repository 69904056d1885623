//! Who this is, and what a person may do in a conversation.

use beseda_model::{AccountId, Action, ConversationId, DeviceId, Permissions, decide};
use rusqlite::Connection;
use serde::Deserialize;

use crate::api::failure::Failure;
use crate::api::reason::Reason;
use crate::store::conversations::{Conversation, Standing};
use crate::store::{StoreError, meta};

/// The account and device of this profile, without the secrets that [`crate::store::me::Me`] holds beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Here {
    /// The account.
    pub(crate) account: AccountId,
    /// The device.
    pub(crate) device: DeviceId,
}

impl Here {
    /// None before somebody has signed up or in.
    pub(crate) fn find(conn: &Connection) -> Result<Option<Self>, StoreError> {
        meta::get(conn, "me")
    }

    /// Where content comes, somebody is signed in.
    pub(crate) fn get(conn: &Connection) -> Result<Self, StoreError> {
        Self::find(conn)?.ok_or(StoreError::damaged("meta"))
    }
}

/// Notes-to-self, once they are there.
pub(crate) fn notes(conn: &Connection) -> Result<Option<ConversationId>, StoreError> {
    Ok(Conversation::notes(conn)?.map(|notes| notes.id))
}

impl Conversation {
    /// Who may do what.
    pub(crate) fn permissions(&self) -> Permissions {
        self.policy.as_ref().map(|policy| policy.permissions.clone()).unwrap_or_default()
    }

    /// Up to where this person has read, whether or not the server knows.
    pub(crate) fn seen(&self) -> u64 {
        self.read.max(self.read_wanted)
    }

    /// Whether a person of this profile may do something here now.
    ///
    /// # Errors
    /// Why not, in words for the person.
    pub(crate) fn check(&self, me: AccountId, action: Action) -> Result<(), Failure> {
        let not_ready = |reason| Err(Failure::NotReady { reason });
        match self.standing {
            Standing::Left => return Err(Failure::NotAllowed { reason: Reason::Left }),
            Standing::UpdateRequired => return not_ready(Reason::UpdateRequired),
            Standing::Forked => return not_ready(Reason::Forked),
            Standing::Joining | Standing::Ready | Standing::Broken => {}
        }
        if !self.member {
            return Err(Failure::NotAllowed { reason: Reason::Left });
        }
        if self.request_from.is_some_and(|from| from != me) {
            return not_ready(Reason::RequestWaits);
        }
        // Before the policy is known here the server and the group decide when it is sent.
        let Some(role) = self.role(me) else { return Ok(()) };
        decide(self.kind, &self.permissions(), role, action)
            .map_err(|denied| Failure::NotAllowed { reason: denied.into() })
    }
}

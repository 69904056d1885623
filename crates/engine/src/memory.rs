//! What an engine remembers between steps without its database: nothing that could not be found again after a restart.

use std::collections::BTreeMap;

use beseda_crypto::group_id::GroupId;
use openmls::group::MlsGroup;
use openmls_rust_crypto::RustCrypto;

use crate::desk::Desk;
use crate::files::Transfers;
use crate::session::Session;
use crate::store::accounts::DeviceLogs;

/// See the module's description.
#[derive(Default)]
pub(crate) struct Memory {
    /// Cryptography; its generator is seeded once.
    pub(crate) crypto: RustCrypto,
    /// Groups as they are in the store.
    pub(crate) groups: BTreeMap<GroupId, MlsGroup>,
    /// Device logs as they are pinned.
    pub(crate) logs: DeviceLogs,
    /// The connection and what was asked on it.
    pub(crate) session: Session,
    /// Commands and HTTP requests under way.
    pub(crate) desk: Desk,
    /// Files under way.
    pub(crate) files: Transfers,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

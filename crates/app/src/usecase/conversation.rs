//! Conversations: how they begin, change their members, move through epochs and generations.
//!
//! What changes an MLS group is judged outside the writer, over a state that was read before: [`commit`], [`create`],
//! [`succeed`] and [`propose`] take the store itself, are called on a thread that may block, and compare in their
//! transaction that the state is still the one that was judged.

mod answer_stranger;
mod commit;
mod create;
mod error;
mod group_info;
mod judge;
mod privacy;
mod propose;
mod report_commit;
mod settle;
mod succeed;
mod welcome;

pub use answer_stranger::answer_stranger;
pub use commit::commit;
pub use create::{Create, create};
pub use error::ConversationError;
pub use group_info::{JoinInfo, group_info};
pub use propose::propose;
pub use report_commit::report_commit;
pub use succeed::{Succeed, succeed};
pub use welcome::{waiting_welcome, welcome_done};

use beseda_model::DeviceId;

use crate::domain::OverLimit;

/// A commit and all that must be stored with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// An MLS PublicMessage with the commit.
    pub commit: Vec<u8>,
    /// The GroupInfo of the epoch that it leads to, without the ratchet tree.
    pub group_info: Vec<u8>,
    /// For the devices that it adds.
    pub welcome: Option<PostedWelcome>,
}

/// A Welcome for newly added devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedWelcome {
    /// The MLS message, without the ratchet tree.
    pub message: Vec<u8>,
    /// Who gets it.
    pub devices: Vec<DeviceId>,
}

impl Bundle {
    fn check_size(&self, limit: u64) -> Result<(), OverLimit> {
        let welcome = self.welcome.as_ref().map_or(0, |welcome| welcome.message.len());
        let size = self.commit.len().saturating_add(self.group_info.len()).saturating_add(welcome);
        OverLimit::check("commit_bytes", limit, size)
    }
}

use beseda_model::{AccountId, ConversationId, DeviceId, Timestamp};

use super::StoreError;
use crate::domain::{Actor, Muted, Sleeper, Subscription, TokenHash};

/// Subscriptions at push services, for reading.
pub trait WakeView {
    /// The key by which push services know this server, once there is one.
    fn server_key(&self) -> Result<Option<[u8; 32]>, StoreError>;
    /// The device's subscription.
    fn subscription(&self, device: DeviceId) -> Result<Option<Subscription>, StoreError>;
    /// The account's devices that have a subscription; without those that do not want to be woken for `conversation`
    /// at `now`, if one is named.
    fn sleepers(
        &self,
        account: AccountId,
        conversation: Option<ConversationId>,
        now: Timestamp,
    ) -> Result<Vec<Sleeper>, StoreError>;
    /// The device that a valid token was given to.
    fn token(&self, token: &TokenHash, now: Timestamp) -> Result<Option<Actor>, StoreError>;
}

/// Subscriptions at push services, for writing.
pub trait WakeRepo {
    /// Keeps the server's key; there is one for good, so a second one is a conflict.
    fn set_server_key(&mut self, key: &[u8; 32]) -> Result<(), StoreError>;
    /// Replaces the device's subscription. Another device that had the same endpoint loses it: a program that changed
    /// hands is woken for its present owner only.
    fn set_subscription(&mut self, actor: Actor, subscription: &Subscription) -> Result<(), StoreError>;
    /// Replaces the conversations for which the device does not want to be woken.
    fn set_muted(&mut self, device: DeviceId, muted: &[Muted]) -> Result<(), StoreError>;
    /// Forgets the device's subscription, what it muted, and its tokens.
    fn forget(&mut self, device: DeviceId) -> Result<(), StoreError>;
    /// Adds a token of the device; of its others the newest `others` stay.
    fn insert_token(
        &mut self,
        token: &TokenHash,
        device: DeviceId,
        expires_at: Timestamp,
        others: u32,
    ) -> Result<(), StoreError>;
    /// Forgets a token; tells whether there was one.
    fn delete_token(&mut self, token: &TokenHash) -> Result<bool, StoreError>;
    /// Forgets tokens that expired before `now`; tells how many.
    fn delete_expired(&mut self, now: Timestamp) -> Result<u32, StoreError>;
}

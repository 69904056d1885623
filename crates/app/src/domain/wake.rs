//! Waking a device that has no connection: by way of a push service that its program has subscribed to.

use beseda_model::{ConversationId, Timestamp};

use super::Actor;

/// Bytes of a subscription's public key: an uncompressed point.
pub const PUSH_KEY_BYTES: usize = 65;

/// Where and how a device is woken.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The address at the push service. Whoever knows it can send to the device, so it is in no log.
    pub endpoint: String,
    /// The key that messages to it are encrypted for.
    pub public_key: [u8; PUSH_KEY_BYTES],
    /// The secret that they are authenticated with.
    pub auth: [u8; 16],
    /// Whether the device may be woken without showing anything, so that it can take away what was read elsewhere.
    pub quietly: bool,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// A conversation for which a device does not want to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Muted {
    /// Which.
    pub conversation: ConversationId,
    /// Until when; for good, if none.
    pub until: Option<Timestamp>,
}

/// A device that can be woken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sleeper {
    /// Which, and whose.
    pub actor: Actor,
    /// How.
    pub subscription: Subscription,
}

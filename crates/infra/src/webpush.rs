//! Web Push: RFC 8030 delivery of messages that are encrypted by RFC 8291 (`aes128gcm`, RFC 8188) and signed for by RFC
//! 8292 (VAPID). UnifiedPush endpoints speak the same.
//!
//! Where a message goes is chosen by a client, so every address is looked at before a byte is sent to it.

mod encrypt;
mod endpoint;
mod send;
mod vapid;

pub use encrypt::{ReceiverKeys, encrypt};
pub use endpoint::{BadEndpoint, Endpoint, Reach};
pub use send::{Outcome, Sender, Urgency, WebPush};
pub use vapid::{BadKey, SERVER_KEY_BYTES, ServerKey};

use std::future::Future;
use std::pin::Pin;

/// A text message.
#[derive(Clone, PartialEq, Eq)]
pub struct Sms {
    /// The same each time that this message is handed over, so that whoever carries it can drop doubles.
    pub id: String,
    /// To whom, in E.164.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The code in it, for services that fill it into a text of their own.
    pub code: String,
}

/// A number and a code are of no business in a log.
impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sms").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a message was not taken over. Says nothing of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmsError {
    /// Nobody was reached, or the answer was lost: the same message may be handed over again.
    #[error("the SMS service can't be reached")]
    Unreachable,
    /// It did not answer in time.
    #[error("the SMS service did not answer in time")]
    TimedOut,
    /// It is busy, or failed: the same message may be handed over again.
    #[error("the SMS service failed with status {status}")]
    Failed {
        /// HTTP's, or what comes nearest.
        status: u16,
    },
    /// It won't take this message, now or later.
    #[error("the SMS service refused with status {status}")]
    Refused {
        /// HTTP's, or what comes nearest.
        status: u16,
    },
}

impl SmsError {
    /// Whether it makes sense to hand the message over again.
    pub const fn is_passing(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// A message on its way to whoever carries it.
pub type SmsSending<'a> = Pin<Box<dyn Future<Output = Result<(), SmsError>> + Send + 'a>>;

/// Carries text messages.
pub trait SmsSender: Send + Sync {
    /// Hands a message over, once. It ends by itself: nobody waits for ever.
    fn send<'a>(&'a self, sms: &'a Sms) -> SmsSending<'a>;
}

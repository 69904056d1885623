//! The way of messages out: a short queue, so that who asks for a code does not wait for a service, and learns nothing from
//! how long it takes.

use std::sync::Arc;
use std::time::Duration;

use beseda_app::port::{Sms, SmsError, SmsSender};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, OwnedPermit};

use crate::task::Tasks;

/// Messages that may wait. More are refused before anything is promised.
const WAITING: usize = 256;
/// Messages that may be on their way at once.
const AT_ONCE: usize = 8;
/// Pauses before a message is handed over again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// Where messages are put.
#[derive(Debug)]
pub(crate) struct Sending(mpsc::Sender<Sms>);

/// Where they come out.
#[derive(Debug)]
pub(crate) struct Waiting(mpsc::Receiver<Sms>);

impl Sending {
    /// An empty queue.
    pub(crate) fn new() -> (Self, Waiting) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), Waiting(receiver))
    }

    /// A place in the queue, if there is one.
    pub(crate) fn reserve(&self) -> Option<OwnedPermit<Sms>> {
        self.0.clone().try_reserve_owned().ok()
    }
}

/// Hands over what comes, until the server stops.
pub(crate) async fn run(mut waiting: Waiting, sender: Arc<dyn SmsSender>, tasks: Tasks) {
    let stop = tasks.stop_signal().clone();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let sms = tokio::select! {
            () = stop.cancelled() => return,
            sms = waiting.0.recv() => sms,
        };
        let Some(sms) = sms else { return };
        let (sender, stop) = (sender.clone(), stop.clone());
        tasks.spawn("sms", async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = deliver(&*sender, &sms, &PAUSES) => {}
            }
            drop(place);
        });
    }
}

/// Hands a message over until it is taken; under the same id, so that a service can drop doubles.
async fn deliver(sender: &dyn SmsSender, sms: &Sms, pauses: &[Duration]) {
    let mut pauses = pauses.iter();
    loop {
        let error = match sender.send(sms).await {
            Ok(()) => return,
            Err(error) => error,
        };
        match pauses.next().filter(|_| error.is_passing()) {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return tell(error),
        }
    }
}

fn tell(error: SmsError) {
    tracing::warn!(error = %error, "A text message with a code could not be sent.");
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use beseda_app::port::SmsSending;

    use super::*;

    /// Fails as told, one after another, and then takes everything.
    #[derive(Default)]
    struct Flaky {
        failures: Mutex<Vec<SmsError>>,
        ids: Mutex<Vec<String>>,
    }

    impl SmsSender for Flaky {
        fn send<'a>(&'a self, sms: &'a Sms) -> SmsSending<'a> {
            self.ids.lock().expect("not poisoned").push(sms.id.clone());
            let result = self.failures.lock().expect("not poisoned").pop().map_or(Ok(()), Err);
            Box::pin(std::future::ready(result))
        }
    }

    fn sms() -> Sms {
        Sms { id: "1".into(), to: "+79123456789".into(), text: "text".into(), code: "012345".into() }
    }

    async fn handed_over(failures: Vec<SmsError>) -> usize {
        let sender = Flaky { failures: Mutex::new(failures), ids: Mutex::default() };
        deliver(&sender, &sms(), &[Duration::ZERO; PAUSES.len()]).await;
        let ids = sender.ids.into_inner().expect("not poisoned");
        assert!(ids.iter().all(|id| id == "1"), "each time under the same id");
        ids.len()
    }

    #[tokio::test]
    async fn what_passes_is_tried_again_and_what_does_not_is_not() {
        assert_eq!(handed_over(vec![]).await, 1);
        assert_eq!(handed_over(vec![SmsError::TimedOut]).await, 2);
        assert_eq!(handed_over(vec![SmsError::Unreachable, SmsError::Failed { status: 503 }]).await, 3);
        assert_eq!(handed_over(vec![SmsError::Unreachable; 5]).await, 3, "not for ever");
        assert_eq!(handed_over(vec![SmsError::Refused { status: 400 }]).await, 1);
    }

    #[test]
    fn the_queue_is_bounded() {
        let (sending, _waiting) = Sending::new();
        let places: Vec<_> = (0..WAITING).map(|_| sending.reserve().expect("there is room")).collect();
        assert!(sending.reserve().is_none());
        drop(places);
        assert!(sending.reserve().is_some());
    }
}

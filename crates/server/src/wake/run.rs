//! The task: events in, wake-ups out.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use beseda_app::domain::{Actor, Sleeper};
use beseda_app::port::StoreError;
use beseda_app::usecase::wake::{Entry, forget_endpoint, issue_token, who_reads_elsewhere, whom_to_wake};
use beseda_infra::webpush::{Endpoint, Outcome, ReceiverKeys, Urgency, WebPush};
use beseda_model::{AccountId, DeviceId, Timestamp};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::queue::{Ended, Job, Queue, Why};
use super::{Inlet, Item};
use crate::context::{Context, Push};
use crate::secrets::new_secret;

/// Events that are looked up together.
const BATCH: usize = 1_024;

/// How long a push service keeps a wake-up for a device that is away, and for how long its token is good.
const KEEP_MESSAGE: Duration = Duration::from_secs(7 * 86_400);
const KEEP_READ: Duration = Duration::from_secs(3_600);
/// At a service, one wake-up of a device takes the place of another.
const TOPIC: &str = "wake";

/// How a wake-up begins; the token follows.
const VERSION: &str = "1";

/// Runs until the server has stopped.
pub(crate) async fn run(context: Arc<Context>, mut inlet: Inlet) {
    let stop = context.background.stop_signal().clone();
    let Some(push) = context.push.clone() else {
        return;
    };
    let mut queue = Queue::default();
    let mut items = Vec::with_capacity(BATCH);
    let (ended, mut ends) = unbounded_channel();
    loop {
        let pause = queue.next().map(|due| Duration::from_millis(due.millis_since(context.clock.now())));
        let due = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = inlet.receiver.recv_many(&mut items, BATCH) => take_in(&context, &mut queue, &mut items).await,
            Some((device, how)) = ends.recv() => queue.ended(device, how, context.clock.now()),
            () = due => {}
        }
        for job in queue.take(context.clock.now(), |device| context.hub.heard(device)) {
            let device = job.sleeper.actor.device;
            let (context, push, ended) = (context.clone(), push.clone(), ended.clone());
            context.clone().background.spawn("wake_up", async move {
                // Were it to panic, the device would wait for ever for the end of this wake-up.
                let mut end = End { device, how: Ended::Refused, ended };
                end.how = wake(&context, &push, job).await;
            });
        }
        let lost = inlet.lost.swap(0, Ordering::Relaxed).saturating_add(queue.dropped());
        if lost > 0 {
            tracing::warn!(items = lost, "More devices were to be woken than can be kept in mind; some were not.");
        }
    }
}

/// Tells the queue how a wake-up ended, whatever happens.
struct End {
    device: DeviceId,
    how: Ended,
    ended: UnboundedSender<(DeviceId, Ended)>,
}

impl Drop for End {
    fn drop(&mut self) {
        if self.ended.send((self.device, self.how)).is_err() {
            tracing::debug!("A wake-up ended after the server had stopped.");
        }
    }
}

async fn take_in(context: &Context, queue: &mut Queue, items: &mut Vec<Item>) {
    let now = context.clock.now();
    let (mut entries, mut readers, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    // Dropped, and so answered, at the end.
    let mut barriers = Vec::new();
    for item in items.drain(..) {
        match item {
            // Who is woken for one message is woken for the next of the same device there.
            Item::Wrote(entry) if seen.insert((entry.conversation, entry.by)) => entries.push(entry),
            Item::Read(account) => readers.push(account),
            Item::Came(device) => queue.came(device),
            Item::Barrier(reached) => barriers.push(reached),
            Item::Wrote(_) | Item::Look => {}
        }
    }
    if entries.is_empty() && readers.is_empty() {
        return;
    }
    match context.read(move |view| look_up(view, &entries, &readers, now)).await {
        Ok((woken, told)) => {
            for sleeper in woken {
                let connected = context.hub.heard(sleeper.actor.device).is_some();
                queue.wrote(sleeper, connected, now);
            }
            for device in told {
                queue.read(device, now);
            }
        }
        Err(error) => tracing::warn!(error = %error, "It could not be told whom to wake."),
    }
}

fn look_up(
    view: &dyn beseda_app::port::View,
    entries: &[Entry],
    readers: &[AccountId],
    now: Timestamp,
) -> Result<(Vec<Sleeper>, Vec<DeviceId>), StoreError> {
    let (mut woken, mut told) = (Vec::new(), Vec::new());
    for entry in entries {
        woken.extend(whom_to_wake(view, entry, now)?);
    }
    for account in readers {
        told.extend(who_reads_elsewhere(view, *account, now)?.into_iter().map(|sleeper| sleeper.actor.device));
    }
    Ok((woken, told))
}

/// Sends one wake-up.
async fn wake(context: &Context, push: &Push, job: Job) -> Ended {
    let Sleeper { actor, subscription } = job.sleeper;
    let (keep, urgency) = match job.why {
        Why::Message => (KEEP_MESSAGE, Urgency::High),
        Why::Read => (KEEP_READ, Urgency::Low),
    };
    let Ok(endpoint) = Endpoint::parse(&subscription.endpoint, push.reach) else { return Ended::Refused };
    let now = context.clock.now();
    let (secret, token) = new_secret(context);
    let expires_at = now.plus_millis(u64::try_from(keep.as_millis()).unwrap_or(u64::MAX));
    match context.write(move |uow| issue_token(uow, actor.device, &token, expires_at)).await {
        Ok(true) => {}
        Ok(false) => return Ended::Gone,
        Err(_) => return Ended::Again(None),
    }
    let text = format!("{VERSION}{secret}").into_bytes();
    let keys = ReceiverKeys { public: subscription.public_key, auth: subscription.auth };
    let message = WebPush { endpoint, keys, text, keep, urgency, topic: TOPIC };
    let sending = push.sender.send(message, &mut context.rng(), now);
    match sending.await {
        Outcome::Taken => Ended::Sent,
        Outcome::Gone => {
            forget(context, actor, subscription.endpoint).await;
            Ended::Gone
        }
        Outcome::Refused { status } => {
            tracing::warn!(device = %actor.device, status, "A push service refuses to wake a device.");
            Ended::Refused
        }
        Outcome::Later { after_ms } => {
            tracing::debug!(device = %actor.device, "A push service could not wake a device now.");
            Ended::Again(after_ms)
        }
    }
}

async fn forget(context: &Context, actor: Actor, endpoint: String) {
    if let Err(error) = context.write(move |uow| forget_endpoint(uow, actor, &endpoint)).await {
        tracing::warn!(error = %error, "A subscription that has ended could not be forgotten.");
    }
}

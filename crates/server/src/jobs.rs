//! What has to be done now and then: about once a minute, not on the minute, so that many servers do not do it at once.

use std::sync::Arc;
use std::time::Duration;

use beseda_app::port::StoreError;
use beseda_app::usecase::maintenance::expire_due;
use beseda_model::Timestamp;

use crate::blobs;
use crate::context::Context;
use crate::wake::Item;
use crate::ws::frame::CloseCode;

const PERIOD_MS: u64 = 60_000;
const JITTER_MS: u64 = 15_000;
/// Runs without a pause while there is much to expire.
const MOST_RUNS: usize = 64;

/// Tends the server until it stops.
pub(crate) async fn run(context: Arc<Context>) {
    let stop = context.tasks.stop_signal().clone();
    loop {
        let jitter = u64::from_be_bytes(context.chance()) % JITTER_MS;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(PERIOD_MS + jitter)) => tend(&context).await,
        }
    }
}

/// Does what is due now.
pub(crate) async fn tend(context: &Context) {
    let now = context.clock.now();
    context.rates.clean();
    context.waker.tell(Item::Look);
    let silence = context.config.limits.idle_millis;
    for seat in context.hub.silent_since(Timestamp::from_millis(now.as_millis().saturating_sub(silence))) {
        seat.close(None, CloseCode::Normal);
    }
    if let Some(tls) = context.tls.clone() {
        // It reads files, and may have to make a key.
        drop(tokio::task::spawn_blocking(move || tls.tend(now)).await);
    }
    blobs::tend(context, now).await;
    for _ in 0..MOST_RUNS {
        match context.write(move |uow| expire_due(uow, now)).await {
            Ok(expired) if expired.bodies > 0 => {
                tracing::debug!(db.rows = expired.bodies, "Message bodies have expired.");
            }
            Ok(_) => return,
            Err(StoreError::Overloaded) => return,
            Err(error) => {
                tracing::error!(error = %error, "What has expired could not be dropped; trying again in a minute.");
                return;
            }
        }
    }
}

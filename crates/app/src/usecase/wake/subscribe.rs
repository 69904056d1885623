use super::WakeError;
use crate::domain::{Actor, Muted, OverLimit, Subscription};
use crate::port::{StoreError, UnitOfWork};

/// Sets where the actor's device is woken, and for which conversations it is not. Both replace what was before.
///
/// # Errors
/// When the endpoint or the list is too long.
pub fn subscribe(
    uow: &mut dyn UnitOfWork,
    actor: Actor,
    subscription: &Subscription,
    muted: &[Muted],
) -> Result<(), WakeError> {
    let limits = uow.limits();
    OverLimit::check("push_endpoint_bytes", limits.push_endpoint_bytes, subscription.endpoint.len())?;
    OverLimit::check("push_muted", limits.push_muted, muted.len())?;
    uow.wake_mut().set_subscription(actor, subscription)?;
    Ok(uow.wake_mut().set_muted(actor.device, muted)?)
}

/// The actor's device is not woken any more.
///
/// # Errors
/// When the store fails.
pub fn unsubscribe(uow: &mut dyn UnitOfWork, actor: Actor) -> Result<(), WakeError> {
    Ok(uow.wake_mut().forget(actor.device)?)
}

/// The push service says that there is no such endpoint any more. A device that has subscribed anew since keeps that.
///
/// # Errors
/// When the store fails.
pub fn forget_endpoint(uow: &mut dyn UnitOfWork, actor: Actor, endpoint: &str) -> Result<(), StoreError> {
    if uow.wake().subscription(actor.device)?.is_some_and(|present| present.endpoint == endpoint) {
        uow.wake_mut().forget(actor.device)?;
    }
    Ok(())
}

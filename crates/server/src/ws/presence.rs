//! Who is told that somebody came or went: those who watch, as far as both sides' settings allow it at that moment.

use beseda_app::port::View;
use beseda_app::usecase::account::{AccountError, last_seen, sees_presence, touch_last_seen};
use beseda_model::{AccountId, Timestamp};
use beseda_wire::Push;
use beseda_wire::state::Presence;

use super::hub::{Seat, Shared};
use crate::context::Context;

/// The first device of an account connected.
pub(super) async fn came(context: &Context, account: AccountId) {
    tell_watchers(context, account, Presence { account, online: true, last_seen: None }).await;
}

/// The last device of an account left.
pub(super) async fn left(context: &Context, account: AccountId) {
    if context.tasks.is_stopping() {
        return;
    }
    let at = context.clock.now();
    context.store.write(
        move |uow| touch_last_seen(uow, account, at),
        |noted: Result<(), AccountError>| {
            if let Err(error) = noted {
                tracing::debug!(error = %error, "A last-seen time could not be noted.");
            }
        },
    );
    tell_watchers(context, account, Presence { account, online: false, last_seen: Some(at) }).await;
}

/// An account's settings changed: who watches it, and whom it watches, may see more or less than before.
pub(super) async fn settings_changed(context: &Context, account: AccountId) {
    let online = context.hub.is_online(account);
    let presence = match context.read(move |view| last_seen(view, account)).await {
        Ok(seen) => Presence { account, online, last_seen: seen.filter(|_| !online) },
        Err(_) => return,
    };
    tell_watchers(context, account, presence).await;
    for (seat, watched) in context.hub.watch_lists(account) {
        for other in watched {
            let actor = seat.actor;
            let state = context
                .read(move |view| Ok::<_, AccountError>((sees_presence(view, actor, other)?, last_seen(view, other)?)))
                .await;
            if let Ok((sees, seen)) = state {
                let online = context.hub.is_online(other);
                let seen = seen.filter(|_| !online);
                tell(&seat, other, sees, &shared(Presence { account: other, online, last_seen: seen }));
            }
        }
    }
}

/// What somebody is told who no longer sees anything.
const fn hidden(account: AccountId) -> Presence {
    Presence { account, online: false, last_seen: None }
}

fn shared(presence: Presence) -> Shared {
    Shared::new(Push::Presence(presence))
}

/// Tells a seat how an account is, if it may see that; if it no longer may, that nothing is seen.
fn tell(seat: &Seat, account: AccountId, sees: bool, presence: &Shared) {
    if sees {
        seat.show(account);
        seat.push(presence);
    } else if seat.hide(account) {
        seat.push(&shared(hidden(account)));
    }
}

async fn tell_watchers(context: &Context, account: AccountId, presence: Presence) {
    let watchers = context.hub.watchers(account);
    if watchers.is_empty() {
        return;
    }
    let actors: Vec<_> = watchers.iter().map(|seat| seat.actor).collect();
    let seeing = context
        .read(move |view: &dyn View| {
            actors
                .into_iter()
                .map(|actor| sees_presence(view, actor, account))
                .collect::<Result<Vec<_>, AccountError>>()
        })
        .await;
    let Ok(seeing) = seeing else { return };
    let presence = shared(presence);
    for (seat, sees) in watchers.iter().zip(seeing) {
        tell(seat, account, sees, &presence);
    }
}

/// Notes that all these accounts leave at once, as when the server stops.
pub(crate) fn all_left(context: &Context, accounts: Vec<AccountId>, at: Timestamp) {
    context.store.write(
        move |uow| accounts.iter().try_for_each(|account| touch_last_seen(uow, *account, at)),
        |_: Result<(), AccountError>| {},
    );
}

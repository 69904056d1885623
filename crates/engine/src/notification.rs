//! Telling a person of what is new while they look elsewhere: what this device shows, and how it is woken.

pub mod peek;

use beseda_model::Timestamp;
use beseda_wire::Request;
use beseda_wire::content::{Media, OwnState};
use beseda_wire::state::{Muted, PushSubscription};
use rusqlite::Connection;

use crate::Step;
use crate::api::command::{Command, Outcome};
use crate::api::event::{Effect, Notice};
use crate::api::failure::Failure;
use crate::api::notification::{News, Notification, NotificationLevel, NotificationSettings, QuietHours};
use crate::api::once::OnceKind;
use crate::api::reason::{Field, Reason};
use crate::api::view::{Anchor, Body, ConversationView, Enclosed, MessageView};
use crate::session::Asked;
use crate::store::conversations::Conversation;
use crate::store::{StoreError, meta};
use crate::timeline::markup;
use crate::timeline::own;
use crate::timeline::receipt::blocked;
use crate::view::{self, View};

const SETTINGS: &str = "notifications";
/// Where this device can be woken.
const SUBSCRIPTION: &str = "push_subscription";
/// The server knows a subscription of this device, or may.
const TOLD: &str = "push_told";

/// So many last messages are looked through for one to tell of.
const LOOK_BACK: u32 = 30;
/// Characters of a message that are shown.
const TEXT: usize = 240;

/// Carries out a command about notifications; false if it is not one.
pub(crate) fn run(step: &mut Step<'_>, id: u64, command: &Command) -> Result<bool, StoreError> {
    let result = match command {
        Command::SetNotifications { settings } => {
            let hours = settings.quiet.iter().flat_map(|quiet| [quiet.from, quiet.to]);
            if hours.into_iter().any(|minute| minute >= QuietHours::DAY) {
                Err(Failure::invalid(Field::Quiet, Reason::Between { least: 0, most: (QuietHours::DAY - 1).into() }))
            } else {
                meta::put(step.tx, SETTINGS, settings)?;
                step.notice(Notice::Me);
                Ok(Outcome::Done)
            }
        }
        Command::SetPushSubscription { subscription: Some(subscription) } => {
            meta::put(step.tx, SUBSCRIPTION, subscription)?;
            Ok(Outcome::Done)
        }
        Command::SetPushSubscription { subscription: None } => {
            meta::remove(step.tx, SUBSCRIPTION)?;
            Ok(Outcome::Done)
        }
        _ => return Ok(false),
    };
    step.memory.session.push_told = false;
    step.effect(Effect::Done { id, result });
    Ok(true)
}

/// What this device tells its person of.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn settings(conn: &Connection) -> Result<NotificationSettings, StoreError> {
    Ok(meta::get(conn, SETTINGS)?.unwrap_or_default())
}

/// Tells the server how this device is woken, once for each connection and whenever that changes: the server may have
/// learnt meanwhile that a subscription has ended.
pub(crate) fn tell(step: &mut Step<'_>) -> Result<(), StoreError> {
    if step.memory.session.push_told {
        return Ok(());
    }
    step.memory.session.push_told = true;
    let level = settings(step.tx)?.level;
    let subscription: Option<PushSubscription> = meta::get(step.tx, SUBSCRIPTION)?;
    match subscription.filter(|_| level != NotificationLevel::Off) {
        Some(subscription) => {
            meta::put(step.tx, TOLD, &true)?;
            let muted = muted(step.tx, step.now)?;
            step.ask(Request::SetPushSubscription { subscription: Some(subscription), muted }, Asked::Other);
        }
        None if meta::get(step.tx, TOLD)? == Some(true) => {
            step.ask(Request::SetPushSubscription { subscription: None, muted: Vec::new() }, Asked::PushEnded);
        }
        None => {}
    }
    Ok(())
}

/// The server has forgotten the subscription.
pub(crate) fn ended(step: &mut Step<'_>) -> Result<(), StoreError> {
    meta::remove(step.tx, TOLD)
}

fn is_muted(state: &OwnState, now: Timestamp) -> bool {
    state.muted_until.is_some_and(|until| until > now)
}

/// The server takes a thousand; who mutes more is woken for the rest and shown nothing that makes a sound.
const MOST_MUTED: usize = 1_000;

fn muted(conn: &Connection, now: Timestamp) -> Result<Vec<Muted>, StoreError> {
    let mut muted = Vec::new();
    for conversation in Conversation::all(conn)? {
        let state = own::state(conn, conversation.id)?;
        if conversation.member && is_muted(&state, now) && muted.len() < MOST_MUTED {
            muted.push(Muted { conversation: conversation.id, until: state.muted_until });
        }
    }
    Ok(muted)
}

/// What is to be told of now; `minute` is the minute of the day on the wall.
///
/// # Errors
/// When the database fails or a row is damaged.
pub fn news(view: &View<'_>, minute: u16) -> Result<News, StoreError> {
    let settings = settings(view.conn)?;
    let sound = settings.sound && !settings.quiet.is_some_and(|quiet| quiet.hold(minute));
    let mut news = News { sound, ..News::default() };
    for row in view::conversations(view)? {
        let muted = is_muted(&row.own, view.now);
        if !muted {
            news.unread = news.unread.saturating_add(row.unread);
        }
        let wanted = settings.level != NotificationLevel::Off && row.unread > 0 && (!muted || row.mentions > 0);
        if wanted && let Some(last) = last(view, &row, muted)? {
            news.notifications.push(notification(settings.level, sound, row, last));
        }
    }
    news.notifications.sort_by_key(|notification| std::cmp::Reverse((notification.at, notification.conversation)));
    Ok(news)
}

/// The last unread message of somebody else whom this person does not block.
fn last(view: &View<'_>, row: &ConversationView, mentions_only: bool) -> Result<Option<MessageView>, StoreError> {
    let blocked = blocked(view.conn)?;
    let page = view::timeline(view, row.conversation, Anchor::End, LOOK_BACK)?;
    let speaks = |message: &MessageView| {
        !message.own
            && message.seq.is_some_and(|seq| seq > row.read)
            && matches!(
                message.body,
                Body::Text { .. } | Body::Once { .. } | Body::Unsupported { .. } | Body::Unreadable { .. }
            )
            && !blocked.contains(&message.message.author)
            && (message.mentions_me || !mentions_only)
    };
    Ok(page.messages.into_iter().rev().find(speaks))
}

fn notification(level: NotificationLevel, sound: bool, row: ConversationView, last: MessageView) -> Notification {
    let names = matches!(level, NotificationLevel::Name | NotificationLevel::Full);
    let text = match &last.body {
        Body::Text { text, entities, .. } if level == NotificationLevel::Full => Some(markup::covered(text, entities)),
        _ => None,
    };
    let media = match &last.body {
        Body::Text { attachments, .. } if level == NotificationLevel::Full => {
            attachments.first().map(|attachment| attachment.media.clone())
        }
        Body::Once { kind, .. } if level == NotificationLevel::Full => Some(only_kind(*kind)),
        _ => None,
    };
    let enclosed = match &last.body {
        Body::Text { place, contacts, .. } if level == NotificationLevel::Full => {
            Enclosed::of(place.as_ref(), contacts)
        }
        _ => None,
    };
    Notification {
        conversation: row.conversation,
        title: Some(row.title).filter(|_| names),
        author: Some(last.author_name).filter(|_| names && row.peer.is_none()),
        text: text.map(|text| text.chars().take(TEXT).collect()),
        media,
        enclosed,
        count: row.unread,
        seq: last.seq.unwrap_or_default(),
        at: last.at,
        sound,
    }
}

/// Of what can be looked at once no more is told than what it is.
fn only_kind(kind: OnceKind) -> Media {
    match kind {
        OnceKind::Photo => Media::Photo { width: 0, height: 0 },
        OnceKind::Video => Media::Video { width: 0, height: 0, millis: 0, round: false },
        OnceKind::Round => Media::Video { width: 0, height: 0, millis: 0, round: true },
        OnceKind::Voice => Media::Voice { millis: 0, wave: Vec::new().into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_last_over_midnight() {
        let night = QuietHours { from: 22 * 60, to: 7 * 60 };
        let noon = QuietHours { from: 12 * 60, to: 13 * 60 };
        let hold = |quiet: QuietHours| [0, 7 * 60 - 1, 7 * 60, 12 * 60, 13 * 60, 22 * 60].map(|at| quiet.hold(at));
        assert_eq!(hold(night), [true, true, false, false, false, true]);
        assert_eq!(hold(noon), [false, false, false, true, false, false]);
        assert!(QuietHours { from: 5, to: 5 }.hold(0), "the whole day");
    }
}

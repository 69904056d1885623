use beseda_engine::api::view::SystemEvent;
use beseda_model::{AccountId, Role};
use beseda_wire::content::{TimedFrom, Timer};

use crate::safe;
use crate::text::{Lang, Named, Sentence, enumerate};

pub(in crate::text) fn event(author: AccountId, event: &SystemEvent, named: Named<'_>) -> String {
    let (name, own) = named(author);
    let subject = if own { "You".to_owned() } else { name };
    let object = |account: AccountId| {
        let (name, own) = named(account);
        if own { "you".to_owned() } else { name }
    };
    match event {
        SystemEvent::Created => format!("{subject} began the conversation"),
        SystemEvent::Added { accounts } => {
            let names: Vec<String> = accounts.iter().copied().map(object).collect();
            format!("{subject} added {}", enumerate(&names, "and"))
        }
        SystemEvent::Removed { account } => format!("{subject} removed {}", object(*account)),
        SystemEvent::Left { account } => {
            let (name, own) = named(*account);
            if own { "You left".to_owned() } else { format!("{name} left") }
        }
        SystemEvent::RoleChanged { account, role } => {
            let role = match role {
                Role::Owner => "an owner",
                Role::Admin => "an admin",
                Role::Member => "a member without special rights",
            };
            format!("{subject} made {} {role}", object(*account))
        }
        SystemEvent::HandedOver { account } => format!("{subject} handed the group over to {}", object(*account)),
        SystemEvent::PermissionsChanged => format!("{subject} changed who may do what"),
        SystemEvent::Title { title } => format!("{subject} changed the title to “{}”", safe::line(title)),
        SystemEvent::Description => format!("{subject} changed the description"),
        SystemEvent::Picture { removed: false } => format!("{subject} changed the picture"),
        SystemEvent::Picture { removed: true } => format!("{subject} took the picture away"),
        SystemEvent::Timer { timer: None } => format!("{subject} turned the timer off: new messages stay"),
        SystemEvent::Timer { timer: Some(timer) } => {
            format!("{subject} set a timer: new messages disappear {}", timer_text(*timer))
        }
        SystemEvent::Pinned { on: true, .. } => format!("{subject} pinned a message"),
        SystemEvent::Pinned { on: false, .. } => format!("{subject} unpinned a message"),
        SystemEvent::IdentityChanged { account } => {
            format!(
                "{} has a new identity. Compare the safety number before you say anything secret.",
                object(*account)
            )
        }
        SystemEvent::AccountDeleted { account } => format!("{} deleted their account", object(*account)),
        SystemEvent::Renewed => "The encryption group was renewed; the conversation goes on".to_owned(),
        SystemEvent::JoinedHere => "From here on this device can read along".to_owned(),
        SystemEvent::LogForked => {
            format!("⚠ {subject} saw another history here than this device: the server or that program lies")
        }
        SystemEvent::RuleBroken { reason } => {
            format!("⚠ {subject} did something that the rules forbid; it was not followed ({})", safe::line(reason))
        }
        _ => "Something happened that this version has no words for".to_owned(),
    }
}

fn timer_text(timer: Timer) -> String {
    let time = Lang::En.duration(u64::from(timer.seconds));
    match timer.from {
        TimedFrom::Sent => Lang::En.sentence(&Sentence::TimerFromSending(&time)),
        TimedFrom::Read => Lang::En.sentence(&Sentence::TimerFromReading(&time)),
    }
}

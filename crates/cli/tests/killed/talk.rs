//! Somebody who does not stop talking.

use std::path::Path;
use std::time::Duration;

use beseda_cli::host::{Heard, Host};
use beseda_engine::api::command::{Draft, Outcome};
use beseda_engine::api::view::{Anchor, Body, ConnectionState};
use beseda_engine::{Command, Notice};
use beseda_model::{ConversationId, Role};

use super::process::{Told, tell};

/// How much may wait for the server before nothing more is said.
const WINDOW: u64 = 12;
/// After so many texts of an owner the others' roles change, so that death comes in the middle of commits, too.
const ROLES_EVERY: u32 = 7;
/// How often the host says that the network may be back: these people have no time for longer pauses.
const NUDGE: Duration = Duration::from_millis(20);

/// Talks in `conversation` until killed.
pub(crate) fn talk(dir: &Path, conversation: ConversationId, life: &str) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (host, _profile) = beseda_cli::host::open(dir, None).expect("a profile opens after any death");
        tell(&Told::Ready);
        let me = host.read(|core, now| core.me(now)).await.unwrap().unwrap();
        let name = me.username.unwrap();
        let mut notices = host.notices();
        let mut nudges = tokio::time::interval(NUDGE);
        let mut number = 0;
        loop {
            while waiting(&host, conversation).await < WINDOW {
                number += 1;
                let text = format!("{name} {life} {number}");
                say(&host, conversation, &text).await;
                tell(&Told::Accepted(text));
                if number % ROLES_EVERY == 0 {
                    change_roles(&host, conversation).await;
                }
            }
            tokio::select! {
                heard = notices.next() => match heard {
                    Some(Heard::Notice(Notice::Incoming { row, .. })) => show(&host, conversation, row).await,
                    Some(_) => {}
                    None => panic!("the engine has stopped"),
                },
                _ = nudges.tick() => {
                    if host.read(|core, _| Ok(core.connection())).await.unwrap() == ConnectionState::Offline {
                        host.nudge();
                    }
                }
            }
        }
    });
}

async fn waiting(host: &Host, conversation: ConversationId) -> u64 {
    host.read(move |core, _| core.pending(Some(conversation))).await.unwrap()
}

async fn say(host: &Host, conversation: ConversationId, text: &str) {
    let draft = Draft { text: text.to_owned(), ..Draft::default() };
    match host.command(Command::Send { conversation, draft }).await {
        Ok(Outcome::Queued { .. }) => {}
        other => panic!("not accepted: {other:?}"),
    }
}

async fn show(host: &Host, conversation: ConversationId, row: i64) {
    let page = host.read(move |core, now| core.timeline(conversation, Anchor::Around(row), 1, now)).await.unwrap();
    for message in page.messages {
        if let Body::Text { text, .. } = message.body {
            tell(&Told::Shown(text));
        }
    }
}

/// The owner makes an admin of everybody who is none, and the other way round; nobody else may.
async fn change_roles(host: &Host, conversation: ConversationId) {
    let members = host.read(move |core, now| core.members(conversation, now)).await.unwrap().members;
    let me = host.read(|core, now| core.me(now)).await.unwrap().unwrap().account;
    if !members.iter().any(|member| member.who.account == me && member.role == Role::Owner) {
        return;
    }
    for member in members.iter().filter(|member| member.who.account != me) {
        let role = if member.role == Role::Admin { Role::Member } else { Role::Admin };
        // It ends when the server has answered, which nobody waits for.
        drop(host.command(Command::SetRole { conversation, account: member.who.account, role }));
    }
}

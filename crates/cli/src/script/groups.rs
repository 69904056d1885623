//! Conversations: their list, their members, how one keeps them.

use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::view::{ConversationView, Readiness};
use beseda_model::{ConversationId, Role, Timestamp};
use beseda_wire::content::{OwnState, TimedFrom, Timer};
use clap::ValueEnum;
use serde_json::json;

use super::session::Session;
use super::trip::Trip;
use crate::args::{GroupCommand, MemberRole, Permission};
use crate::calendar::parse_duration;
use crate::text::Label;

/// No end of muting: the last year that a date can be written for.
const FOR_EVER: Timestamp = Timestamp::from_millis(253_402_300_799_000);

impl Session {
    pub(super) async fn chats(&self, archived: bool, unread: bool, folder: Option<&str>) -> Result<(), Trip> {
        self.me().await?;
        let folder = match folder {
            Some(typed) => Some(self.folder(typed).await?),
            None => None,
        };
        let directory = self.directory().await?;
        for row in self.host.read(|core, now| core.conversations(now)).await? {
            let is_unread = row.unread > 0 || row.own.unread;
            let lies_there = folder.is_none_or(|folder| row.own.folders.contains(&folder));
            if row.own.archived == archived && (!unread || is_unread) && lies_there {
                self.say("conversation", &row, || self.conversation_line(&row, &directory))?;
            }
        }
        Ok(())
    }

    async fn say_conversation(&self, id: ConversationId) -> Result<(), Trip> {
        let directory = self.directory().await?;
        let rows = self.host.read(|core, now| core.conversations(now)).await?;
        match rows.into_iter().find(|row| row.conversation == id) {
            Some(row) => self.say("conversation", &row, || self.conversation_line(&row, &directory)),
            None => self.say("conversation", &json!({ "conversation": id }), || id.to_string()),
        }
    }

    pub(super) async fn open(&self, person: &str) -> Result<(), Trip> {
        let account = self.person(person).await?;
        match self.ask(Command::OpenDirect { account }).await? {
            Outcome::Conversation { conversation } => {
                if self.waits() {
                    self.settled(Some(conversation)).await?;
                }
                self.say_conversation(conversation).await
            }
            _ => self.done(),
        }
    }

    pub(super) async fn group(&self, command: GroupCommand) -> Result<(), Trip> {
        match command {
            GroupCommand::Create { title, people } => {
                let members = self.persons(&people).await?;
                let outcome = self.ask(Command::CreateGroup { title, members }).await?;
                let Outcome::Conversation { conversation } = outcome else { return self.done() };
                if self.waits() {
                    self.settled(Some(conversation)).await?;
                }
                return self.say_conversation(conversation).await;
            }
            GroupCommand::Add { group, people } => {
                let conversation = self.conversation(&group).await?.conversation;
                let accounts = self.persons(&people).await?;
                self.change(Some(conversation), Command::AddMembers { conversation, accounts }).await?;
            }
            GroupCommand::Remove { group, person } => {
                let conversation = self.conversation(&group).await?.conversation;
                let account = self.person(&person).await?;
                self.change(Some(conversation), Command::RemoveMember { conversation, account }).await?;
            }
            GroupCommand::Leave { group } => {
                let conversation = self.conversation(&group).await?.conversation;
                self.change(Some(conversation), Command::Leave { conversation }).await?;
            }
            GroupCommand::Role { group, person, role } => {
                let conversation = self.conversation(&group).await?.conversation;
                let account = self.person(&person).await?;
                let role = role.into();
                self.change(Some(conversation), Command::SetRole { conversation, account, role }).await?;
            }
            GroupCommand::Transfer { group, person } => {
                let conversation = self.conversation(&group).await?.conversation;
                let account = self.person(&person).await?;
                self.change(Some(conversation), Command::TransferOwnership { conversation, account }).await?;
            }
            GroupCommand::Permissions { group, changes } => return self.permissions(&group, &changes).await,
            GroupCommand::Link { command } => return self.group_link(command).await,
            GroupCommand::Asks { group } => return self.group_asks(&group).await,
            GroupCommand::Admit { group, person } => return self.answer_ask(&group, &person, true).await,
            GroupCommand::Reject { group, person } => return self.answer_ask(&group, &person, false).await,
            GroupCommand::Info { group, title, description } => {
                let conversation = self.conversation(&group).await?.conversation;
                let command = Command::SetInfo { conversation, title, description, timer: None };
                self.change(Some(conversation), command).await?;
            }
        }
        self.done()
    }

    async fn permissions(&self, group: &str, changes: &[String]) -> Result<(), Trip> {
        let conversation = self.conversation(group).await?.conversation;
        let members = self.host.read(move |core, now| core.members(conversation, now)).await?;
        let mut permissions = members.permissions;
        for change in changes {
            let parsed = change.split_once('=').and_then(|(action, role)| {
                Some((Permission::from_str(action, true).ok()?, MemberRole::from_str(role, true).ok()?))
            });
            let Some((permission, role)) = parsed else {
                return Err(Trip::Usage(self.label(Label::PermissionExpected)));
            };
            permission.set(&mut permissions, role.into());
        }
        if !changes.is_empty() {
            let permissions = permissions.clone();
            self.change(Some(conversation), Command::SetPermissions { conversation, permissions }).await?;
        }
        self.say("permissions", &permissions, || {
            [
                ("send", permissions.send),
                ("add_members", permissions.add_members),
                ("remove_members", permissions.remove_members),
                ("edit_info", permissions.edit_info),
                ("pin", permissions.pin),
                ("delete_others", permissions.delete_others),
                ("change_roles", permissions.change_roles),
                ("change_permissions", permissions.change_permissions),
            ]
            .map(|(name, role): (&str, Role)| format!("{name}: {}", self.role(role)))
            .join("\n")
        })
    }

    pub(super) async fn members(&self, typed: &str) -> Result<(), Trip> {
        let conversation = self.conversation(typed).await?.conversation;
        let members = self.host.read(move |core, now| core.members(conversation, now)).await?;
        for member in &members.members {
            self.say("member", member, || self.member_line(member))?;
        }
        if self.out.is_json() {
            self.say("permissions", &members.permissions, String::new)?;
        }
        Ok(())
    }

    pub(super) async fn set_timer(&self, typed: &str, timer: &str, from_reading: bool) -> Result<(), Trip> {
        let conversation = self.conversation(typed).await?.conversation;
        let timer = if timer == "off" { None } else { Some(self.parse_timer(timer, from_reading)?) };
        let command = Command::SetInfo { conversation, title: None, description: None, timer: Some(timer) };
        self.change(Some(conversation), command).await?;
        self.done()
    }

    pub(super) fn parse_timer(&self, text: &str, from_reading: bool) -> Result<Timer, Trip> {
        let from = if from_reading { TimedFrom::Read } else { TimedFrom::Sent };
        match parse_duration(text).filter(|seconds| *seconds > 0) {
            Some(seconds) => Ok(Timer { seconds, from }),
            None => Err(Trip::Usage(self.label(Label::TimeExpected))),
        }
    }

    pub(super) async fn answer(&self, typed: &str, accept: bool) -> Result<(), Trip> {
        let conversation = self.conversation(typed).await?.conversation;
        self.online().await?;
        self.change(Some(conversation), Command::AnswerStranger { conversation, accept }).await?;
        // The answer is known to the server; the next command must find it here, too.
        self.seen(conversation, |row| row.readiness != Readiness::RequestReceived).await?;
        self.done()
    }

    pub(super) async fn renew(&self, typed: &str) -> Result<(), Trip> {
        let conversation = self.conversation(typed).await?.conversation;
        self.online().await?;
        self.change(Some(conversation), Command::RenewGroup { conversation }).await?;
        self.done()
    }

    pub(super) async fn mute(&self, typed: &str, duration: Option<String>, off: bool) -> Result<(), Trip> {
        let until = match (off, duration) {
            (true, _) => None,
            (false, None) => Some(FOR_EVER),
            (false, Some(text)) => {
                let seconds = parse_duration(&text).ok_or_else(|| Trip::Usage(self.label(Label::TimeExpected)))?;
                Some(self.host.now().plus_millis(u64::from(seconds) * 1000))
            }
        };
        self.keep(typed, |_, own| own.muted_until = until).await?;
        self.done()
    }

    pub(super) async fn clear(&self, typed: &str, removed: bool) -> Result<(), Trip> {
        self.keep(typed, |_, own| {
            // The engine clears what has come, and nothing beyond it.
            own.cleared_to = u64::MAX;
            own.removed |= removed;
        })
        .await?;
        self.done()
    }

    pub(super) async fn archive(&self, typed: &str, on: bool) -> Result<(), Trip> {
        self.keep(typed, |_, own| own.archived = on).await?;
        self.done()
    }

    pub(super) async fn top(&self, typed: &str, on: bool) -> Result<(), Trip> {
        self.keep(typed, |all, own| {
            let highest = all.iter().filter_map(|row| row.own.pinned).max().unwrap_or(0);
            own.pinned = on.then_some(highest.saturating_add(1));
        })
        .await?;
        self.done()
    }

    pub(super) async fn mark_unread(&self, typed: &str) -> Result<(), Trip> {
        self.keep(typed, |_, own| own.unread = true).await?;
        self.done()
    }

    /// Changes how a conversation is kept.
    pub(super) async fn keep(
        &self,
        typed: &str,
        change: impl FnOnce(&[ConversationView], &mut OwnState),
    ) -> Result<(), Trip> {
        let row = self.conversation(typed).await?;
        let all = self.host.read(|core, now| core.conversations(now)).await?;
        let mut state = row.own;
        change(&all, &mut state);
        let conversation = row.conversation;
        self.change(None, Command::Keep { conversation, state }).await?;
        Ok(())
    }
}

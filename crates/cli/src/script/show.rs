//! Views as lines of text.

use beseda_engine::api::view::{
    AccountView, Body, ConversationView, Delivery, DeviceView, MemberView, MessageView, Readiness,
};
use beseda_engine::timeline::markup;
use beseda_model::{ConversationKind, Role, Timestamp};
use beseda_wire::content::{TimedFrom, Timer};

use super::session::{Directory, Session};
use crate::calendar::Moment;
use crate::safe;
use crate::text::{self, Label, Sentence};

impl Session {
    /// Date and time of day, local.
    pub(super) fn time(&self, at: Timestamp) -> String {
        Moment::of(at, &self.zone).date_and_clock()
    }

    /// A timer in words.
    pub(super) fn timer(&self, timer: Option<Timer>) -> String {
        let Some(timer) = timer else { return self.label(Label::Off) };
        let time = self.lang.duration(u64::from(timer.seconds));
        match timer.from {
            TimedFrom::Sent => self.words(&Sentence::TimerFromSending(&time)),
            TimedFrom::Read => self.words(&Sentence::TimerFromReading(&time)),
        }
    }

    /// A role in words.
    pub(super) fn role(&self, role: Role) -> String {
        self.label(match role {
            Role::Owner => Label::Owner,
            Role::Admin => Label::Admin,
            Role::Member => Label::Member,
        })
    }

    /// How far a message is, in words.
    pub(super) fn delivery(&self, delivery: &Delivery) -> String {
        match delivery {
            Delivery::Queued => self.label(Label::Queued),
            Delivery::Sending => self.label(Label::Sending),
            Delivery::Sent => self.label(Label::Sent),
            Delivery::Delivered => self.label(Label::Delivered),
            Delivery::Read => self.label(Label::Read),
            Delivery::Failed { why } => self.words(&Sentence::NotSent(&text::failure(self.lang, why).to_string())),
        }
    }

    /// A title on one safe line.
    pub(super) fn title(&self, conversation: &ConversationView) -> String {
        let title = safe::line(&conversation.title);
        match conversation.kind {
            ConversationKind::Notes => self.label(Label::Notes),
            _ if title.is_empty() => self.label(Label::Untitled),
            _ => title,
        }
    }

    /// A conversation on one line.
    pub(super) fn conversation_line(&self, conversation: &ConversationView, directory: &Directory) -> String {
        let kind = match conversation.kind {
            ConversationKind::Direct => "@",
            ConversationKind::Group => "#",
            ConversationKind::Notes => "·",
        };
        let mut line = format!("{kind} {}", self.title(conversation));
        if conversation.unread > 0 {
            line.push_str(&format!("  ({})", self.words(&Sentence::Unread(conversation.unread))));
        }
        if conversation.mentions > 0 {
            line.push_str(" @");
        }
        if conversation.failed > 0 {
            line.push_str(&format!(" ✗{}", conversation.failed));
        }
        if let Some(state) = self.readiness(conversation, directory) {
            line.push_str(&format!("  — {state}"));
        }
        let id = conversation.conversation.to_string();
        format!("{line}  [{}] {}", crate::tui::short(&id), self.time(conversation.at))
    }

    fn readiness(&self, conversation: &ConversationView, directory: &Directory) -> Option<String> {
        Some(match conversation.readiness {
            Readiness::Ready => return None,
            Readiness::RequestReceived => {
                let name = conversation.peer.map(|peer| directory.name(peer)).unwrap_or_default();
                self.words(&Sentence::RequestFrom(&name))
            }
            Readiness::RequestSent => self.label(Label::RequestSent),
            Readiness::Joining => self.label(Label::Joining),
            Readiness::Left => self.label(Label::Left),
            Readiness::UpdateRequired => self.label(Label::UpdateRequired),
            Readiness::Forked => self.label(Label::Forked),
            Readiness::Broken => self.label(Label::Broken),
            Readiness::PeerGone => self.label(Label::PeerGone),
            Readiness::PeerDeleted => self.label(Label::PeerDeleted),
        })
    }

    /// What a message says, without who and when.
    pub(super) fn body(&self, message: &MessageView, directory: &Directory) -> String {
        let named = |account| (directory.name(account), directory.is_me(account));
        match &message.body {
            // As markup: nothing that is under other words, or hidden, is lost on the way.
            Body::Text { text, entities, attachments, place, contacts, preview } => {
                let mut lines = text::attachments(self.lang, attachments);
                lines.extend(text::enclosed(self.lang, place.as_ref(), contacts));
                if !text.is_empty() {
                    lines.push(safe::text(&markup::render(text, entities, directory)));
                }
                lines.extend(preview.as_ref().map(text::page));
                lines.join("\n")
            }
            Body::Once { kind, state, .. } => text::once(self.lang, *kind, *state, message.own),
            Body::Deleted { by } if *by == message.message.author => self.label(Label::MessageDeleted),
            Body::Deleted { by } => self.words(&Sentence::DeletedBy(&directory.name(*by))),
            Body::System { event } => text::event(self.lang, message.message.author, event, &named),
            Body::Unsupported { kind } => self.words(&Sentence::Unsupported(&safe::line(kind))),
            Body::Unreadable { why, healing } => format!("⚠ {}", text::unreadable(self.lang, *why, *healing)),
        }
    }

    /// A message with its number, time and author, and what belongs to it behind.
    pub(super) fn message_lines(&self, message: &MessageView, directory: &Directory) -> String {
        let head = format!("#{:<5} {}", message.row, self.time(message.at));
        let body = self.body(message, directory);
        if matches!(message.body, Body::System { .. }) {
            return format!("{head}  · {body}");
        }
        let author = if message.own { self.label(Label::You) } else { safe::line(&message.author_name) };
        let mut notes = Vec::new();
        if let Some(reply) = &message.reply {
            let said = match &reply.text {
                Some(text) => {
                    let text = text::told(self.lang, text, reply.enclosed.as_ref());
                    text::gist(self.lang, &text, reply.attachment.as_ref())
                }
                None => self.label(Label::ReplyMissing),
            };
            notes.push(format!("↳ {}: {}", safe::line(&reply.author_name), safe::fit(&said, 40)));
        }
        if let Some(forward) = &message.forward {
            notes.push(if forward.name.is_empty() {
                self.label(Label::Forwarded)
            } else {
                self.words(&Sentence::ForwardedFrom(&safe::line(&forward.name)))
            });
        }
        if message.edited_at.is_some() {
            notes.push(self.label(Label::Edited));
        }
        if message.pinned {
            notes.push(self.label(Label::Pinned));
        }
        if message.timer.is_some() {
            notes.push(format!("◔ {}", self.timer(message.timer)));
        }
        if !message.reactions.is_empty() {
            let counts: Vec<String> =
                message.reactions.iter().map(|r| format!("{} {}", safe::line(&r.emoji), r.accounts.len())).collect();
            notes.push(counts.join(" "));
        }
        if let Some(delivery) = &message.delivery {
            notes.push(self.delivery(delivery));
        }
        let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
        // Further lines stand under the first, so that nobody's text passes for another message.
        let body = body.replace('\n', "\n        | ");
        format!("{head}  {author}: {body}{notes}")
    }

    /// A person on one line.
    pub(super) fn person_line(&self, person: &AccountView) -> String {
        let mut parts = vec![safe::line(&person.name)];
        if let Some(username) = &person.username {
            parts.push(format!("@{}", safe::line(username)));
        }
        if person.identity_changed {
            parts.push(format!("⚠ {}", self.label(Label::IdentityChanged)));
        } else if person.verified {
            parts.push(format!("✓ {}", self.label(Label::Verified)));
        }
        if person.blocked {
            parts.push(self.label(Label::Blocked));
        }
        parts.extend(self.presence(person));
        if !person.status.is_empty() {
            parts.push(self.words(&Sentence::Status(&safe::line(&person.status))));
        }
        parts.push(format!("[{}]", crate::tui::short(&person.account.to_string())));
        parts.join("  ")
    }

    /// Whether somebody is there, in words; none if that is not known.
    pub(super) fn presence(&self, person: &AccountView) -> Option<String> {
        match (person.online, person.last_seen) {
            (Some(true), _) => Some(self.label(Label::Online2)),
            (_, Some(at)) => Some(self.words(&Sentence::LastSeen(&self.time(at)))),
            (Some(false), None) => Some(self.label(Label::NotOnline)),
            (None, None) => None,
        }
    }

    /// A member on one line.
    pub(super) fn member_line(&self, member: &MemberView) -> String {
        let devices = if member.devices == 0 {
            self.label(Label::WaitingForKeys)
        } else {
            self.words(&Sentence::Devices(member.devices))
        };
        format!("{}  {}  {devices}", self.person_line(&member.who), self.role(member.role))
    }

    /// A device on one line.
    pub(super) fn device_line(&self, device: &DeviceView) -> String {
        let name = safe::line(&device.name);
        let mut parts = vec![if name.is_empty() { self.label(Label::UnnamedDevice) } else { name }];
        parts.push(format!("[{}]", crate::tui::short(&device.device.to_string())));
        parts.extend(device.added_at.map(|at| self.words(&Sentence::AddedAt(&self.time(at)))));
        if device.current {
            parts.push(self.label(Label::ThisDevice));
        }
        parts.join("  ")
    }
}

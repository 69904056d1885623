//! Links to groups and people.

use beseda_engine::api::command::{Command, Outcome};
use beseda_engine::api::view::{AskView, GroupLinkView, GroupStanding, KeyMatch, LinkView, OwnAskView};
use beseda_model::{ConversationId, GroupLinkId};
use beseda_wire::state::AskOutcome;
use serde_json::json;

use super::address::{is_id, only};
use super::session::Session;
use super::trip::Trip;
use crate::args::GroupLinkCommand;
use crate::calendar::parse_duration;
use crate::safe;
use crate::text::{Label, Sentence};

impl Session {
    pub(super) async fn group_link(&self, command: GroupLinkCommand) -> Result<(), Trip> {
        match command {
            GroupLinkCommand::Make { group, automatic, duration, uses } => {
                let conversation = self.conversation(&group).await?.conversation;
                let expires_at = match duration {
                    Some(time) => {
                        let seconds = parse_duration(&time).filter(|seconds| *seconds > 0);
                        let seconds = seconds.ok_or_else(|| Trip::Usage(self.label(Label::TimeExpected)))?;
                        Some(self.host.now().plus_millis(u64::from(seconds) * 1000))
                    }
                    None => None,
                };
                let command = Command::MakeGroupLink { conversation, automatic, expires_at, uses };
                let Outcome::GroupLink { link } = self.ask(command).await? else { return self.done() };
                self.say("group_link", &link, || link.url.clone().unwrap_or_default())
            }
            GroupLinkCommand::List { group } => {
                let conversation = self.conversation(&group).await?.conversation;
                let links = self.group_links(conversation).await?;
                if links.is_empty() {
                    self.out.note(self.lang.label(Label::NothingFound))?;
                }
                for link in &links {
                    self.say("group_link", link, || self.group_link_line(link))?;
                }
                Ok(())
            }
            GroupLinkCommand::Revoke { group, link } => {
                let conversation = self.conversation(&group).await?.conversation;
                let link = self.known_link(conversation, &link).await?;
                self.ask(Command::RevokeGroupLink { conversation, link }).await?;
                self.done()
            }
        }
    }

    async fn group_links(&self, conversation: ConversationId) -> Result<Vec<GroupLinkView>, Trip> {
        match self.ask(Command::ListGroupLinks { conversation }).await? {
            Outcome::GroupLinks { links } => Ok(links),
            _ => Ok(Vec::new()),
        }
    }

    async fn known_link(&self, conversation: ConversationId, typed: &str) -> Result<GroupLinkId, Trip> {
        let links = self.group_links(conversation).await?;
        let fits = |link: &&GroupLinkView| is_id(&link.link.to_string(), typed) || link.url.as_deref() == Some(typed);
        let none = || Trip::NotFound(self.label(Label::LinkEnded));
        let many = || Trip::Usage(self.words(&Sentence::Ambiguous(typed)));
        only(links.iter().filter(fits), none, many).map(|link| link.link)
    }

    fn group_link_line(&self, link: &GroupLinkView) -> String {
        let id = link.link.to_string();
        let mut parts = vec![id, link.url.clone().unwrap_or_else(|| self.label(Label::LinkElsewhere))];
        if link.automatic {
            parts.push(self.label(Label::LinkAutomatic));
        }
        parts.extend(link.left.map(|left| self.words(&Sentence::UsesLeft(left))));
        parts.join("  ")
    }

    pub(super) async fn group_asks(&self, group: &str) -> Result<(), Trip> {
        let conversation = self.conversation(group).await?.conversation;
        for ask in self.host.read(move |core, now| core.asks(conversation, now)).await? {
            self.say("ask", &ask, || self.ask_line(&ask))?;
        }
        Ok(())
    }

    fn ask_line(&self, ask: &AskView) -> String {
        let mut line = self.person_line(&ask.who);
        if ask.doubt.is_some() {
            line.push_str(&format!("  ⚠ {}", self.label(Label::AskDoubtful)));
        }
        line
    }

    pub(super) async fn answer_ask(&self, group: &str, person: &str, accept: bool) -> Result<(), Trip> {
        let conversation = self.conversation(group).await?.conversation;
        let account = self.person(person).await?;
        self.online().await?;
        self.change(Some(conversation), Command::AnswerAsk { conversation, account, accept }).await?;
        self.done()
    }

    pub(super) async fn my_link(&self, off: bool) -> Result<(), Trip> {
        if off {
            self.ask(Command::RevokePersonLink).await?;
            return self.done();
        }
        let Outcome::PersonLink { url } = self.ask(Command::MakePersonLink).await? else { return self.done() };
        self.say("person_link", &json!({ "url": url }), || url.clone())
    }

    pub(super) async fn follow(&self, link: String, in_person: bool) -> Result<(), Trip> {
        let Outcome::Link { leads_to } = self.ask(Command::FollowLink { link, in_person }).await? else {
            return self.done();
        };
        self.say("leads_to", &leads_to, || self.leads_to_line(&leads_to))
    }

    fn leads_to_line(&self, leads_to: &LinkView) -> String {
        match leads_to {
            LinkView::Group { title, description, members, automatic, standing, .. } => {
                let count = usize::try_from(*members).unwrap_or(usize::MAX);
                let mut lines = vec![format!("{}  {}", safe::line(title), self.words(&Sentence::Members(count)))];
                if !description.is_empty() {
                    lines.push(safe::line(description));
                }
                if *automatic {
                    lines.push(self.label(Label::LinkAutomatic));
                }
                match standing {
                    GroupStanding::New => {}
                    GroupStanding::Member => lines.push(self.label(Label::MemberAlready)),
                    GroupStanding::Asked { outcome } => lines.push(self.label(outcome_label(*outcome))),
                }
                lines.join("\n")
            }
            LinkView::Person { who, key } => {
                let key = match key {
                    KeyMatch::Same => Label::KeySame,
                    KeyMatch::Other => Label::KeyOther,
                    KeyMatch::NotGiven => Label::KeyNotGiven,
                };
                format!("{}\n{}", self.person_line(who), self.label(key))
            }
            LinkView::Stickers => self.label(Label::StickerPack),
            LinkView::Join { server, invite } => format!("{server}  {invite}"),
            _ => String::new(),
        }
    }

    pub(super) async fn ask_to_join(&self, link: String) -> Result<(), Trip> {
        match self.ask(Command::AskToJoin { link }).await? {
            Outcome::Conversation { conversation } => {
                self.say("conversation", &json!({ "conversation": conversation }), || self.label(Label::MemberAlready))
            }
            _ => Ok(self.out.say("done", &json!({}), || self.label(Label::AskSent))?),
        }
    }

    pub(super) async fn own_asks(&self, forget: Option<String>) -> Result<(), Trip> {
        let asks = self.host.read(|core, _| core.own_asks()).await?;
        let Some(typed) = forget else {
            for ask in &asks {
                self.say("own_ask", ask, || {
                    format!("{}  {}", safe::line(&ask.title), self.label(outcome_label(ask.outcome)))
                })?;
            }
            return Ok(());
        };
        let fits = |ask: &&OwnAskView| {
            is_id(&ask.conversation.to_string(), &typed) || ask.title.to_lowercase() == typed.to_lowercase()
        };
        let none = || Trip::NotFound(self.words(&Sentence::NoSuchConversation(&typed)));
        let many = || Trip::Usage(self.words(&Sentence::Ambiguous(&typed)));
        let conversation = only(asks.iter().filter(fits), none, many)?.conversation;
        self.ask(Command::WithdrawAsk { conversation }).await?;
        self.done()
    }
}

const fn outcome_label(outcome: AskOutcome) -> Label {
    match outcome {
        AskOutcome::Waiting => Label::AskWaiting,
        AskOutcome::Joined => Label::MemberAlready,
        AskOutcome::Declined => Label::AskDeclined,
        AskOutcome::Lapsed => Label::AskLapsed,
    }
}

//! Everything that the screen shows: plain data, from which `draw` makes a picture and which `update` changes.

use std::collections::{BTreeMap, BTreeSet};

use beseda_engine::api::file::{AttachmentView, FileNumber, FileState};
use beseda_engine::api::view::{
    AccountView, ConnectionState, ConversationView, DeviceView, Me, MembersView, MessageInfo, MessageView, SearchHit,
    Warning,
};
use beseda_engine::timeline::markup::Names;
use beseda_model::{AccountId, ConversationId, ConversationKind, DeviceId, Timestamp};
use beseda_wire::content::MessageRef;
use beseda_wire::state::AccountCard;

use super::editor::Editor;
use super::gallery::Gallery;
use super::input::Intent;
use super::theme::Theme;
use super::welcome::Welcome;
use crate::calendar::{Moment, Zone};
use crate::host::Link;
use crate::safe;
use crate::text::{Label, Lang, Sentence};

/// The whole screen.
#[derive(Debug, Clone)]
pub struct Model {
    /// The language.
    pub lang: Lang,
    /// The time zone.
    pub zone: Zone,
    /// The present moment.
    pub now: Timestamp,
    /// Colours.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Whether somebody looks: the terminal has the focus.
    pub attentive: bool,
    /// The first-run screen, while nobody is signed in.
    pub welcome: Option<Welcome>,
    /// Oneself.
    pub me: Option<Me>,
    /// The engine's connection.
    pub connection: ConnectionState,
    /// The host's.
    pub link: Link,
    /// Everyone who is known.
    pub people: BTreeMap<AccountId, AccountView>,
    /// All conversations, in order.
    pub conversations: Vec<ConversationView>,
    /// The one that is marked in the list.
    pub marked: Option<ConversationId>,
    /// Whether the list shows the archive.
    pub archive: bool,
    /// The conversation on the right.
    pub open: Option<Opened>,
    /// People whose presence was asked for.
    pub watched: Vec<AccountId>,
    /// A conversation that is to be opened when the list has it.
    pub wanted: Option<ConversationId>,
    /// Where keys go.
    pub focus: Focus,
    /// Windows over the screen, the last on top.
    pub overlays: Vec<Overlay>,
    /// What is wrong.
    pub warnings: Vec<Warning>,
    /// A short answer at the bottom.
    pub toast: Option<Toast>,
    /// What was just said.
    pub said: Utterances,
    /// Where the files are that are shown.
    pub files: BTreeMap<FileNumber, FileState>,
    /// Pictures among what is shown.
    pub gallery: Gallery,
    /// What is to become of files as soon as they are here.
    pub wanted_files: BTreeMap<FileNumber, (AttachmentView, Intent)>,
}

/// Something that was said, until it is known that the engine has taken it.
#[derive(Debug, Clone)]
pub struct Said {
    /// Where.
    pub conversation: ConversationId,
    /// What for.
    pub purpose: Purpose,
    /// As it was typed.
    pub markup: String,
}

/// What was said and is not taken yet, by numbers.
#[derive(Debug, Clone, Default)]
pub struct Utterances {
    last: u32,
    open: BTreeMap<u32, Said>,
}

impl Utterances {
    /// Keeps one; answers its number.
    pub fn keep(&mut self, said: Said) -> u32 {
        self.last = self.last.wrapping_add(1);
        self.open.insert(self.last, said);
        self.last
    }

    /// Forgets one, and gives it back.
    pub fn take(&mut self, number: u32) -> Option<Said> {
        self.open.remove(&number)
    }
}

/// Where keys go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list of conversations.
    #[default]
    List,
    /// The text that is being written.
    Composer,
    /// The messages, one of which is chosen.
    Messages,
}

/// A short answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What.
    pub text: String,
    /// Whether something failed.
    pub bad: bool,
    /// Until when it is shown.
    pub until: Timestamp,
}

/// An open conversation.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Which.
    pub conversation: ConversationId,
    /// A part of its timeline, oldest first.
    pub messages: Vec<MessageView>,
    /// Whether there are older ones.
    pub more_before: bool,
    /// Whether there are newer ones.
    pub more_after: bool,
    /// Whether a page is on its way.
    pub loading: bool,
    /// The last line that is shown; none follows the end.
    pub bottom: Option<Bottom>,
    /// The chosen message.
    pub chosen: Option<i64>,
    /// Entries after this one were unread when it was opened.
    pub unread_after: Option<u64>,
    /// Messages whose spoilers were asked for.
    pub revealed: BTreeSet<i64>,
    /// What is being written.
    pub composer: Editor,
    /// What it is written for.
    pub purpose: Purpose,
    /// Members, once known.
    pub members: Option<MembersView>,
    /// When others were last told that this person is typing.
    pub typing_told: Option<Timestamp>,
    /// Up to where reading was told.
    pub read_told: u64,
    /// The index of the completion that Tab has put in, if it was the last key.
    pub completion: Option<Completion>,
}

/// A mention or command that Tab goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What was typed.
    pub stem: String,
    /// Which of the candidates stands there now.
    pub index: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// The lowest line on the screen: so many lines of this row are below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bottom {
    /// The row.
    pub row: i64,
    /// Lines of it that are hidden.
    pub hidden: usize,
}

/// What the composer's text will be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A message.
    #[default]
    New,
    /// An answer to a row.
    Reply {
        /// Which.
        row: i64,
        /// Which.
        target: MessageRef,
    },
    /// Another text for a row.
    Edit {
        /// Which.
        row: i64,
        /// Which.
        target: MessageRef,
    },
}

/// A window over the screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Keys and commands.
    Help {
        /// Lines scrolled.
        scroll: usize,
    },
    /// Search.
    Search(Search),
    /// Somebody to talk to.
    Find(Find),
    /// About the open conversation.
    Info {
        /// Which.
        conversation: ConversationId,
        /// Lines scrolled.
        scroll: usize,
    },
    /// About a message.
    Details {
        /// It; none while it is read.
        info: Option<Box<MessageInfo>>,
    },
    /// What is wrong.
    Warnings {
        /// The marked one.
        marked: usize,
    },
    /// Oneself: what others see, and who sees what.
    Me {
        /// The marked setting.
        marked: usize,
    },
    /// A command, where there is no conversation to write it in.
    Command(Editor),
    /// One's own devices.
    Devices {
        /// They.
        devices: Vec<DeviceView>,
        /// The marked one.
        marked: usize,
        /// A new one's code.
        code: Editor,
    },
    /// A new device wants in.
    Approve {
        /// The request's code.
        link: String,
        /// The device.
        device: DeviceId,
        /// The digits to compare.
        comparison: String,
    },
    /// A safety number.
    Verify {
        /// Whose.
        account: AccountId,
        /// It; none while it is read, or if there is none.
        number: Option<String>,
    },
    /// Where to forward to.
    Forward(Forwarding),
    /// Which reaction.
    React {
        /// To which row.
        target: MessageRef,
        /// The marked emoji.
        marked: usize,
        /// One that was typed.
        typed: Editor,
    },
    /// The recovery phrase.
    Phrase {
        /// It; none while it is read, or if it is not kept any more.
        words: Option<String>,
    },
    /// A question.
    Confirm {
        /// What is asked.
        question: String,
        /// What is done then.
        then: Box<super::input::Action>,
    },
}

/// The search window.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The words.
    pub words: Editor,
    /// Only in the open conversation.
    pub here: bool,
    /// What was found.
    pub hits: Vec<SearchHit>,
    /// The marked hit.
    pub marked: usize,
    /// Whether an answer has come for these words.
    pub answered: bool,
}

/// The window in which people are found.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// The beginning of a username.
    pub name: Editor,
    /// Who was found; none before the server was asked.
    pub found: Option<Vec<AccountCard>>,
    /// The marked one.
    pub marked: usize,
    /// Whether the server is being asked.
    pub busy: bool,
}

/// The window in which a target is chosen.
#[derive(Debug, Clone)]
pub struct Forwarding {
    /// From where.
    pub from: ConversationId,
    /// What.
    pub messages: Vec<MessageRef>,
    /// Narrows the list.
    pub filter: Editor,
    /// The marked one of those that fit.
    pub marked: usize,
    /// Whether the author's name goes with it.
    pub with_author: bool,
}

/// Reactions that are offered.
pub(super) const REACTIONS: [&str; 8] = ["👍", "👎", "😄", "😢", "😮", "🔥", "🎉", "🙏"];

impl Opened {
    /// A conversation that was just chosen.
    pub fn new(conversation: &ConversationView) -> Self {
        Self {
            conversation: conversation.conversation,
            messages: Vec::new(),
            more_before: false,
            more_after: false,
            loading: true,
            bottom: None,
            chosen: None,
            unread_after: (conversation.unread > 0).then_some(conversation.read),
            revealed: BTreeSet::new(),
            composer: Editor::with(conversation.draft.clone()),
            purpose: Purpose::New,
            members: None,
            typing_told: None,
            read_told: conversation.read,
            completion: None,
        }
    }

    /// The message with this row.
    pub fn message(&self, row: i64) -> Option<&MessageView> {
        self.messages.iter().find(|message| message.row == row)
    }

    /// The chosen message.
    pub fn chosen_message(&self) -> Option<&MessageView> {
        self.chosen.and_then(|row| self.message(row))
    }
}

impl Model {
    /// An empty screen.
    pub fn new(lang: Lang, zone: Zone, theme: Theme, now: Timestamp, size: (u16, u16)) -> Self {
        Self {
            lang,
            zone,
            now,
            theme,
            size,
            attentive: true,
            welcome: None,
            me: None,
            connection: ConnectionState::SignedOut,
            link: Link::default(),
            people: BTreeMap::new(),
            conversations: Vec::new(),
            marked: None,
            archive: false,
            open: None,
            watched: Vec::new(),
            wanted: None,
            focus: Focus::List,
            overlays: Vec::new(),
            warnings: Vec::new(),
            toast: None,
            said: Utterances::default(),
            files: BTreeMap::new(),
            gallery: Gallery::default(),
            wanted_files: BTreeMap::new(),
        }
    }

    /// A fixed text.
    pub fn label(&self, label: Label) -> &'static str {
        self.lang.label(label)
    }

    /// A text with something in it.
    pub fn say(&self, sentence: &Sentence<'_>) -> String {
        self.lang.sentence(sentence)
    }

    /// A local date and time.
    pub fn moment(&self, at: Timestamp) -> Moment {
        Moment::of(at, &self.zone)
    }

    /// A time of day today, else a date.
    pub fn short_time(&self, at: Timestamp) -> String {
        let moment = self.moment(at);
        if moment.same_day(&self.moment(self.now)) { moment.clock() } else { self.lang.short_day(&moment) }
    }

    /// Date and time of day.
    pub fn long_time(&self, at: Timestamp) -> String {
        let moment = self.moment(at);
        if moment.same_day(&self.moment(self.now)) {
            moment.clock()
        } else {
            format!("{} {}", self.lang.short_day(&moment), moment.clock())
        }
    }

    /// A person's name on one safe line.
    pub fn name(&self, account: AccountId) -> String {
        if self.is_me(account) {
            return self.label(Label::You).to_owned();
        }
        match self.people.get(&account) {
            Some(person) => safe::line(&person.name),
            None => short_id(&account.to_string()),
        }
    }

    /// Whether it is oneself.
    pub fn is_me(&self, account: AccountId) -> bool {
        self.me.as_ref().is_some_and(|me| me.account == account)
    }

    /// The conversation with this id.
    pub fn conversation(&self, id: ConversationId) -> Option<&ConversationView> {
        self.conversations.iter().find(|conversation| conversation.conversation == id)
    }

    /// The row of the open conversation.
    pub fn opened(&self) -> Option<&ConversationView> {
        self.open.as_ref().and_then(|open| self.conversation(open.conversation))
    }

    /// A conversation's title on one safe line.
    pub fn title(&self, conversation: &ConversationView) -> String {
        let title = safe::line(&conversation.title);
        match conversation.kind {
            ConversationKind::Notes => self.label(Label::Notes).to_owned(),
            _ if title.is_empty() => self.label(Label::Untitled).to_owned(),
            _ => title,
        }
    }

    /// The topmost conversation of the list.
    pub fn first_listed(&self) -> Option<ConversationId> {
        self.listed().next().map(|conversation| conversation.conversation)
    }

    /// The conversations that the list shows.
    pub fn listed(&self) -> impl Iterator<Item = &ConversationView> {
        self.conversations.iter().filter(|conversation| conversation.own.archived == self.archive)
    }
}

/// The last eight characters: the first ones of ids made at the same time are alike.
pub(crate) fn short_id(id: &str) -> String {
    id.get(id.len().saturating_sub(8)..).unwrap_or(id).to_owned()
}

/// Mentions are by username; people in this conversation come first, then everyone who is known.
impl Names for Model {
    fn account(&self, username: &str) -> Option<AccountId> {
        let members = self.open.as_ref().and_then(|open| open.members.as_ref());
        let inside = members.into_iter().flat_map(|members| members.members.iter().map(|member| &member.who));
        let is = |person: &&AccountView| person.username.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(username));
        inside.chain(self.people.values()).find(is).map(|person| person.account)
    }

    fn username(&self, account: AccountId) -> Option<String> {
        if let Some(me) = self.me.as_ref().filter(|me| me.account == account) {
            return me.username.clone();
        }
        self.people.get(&account)?.username.clone()
    }
}

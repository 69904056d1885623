//! What the web app reads of the engine: one question for each view, one answer of the same name.

use beseda_engine::Engine;
use beseda_engine::api::deeds::Deeds;
use beseda_engine::api::drive::{DriveAsk, DriveCall, DriveOf, DriveView, GrantAsk};
use beseda_engine::api::failure::Failure;
use beseda_engine::api::file::{Estimate, Fetching, FileNumber, FileUse, FileView, SharedKind, SharedView};
use beseda_engine::api::notification::{News, NotificationSettings};
use beseda_engine::api::place::LiveShare;
use beseda_engine::api::sticker::{PackView, Stickers};
use beseda_engine::api::view::{
    AccountView, Anchor, AskView, ConnectionState, ConversationView, DeviceView, FolderView, KeyChange, Me,
    MembersView, MessageInfo, MessageView, OwnAskView, PhoneView, SearchHit, SearchQuery, TimelinePage, Waiting,
    Warning,
};
use beseda_engine::identity::{self, phrase};
use beseda_engine::notification;
use beseda_engine::outbox;
use beseda_engine::timeline::markup;
use beseda_engine::vcard;
use beseda_engine::view::{self, StoreError, View};
use beseda_model::{AccountId, ConversationId, MessageId, PackId, Rng, Timestamp};
use beseda_wire::Bytes;
use beseda_wire::content::{ContactCard, Entity};
use serde::{Deserialize, Serialize};

/// A question to the engine. It changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(ts_rs::TS))]
#[serde(tag = "query", rename_all = "snake_case")]
pub enum Query {
    /// How the connection to the server is.
    Connection,
    /// Oneself; none before somebody has signed up or in.
    Me,
    /// The phone number that is being verified; none if there is none, or what follows from it has expired.
    Phone,
    /// All conversations, as the list shows them.
    Conversations,
    /// One's own folders for the list, in their order.
    Folders,
    /// Packs of stickers, favourites and what was used last.
    Stickers,
    /// Where this device tells live where it is.
    LiveShares,
    /// A pack of stickers; none if it is not known here.
    Pack {
        /// Which.
        pack: PackId,
    },
    /// What the file of a pack of one's own is to say, in base64; none if there is no such pack.
    PackContent {
        /// Which.
        pack: PackId,
    },
    /// One conversation; none if it is not known here.
    Conversation {
        /// Which.
        conversation: ConversationId,
    },
    /// A page of a timeline.
    Timeline {
        /// Of which conversation.
        conversation: ConversationId,
        /// Where the page starts.
        anchor: Anchor,
        /// At most so many rows.
        limit: u32,
    },
    /// One row of a timeline; none if it is gone.
    Message {
        /// Its number.
        row: i64,
    },
    /// Where a file is; none if it is not known here.
    File {
        /// Its number.
        file: FileNumber,
    },
    /// How much room files take on this device.
    FileUse,
    /// What is fetched without anybody asking for it.
    Fetching,
    /// The cloud drives that are connected on this device.
    Drives,
    /// What the host sends to the server to ask something of a cloud drive; none if there is no such drive.
    DriveCall {
        /// Which drive.
        drive: DriveOf,
        /// What is asked.
        what: DriveAsk,
    },
    /// What the host sends to the server about a drive of a provider's; none if nothing of it was asked for.
    GrantCall {
        /// What is asked.
        what: GrantAsk,
    },
    /// What it takes to move some bytes on the network as it is now.
    Estimate {
        /// How many.
        bytes: u64,
        /// To the server, or from there.
        up: bool,
    },
    /// What was sent in a conversation, the newest first.
    Shared {
        /// Where.
        conversation: ConversationId,
        /// Of which kind.
        kind: SharedKind,
        /// Only what is called so; empty for all.
        #[serde(default)]
        name: String,
        /// Only before the attachment at this row and place.
        before: Option<(i64, u32)>,
        /// At most so many.
        limit: u32,
    },
    /// The messages of a conversation that link to pages, the newest first.
    Linked {
        /// Where.
        conversation: ConversationId,
        /// Only those that hold these words; empty for all.
        #[serde(default)]
        words: String,
        /// At most so many.
        limit: u32,
    },
    /// The row of a message; none if it is not here.
    Row {
        /// Where.
        conversation: ConversationId,
        /// Which.
        message: MessageId,
    },
    /// Who has received and read a message, and its former texts; none if it is gone.
    Details {
        /// Its row.
        row: i64,
    },
    /// What this person may do with a message now; none if it is gone.
    Deeds {
        /// Its row.
        row: i64,
    },
    /// The pinned messages that are here, the newest first.
    Pins {
        /// Of which conversation.
        conversation: ConversationId,
    },
    /// Members and permissions; none if the conversation is not known here.
    Members {
        /// Of which conversation.
        conversation: ConversationId,
    },
    /// Who asks to join a group and waits for an answer, oldest first.
    Asks {
        /// Which group.
        conversation: ConversationId,
    },
    /// Groups that this person has asked to join, newest first.
    OwnAsks,
    /// Everyone whom this device has met, by name.
    People,
    /// One person, as far as is known.
    Person {
        /// Who.
        account: AccountId,
    },
    /// One's own devices.
    Devices,
    /// The number to compare with somebody, in groups of digits; none if their key is not known.
    SafetyNumber {
        /// With whom.
        account: AccountId,
    },
    /// What has happened to somebody's key, the newest first.
    KeyHistory {
        /// Whose.
        account: AccountId,
    },
    /// The recovery phrase, until it was confirmed.
    Phrase,
    /// Places in the phrase to ask for, so that a person shows to have written it down. Chosen anew each time.
    PhraseQuestions,
    /// What is wrong and was not acknowledged.
    Warnings,
    /// What this device tells its person of.
    Notifications,
    /// What is to be told of now.
    News {
        /// The minute of the day on the wall.
        minute: u16,
    },
    /// Messages that are not sent yet, or failed.
    Waiting,
    /// How many things wait to be carried out on the server, in one conversation or in all.
    Pending {
        /// Where; none for all.
        conversation: Option<ConversationId>,
    },
    /// Messages found.
    Search {
        /// What to look for.
        search: SearchQuery,
    },
    /// Text and formatting of what somebody typed.
    Markup {
        /// As typed.
        source: String,
    },
    /// The other way: what to type for a text with formatting, to edit it.
    Source {
        /// Without markup.
        text: String,
        /// Its formatting.
        entities: Vec<Entity>,
    },
    /// Text for a preview: what is hidden until asked for is covered.
    Covered {
        /// Without markup.
        text: String,
        /// Its formatting.
        entities: Vec<Entity>,
    },
    /// Somebody's card to pass on; none if no link leads to them.
    PersonCard {
        /// Whose.
        account: AccountId,
    },
    /// People's cards in a vCard file.
    ReadCards {
        /// What is in it.
        text: String,
    },
    /// A vCard file with these cards.
    WriteCards {
        /// Them.
        cards: Vec<ContactCard>,
    },
    /// Whether a link may be followed. Links in messages that are here may be; this is for what somebody types.
    SafeLink {
        /// The address.
        url: String,
    },
}

/// The answer to the [`Query`] of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(ts_rs::TS))]
#[serde(tag = "query", content = "answer", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is described at its question")]
pub enum Answer {
    Connection(ConnectionState),
    Me(Option<Me>),
    Phone(Option<PhoneView>),
    Conversations(Vec<ConversationView>),
    Folders(Vec<FolderView>),
    Stickers(Stickers),
    LiveShares(Vec<LiveShare>),
    Pack(Option<PackView>),
    PackContent(#[cfg_attr(not(target_family = "wasm"), ts(as = "Option<String>"))] Option<Bytes>),
    Conversation(Option<ConversationView>),
    Timeline(TimelinePage),
    Message(Option<MessageView>),
    Row(Option<i64>),
    Details(Option<MessageInfo>),
    File(Option<FileView>),
    FileUse(FileUse),
    Fetching(Fetching),
    Drives(Vec<DriveView>),
    DriveCall(Option<DriveCall>),
    GrantCall(Option<DriveCall>),
    Estimate(Estimate),
    Shared(Vec<SharedView>),
    Linked(Vec<MessageView>),
    Deeds(Option<Deeds>),
    Pins(Vec<MessageView>),
    Members(Option<MembersView>),
    Asks(Vec<AskView>),
    OwnAsks(Vec<OwnAskView>),
    People(Vec<AccountView>),
    Person(AccountView),
    Devices(Vec<DeviceView>),
    SafetyNumber(Option<Vec<String>>),
    KeyHistory(Vec<KeyChange>),
    Phrase(Option<String>),
    PhraseQuestions(Vec<u8>),
    Warnings(Vec<Warning>),
    Notifications(NotificationSettings),
    News(News),
    Waiting(Vec<Waiting>),
    Pending(u64),
    Search(Vec<SearchHit>),
    Markup(FormattedText),
    Source(String),
    Covered(String),
    PersonCard(Option<ContactCard>),
    ReadCards(Vec<ContactCard>),
    WriteCards(String),
    SafeLink(bool),
}

/// Text and its formatting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(ts_rs::TS))]
pub struct FormattedText {
    /// Without markup.
    pub text: String,
    /// Formatting, ascending by start, the longer first.
    pub entities: Vec<Entity>,
}

/// Answers a question about the present moment.
///
/// # Errors
/// [`Failure::Store`] when the database fails or a row is damaged.
pub fn ask(engine: &Engine, query: &Query, now: Timestamp, rng: &mut dyn Rng) -> Result<Answer, Failure> {
    // The engine has logged what failed; people hear that the database did.
    read(engine, query, now, rng).map_err(|_| Failure::Store)
}

fn read(engine: &Engine, query: &Query, now: Timestamp, rng: &mut dyn Rng) -> Result<Answer, StoreError> {
    let conn = engine.reader();
    let view = View::new(conn, now)?;
    Ok(match query {
        Query::Connection => Answer::Connection(engine.connection()),
        Query::Me => Answer::Me(view::me(&view)?),
        Query::Phone => Answer::Phone(view::phone(&view)?),
        Query::Conversations => Answer::Conversations(view::conversations(&view)?),
        Query::Stickers => Answer::Stickers(view::stickers(conn)?),
        Query::LiveShares => Answer::LiveShares(view::live_shares(&view)?),
        Query::Pack { pack } => Answer::Pack(view::pack(conn, *pack)?),
        Query::PackContent { pack } => Answer::PackContent(view::manifest(conn, *pack)?),
        Query::Folders => Answer::Folders(view::folders(conn)?),
        Query::Conversation { conversation } => Answer::Conversation(view::conversation(&view, *conversation)?),
        Query::Timeline { conversation, anchor, limit } => {
            Answer::Timeline(view::timeline(&view, *conversation, *anchor, *limit)?)
        }
        Query::Message { row } => Answer::Message(view::message(&view, *row)?),
        Query::Row { conversation, message } => Answer::Row(view::find_row(&view, *conversation, *message)?),
        Query::Details { row } => Answer::Details(view::info(&view, *row)?),
        Query::File { file } => Answer::File(view::file(&view, *file)?),
        Query::FileUse => Answer::FileUse(view::file_use(&view)?),
        Query::Fetching => Answer::Fetching(view::fetching(&view)?),
        Query::Drives => Answer::Drives(view::drives(&view)?),
        Query::DriveCall { drive, what } => Answer::DriveCall(view::drive_call(&view, drive, what)?),
        Query::GrantCall { what } => Answer::GrantCall(view::grant_call(&view, what)?),
        Query::Estimate { bytes, up } => Answer::Estimate(view::estimate(&view, *bytes, *up)?),
        Query::Shared { conversation, kind, name, before, limit } => {
            Answer::Shared(view::shared(&view, *conversation, *kind, name, *before, *limit)?)
        }
        Query::Linked { conversation, words, limit } => {
            Answer::Linked(view::linked(&view, *conversation, words, *limit)?)
        }
        Query::Deeds { row } => Answer::Deeds(view::deeds(&view, *row)?),
        Query::Pins { conversation } => Answer::Pins(view::pins(&view, *conversation)?),
        Query::Members { conversation } => Answer::Members(view::members(&view, *conversation)?),
        Query::Asks { conversation } => Answer::Asks(view::asks(&view, *conversation)?),
        Query::OwnAsks => Answer::OwnAsks(view::own_asks(&view)?),
        Query::People => Answer::People(view::accounts(&view)?),
        Query::Person { account } => Answer::Person(view::account(&view, *account)?),
        Query::Devices => Answer::Devices(view::devices(conn)?),
        Query::SafetyNumber { account } => {
            Answer::SafetyNumber(view::safety_number(conn, *account)?.as_deref().map(identity::groups))
        }
        Query::KeyHistory { account } => Answer::KeyHistory(view::key_history(conn, *account)?),
        Query::Phrase => Answer::Phrase(phrase::kept(conn)?.map(|phrase| phrase.words().to_string())),
        Query::PhraseQuestions => Answer::PhraseQuestions(phrase::questions(rng).to_vec()),
        Query::Warnings => Answer::Warnings(view::warnings(conn)?),
        Query::Notifications => Answer::Notifications(notification::settings(conn)?),
        Query::News { minute } => Answer::News(notification::news(&view, *minute)?),
        Query::Waiting => Answer::Waiting(view::waiting(&view)?),
        Query::Pending { conversation } => Answer::Pending(outbox::pending(conn, *conversation)?),
        Query::Search { search } => Answer::Search(view::search(&view, search)?),
        Query::Markup { source } => {
            let markup::Formatted { text, entities } = markup::parse(source, &view::usernames(&view)?);
            Answer::Markup(FormattedText { text, entities })
        }
        Query::Source { text, entities } => Answer::Source(markup::render(text, entities, &view::usernames(&view)?)),
        Query::Covered { text, entities } => Answer::Covered(markup::covered(text, entities)),
        Query::PersonCard { account } => Answer::PersonCard(view::card(&view, *account)?),
        Query::ReadCards { text } => Answer::ReadCards(vcard::read(text.as_bytes())),
        Query::WriteCards { cards } => Answer::WriteCards(vcard::write(cards)),
        Query::SafeLink { url } => Answer::SafeLink(markup::is_safe_link(url)),
    })
}

//! The connection: when it is made, what was asked on it, and what is to be done as answers and pushes come.

pub(crate) mod changes;
pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod people;
pub(crate) mod pump;
pub(crate) mod reply;

use std::collections::{BTreeMap, BTreeSet};

use beseda_model::{AccountId, BlobId, ConversationId, Timestamp};
use beseda_wire::state::KeyPackage;
use beseda_wire::{ClientFrame, Encoding, Reply, Request};

use self::people::About;
use crate::Step;
use crate::api::event::Effect;
use crate::api::view::ConnectionState;
use crate::identity::Purpose;

/// Where the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// Not wanted: nobody is signed in, or the device was signed out.
    #[default]
    Idle,
    /// Down; the next attempt is at this moment.
    Waiting(Timestamp),
    /// The host was asked to open it.
    Connecting(Timestamp),
    /// Open; hello was sent.
    Greeting,
    /// Authenticated.
    Up,
}

/// What a request that waits for its answer was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Hello,
    Ping,
    Sync,
    Log {
        conversation: ConversationId,
        from: u64,
    },
    Verify {
        conversation: ConversationId,
        from: u64,
    },
    Append {
        conversation: ConversationId,
        row: i64,
    },
    Group {
        conversation: ConversationId,
        message: beseda_model::MessageId,
    },
    GroupInfo {
        conversation: ConversationId,
    },
    Welcome {
        conversation: ConversationId,
    },
    ClaimKeys {
        conversation: ConversationId,
        account: AccountId,
    },
    Profile,
    Identity(Purpose),
    People {
        about: About,
        accounts: Vec<AccountId>,
    },
    Mark {
        conversation: ConversationId,
    },
    /// Who asks to join a group.
    Asks {
        conversation: ConversationId,
    },
    /// Whether this device may add somebody who asks.
    TakeAsk {
        conversation: ConversationId,
        account: AccountId,
        root: beseda_model::Fingerprint,
    },
    /// Something about a link, for a command.
    Link {
        id: u64,
        about: crate::links::About,
    },
    /// Blobs that are not needed.
    LetGo {
        blobs: Vec<BlobId>,
    },
    /// A blob that this account is to keep.
    KeepBlob {
        file: crate::api::file::FileNumber,
    },
    /// Its outcome changes nothing.
    Other,
    /// This device is not to be woken any more.
    PushEnded,
    /// Its outcome ends a command.
    Command {
        id: u64,
    },
}

/// Answers to one account's claim for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Asked for.
    Asked,
    /// What came, and the version of the device log that it belongs to.
    Got { packages: Vec<KeyPackage>, version: u32 },
    /// Refused.
    Refused(beseda_wire::Problem),
}

/// What is under way in a conversation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// A page of its log was asked for.
    pub(crate) log: bool,
    /// The entry that was asked for last and did not come.
    pub(crate) missed: Option<u64>,
    /// A request that moves the group waits for its answer.
    pub(crate) group: bool,
    /// GroupInfo or Welcome were asked for.
    pub(crate) join: bool,
    /// The server has no Welcome of the commit at this entry.
    pub(crate) no_welcome: Option<u64>,
    /// What came of that, while device logs are fetched to check it.
    pub(crate) joining: Option<Reply>,
    /// Outbox rows that wait for an answer.
    pub(crate) sending: BTreeSet<i64>,
    /// Key packages for the wish at hand.
    pub(crate) claims: BTreeMap<AccountId, Claim>,
    /// A mark waits for its answer.
    pub(crate) marking: bool,
    /// How far the server knew that this account had read before the mark that is under way.
    pub(crate) read_before: Option<u64>,
    /// Nothing is sent before this moment.
    pub(crate) hold_until: Timestamp,
    /// No commit of due removals before this moment, unless something waits to be sent.
    pub(crate) due_at: Option<Timestamp>,
    /// When this device renews its leaf.
    pub(crate) renew_at: Option<Timestamp>,
    /// When this device answers a request for the encrypted state.
    pub(crate) answer_at: Option<Timestamp>,
    /// When this device asks for the encrypted state.
    pub(crate) request_state_at: Option<Timestamp>,
    /// When this device asks again for messages that nobody has sent again, or gives them up.
    pub(crate) ask_at: Option<Timestamp>,
    /// When the delivery mark is told.
    pub(crate) mark_at: Option<Timestamp>,
    /// Whether this account types, as last told.
    pub(crate) typing_at: Option<Timestamp>,
    /// When this person last told where they are.
    pub(crate) live_at: Option<Timestamp>,
    /// Who asks to join was asked for.
    pub(crate) asks: bool,
    /// Those whom this device wants to add without asking its person.
    pub(crate) taking: BTreeSet<AccountId>,
    /// How often in a row the server failed at a request of this conversation.
    pub(crate) failures: u32,
}

impl Place {
    /// The moments at which there is something to do here.
    pub(crate) fn moments(&self) -> impl Iterator<Item = Timestamp> {
        let hold_until = Some(self.hold_until).filter(|at| *at > Timestamp::default());
        [self.due_at, self.renew_at, self.answer_at, self.request_state_at, self.ask_at, self.mark_at, hold_until]
            .into_iter()
            .flatten()
    }
}

/// See the module's description.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) phase: Phase,
    /// Attempts in a row that failed.
    pub(crate) failures: u32,
    next_id: u32,
    pub(crate) asked: BTreeMap<u32, (Asked, Timestamp)>,
    /// Changes are to be asked for.
    pub(crate) sync_wanted: bool,
    /// The server has no more changes.
    pub(crate) synced: bool,
    /// When the server was last asked for what has changed.
    pub(crate) synced_at: Timestamp,
    /// Everything was caught up with once on this connection.
    pub(crate) was_online: bool,
    pub(crate) places: BTreeMap<ConversationId, Place>,
    /// Conversations to look at before the step ends.
    pub(crate) dirty: BTreeSet<ConversationId>,
    /// Device logs that were asked for.
    pub(crate) asked_logs: BTreeSet<AccountId>,
    /// Device logs of which the server has no more than this.
    pub(crate) known_ends: BTreeMap<AccountId, u32>,
    /// Versions of device logs that members cite and this device does not have.
    cited: BTreeMap<AccountId, u32>,
    /// Whom to ask about.
    pub(crate) people: BTreeSet<(About, AccountId)>,
    /// One's own profile is on its way to the server.
    pub(crate) publishing: bool,
    /// The server was told on this connection how this device is woken.
    pub(crate) push_told: bool,
    /// The end of the account was asked for.
    pub(crate) deleting: bool,
    /// What the person was told.
    pub(crate) shown: Option<ConnectionState>,
    /// The moment for which the host was asked to wake the engine.
    pub(crate) wake_at: Option<Timestamp>,
}

impl Session {
    /// A conversation's place; made when first needed.
    pub(crate) fn place(&mut self, conversation: ConversationId) -> &mut Place {
        self.places.entry(conversation).or_default()
    }

    /// A member cites this version of a device log, which is not pinned here yet.
    pub(crate) fn cite(&mut self, account: AccountId, version: u32) {
        let cited = self.cited.entry(account).or_default();
        *cited = version.max(*cited);
    }

    /// The version of a device log that a member cites, while it is not pinned here. Told once.
    pub(crate) fn take_cited(&mut self, account: AccountId) -> Option<u32> {
        self.cited.remove(&account)
    }

    /// Nothing is left to look at: the profile is nobody's any more.
    pub(crate) fn forget(&mut self) {
        self.places.clear();
        self.dirty.clear();
        self.people.clear();
        self.cited.clear();
        self.sync_wanted = false;
    }

    /// Whether requests may be sent.
    pub(crate) fn is_up(&self) -> bool {
        self.phase == Phase::Up
    }

    /// Looks at the conversation before the step ends.
    pub(crate) fn touch(&mut self, conversation: ConversationId) {
        self.dirty.insert(conversation);
    }

    /// Everything that belonged to a connection is over. What is only a plan stays.
    pub(crate) fn drop_connection(&mut self) -> Vec<Asked> {
        self.sync_wanted = false;
        self.synced = false;
        self.was_online = false;
        self.publishing = false;
        self.push_told = false;
        self.deleting = false;
        self.asked_logs.clear();
        self.known_ends.clear();
        for place in self.places.values_mut() {
            place.log = false;
            place.group = false;
            place.join = false;
            place.joining = None;
            place.sending.clear();
            place.claims.retain(|_, claim| matches!(claim, Claim::Got { .. }));
            place.marking = false;
            place.typing_at = None;
            place.asks = false;
            place.taking.clear();
        }
        std::mem::take(&mut self.asked).into_values().map(|(asked, _)| asked).collect()
    }
}

impl Step<'_> {
    /// Sends a request whose answer comes back as what it was `about`.
    pub(crate) fn ask(&mut self, request: Request, about: Asked) {
        let session = &mut self.memory.session;
        session.next_id = session.next_id.wrapping_add(1).max(1);
        let id = session.next_id;
        session.asked.insert(id, (about, self.now));
        self.effect(Effect::Send(Encoding::Cbor.encode(&ClientFrame { id, request })));
    }

    /// The conversation's place in memory.
    pub(crate) fn place(&mut self, conversation: ConversationId) -> &mut Place {
        self.memory.session.place(conversation)
    }

    /// Looks at the conversation before the step ends.
    pub(crate) fn touch(&mut self, conversation: ConversationId) {
        self.memory.session.touch(conversation);
    }
}

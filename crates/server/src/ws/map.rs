//! The core's values as the wire has them, and back.

use beseda_app::domain::{self, Reveal};
use beseda_app::usecase::account::Card;
use beseda_app::usecase::group_link::WaitingAsk;
use beseda_app::usecase::session::Session;
use beseda_model::{Code, Timestamp};
use beseda_wire::state::{
    AccountCard, Ask, AskOutcome, Audience, Change, ConversationState, DeviceLogEntry, Entry, EntryClass,
    GroupLinkState, Muted, PrivacySettings, Profile, PushSubscription,
};
use beseda_wire::{Bytes, FEATURE_LEVEL, Problem, Push, Reply};

/// The oldest client that this server can serve.
const OLDEST_FEATURE: u32 = 1;

/// Whether a client of this level can be served.
pub(crate) fn check_feature(feature: u32) -> Result<(), Problem> {
    if feature < OLDEST_FEATURE {
        return Err(Problem::new(Code::UpdateRequired, "the client is too old for this server"));
    }
    Ok(())
}

/// What a client is told that has shown who it is.
pub(crate) fn hello(session: &Session, now: Timestamp) -> Reply {
    Reply::Hello {
        account: session.actor.account,
        device: session.actor.device,
        store_epoch: session.store_epoch.0.to_vec().into(),
        send_no: session.send_no,
        feature: FEATURE_LEVEL,
        now,
    }
}

/// A log entry.
pub(crate) fn entry(entry: &domain::Entry) -> Entry {
    Entry {
        seq: entry.seq,
        class: entry_class(entry.class),
        count: entry.count,
        at: entry.at,
        body: entry.body.as_deref().map(Bytes::from),
        body_hash: entry.body_hash.map(|hash| Bytes(hash.to_vec())),
        expires_at: entry.expires_at,
    }
}

/// How an entry counts.
const fn entry_class(class: domain::EntryClass) -> EntryClass {
    match class {
        domain::EntryClass::Counted => EntryClass::Counted,
        domain::EntryClass::Silent => EntryClass::Silent,
        domain::EntryClass::Handshake => EntryClass::Handshake,
    }
}

/// How a client wants its entry to count.
pub(crate) const fn wanted_class(class: EntryClass) -> domain::EntryClass {
    match class {
        EntryClass::Counted => domain::EntryClass::Counted,
        EntryClass::Silent => domain::EntryClass::Silent,
        EntryClass::Handshake => domain::EntryClass::Handshake,
    }
}

/// A change.
pub(crate) fn change(change: domain::Change) -> Change {
    match change {
        domain::Change::Conversation(state) => Change::Conversation(conversation(state)),
        domain::Change::Receipt { conversation, account, delivered, read } => {
            Change::Receipt { conversation, account, delivered, read }
        }
        domain::Change::Welcome { conversation, seq } => Change::Welcome { conversation, seq },
        domain::Change::DeviceLog { account, version, root } => Change::DeviceLog { account, version, root },
        domain::Change::Profile { account, version } => Change::Profile { account, version },
        domain::Change::Settings { privacy, blocked, username, phone } => {
            Change::Settings { privacy: privacy_settings(&privacy), blocked, username, phone }
        }
        domain::Change::Asked { conversation, at, state } => {
            Change::Asked { conversation, at, outcome: ask_outcome(state) }
        }
        domain::Change::KeysLow { left } => Change::KeysLow { left },
    }
}

/// A conversation's row.
pub(crate) fn conversation(state: domain::ConversationState) -> ConversationState {
    ConversationState {
        conversation: state.conversation,
        kind: state.kind,
        generation: state.generation,
        epoch: state.epoch,
        first_seq: state.first_seq,
        last_seq: state.last_seq,
        count: state.count,
        member: state.member,
        joined: state.joined,
        delivered: state.delivered,
        read: state.read,
        read_count: state.read_count,
        due: state.due,
        request_from: state.request_from,
        asking: state.asking,
    }
}

/// What the asker is told. Who is about to add them is nobody's business.
const fn ask_outcome(state: domain::AskState) -> AskOutcome {
    match state {
        domain::AskState::Waiting | domain::AskState::Taken { .. } => AskOutcome::Waiting,
        domain::AskState::Joined => AskOutcome::Joined,
        domain::AskState::Declined => AskOutcome::Declined,
        domain::AskState::Lapsed => AskOutcome::Lapsed,
    }
}

/// A link to a group, for its members.
pub(super) fn group_link(link: domain::GroupLink) -> GroupLinkState {
    GroupLinkState {
        link: link.id,
        by: link.by,
        made_at: link.created_at,
        expires_at: link.expires_at,
        left: link.left,
        body: link.body.into(),
    }
}

/// A request to join, for those who may answer it.
pub(super) fn ask(waiting: WaitingAsk) -> Ask {
    let WaitingAsk { ask, body } = waiting;
    let taken_until = match ask.state {
        domain::AskState::Taken { until, .. } => Some(until),
        _ => None,
    };
    Ask { account: ask.account, link: ask.link, at: ask.at, taken_until, proof: ask.proof.into(), body: body.into() }
}

const fn audience(audience: domain::Audience) -> Audience {
    match audience {
        domain::Audience::Everyone => Audience::Everyone,
        domain::Audience::Contacts => Audience::Contacts,
        domain::Audience::Nobody => Audience::Nobody,
    }
}

const fn wanted_audience(audience: Audience) -> domain::Audience {
    match audience {
        Audience::Everyone => domain::Audience::Everyone,
        Audience::Contacts => domain::Audience::Contacts,
        Audience::Nobody => domain::Audience::Nobody,
    }
}

const fn privacy_settings(settings: &domain::PrivacySettings) -> PrivacySettings {
    PrivacySettings {
        requests: audience(settings.requests),
        group_adds: audience(settings.group_adds),
        presence: audience(settings.presence),
        read_marks: settings.read_marks,
        searchable: settings.searchable,
    }
}

/// Settings as a client wants them.
pub(crate) const fn wanted_privacy(settings: &PrivacySettings) -> domain::PrivacySettings {
    domain::PrivacySettings {
        requests: wanted_audience(settings.requests),
        group_adds: wanted_audience(settings.group_adds),
        presence: wanted_audience(settings.presence),
        read_marks: settings.read_marks,
        searchable: settings.searchable,
    }
}

/// What others are told of an account.
pub(crate) fn card(card: Card) -> AccountCard {
    AccountCard {
        account: card.account,
        username: card.username,
        root: card.root,
        device_log_version: card.log_version,
    }
}

/// A sealed profile.
pub(crate) fn profile(profile: domain::Profile) -> Profile {
    Profile { account: profile.account, version: profile.version, body: profile.body.into() }
}

/// Signed entries of a device log.
pub(crate) fn device_log(entries: Vec<Vec<u8>>) -> Vec<DeviceLogEntry> {
    entries.into_iter().map(|entry| DeviceLogEntry(entry.into())).collect()
}

/// What a new device showed.
pub(crate) fn revealed(code: String, reveal: Reveal) -> Push {
    Push::LinkRevealed {
        code,
        device: reveal.device,
        signature_key: Bytes(reveal.signature_key.to_vec()),
        nonce: Bytes(reveal.nonce.to_vec()),
    }
}

/// A subscription at a push service; none if its keys are not of the right size.
pub(crate) fn subscription(subscription: PushSubscription) -> Option<domain::Subscription> {
    Some(domain::Subscription {
        endpoint: subscription.endpoint,
        public_key: (*subscription.p256dh).try_into().ok()?,
        auth: (*subscription.auth).try_into().ok()?,
        quietly: subscription.quietly,
    })
}

/// A conversation for which a device does not want to be woken.
pub(crate) const fn muted(muted: Muted) -> domain::Muted {
    domain::Muted { conversation: muted.conversation, until: muted.until }
}

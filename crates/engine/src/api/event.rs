//! The exchange between engine and host.

use beseda_model::{AccountId, BlobId, CommandKey, ConversationId, DeviceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::{Command, Outcome};
use super::failure::Failure;
use super::file::FileNumber;
use super::view::ConnectionState;

/// Something that the host tells the engine.
#[derive(Debug)]
pub enum Event {
    /// Time has passed: a moment asked for with [`Effect::WakeAt`] has come.
    Tick,
    /// A person, or a program for them, wants something. `id` returns with [`Effect::Done`].
    Command {
        /// Chosen by the host.
        id: u64,
        /// Chosen by whoever may have to give the command again, because they can't know whether an engine that has died
        /// had taken it. It is then answered as it was the first time, or carried out if it was not.
        key: Option<CommandKey>,
        /// What is wanted.
        command: Command,
    },
    /// The socket asked for with [`Effect::Connect`] is open.
    Connected,
    /// The socket is closed, or could not be opened. The engine decides when to try again.
    Disconnected,
    /// A frame has arrived on the socket (CBOR).
    Frame(Vec<u8>),
    /// The answer to [`Effect::Http`].
    Http {
        /// As in the effect.
        id: u64,
        /// Status and body; none if the server could not be reached.
        response: Option<HttpResponse>,
    },
    /// The answer to [`Effect::Transfer`].
    Transferred {
        /// As in the effect.
        id: u64,
        /// None if the server could not be reached, or the file not be read.
        answer: Option<TransferAnswer>,
    },
    /// The answer to [`FileDeed::Check`].
    FileChecked {
        /// As in the deed.
        file: FileNumber,
        /// SHA-256 of the sealed bytes that are here; none if they can't be read.
        digest: Option<BlobId>,
    },
    /// The host knows, or believes, what kind of network it is on. Until it tells so again, it stays with what was told last.
    Network {
        /// Whether it costs by the byte, as mobile networks do.
        metered: bool,
    },
    /// The host knows that the network has come back, or that the program has come to the front: try now.
    Nudge,
}

/// An answer to a transfer.
#[derive(Debug, Clone, Default)]
pub struct TransferAnswer {
    /// The status code.
    pub status: u16,
    /// Those of [`HEARD`] that it has, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body, if it was not to be written into a file or the status is no success.
    pub body: Vec<u8>,
    /// How many bytes the file has on this device after it was written to; none if that failed.
    pub stored: Option<u64>,
}

impl TransferAnswer {
    /// A header, if it came.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Headers of answers that the engine listens to.
pub const HEARD: [&str; 2] = ["location", "upload-offset"];

/// An HTTP request that moves a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// `GET`, `HEAD`, `POST` or `PATCH`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// What it says besides.
    pub headers: Vec<(&'static str, String)>,
    /// What moves.
    pub part: Part,
}

/// What an HTTP request moves of a file's sealed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Nothing.
    Nothing,
    /// These bytes are the body.
    Send {
        /// Of which file.
        file: FileNumber,
        /// The first.
        at: u64,
        /// How many.
        len: u64,
    },
    /// The body of a success is written to this place of the file, which is made if there is none. Where the file has
    /// fewer bytes than that, nothing is written.
    Receive {
        /// Which file.
        file: FileNumber,
        /// The place.
        at: u64,
        /// Most bytes that are taken.
        len: u64,
    },
}

/// Something to be done with the files that the host keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileDeed {
    /// Computes a file's digest and tells it by [`Event::FileChecked`].
    Check {
        /// Which.
        file: FileNumber,
    },
    /// Erases a file, if it is there.
    Erase {
        /// Which.
        file: FileNumber,
    },
    /// Erases all files but these.
    KeepOnly {
        /// Them.
        files: Vec<FileNumber>,
    },
}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The body (JSON).
    pub body: Vec<u8>,
}

/// Something that the host has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Open a WebSocket with subprotocol `beseda.v1.cbor`; close the present one first, if any.
    Connect {
        /// `ws://…` or `wss://…`.
        url: String,
    },
    /// Close the socket.
    Disconnect,
    /// Send one binary WebSocket message.
    Send(Vec<u8>),
    /// Make an HTTP request to the server.
    Http {
        /// Returns with [`Event::Http`].
        id: u64,
        /// `GET` or `POST`.
        method: &'static str,
        /// The whole address.
        url: String,
        /// The session's, where it is asked as a device that is signed in: `Authorization: Bearer …`.
        token: Option<String>,
        /// JSON.
        body: Option<Vec<u8>>,
    },
    /// Move a part of a file.
    Transfer {
        /// Returns with [`Event::Transferred`].
        id: u64,
        /// How.
        transfer: Transfer,
    },
    /// Give up a transfer; its answer is not waited for any more.
    StopTransfer {
        /// As in [`Effect::Transfer`].
        id: u64,
    },
    /// Do something with a file.
    File(FileDeed),
    /// Send [`Event::Tick`] at this moment. Replaces the former wish.
    WakeAt(Timestamp),
    /// A command has ended.
    Done {
        /// As in the event.
        id: u64,
        /// How.
        result: Result<Outcome, Failure>,
    },
    /// Something that is shown has changed: read the view again.
    Notice(Notice),
}

/// What has changed. Deliberately coarse: views are cheap to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "notice", content = "about", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Notice {
    /// Connection to the server.
    Connection(ConnectionState),
    /// One's own account, profile, settings or devices.
    Me,
    /// A conversation's row: title, counters, last message, membership, own state.
    Conversation(ConversationId),
    /// One's own folders.
    Folders,
    /// Packs of stickers, favourites and what was used last.
    Stickers,
    /// What this device tells live of where it is.
    LivePlaces,
    /// Messages of a conversation.
    Timeline(ConversationId),
    /// A new message of somebody else that this person wants to hear of (not muted, counted, live).
    Incoming {
        /// Where.
        conversation: ConversationId,
        /// Its row in the timeline.
        row: i64,
    },
    /// Name, picture, presence or trust of an account.
    Account(AccountId),
    /// Who asks to join this person's groups, or what has become of this person's own requests.
    Asks,
    /// Where a file is.
    File(FileNumber),
    /// Somebody is typing, or has stopped.
    Typing {
        /// Where.
        conversation: ConversationId,
        /// Who.
        account: AccountId,
        /// Whether now.
        typing: bool,
    },
    /// A change of a group that was accepted while there was no network can't be made after all.
    NotDone {
        /// Where.
        conversation: ConversationId,
        /// Why.
        why: Failure,
    },
    /// A new device shows this comparison code; the person compares it and approves or refuses.
    LinkCode {
        /// The request's code.
        link: String,
        /// The new device.
        device: DeviceId,
        /// Six digits, the same on both devices.
        comparison: String,
    },
    /// On the new device: the code to type into an old one, then the comparison code.
    LinkProgress {
        /// The request's code.
        link: String,
        /// Six digits, once they are known.
        comparison: Option<String>,
    },
    /// Something is wrong that people must know: it stays in [`super::view::Warning`] until acknowledged.
    Warning,
    /// This device was signed out or revoked; history stays readable.
    SignedOut,
}

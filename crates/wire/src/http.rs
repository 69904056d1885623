//! Bodies of the HTTP part: joining a server, before there is a session. All are JSON.

mod drive;
mod web;

use beseda_model::{AccountId, DeviceId, Fingerprint, Timestamp, Username};
use serde::{Deserialize, Serialize};

use crate::Bytes;
use crate::request::{ClientFrame, Reply, ServerFrame};
use crate::state::DeviceLogEntry;

pub use drive::{
    AuthorizeDrive, DriveAccess, DriveAuthorization, DriveEntry, DriveGrant, DrivePage, DriveProvider, ExchangeDrive,
    ListDrive, ReadDrive, RefreshDrive, WriteDrive,
};
pub use web::{
    AskGifPicture, AskGifs, AskMapTile, AskPreview, Gif, GifPage, GifProvider, MapOffer, Preview, WebPicture,
};

/// How accounts are made on this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Anybody, with a proof of work.
    Open,
    /// Who has an invitation.
    Invite,
    /// Nobody, or in a way that this version does not know.
    #[serde(other)]
    Closed,
}

/// `GET /api/v1/server`: what a client must know before it joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// The name that the operator gave it.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// Its feature level.
    pub feature: u32,
    /// How accounts are made.
    pub registration: Registration,
    /// Whether an account needs a username and a password.
    pub password_required: bool,
    /// What clients subscribe with at push services (`applicationServerKey`); empty where the server wakes nobody.
    #[serde(default)]
    pub push_key: Bytes,
    /// Whether an account may or must have a phone number.
    #[serde(default)]
    pub phone: PhoneOffer,
    /// The country, by its two letters, of numbers that are typed without a country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_region: Option<String>,
    /// Whether the server passes files from and to cloud drives on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drives: bool,
    /// With which providers drives are connected by OAuth 2, by their words, such as `dropbox`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drive_providers: Vec<String>,
    /// Whether the server looks at pages for their previews.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub previews: bool,
    /// Who gives moving pictures, if the server asks somebody for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gifs: Option<GifProvider>,
    /// The map, if the server has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<MapOffer>,
}

/// What phone numbers are for on this server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PhoneOffer {
    /// An account may have one.
    Optional,
    /// An account needs one.
    Required,
    /// Nothing, or what this version does not know.
    #[default]
    #[serde(other)]
    Off,
}

/// `POST /api/v1/phone-codes`: a code is to be sent to a number. Whether somebody has the number makes no difference to the
/// answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RequestPhoneCode {
    /// As typed: with the country's code, or as people write it in `region`.
    pub phone: String,
    /// A country's two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `ru` or `en`: the language of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A secret of the client's making, 32 random bytes in base64url without padding: the code is worth something with it
    /// alone. Asking again with the same one, as after a lost answer, sends nothing again.
    pub attempt: String,
}

impl std::fmt::Debug for RequestPhoneCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestPhoneCode").finish_non_exhaustive()
    }
}

/// The answer to [`RequestPhoneCode`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PhoneCodeSent {
    /// The number as the server has read it, in E.164.
    pub phone: String,
    /// How many digits the code has.
    pub digits: u8,
    /// Seconds until the next code may be asked for.
    pub resend_after_s: u64,
    /// Seconds for which this one is valid.
    pub expires_after_s: u64,
}

impl std::fmt::Debug for PhoneCodeSent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhoneCodeSent").finish_non_exhaustive()
    }
}

/// `POST /api/v1/phone-codes/check`: the code that came. From then on the attempt's secret stands for the number: it may be
/// given with a sign-up, with an identity reset, or to bind the number to an account. The same question may be asked
/// again, as after a lost answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CheckPhoneCode {
    /// As in [`RequestPhoneCode`].
    pub attempt: String,
    /// The code.
    pub code: String,
}

impl std::fmt::Debug for CheckPhoneCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckPhoneCode").finish_non_exhaustive()
    }
}

/// The answer to [`CheckPhoneCode`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PhoneVerified {
    /// Seconds for which the attempt's secret stands for the number.
    pub expires_after_s: u64,
    /// The number belongs to an account already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<PhoneHolder>,
}

/// The account that a number is bound to. Its keys open it: the phrase, or one of its devices. Who has only the number may
/// sign up, which takes the number from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PhoneHolder {
    /// Which one, if nobody has used it for so long (`phone_quiet_millis`) that the number alone allows a
    /// [`ResetIdentity`]; else nothing is told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = Uuid))]
    pub reset: Option<AccountId>,
}

/// `POST /api/v1/challenges`: something fresh to answer with a [`Proof`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// Random and authenticated by the server; valid once.
    pub challenge: Bytes,
    /// How many leading zero bits the hash must have for a sign-up; zero where accounts are not open to anybody.
    pub bits: u8,
    /// Until when it is valid.
    #[cfg_attr(feature = "utoipa", schema(value_type = u64))]
    pub expires_at: Timestamp,
}

/// An answered challenge: the device that asks for its first session holds its key now. Without that, whoever has seen
/// the entry that adds the device could bring it again to a server that has forgotten it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Proof {
    /// As given.
    pub challenge: Bytes,
    /// The solution of the proof of work; zero where none is asked for.
    #[serde(default)]
    pub nonce: u64,
    /// By the key of the device that the entry adds, over challenge and entry.
    pub signature: Bytes,
}

/// `POST /api/v1/accounts`: a new account with its first device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SignUp {
    /// Made by the client.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub account: AccountId,
    /// The root public key.
    pub root: Bytes,
    /// The first entry of the device log, signed by root, which adds the device.
    pub entry: DeviceLogEntry,
    /// How people may find the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, pattern = "^[a-z][a-z0-9_]{2,31}$"))]
    pub username: Option<Username>,
    /// A password; needs a username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// An answered challenge, solved where registration is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// An invitation, where one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// The secret of the attempt that has verified a phone number. Whoever had the number has it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignUp").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A session, as answered to sign-up, recovery and a completed link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Session {
    /// Whose.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub account: AccountId,
    /// On which device.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub device: DeviceId,
    /// For [`crate::request::Hello`]; it is not shown again.
    pub token: String,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("device", &self.device).finish_non_exhaustive()
    }
}

/// `GET /api/v1/accounts/by-root/{fingerprint}`: the account that a recovery phrase belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AccountByRoot {
    /// Which account.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub account: AccountId,
    /// Its present root key's fingerprint.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
    pub root: Fingerprint,
    /// The root public key (32 bytes) that signs the log's first entry: an earlier one than `root` after a rotation.
    pub first_root: Bytes,
    /// Its whole device log.
    pub device_log: Vec<DeviceLogEntry>,
}

/// `POST /api/v1/devices`: a new device by recovery phrase. The entry is signed by root and follows the log's present
/// head. Answer: [`Session`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct AddDevice {
    /// Which account.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub account: AccountId,
    /// Adds the device.
    pub entry: DeviceLogEntry,
    /// An answered challenge; it need not be solved.
    pub proof: Proof,
}

/// `POST /api/v1/sessions`: a password instead of a phrase. It does not admit a device (only a device or the phrase can),
/// but it allows an identity reset.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SignIn {
    /// Whose.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, pattern = "^[a-z][a-z0-9_]{2,31}$"))]
    pub username: Username,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

/// The answer to [`SignIn`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct SignInTicket {
    /// Which account.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub account: AccountId,
    /// Its root key's fingerprint.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
    pub root: Fingerprint,
    /// Allows one [`ResetIdentity`] within ten minutes.
    pub ticket: String,
}

/// `POST /api/v1/identity-resets`: phrase and devices are lost. A new root and device log replace the old ones, all
/// sessions end, and the account is no longer a member of anything. Answer: [`Session`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ResetIdentity {
    /// From [`SignIn`]; or the secret of the attempt that has verified the account's phone number, where
    /// [`PhoneHolder::reset`] allows it.
    pub ticket: String,
    /// The new root public key.
    pub root: Bytes,
    /// The first entry of the new log.
    pub entry: DeviceLogEntry,
}

impl std::fmt::Debug for ResetIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResetIdentity").finish_non_exhaustive()
    }
}

/// `POST /api/v1/links`: a new device asks to be approved by an old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct StartLink {
    /// SHA-256 over device id, signature key and nonce: fixed before the other side's nonce is known.
    pub commitment: Bytes,
}

/// The answer to [`StartLink`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LinkStarted {
    /// Shown to the person, typed in (or scanned) on the old device.
    pub code: String,
    /// Lets this device follow its own request.
    pub secret: String,
    /// Until when it is valid.
    #[cfg_attr(feature = "utoipa", schema(value_type = u64))]
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for LinkStarted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkStarted").finish_non_exhaustive()
    }
}

/// `POST /api/v1/links/{code}/poll`: how far the request is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct PollLink {
    /// From [`LinkStarted`].
    pub secret: String,
    /// Shows the key, once the old device has opened the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reveal: Option<LinkReveal>,
}

impl std::fmt::Debug for PollLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollLink").field("reveal", &self.reveal).finish_non_exhaustive()
    }
}

/// What the commitment was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct LinkReveal {
    /// The new device's id.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
    pub device: DeviceId,
    /// Its signature public key.
    pub signature_key: Bytes,
    /// Its nonce.
    pub nonce: Bytes,
}

/// How far a link request is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Nobody has taken it up.
    Waiting,
    /// An old device has; show the key now.
    Opened {
        /// Of which account.
        #[cfg_attr(feature = "utoipa", schema(value_type = String, format = Uuid))]
        account: AccountId,
        /// The account's present root key's fingerprint. The comparison code covers it, so that a server can't hand the
        /// new device another identity.
        #[cfg_attr(feature = "utoipa", schema(value_type = String, pattern = "^[0-9a-f]{64}$"))]
        root: Fingerprint,
        /// The old device's nonce.
        nonce: Bytes,
    },
    /// The key was shown; the person compares the codes.
    Comparing,
    /// Approved.
    Approved {
        /// The session.
        session: Session,
        /// The whole device log, with this device in it.
        device_log: Vec<DeviceLogEntry>,
        /// The root public key (32 bytes) that signs the log's first entry.
        root: Bytes,
    },
    /// Turned down.
    Refused,
}

/// `POST /api/v1/wake`: a device that was woken looks at what is new, without a connection of its own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Wake {
    /// From the wake-up, or from the last answer; it is good once.
    pub token: String,
    /// The client's feature level.
    pub feature: u32,
    /// Requests as on the socket, of those that only read: `sync`, `log`, `welcome`, `device_log`, `accounts`,
    /// `profiles`.
    #[cfg_attr(feature = "utoipa", schema(value_type = Vec<Object>))]
    pub requests: Vec<ClientFrame>,
}

impl std::fmt::Debug for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wake").field("requests", &self.requests.len()).finish_non_exhaustive()
    }
}

/// The answer to [`Wake`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Woken {
    /// For the next look, within five minutes.
    pub token: String,
    /// What a hello would have been answered.
    #[cfg_attr(feature = "utoipa", schema(value_type = Object))]
    pub hello: Reply,
    /// One for each request, in their order, as on the socket.
    #[cfg_attr(feature = "utoipa", schema(value_type = Vec<Object>))]
    pub answers: Vec<ServerFrame>,
}

impl std::fmt::Debug for Woken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Woken").field("answers", &self.answers.len()).finish_non_exhaustive()
    }
}

//! Every way in: each HTTP route and each socket request with its size limit, its rate limits and its authorisation
//! rule. The router is built from this table and the socket asks it before anything is carried out, so there is no door
//! that is not here.

use beseda_model::Limits;
use beseda_wire::Request;
use beseda_wire::request::CommitBundle;

use crate::rates::RateClass;

/// Who may come through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Anybody.
    Anyone,
    /// Who brings what the operator asks of new accounts: a proof of work or an invitation.
    Registration,
    /// Who holds the account's root key, by its signature over the present head of the device log, and the new device's,
    /// by one over a fresh challenge.
    RootSignature,
    /// Who knows the password.
    Password,
    /// Who holds a ticket from a sign-in, or has verified the phone number of an account that nobody uses.
    Ticket,
    /// Who receives what is sent to a phone number.
    PhoneCode,
    /// Anybody, where the operator chose to show what is sent; nobody elsewhere.
    Development,
    /// Who holds the link request's secret.
    LinkSecret,
    /// Who brings a session token.
    Token,
    /// Who brings a token from a wake-up.
    WakeToken,
    /// A session, for what is its own account's.
    Session,
    /// A session, for what others let it see: their privacy settings and blocks decide.
    Audience,
    /// A session that brings a link's token.
    Link,
    /// A session that knows the blob's id.
    BlobId,
    /// A session whose account is a member of the conversation.
    Member,
    /// A session whose account is a member; beyond that, `model::decide` or `validate_commit` over the policy.
    Policy,
}

/// The largest allowed size: the name of a limit, and where to find its value.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// The published name.
    pub(crate) name: &'static str,
    /// Its value.
    pub(crate) value: fn(&Limits) -> u64,
}

impl std::fmt::Debug for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! size {
    ($name:ident) => {
        Size { name: stringify!($name), value: |limits| limits.$name }
    };
}

/// An HTTP method of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Reads, but for the body.
    Head,
    /// Does something.
    Post,
    /// Goes on with something.
    Patch,
    /// Ends something.
    Delete,
    /// Tells what can be done.
    Options,
}

/// An HTTP route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Whether the process lives.
    Healthz,
    /// Whether it can do its work.
    Readyz,
    /// What the server is.
    Server,
    /// The published limits.
    Limits,
    /// The OpenAPI document.
    OpenApi,
    /// A proof of work to solve.
    Challenges,
    /// A new account.
    Accounts,
    /// The account of a recovery phrase.
    AccountByRoot,
    /// A new device by recovery phrase.
    Devices,
    /// A password.
    Sessions,
    /// A new identity.
    IdentityResets,
    /// A code to a phone number.
    PhoneCodes,
    /// The code that came.
    PhoneCodeCheck,
    /// What was sent, for who develops.
    SmsOutbox,
    /// A new device that asks to be approved.
    Links,
    /// How far that is.
    LinkPoll,
    /// What is new, for a device that was woken.
    Wake,
    /// What uploads can do.
    UploadOptions,
    /// A blob that is to come.
    CreateUpload,
    /// How far it has come.
    UploadState,
    /// More of it.
    UploadMore,
    /// It is not to come.
    UploadEnd,
    /// A blob, or a part of it.
    Blob,
    /// What there is of it.
    BlobHead,
    /// A folder on a cloud drive.
    DriveList,
    /// A file on it.
    DriveRead,
    /// A file that goes there.
    DriveWrite,
    /// Where a person lets the server's client into their drive.
    DriveAuthorize,
    /// Tokens for the code that came of it.
    DriveExchange,
    /// Another token, once one is over.
    DriveRefresh,
    /// The end of them all.
    DriveRevoke,
    /// What a page says of itself.
    Preview,
    /// Moving pictures.
    Gifs,
    /// One of them.
    GifPicture,
    /// A square of the map.
    MapTile,
    /// The socket.
    Socket,
    /// How a device is told to trust the server.
    Trust,
    /// How that page looks.
    TrustStyle,
    /// What there is to trust.
    Authority,
    /// Whatever is at none of the others: a file of the web app, or nothing.
    Page,
    /// The same over plain HTTP, where TLS is on.
    Redirect,
}

impl Route {
    /// Whether each of its answers says which version of tus it speaks, refusals included.
    pub(crate) const fn speaks_tus(self) -> bool {
        matches!(
            self,
            Self::UploadOptions | Self::CreateUpload | Self::UploadState | Self::UploadMore | Self::UploadEnd
        )
    }
}

/// What stands before an HTTP route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HttpDoor {
    /// Which route.
    pub(crate) route: Route,
    /// Its method.
    pub(crate) method: Method,
    /// Its path, with axum's placeholders.
    pub(crate) path: &'static str,
    /// Its name in the log.
    pub(crate) op: &'static str,
    /// The largest body.
    pub(crate) size: Size,
    /// Counted against the address prefix.
    pub(crate) rate: RateClass,
    /// Counted against the account, too, where it is for sessions.
    pub(crate) account_rate: Option<RateClass>,
    /// Who may come through.
    pub(crate) rule: Rule,
}

const fn get(route: Route, path: &'static str, op: &'static str) -> HttpDoor {
    let (size, rate) = (size!(http_body_bytes), RateClass::Anonymous);
    HttpDoor { route, method: Method::Get, path, op, size, rate, account_rate: None, rule: Rule::Anyone }
}

const fn post(route: Route, path: &'static str, op: &'static str, rate: RateClass, rule: Rule) -> HttpDoor {
    HttpDoor { route, method: Method::Post, path, op, size: size!(http_body_bytes), rate, account_rate: None, rule }
}

const fn for_blobs(route: Route, method: Method, path: &'static str, op: &'static str) -> HttpDoor {
    let (size, account_rate) = (size!(http_body_bytes), Some(RateClass::Blobs));
    HttpDoor { route, method, path, op, size, rate: RateClass::WithSession, account_rate, rule: Rule::Session }
}

const fn for_drives(route: Route, path: &'static str, op: &'static str) -> HttpDoor {
    let account_rate = Some(RateClass::Drives);
    HttpDoor { account_rate, ..post(route, path, op, RateClass::WithSession, Rule::Session) }
}

const fn page(route: Route, path: &'static str, op: &'static str) -> HttpDoor {
    HttpDoor { rate: RateClass::Pages, ..get(route, path, op) }
}

const UPLOADS: &str = "/api/v1/uploads";
const UPLOAD: &str = "/api/v1/uploads/{upload}";
const BLOB: &str = "/api/v1/blobs/{blob}";

const TRUST: HttpDoor = page(Route::Trust, "/trust", "trust");
const TRUST_STYLE: HttpDoor = page(Route::TrustStyle, "/trust/style.css", "trust_style");
const AUTHORITY: HttpDoor = page(Route::Authority, "/trust/beseda-ca.crt", "authority");

const fn for_web(route: Route, path: &'static str, op: &'static str, rate: RateClass) -> HttpDoor {
    HttpDoor { account_rate: Some(rate), ..post(route, path, op, RateClass::WithSession, Rule::Session) }
}

/// The table of routes for those who come without TLS where it is on: the way to it.
pub(crate) const PLAIN_DOORS: &[HttpDoor] =
    &[TRUST, TRUST_STYLE, AUTHORITY, page(Route::Redirect, "/{*path}", "redirect")];

/// The table of HTTP routes.
pub(crate) const HTTP_DOORS: &[HttpDoor] = &[
    get(Route::Healthz, "/healthz", "healthz"),
    get(Route::Readyz, "/readyz", "readyz"),
    get(Route::Server, "/api/v1/server", "server"),
    get(Route::Limits, "/api/v1/limits", "limits"),
    get(Route::OpenApi, "/api/v1/openapi.json", "openapi"),
    get(Route::AccountByRoot, "/api/v1/accounts/by-root/{fingerprint}", "account_by_root"),
    post(Route::Challenges, "/api/v1/challenges", "challenge", RateClass::Anonymous, Rule::Anyone),
    post(Route::Accounts, "/api/v1/accounts", "sign_up", RateClass::SignUps, Rule::Registration),
    post(Route::Devices, "/api/v1/devices", "add_device", RateClass::SignIns, Rule::RootSignature),
    post(Route::Sessions, "/api/v1/sessions", "sign_in", RateClass::SignIns, Rule::Password),
    post(Route::IdentityResets, "/api/v1/identity-resets", "reset_identity", RateClass::SignIns, Rule::Ticket),
    post(Route::PhoneCodes, "/api/v1/phone-codes", "request_phone_code", RateClass::SignUps, Rule::Anyone),
    post(Route::PhoneCodeCheck, "/api/v1/phone-codes/check", "check_phone_code", RateClass::SignIns, Rule::PhoneCode),
    HttpDoor { rule: Rule::Development, ..get(Route::SmsOutbox, "/dev/sms", "sms_outbox") },
    post(Route::Links, "/api/v1/links", "start_link", RateClass::SignIns, Rule::Anyone),
    post(Route::LinkPoll, "/api/v1/links/{code}/poll", "poll_link", RateClass::Anonymous, Rule::LinkSecret),
    post(Route::Wake, "/api/v1/wake", "wake", RateClass::Wakes, Rule::WakeToken),
    HttpDoor { method: Method::Options, ..get(Route::UploadOptions, UPLOADS, "upload_options") },
    HttpDoor { size: size!(blob_bytes), ..for_blobs(Route::CreateUpload, Method::Post, UPLOADS, "create_upload") },
    for_blobs(Route::UploadState, Method::Head, UPLOAD, "upload_state"),
    HttpDoor { size: size!(blob_bytes), ..for_blobs(Route::UploadMore, Method::Patch, UPLOAD, "upload_more") },
    for_blobs(Route::UploadEnd, Method::Delete, UPLOAD, "end_upload"),
    HttpDoor { rule: Rule::BlobId, ..for_blobs(Route::Blob, Method::Get, BLOB, "blob") },
    HttpDoor { rule: Rule::BlobId, ..for_blobs(Route::BlobHead, Method::Head, BLOB, "blob_head") },
    for_drives(Route::DriveList, "/api/v1/drives/list", "list_drive"),
    for_drives(Route::DriveRead, "/api/v1/drives/read", "read_drive"),
    HttpDoor { size: size!(blob_bytes), ..for_drives(Route::DriveWrite, "/api/v1/drives/write", "write_drive") },
    for_drives(Route::DriveAuthorize, "/api/v1/drives/authorize", "authorize_drive"),
    for_drives(Route::DriveExchange, "/api/v1/drives/exchange", "exchange_drive"),
    for_drives(Route::DriveRefresh, "/api/v1/drives/refresh", "refresh_drive"),
    for_drives(Route::DriveRevoke, "/api/v1/drives/revoke", "revoke_drive"),
    for_web(Route::Preview, "/api/v1/previews", "preview", RateClass::Previews),
    for_web(Route::Gifs, "/api/v1/gifs", "find_gifs", RateClass::GifSearches),
    for_web(Route::GifPicture, "/api/v1/gifs/picture", "gif_picture", RateClass::WebPictures),
    for_web(Route::MapTile, "/api/v1/map-tiles", "map_tile", RateClass::WebPictures),
    HttpDoor { size: size!(frame_bytes), rule: Rule::Token, ..get(Route::Socket, "/api/v1/socket", "socket") },
    TRUST,
    TRUST_STYLE,
    AUTHORITY,
    page(Route::Page, "/{*path}", "page"),
];

/// What stands before a socket request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SocketDoor {
    /// Its name on the wire and in the log.
    pub(crate) op: &'static str,
    /// The largest payload; beside it each frame is bounded by `frame_bytes`.
    pub(crate) size: Size,
    /// Counted against the account, one after another.
    pub(crate) rates: &'static [RateClass],
    /// Who may come through.
    pub(crate) rule: Rule,
}

const REQUEST: &[RateClass] = &[RateClass::Requests];
const SEND: &[RateClass] = &[RateClass::Requests, RateClass::Sends];
const LOOKUP: &[RateClass] = &[RateClass::Requests, RateClass::Lookups];
const GUESS: &[RateClass] = &[RateClass::Requests, RateClass::SignIns];

const fn door(op: &'static str, size: Size, rates: &'static [RateClass], rule: Rule) -> SocketDoor {
    SocketDoor { op, size, rates, rule }
}

/// The table of socket requests. The match is exhaustive: a new request does not compile without its entry.
pub(crate) const fn socket_door(request: &Request) -> SocketDoor {
    use Rule::{Audience, Link, Member, Policy, Session, Token};
    const FRAME: Size = size!(frame_bytes);
    match request {
        // The address pays for a hello when the socket is opened.
        Request::Hello(_) => door("hello", size!(hello_bytes), &[], Token),
        Request::Ping => door("ping", FRAME, REQUEST, Session),
        Request::Append(_) => door("append", size!(message_bytes), SEND, Policy),
        Request::Propose { .. } => door("propose", size!(message_bytes), SEND, Policy),
        Request::Commit(_) => door("commit", size!(commit_bytes), SEND, Policy),
        Request::Log { .. } => door("log", FRAME, REQUEST, Member),
        Request::Sync { .. } => door("sync", size!(cursor_bytes), REQUEST, Session),
        Request::Mark { .. } => door("mark", FRAME, REQUEST, Member),
        Request::Whisper { .. } => door("whisper", size!(ephemeral_bytes), REQUEST, Member),
        Request::Create(_) => door("create", size!(commit_bytes), SEND, Policy),
        Request::Succeed(_) => door("succeed", size!(commit_bytes), SEND, Policy),
        Request::GroupInfo { .. } => door("group_info", FRAME, REQUEST, Member),
        Request::Welcome { .. } => door("welcome", FRAME, REQUEST, Member),
        Request::WelcomeDone { .. } => door("welcome_done", FRAME, REQUEST, Session),
        Request::ReportCommit { .. } => door("report_commit", FRAME, REQUEST, Member),
        Request::AnswerStranger { .. } => door("answer_stranger", FRAME, REQUEST, Member),
        Request::PublishKeys { .. } => door("publish_keys", size!(key_package_bytes), REQUEST, Session),
        Request::CountKeys => door("count_keys", FRAME, REQUEST, Session),
        Request::ClaimKeys { .. } => door("claim_keys", FRAME, LOOKUP, Audience),
        Request::DeviceLog { .. } => door("device_log", FRAME, LOOKUP, Audience),
        Request::AppendDeviceLog { .. } => door("append_device_log", FRAME, REQUEST, Session),
        Request::OpenLink { .. } => door("open_link", FRAME, GUESS, Session),
        Request::ApproveLink { .. } => door("approve_link", FRAME, GUESS, Session),
        Request::RefuseLink { .. } => door("refuse_link", FRAME, GUESS, Session),
        Request::SignOut => door("sign_out", FRAME, REQUEST, Session),
        Request::FindAccounts { .. } => door("find_accounts", FRAME, LOOKUP, Audience),
        Request::Accounts { .. } => door("accounts", size!(lookup_accounts), LOOKUP, Audience),
        Request::SetUsername { .. } => door("set_username", FRAME, LOOKUP, Session),
        Request::SetPassword { .. } => door("set_password", size!(password_bytes), GUESS, Session),
        Request::SetPhone { .. } => door("set_phone", FRAME, GUESS, Session),
        Request::SetProfile { .. } => door("set_profile", size!(profile_bytes), REQUEST, Session),
        Request::Profiles { .. } => door("profiles", size!(lookup_accounts), LOOKUP, Audience),
        Request::SetPrivacy { .. } => door("set_privacy", FRAME, REQUEST, Session),
        Request::Block { .. } => door("block", FRAME, REQUEST, Session),
        Request::WatchPresence { .. } => door("watch_presence", size!(watched_accounts), REQUEST, Audience),
        Request::SetPushSubscription { .. } => {
            door("set_push_subscription", size!(push_endpoint_bytes), REQUEST, Session)
        }
        Request::DeleteAccount { .. } => door("delete_account", FRAME, GUESS, Session),
        Request::Report(_) => door("report", size!(report_bytes), REQUEST, Session),
        Request::SetPersonLink { .. } => door("set_person_link", FRAME, REQUEST, Session),
        Request::PersonByLink { .. } => door("person_by_link", FRAME, LOOKUP, Link),
        Request::MakeGroupLink(_) => door("make_group_link", size!(group_link_bytes), REQUEST, Policy),
        Request::GroupLinks { .. } => door("group_links", FRAME, REQUEST, Policy),
        Request::RevokeGroupLink { .. } => door("revoke_group_link", FRAME, REQUEST, Policy),
        Request::ShowGroupLink { .. } => door("show_group_link", FRAME, LOOKUP, Link),
        Request::AskToJoin { .. } => door("ask_to_join", FRAME, LOOKUP, Link),
        Request::WithdrawAsk { .. } => door("withdraw_ask", FRAME, REQUEST, Session),
        Request::Asks { .. } => door("asks", FRAME, REQUEST, Policy),
        Request::AnswerAsk { .. } => door("answer_ask", FRAME, REQUEST, Policy),
        Request::KeepBlobs { .. } => door("keep_blobs", size!(blobs_at_once), REQUEST, Rule::BlobId),
        Request::LetBlobsGo { .. } => door("let_blobs_go", size!(blobs_at_once), REQUEST, Session),
        Request::BlobUse => door("blob_use", FRAME, REQUEST, Session),
    }
}

/// How large the payload is that the door's size limit speaks of; zero where the frame's own limit says all.
pub(crate) fn payload(request: &Request) -> usize {
    let bundle = |commit: &CommitBundle| {
        let welcome = commit.welcome.as_ref().map_or(0, |welcome| welcome.message.len());
        commit.commit.len() + commit.group_info.len() + welcome
    };
    match request {
        Request::Hello(hello) => hello.token.len(),
        Request::Append(append) => append.message.len(),
        Request::Propose { message } => message.len(),
        Request::Commit(commit) => bundle(commit),
        Request::Create(create) => {
            create.group_info.len() + create.tree.len() + create.commit.as_ref().map_or(0, bundle)
        }
        Request::Succeed(succeed) => {
            succeed.group_info.len() + succeed.tree.len() + succeed.commit.as_ref().map_or(0, bundle)
        }
        Request::Sync { cursor, .. } => cursor.as_ref().map_or(0, |cursor| cursor.len()),
        Request::Whisper { body, .. } | Request::SetProfile { body } => body.len(),
        Request::PublishKeys { packages, last_resort } => {
            packages.iter().chain(last_resort).map(|package| package.len()).max().unwrap_or_default()
        }
        Request::SetPassword { current, new, .. } => new.len().max(current.as_ref().map_or(0, String::len)),
        Request::Accounts { accounts } | Request::Profiles { accounts } | Request::WatchPresence { accounts } => {
            accounts.len()
        }
        Request::SetPushSubscription { subscription, .. } => {
            subscription.as_ref().map_or(0, |subscription| subscription.endpoint.len())
        }
        Request::MakeGroupLink(link) => link.body.len(),
        Request::KeepBlobs { blobs } | Request::LetBlobsGo { blobs } => blobs.len(),
        Request::Report(report) => report.messages.iter().fold(report.note.len(), |sum, said| sum + said.text.len()),
        Request::Ping
        | Request::Log { .. }
        | Request::Mark { .. }
        | Request::GroupInfo { .. }
        | Request::Welcome { .. }
        | Request::WelcomeDone { .. }
        | Request::ReportCommit { .. }
        | Request::AnswerStranger { .. }
        | Request::CountKeys
        | Request::ClaimKeys { .. }
        | Request::DeviceLog { .. }
        | Request::AppendDeviceLog { .. }
        | Request::OpenLink { .. }
        | Request::ApproveLink { .. }
        | Request::RefuseLink { .. }
        | Request::SignOut
        | Request::FindAccounts { .. }
        | Request::SetUsername { .. }
        | Request::SetPhone { .. }
        | Request::SetPrivacy { .. }
        | Request::Block { .. }
        | Request::DeleteAccount { .. }
        | Request::SetPersonLink { .. }
        | Request::PersonByLink { .. }
        | Request::GroupLinks { .. }
        | Request::RevokeGroupLink { .. }
        | Request::ShowGroupLink { .. }
        | Request::AskToJoin { .. }
        | Request::WithdrawAsk { .. }
        | Request::Asks { .. }
        | Request::AnswerAsk { .. }
        | Request::BlobUse => 0,
    }
}

#[cfg(test)]
mod tests {
    use beseda_model::{
        AccountId, ConversationId, ConversationKind, DeviceId, GroupLinkId, LIMITS, ReportId, Timestamp,
    };
    use beseda_wire::Bytes;
    use beseda_wire::request::{Append, Create, Hello, MakeGroupLink, Report, ReportReason, Succeed};
    use beseda_wire::state::DeviceLogEntry;

    use super::*;

    /// One of each request. The list is compared with what the decoder knows, so it cannot fall behind.
    fn one_of_each() -> Vec<Request> {
        let conversation = ConversationId::from_bytes([1; 16]);
        let account = AccountId::from_bytes([2; 16]);
        let bytes = Bytes::default();
        let link = GroupLinkId::from_bytes([4; 16]);
        let code = String::new();
        let entry = DeviceLogEntry(bytes.clone());
        let bundle = CommitBundle { commit: bytes.clone(), group_info: bytes.clone(), welcome: None };
        let append =
            Append { message: bytes.clone(), class: Default::default(), expires_at: None::<Timestamp>, blank: vec![] };
        let (group_info, tree) = (bytes.clone(), bytes.clone());
        let kind = ConversationKind::Notes;
        vec![
            Request::Hello(Hello { token: code.clone(), feature: 1 }),
            Request::Ping,
            Request::Append(append),
            Request::Propose { message: bytes.clone() },
            Request::Commit(bundle.clone()),
            Request::Log { conversation, from: 1, limit: 1 },
            Request::Sync { cursor: None, limit: 1 },
            Request::Mark { conversation, delivered: None, read: None },
            Request::Whisper { conversation, body: bytes.clone() },
            Request::Create(Create {
                conversation,
                kind,
                group_info: group_info.clone(),
                tree: tree.clone(),
                commit: Some(bundle.clone()),
            }),
            Request::Succeed(Succeed { group_info, tree, commit: Some(bundle) }),
            Request::GroupInfo { conversation },
            Request::Welcome { conversation },
            Request::WelcomeDone { conversation, seq: 1 },
            Request::ReportCommit { conversation, seq: 1 },
            Request::AnswerStranger { conversation, accept: true },
            Request::PublishKeys { packages: vec![], last_resort: None },
            Request::CountKeys,
            Request::ClaimKeys { account, devices: vec![DeviceId::from_bytes([3; 16])] },
            Request::DeviceLog { account, from: 1 },
            Request::AppendDeviceLog { entry: entry.clone() },
            Request::OpenLink { code: code.clone(), nonce: bytes.clone() },
            Request::ApproveLink { code: code.clone(), entry },
            Request::RefuseLink { code: code.clone() },
            Request::SignOut,
            Request::FindAccounts { username: code.clone() },
            Request::Accounts { accounts: vec![] },
            Request::SetUsername { username: None },
            Request::SetPassword { current: None, proof: None, new: code },
            Request::SetPhone { attempt: None },
            Request::SetProfile { body: bytes },
            Request::Profiles { accounts: vec![] },
            Request::SetPrivacy { privacy: Default::default() },
            Request::Block { account, blocked: true },
            Request::WatchPresence { accounts: vec![] },
            Request::SetPushSubscription { subscription: None, muted: vec![] },
            Request::DeleteAccount { entries: vec![] },
            Request::Report(Report {
                report: ReportId::from_bytes([5; 16]),
                about: account,
                conversation: None,
                reason: ReportReason::Spam,
                note: String::new(),
                messages: vec![],
            }),
            Request::SetPersonLink { token: None },
            Request::PersonByLink { token: Bytes::default() },
            Request::MakeGroupLink(MakeGroupLink {
                link,
                conversation,
                token: Bytes::default(),
                body: Bytes::default(),
                expires_at: None,
                uses: None,
            }),
            Request::GroupLinks { conversation },
            Request::RevokeGroupLink { conversation, link },
            Request::ShowGroupLink { token: Bytes::default() },
            Request::AskToJoin { token: Bytes::default(), proof: Bytes::default() },
            Request::WithdrawAsk { conversation },
            Request::Asks { conversation },
            Request::AnswerAsk { conversation, account, accept: true },
            Request::KeepBlobs { blobs: vec![] },
            Request::LetBlobsGo { blobs: vec![] },
            Request::BlobUse,
        ]
    }

    /// The names that the decoder accepts, taken from its own complaint.
    fn names_on_the_wire() -> Vec<String> {
        let error = serde_json::from_str::<Request>("\"nonsense\"").expect_err("there is no such request").to_string();
        let (_, list) = error.split_once("expected one of ").expect("the complaint lists the variants");
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_request_of_the_wire_has_a_door_under_its_own_name() {
        let doors: Vec<String> = one_of_each().iter().map(|request| socket_door(request).op.to_owned()).collect();
        assert_eq!(doors, names_on_the_wire());
    }

    #[test]
    fn every_door_names_published_limits_and_somebody_it_is_for() {
        let published: Vec<_> = LIMITS.table().into_iter().map(|limit| limit.name).collect();
        for request in one_of_each() {
            let door = socket_door(&request);
            assert!(published.contains(&door.size.name), "{door:?}");
            let is_hello = matches!(request, Request::Hello(_));
            assert_eq!(door.rates.is_empty(), is_hello, "{door:?}: only hello is paid for elsewhere");
            assert_ne!(door.rule, Rule::Anyone, "{door:?}: the socket is for sessions");
            assert_eq!(door.rule == Rule::Token, is_hello, "{door:?}");
            assert!(payload(&request) <= 1, "{door:?}: the examples are empty");
        }
        for door in HTTP_DOORS.iter().chain(PLAIN_DOORS) {
            assert!(published.contains(&door.size.name), "{door:?}");
            assert!(published.contains(&door.rate.limit_name()), "{door:?}");
            let for_sessions = matches!(door.rule, Rule::Session | Rule::BlobId);
            assert_eq!(door.account_rate.is_some(), for_sessions, "{door:?}: an account pays for what it asks");
        }
    }

    const fn who(rule: Rule) -> &'static str {
        match rule {
            Rule::Anyone => "anyone",
            Rule::Registration => "whoever brings a proof of work or an invitation, and holds the new device's key",
            Rule::RootSignature => "whoever signs with the account's root key, and holds the new device's key",
            Rule::Password => "whoever knows the password",
            Rule::Ticket => {
                "whoever brings a ticket from a sign-in, or has verified the number of an account out of use"
            }
            Rule::PhoneCode => "whoever brings the code and the attempt's secret",
            Rule::Development => "anyone, with the development outbox only",
            Rule::LinkSecret => "whoever brings the link's secret",
            Rule::Token => "whoever brings a session token",
            Rule::WakeToken => "whoever brings a token from a wake-up",
            Rule::Session => "a session, for its own account",
            Rule::Audience => "a session, as far as others let it see",
            Rule::Link => "a session that has the link",
            Rule::BlobId => "a session that knows the blob's id",
            Rule::Member => "a member",
            Rule::Policy => "a member, as the policy decides",
        }
    }

    const fn method(method: Method) -> &'static str {
        match method {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }

    fn row(name: &str, size: Size, rates: &[RateClass], rule: Rule) -> String {
        let rates: Vec<_> = rates.iter().map(|rate| rate.limit_name()).collect();
        format!("| `{name}` | {} | {} | {} |\n", size.name, rates.join(", "), who(rule))
    }

    #[test]
    fn the_document_has_every_door() {
        let document = include_str!("../../../docs/authorisation.md");
        let http = |doors: &[HttpDoor]| {
            let rows = doors.iter().map(|door| {
                let rates: Vec<_> = [door.rate].into_iter().chain(door.account_rate).collect();
                row(&format!("{} {}", method(door.method), door.path), door.size, &rates, door.rule)
            });
            rows.collect::<String>()
        };
        let socket =
            one_of_each().iter().map(socket_door).map(|door| row(door.op, door.size, door.rates, door.rule)).collect();
        for (name, rows) in [("Route", http(HTTP_DOORS)), ("Route", http(PLAIN_DOORS)), ("Request", socket)] {
            let table = format!("| {name} | Size | Rates | Who |\n| --- | --- | --- | --- |\n{rows}\n");
            assert!(document.contains(&table), "docs/authorisation.md must have this table:\n\n{table}");
        }
    }

    #[test]
    fn routes_are_listed_once() {
        for doors in [HTTP_DOORS, PLAIN_DOORS] {
            for (at, door) in doors.iter().enumerate() {
                let is_other = |other: &HttpDoor| {
                    other.route != door.route && (other.path, other.method) != (door.path, door.method)
                };
                assert!(doors.iter().skip(at + 1).all(is_other), "{door:?}");
            }
        }
    }
}

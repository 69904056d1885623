//! Any frame and any body.

use beseda_model::{
    AccountId, BlobId, Code, ConversationId, ConversationKind, DeviceId, Fingerprint, GroupLinkId, MessageId, ReportId,
    Timestamp, Username,
};
use beseda_wire::error::ProblemData;
use beseda_wire::http::{
    AccountByRoot, AddDevice, Challenge, CheckPhoneCode, GifProvider, LinkReveal, LinkStarted, LinkState, MapOffer,
    PhoneCodeSent, PhoneHolder, PhoneOffer, PhoneVerified, PollLink, Proof, Registration, RequestPhoneCode,
    ResetIdentity, ServerInfo, Session, SignIn, SignInTicket, SignUp, StartLink, Wake, Woken,
};
use beseda_wire::request::{
    Append, CommitBundle, Create, Hello, MakeGroupLink, Report, ReportReason, ReportedMessage, RootProof, Succeed,
    Welcome,
};
use beseda_wire::state::{
    AccountCard, Ask, AskOutcome, Audience, Change, ConversationState, DeviceLogEntry, Entry, EntryClass,
    GroupLinkState, KeyPackage, Muted, Presence, PrivacySettings, Profile, PushSubscription,
};
use beseda_wire::{Bytes, ClientFrame, Problem, Push, Reply, Request, ServerFrame};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;
use serde::{Deserialize, Serialize};

fn account() -> impl Strategy<Value = AccountId> + Clone {
    any::<[u8; 16]>().prop_map(AccountId::from_bytes)
}

fn device() -> impl Strategy<Value = DeviceId> + Clone {
    any::<[u8; 16]>().prop_map(DeviceId::from_bytes)
}

fn conversation() -> impl Strategy<Value = ConversationId> + Clone {
    any::<[u8; 16]>().prop_map(ConversationId::from_bytes)
}

fn blob() -> impl Strategy<Value = BlobId> {
    any::<[u8; 32]>().prop_map(BlobId::from_bytes)
}

fn root() -> impl Strategy<Value = Fingerprint> {
    any::<[u8; 32]>().prop_map(Fingerprint::from_bytes)
}

fn at() -> impl Strategy<Value = Timestamp> + Clone {
    any::<u64>().prop_map(Timestamp::from_millis)
}

fn bytes() -> impl Strategy<Value = Bytes> + Clone {
    vec(any::<u8>(), 0..20).prop_map(Bytes)
}

fn text() -> impl Strategy<Value = String> + Clone {
    "(?s).{0,12}"
}

fn username() -> impl Strategy<Value = Username> {
    "[a-z][a-z0-9]{2,8}".prop_map(|name| name.parse().unwrap())
}

fn entry_bytes() -> impl Strategy<Value = DeviceLogEntry> {
    bytes().prop_map(DeviceLogEntry)
}

fn class() -> impl Strategy<Value = EntryClass> {
    prop_oneof![Just(EntryClass::Counted), Just(EntryClass::Silent), Just(EntryClass::Handshake)]
}

fn kind() -> impl Strategy<Value = ConversationKind> {
    prop_oneof![Just(ConversationKind::Direct), Just(ConversationKind::Group), Just(ConversationKind::Notes)]
}

fn audience() -> impl Strategy<Value = Audience> {
    prop_oneof![Just(Audience::Everyone), Just(Audience::Contacts), Just(Audience::Nobody)]
}

fn privacy() -> impl Strategy<Value = PrivacySettings> {
    (audience(), audience(), audience(), any::<bool>(), any::<bool>()).prop_map(
        |(requests, group_adds, presence, read_marks, searchable)| PrivacySettings {
            requests,
            group_adds,
            presence,
            read_marks,
            searchable,
        },
    )
}

fn link() -> impl Strategy<Value = GroupLinkId> + Clone {
    any::<[u8; 16]>().prop_map(GroupLinkId::from_bytes)
}

fn outcome() -> impl Strategy<Value = AskOutcome> {
    prop_oneof![
        Just(AskOutcome::Waiting),
        Just(AskOutcome::Joined),
        Just(AskOutcome::Declined),
        Just(AskOutcome::Lapsed)
    ]
}

fn group_link() -> impl Strategy<Value = GroupLinkState> {
    (link(), account(), at(), option::of(at()), option::of(any::<u32>()), bytes()).prop_map(
        |(link, by, made_at, expires_at, left, body)| GroupLinkState { link, by, made_at, expires_at, left, body },
    )
}

fn ask() -> impl Strategy<Value = Ask> {
    (account(), link(), at(), option::of(at()), bytes(), bytes())
        .prop_map(|(account, link, at, taken_until, proof, body)| Ask { account, link, at, taken_until, proof, body })
}

fn presence() -> impl Strategy<Value = Presence> {
    (account(), any::<bool>(), option::of(at())).prop_map(|(account, online, last_seen)| Presence {
        account,
        online,
        last_seen,
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    (any::<u64>(), class(), any::<u64>(), at(), option::of(bytes()), option::of(bytes()), option::of(at())).prop_map(
        |(seq, class, count, at, body, body_hash, expires_at)| Entry {
            seq,
            class,
            count,
            at,
            body,
            body_hash,
            expires_at,
        },
    )
}

prop_compose! {
    fn conversation_state()(
        conversation in conversation(), kind in kind(), generation: u32, epoch: u64, first_seq: u64, last_seq: u64,
        count: u64, marks: [u64; 3], flags: [bool; 2],
        due in vec(device(), 0..3), request_from in option::of(account()), asking: u32,
    ) -> ConversationState {
        let [delivered, read, read_count] = marks;
        let [member, joined] = flags;
        ConversationState {
            conversation, kind, generation, epoch, first_seq, last_seq, count, member, joined, delivered, read,
            read_count, due, request_from, asking,
        }
    }
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        conversation_state().prop_map(Change::Conversation),
        (conversation(), account(), any::<[u64; 2]>()).prop_map(|(conversation, account, [delivered, read])| {
            Change::Receipt { conversation, account, delivered, read }
        }),
        (conversation(), any::<u64>()).prop_map(|(conversation, seq)| Change::Welcome { conversation, seq }),
        (account(), any::<u32>(), root()).prop_map(|(account, version, root)| Change::DeviceLog {
            account,
            version,
            root
        }),
        (account(), any::<u64>()).prop_map(|(account, version)| Change::Profile { account, version }),
        (privacy(), vec(account(), 0..3), option::of(username()), any::<bool>())
            .prop_map(|(privacy, blocked, username, phone)| { Change::Settings { privacy, blocked, username, phone } }),
        (conversation(), at(), outcome()).prop_map(|(conversation, at, outcome)| Change::Asked {
            conversation,
            at,
            outcome
        }),
        any::<u32>().prop_map(|left| Change::KeysLow { left }),
    ]
}

pub(crate) fn push() -> impl Strategy<Value = Push> {
    prop_oneof![
        (conversation(), entry()).prop_map(|(conversation, entry)| Push::Entry { conversation, entry }),
        (conversation(), vec(any::<u64>(), 0..3)).prop_map(|(conversation, seqs)| Push::Blanked { conversation, seqs }),
        change().prop_map(Push::Change),
        (conversation(), device(), bytes()).prop_map(|(conversation, device, body)| Push::Whisper {
            conversation,
            device,
            body
        }),
        presence().prop_map(Push::Presence),
        (text(), device(), bytes(), bytes()).prop_map(|(code, device, signature_key, nonce)| Push::LinkRevealed {
            code,
            device,
            signature_key,
            nonce
        }),
        Just(Push::Resync),
        Just(Push::SignedOut),
        any::<u32>().prop_map(|reconnect_ms| Push::Closing { reconnect_ms }),
    ]
}

prop_compose! {
    fn problem()(
        code in proptest::sample::select(Code::ALL), detail in text(), retry_after_ms: Option<u64>,
        data in option::of((option::of(text()), any::<Option<u64>>(), option::of(conversation()), any::<Option<u32>>(),
            any::<Option<u64>>(), vec(device(), 0..3), any::<Option<u32>>(), any::<Option<u64>>(), option::of(text()))),
    ) -> Problem {
        let data = data.map(|(limit, limit_value, conversation, generation, epoch, due, tries_left, offset, request)| ProblemData {
            limit, limit_value, conversation, generation, epoch, due, tries_left, offset, request,
        });
        Problem { code, detail, retry_after_ms, data }
    }
}

fn reply() -> impl Strategy<Value = Reply> {
    let strategies: Vec<BoxedStrategy<Reply>> =
        vec![
            Just(Reply::Done).boxed(),
            (account(), device(), bytes(), any::<u64>(), any::<u32>(), at())
                .prop_map(|(account, device, store_epoch, send_no, feature, now)| Reply::Hello {
                    account,
                    device,
                    store_epoch,
                    send_no,
                    feature,
                    now,
                })
                .boxed(),
            (any::<u64>(), at()).prop_map(|(seq, at)| Reply::Appended { seq, at }).boxed(),
            (vec(entry(), 0..3), any::<u64>()).prop_map(|(entries, last_seq)| Reply::Log { entries, last_seq }).boxed(),
            (vec(change(), 0..4), bytes(), any::<bool>())
                .prop_map(|(changes, cursor, more)| Reply::Sync { changes, cursor, more })
                .boxed(),
            (bytes(), bytes(), any::<u64>(), bytes(), vec(bytes(), 0..3))
                .prop_map(|(group_info, tree, last_seq, chain, proposals)| Reply::GroupInfo {
                    group_info,
                    tree,
                    last_seq,
                    chain,
                    proposals,
                })
                .boxed(),
            (bytes(), bytes(), any::<u64>(), bytes())
                .prop_map(|(message, tree, seq, chain)| Reply::Welcome { message, tree, seq, chain })
                .boxed(),
            (vec((device(), bytes(), any::<bool>()), 0..3), any::<u32>())
                .prop_map(|(packages, count)| {
                    let packages = packages.into_iter().map(|(device, package, last_resort)| KeyPackage {
                        device,
                        package,
                        last_resort,
                    });
                    Reply::Keys { packages: packages.collect(), count }
                })
                .boxed(),
            (vec(entry_bytes(), 0..3), bytes()).prop_map(|(entries, root)| Reply::DeviceLog { entries, root }).boxed(),
            bytes().prop_map(|commitment| Reply::Link { commitment }).boxed(),
            vec((account(), option::of(username()), root(), any::<u32>()), 0..3)
                .prop_map(|accounts| {
                    let accounts = accounts.into_iter().map(|(account, username, root, device_log_version)| {
                        AccountCard { account, username, root, device_log_version }
                    });
                    Reply::Accounts { accounts: accounts.collect() }
                })
                .boxed(),
            vec((account(), any::<u64>(), bytes()), 0..3)
                .prop_map(|profiles| {
                    let profiles =
                        profiles.into_iter().map(|(account, version, body)| Profile { account, version, body });
                    Reply::Profiles { profiles: profiles.collect() }
                })
                .boxed(),
            vec(presence(), 0..3).prop_map(|accounts| Reply::Presence { accounts }).boxed(),
            vec(group_link(), 0..3).prop_map(|links| Reply::GroupLinks { links }).boxed(),
            (conversation(), bytes()).prop_map(|(conversation, body)| Reply::GroupLink { conversation, body }).boxed(),
            conversation().prop_map(|conversation| Reply::Asked { conversation }).boxed(),
            vec(ask(), 0..3).prop_map(|asks| Reply::Asks { asks }).boxed(),
            vec(blob(), 0..3).prop_map(|gone| Reply::BlobsKept { gone }).boxed(),
            (any::<u64>(), any::<u64>()).prop_map(|(used, allowed)| Reply::BlobUse { used, allowed }).boxed(),
        ];
    Union::new(strategies)
}

pub(crate) fn server_frame() -> impl Strategy<Value = ServerFrame> {
    prop_oneof![
        (any::<u32>(), reply()).prop_map(|(id, re)| ServerFrame::Ok { id, re }),
        (any::<u32>(), problem()).prop_map(|(id, why)| ServerFrame::Err { id, why }),
        push().prop_map(ServerFrame::Push),
    ]
}

prop_compose! {
    fn bundle()(commit in bytes(), group_info in bytes(), welcome in option::of((bytes(), vec(device(), 0..3)))) -> CommitBundle {
        let welcome = welcome.map(|(message, devices)| Welcome { message, devices });
        CommitBundle { commit, group_info, welcome }
    }
}

fn of_conversation(make: fn(ConversationId) -> Request) -> BoxedStrategy<Request> {
    conversation().prop_map(make).boxed()
}

fn log_requests() -> Vec<BoxedStrategy<Request>> {
    vec![
        (text(), any::<u32>()).prop_map(|(token, feature)| Request::Hello(Hello { token, feature })).boxed(),
        Just(Request::Ping).boxed(),
        (bytes(), class(), option::of(at()), vec(any::<u64>(), 0..3))
            .prop_map(|(message, class, expires_at, blank)| {
                Request::Append(Append { message, class, expires_at, blank })
            })
            .boxed(),
        bytes().prop_map(|message| Request::Propose { message }).boxed(),
        bundle().prop_map(Request::Commit).boxed(),
        (conversation(), any::<u64>(), any::<u32>())
            .prop_map(|(conversation, from, limit)| Request::Log { conversation, from, limit })
            .boxed(),
        (option::of(bytes()), any::<u32>()).prop_map(|(cursor, limit)| Request::Sync { cursor, limit }).boxed(),
        (conversation(), any::<Option<u64>>(), any::<Option<u64>>())
            .prop_map(|(conversation, delivered, read)| Request::Mark { conversation, delivered, read })
            .boxed(),
        (conversation(), bytes()).prop_map(|(conversation, body)| Request::Whisper { conversation, body }).boxed(),
        (conversation(), kind(), bytes(), bytes(), option::of(bundle()))
            .prop_map(|(conversation, kind, group_info, tree, commit)| {
                Request::Create(Create { conversation, kind, group_info, tree, commit })
            })
            .boxed(),
        (bytes(), bytes(), option::of(bundle()))
            .prop_map(|(group_info, tree, commit)| Request::Succeed(Succeed { group_info, tree, commit }))
            .boxed(),
        of_conversation(|conversation| Request::GroupInfo { conversation }),
        of_conversation(|conversation| Request::Welcome { conversation }),
        (conversation(), any::<u64>())
            .prop_map(|(conversation, seq)| Request::WelcomeDone { conversation, seq })
            .boxed(),
        (conversation(), any::<u64>())
            .prop_map(|(conversation, seq)| Request::ReportCommit { conversation, seq })
            .boxed(),
        (conversation(), any::<bool>())
            .prop_map(|(conversation, accept)| Request::AnswerStranger { conversation, accept })
            .boxed(),
    ]
}

fn account_requests() -> Vec<BoxedStrategy<Request>> {
    vec![
        (vec(bytes(), 0..3), option::of(bytes()))
            .prop_map(|(packages, last_resort)| Request::PublishKeys { packages, last_resort })
            .boxed(),
        Just(Request::CountKeys).boxed(),
        (account(), vec(device(), 0..3)).prop_map(|(account, devices)| Request::ClaimKeys { account, devices }).boxed(),
        (account(), any::<u32>()).prop_map(|(account, from)| Request::DeviceLog { account, from }).boxed(),
        entry_bytes().prop_map(|entry| Request::AppendDeviceLog { entry }).boxed(),
        (text(), bytes()).prop_map(|(code, nonce)| Request::OpenLink { code, nonce }).boxed(),
        (text(), entry_bytes()).prop_map(|(code, entry)| Request::ApproveLink { code, entry }).boxed(),
        text().prop_map(|code| Request::RefuseLink { code }).boxed(),
        Just(Request::SignOut).boxed(),
        text().prop_map(|username| Request::FindAccounts { username }).boxed(),
        vec(account(), 0..3).prop_map(|accounts| Request::Accounts { accounts }).boxed(),
        option::of(username()).prop_map(|username| Request::SetUsername { username }).boxed(),
        (option::of(text()), option::of((bytes(), bytes())), text())
            .prop_map(|(current, proof, new)| {
                let proof = proof.map(|(root, signature)| RootProof { root, signature });
                Request::SetPassword { current, proof, new }
            })
            .boxed(),
        option::of(text()).prop_map(|attempt| Request::SetPhone { attempt }).boxed(),
        bytes().prop_map(|body| Request::SetProfile { body }).boxed(),
        vec(account(), 0..3).prop_map(|accounts| Request::Profiles { accounts }).boxed(),
        privacy().prop_map(|privacy| Request::SetPrivacy { privacy }).boxed(),
        (account(), any::<bool>()).prop_map(|(account, blocked)| Request::Block { account, blocked }).boxed(),
        vec(account(), 0..3).prop_map(|accounts| Request::WatchPresence { accounts }).boxed(),
        (option::of(push_subscription()), vec((conversation(), option::of(at())), 0..3))
            .prop_map(|(subscription, muted)| {
                let muted = muted.into_iter().map(|(conversation, until)| Muted { conversation, until }).collect();
                Request::SetPushSubscription { subscription, muted }
            })
            .boxed(),
    ]
}

fn push_subscription() -> impl Strategy<Value = PushSubscription> {
    (text(), bytes(), bytes(), any::<bool>()).prop_map(|(endpoint, p256dh, auth, quietly)| PushSubscription {
        endpoint,
        p256dh,
        auth,
        quietly,
    })
}

fn report() -> impl Strategy<Value = Report> {
    let id = || any::<[u8; 16]>();
    let said = (account(), id(), at(), text()).prop_map(|(author, id, at, text)| ReportedMessage {
        author,
        id: MessageId::from_bytes(id),
        at,
        text,
    });
    let reason = prop_oneof![Just(ReportReason::Spam), Just(ReportReason::Illegal), Just(ReportReason::Other)];
    (id(), account(), option::of(conversation()), reason, text(), vec(said, 0..3)).prop_map(
        |(report, about, conversation, reason, note, messages)| Report {
            report: ReportId::from_bytes(report),
            about,
            conversation,
            reason,
            note,
            messages,
        },
    )
}

fn link_requests() -> Vec<BoxedStrategy<Request>> {
    vec![
        vec(entry_bytes(), 0..3).prop_map(|entries| Request::DeleteAccount { entries }).boxed(),
        report().prop_map(Request::Report).boxed(),
        option::of(bytes()).prop_map(|token| Request::SetPersonLink { token }).boxed(),
        bytes().prop_map(|token| Request::PersonByLink { token }).boxed(),
        (link(), conversation(), bytes(), bytes(), option::of(at()), option::of(any::<u32>()))
            .prop_map(|(link, conversation, token, body, expires_at, uses)| {
                Request::MakeGroupLink(MakeGroupLink { link, conversation, token, body, expires_at, uses })
            })
            .boxed(),
        conversation().prop_map(|conversation| Request::GroupLinks { conversation }).boxed(),
        (conversation(), link())
            .prop_map(|(conversation, link)| Request::RevokeGroupLink { conversation, link })
            .boxed(),
        bytes().prop_map(|token| Request::ShowGroupLink { token }).boxed(),
        (bytes(), bytes()).prop_map(|(token, proof)| Request::AskToJoin { token, proof }).boxed(),
        conversation().prop_map(|conversation| Request::WithdrawAsk { conversation }).boxed(),
        conversation().prop_map(|conversation| Request::Asks { conversation }).boxed(),
        (conversation(), account(), any::<bool>())
            .prop_map(|(conversation, account, accept)| Request::AnswerAsk { conversation, account, accept })
            .boxed(),
        vec(blob(), 0..3).prop_map(|blobs| Request::KeepBlobs { blobs }).boxed(),
        vec(blob(), 0..3).prop_map(|blobs| Request::LetBlobsGo { blobs }).boxed(),
        Just(Request::BlobUse).boxed(),
    ]
}

pub(crate) fn client_frame() -> impl Strategy<Value = ClientFrame> {
    let requests: Vec<_> = log_requests().into_iter().chain(account_requests()).chain(link_requests()).collect();
    (any::<u32>(), Union::new(requests)).prop_map(|(id, request)| ClientFrame { id, request })
}

/// One of the bodies, so that one test sees them all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum HttpBody {
    ServerInfo(ServerInfo),
    RequestPhoneCode(RequestPhoneCode),
    PhoneCodeSent(PhoneCodeSent),
    CheckPhoneCode(CheckPhoneCode),
    PhoneVerified(PhoneVerified),
    Challenge(Challenge),
    SignUp(Box<SignUp>),
    Session(Session),
    AccountByRoot(AccountByRoot),
    AddDevice(AddDevice),
    SignIn(SignIn),
    SignInTicket(SignInTicket),
    ResetIdentity(ResetIdentity),
    StartLink(StartLink),
    LinkStarted(LinkStarted),
    PollLink(PollLink),
    LinkState(LinkState),
    Wake(Wake),
    Woken(Box<Woken>),
}

fn session() -> impl Strategy<Value = Session> {
    (account(), device(), text()).prop_map(|(account, device, token)| Session { account, device, token })
}

fn link_state() -> impl Strategy<Value = LinkState> {
    prop_oneof![
        Just(LinkState::Waiting),
        (account(), root(), bytes()).prop_map(|(account, root, nonce)| LinkState::Opened { account, root, nonce }),
        Just(LinkState::Comparing),
        (session(), vec(entry_bytes(), 0..3), bytes()).prop_map(|(session, device_log, root)| LinkState::Approved {
            session,
            device_log,
            root
        }),
        Just(LinkState::Refused),
    ]
}

prop_compose! {
    fn sign_up()(
        account in account(), root in bytes(), entry in entry_bytes(), username in option::of(username()),
        password in option::of(text()), proof in option::of(proof()), invite in option::of(text()),
        phone in option::of(text()),
    ) -> SignUp {
        SignUp { account, root, entry, username, password, proof, invite, phone }
    }
}

fn proof() -> impl Strategy<Value = Proof> {
    (bytes(), any::<u64>(), bytes()).prop_map(|(challenge, nonce, signature)| Proof { challenge, nonce, signature })
}

fn gif_provider() -> impl Strategy<Value = Option<GifProvider>> {
    option::of(prop_oneof![Just(GifProvider::Giphy), Just(GifProvider::Tenor), Just(GifProvider::Other)])
}

fn map_offer() -> impl Strategy<Value = Option<MapOffer>> {
    option::of((text(), any::<u8>()).prop_map(|(attribution, max_zoom)| MapOffer { attribution, max_zoom }))
}

pub(crate) fn http_body() -> impl Strategy<Value = HttpBody> {
    let registration = prop_oneof![Just(Registration::Open), Just(Registration::Invite), Just(Registration::Closed)];
    let offer = prop_oneof![Just(PhoneOffer::Off), Just(PhoneOffer::Optional), Just(PhoneOffer::Required)];
    let strategies: Vec<BoxedStrategy<HttpBody>> = vec![
        (
            text(),
            text(),
            any::<u32>(),
            registration,
            any::<bool>(),
            bytes(),
            offer,
            (option::of(text()), any::<bool>(), vec(text(), 0..4), any::<bool>(), gif_provider(), map_offer()),
        )
            .prop_map(|(name, version, feature, registration, password_required, push_key, phone, rest)| {
                let (phone_region, drives, drive_providers, previews, gifs, map) = rest;
                HttpBody::ServerInfo(ServerInfo {
                    name,
                    version,
                    feature,
                    registration,
                    password_required,
                    push_key,
                    phone,
                    phone_region,
                    drives,
                    drive_providers,
                    previews,
                    gifs,
                    map,
                })
            })
            .boxed(),
        (text(), option::of(text()), option::of(text()), text())
            .prop_map(|(phone, region, language, attempt)| {
                HttpBody::RequestPhoneCode(RequestPhoneCode { phone, region, language, attempt })
            })
            .boxed(),
        (text(), any::<u8>(), any::<u64>(), any::<u64>())
            .prop_map(|(phone, digits, resend_after_s, expires_after_s)| {
                HttpBody::PhoneCodeSent(PhoneCodeSent { phone, digits, resend_after_s, expires_after_s })
            })
            .boxed(),
        (text(), text()).prop_map(|(attempt, code)| HttpBody::CheckPhoneCode(CheckPhoneCode { attempt, code })).boxed(),
        (any::<u64>(), option::of(option::of(account())))
            .prop_map(|(expires_after_s, holder)| {
                let holder = holder.map(|reset| PhoneHolder { reset });
                HttpBody::PhoneVerified(PhoneVerified { expires_after_s, holder })
            })
            .boxed(),
        (bytes(), any::<u8>(), at())
            .prop_map(|(challenge, bits, expires_at)| HttpBody::Challenge(Challenge { challenge, bits, expires_at }))
            .boxed(),
        sign_up().prop_map(|body| HttpBody::SignUp(Box::new(body))).boxed(),
        session().prop_map(HttpBody::Session).boxed(),
        (account(), entry_bytes(), proof())
            .prop_map(|(account, entry, proof)| HttpBody::AddDevice(AddDevice { account, entry, proof }))
            .boxed(),
        (username(), text()).prop_map(|(username, password)| HttpBody::SignIn(SignIn { username, password })).boxed(),
        (account(), root(), text())
            .prop_map(|(account, root, ticket)| HttpBody::SignInTicket(SignInTicket { account, root, ticket }))
            .boxed(),
        (text(), bytes(), entry_bytes())
            .prop_map(|(ticket, root, entry)| HttpBody::ResetIdentity(ResetIdentity { ticket, root, entry }))
            .boxed(),
        bytes().prop_map(|commitment| HttpBody::StartLink(StartLink { commitment })).boxed(),
        (text(), text(), at())
            .prop_map(|(code, secret, expires_at)| HttpBody::LinkStarted(LinkStarted { code, secret, expires_at }))
            .boxed(),
        (text(), option::of((device(), bytes(), bytes())))
            .prop_map(|(secret, reveal)| {
                let reveal = reveal.map(|(device, signature_key, nonce)| LinkReveal { device, signature_key, nonce });
                HttpBody::PollLink(PollLink { secret, reveal })
            })
            .boxed(),
        link_state().prop_map(HttpBody::LinkState).boxed(),
        (text(), any::<u32>(), vec(client_frame(), 0..2))
            .prop_map(|(token, feature, requests)| HttpBody::Wake(Wake { token, feature, requests }))
            .boxed(),
        (text(), reply(), vec(server_frame(), 0..2))
            .prop_map(|(token, hello, answers)| HttpBody::Woken(Box::new(Woken { token, hello, answers })))
            .boxed(),
    ];
    Union::new(strategies)
}

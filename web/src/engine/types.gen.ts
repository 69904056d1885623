// Generated from the engine's Rust types by `cargo xtask gen`. Do not edit.

/**
 * What the server says of an account to others.
 */
export type AccountCard = {
/**
 * Which account.
 */
account: AccountId,
/**
 * Its username, if it has one.
 */
username?: Username | null,
/**
 * Its root key's fingerprint.
 */
root: Fingerprint,
/**
 * Its device log's last version.
 */
device_log_version: number, };

/**
 * A person on one server.
 */
export type AccountId = string;

/**
 * Another person.
 */
export type AccountView = {
/**
 * Which account.
 */
account: AccountId,
/**
 * The name to show: nickname, else profile name, else username, else a short form of the id.
 */
name: string,
/**
 * The name that this person gives them.
 */
nickname: string | null,
/**
 * The username.
 */
username: string | null,
/**
 * The picture.
 */
picture: number | null,
/**
 * Some words about themselves.
 */
bio: string,
/**
 * Their status, if it holds now.
 */
status: string,
/**
 * The root key's fingerprint.
 */
root: Fingerprint | null,
/**
 * Whether the safety number was compared with this root key.
 */
verified: boolean,
/**
 * Whether the root key is another than the one first seen, and this was not acknowledged.
 */
identity_changed: boolean,
/**
 * Whether blocked.
 */
blocked: boolean,
/**
 * Whether they have asked to talk and wait for this person's answer.
 */
asking: boolean,
/**
 * Whether they have deleted their account.
 */
deleted: boolean,
/**
 * Whether there; none if not known or not shown.
 */
online: boolean | null,
/**
 * When last seen.
 */
last_seen: Timestamp | null, };

/**
 * Where a page of a timeline starts.
 */
export type Anchor = "end" | { "before": number } | { "after": number } | { "around": number } | "first_unread" | { "since": Timestamp };

/**
 * The answer to the [`Query`] of the same name.
 */
export type Answer = { "query": "connection", "answer": ConnectionState } | { "query": "me", "answer": Me | null } | { "query": "phone", "answer": PhoneView | null } | { "query": "conversations", "answer": Array<ConversationView> } | { "query": "folders", "answer": Array<FolderView> } | { "query": "stickers", "answer": Stickers } | { "query": "live_shares", "answer": Array<LiveShare> } | { "query": "pack", "answer": PackView | null } | { "query": "pack_content", "answer": string | null } | { "query": "conversation", "answer": ConversationView | null } | { "query": "timeline", "answer": TimelinePage } | { "query": "message", "answer": MessageView | null } | { "query": "row", "answer": number | null } | { "query": "details", "answer": MessageInfo | null } | { "query": "file", "answer": FileView | null } | { "query": "file_use", "answer": FileUse } | { "query": "fetching", "answer": Fetching } | { "query": "drives", "answer": Array<DriveView> } | { "query": "drive_call", "answer": DriveCall | null } | { "query": "grant_call", "answer": DriveCall | null } | { "query": "estimate", "answer": Estimate } | { "query": "shared", "answer": Array<SharedView> } | { "query": "linked", "answer": Array<MessageView> } | { "query": "deeds", "answer": Deeds | null } | { "query": "pins", "answer": Array<MessageView> } | { "query": "members", "answer": MembersView | null } | { "query": "asks", "answer": Array<AskView> } | { "query": "own_asks", "answer": Array<OwnAskView> } | { "query": "people", "answer": Array<AccountView> } | { "query": "person", "answer": AccountView } | { "query": "devices", "answer": Array<DeviceView> } | { "query": "safety_number", "answer": Array<string> | null } | { "query": "key_history", "answer": Array<KeyChange> } | { "query": "phrase", "answer": string | null } | { "query": "phrase_questions", "answer": Array<number> } | { "query": "warnings", "answer": Array<Warning> } | { "query": "notifications", "answer": NotificationSettings } | { "query": "news", "answer": News } | { "query": "waiting", "answer": Array<Waiting> } | { "query": "pending", "answer": number } | { "query": "search", "answer": Array<SearchHit> } | { "query": "markup", "answer": FormattedText } | { "query": "source", "answer": string } | { "query": "covered", "answer": string } | { "query": "person_card", "answer": ContactCard | null } | { "query": "read_cards", "answer": Array<ContactCard> } | { "query": "write_cards", "answer": string } | { "query": "safe_link", "answer": boolean };

/**
 * Why a request to join does not hold.
 */
export type AskDoubt = "unknown" | "malformed" | "other_link" | "maker" | "expired" | "no_link";

/**
 * `POST /api/v1/map-tiles`: a square of the map.
 */
export type AskMapTile = {
/**
 * How far one looks into it: at 0 the whole earth is one square.
 */
zoom: number,
/**
 * Which, from the west.
 */
x: number,
/**
 * Which, from the north.
 */
y: number, };

/**
 * What has become of a request to join a group.
 */
export type AskOutcome = "waiting" | "joined" | "declined" | "lapsed";

/**
 * Somebody who asks to join a group.
 */
export type AskView = {
/**
 * To join which group.
 */
conversation: ConversationId,
/**
 * Who.
 */
who: AccountView,
/**
 * When they asked.
 */
at: Timestamp,
/**
 * By which link.
 */
link: GroupLinkId,
/**
 * Why the request does not hold, so that nobody can be let in by it.
 */
doubt: AskDoubt | null,
/**
 * Whether a device is about to add them.
 */
being_added: boolean, };

/**
 * A file that is to go with a message.
 */
export type AttachmentDraft = {
/**
 * Which.
 */
file: number,
/**
 * What it is called.
 */
name: string,
/**
 * Its media type.
 */
media_type: string,
/**
 * How it is shown.
 */
media: Media,
/**
 * A picture of a few bytes (ThumbHash).
 */
preview: string | null,
/**
 * A picture that stands for it, sealed as well: at most 512 KiB.
 */
cover: number | null,
/**
 * How a text begins: of more than 12 lines or 1,000 bytes, what is too much is cut off.
 */
excerpt?: string, };

/**
 * A file that goes with a message.
 */
export type AttachmentView = {
/**
 * Which.
 */
file: number,
/**
 * What it is called: no path, and nothing that could be taken for one.
 */
name: string,
/**
 * Its media type, as its sender told it.
 */
media_type: string,
/**
 * How it is shown.
 */
media: Media,
/**
 * A picture of a few bytes (ThumbHash).
 */
preview: string | null,
/**
 * A picture that stands for it: what a film begins with, the cover of a record, the first page of a document.
 */
cover: number | null,
/**
 * How a text begins, as its sender's device told; empty if it is none.
 */
excerpt?: string,
/**
 * Bytes.
 */
size: number,
/**
 * Whether it is fetched without anybody asking for it.
 */
automatic: boolean, };

/**
 * Who may see something.
 */
export type Audience = "everyone" | "contacts" | "nobody";

/**
 * SHA-256 over a blob's bytes, which are encrypted already: its name, and the right to have it. Nobody guesses it, as
 * every blob is encrypted under a key of its own; so it is in no log.
 */
export type BlobId = string;

/**
 * What a row shows.
 */
export type Body = { "body": "text",
/**
 * Without markup.
 */
text: string,
/**
 * Formatting.
 */
entities: Array<Entity>,
/**
 * Files, in the order in which they are shown.
 */
attachments: Array<AttachmentView>,
/**
 * A place.
 */
place?: PlaceView,
/**
 * People's cards.
 */
contacts?: Array<ContactCard>,
/**
 * A page that the text links to.
 */
preview?: LinkPreviewView, } | { "body": "once",
/**
 * What it is.
 */
kind: OnceKind,
/**
 * How far it is.
 */
state: OnceState,
/**
 * The file, for others than its author, while it is not opened or is open.
 */
file: AttachmentView | null,
/**
 * What was said with it, while it is open.
 */
text: string,
/**
 * The text's formatting.
 */
entities: Array<Entity>, } | { "body": "deleted",
/**
 * By whom.
 */
by: AccountId, } | { "body": "system",
/**
 * What.
 */
event: SystemEvent, } | { "body": "unsupported",
/**
 * The kind's name.
 */
kind: string, } | { "body": "unreadable",
/**
 * Why.
 */
why: Unreadable,
/**
 * How far its healing is.
 */
healing: Healing, };

/**
 * Why a request was refused. A code is added only when a consumer acts upon it.
 */
export type Code = "BAD_REQUEST" | "TOO_LARGE" | "RATE_LIMITED" | "OVERLOADED" | "UNAUTHORIZED" | "DEVICE_REVOKED" | "WRONG_CREDENTIALS" | "FORBIDDEN" | "NOT_FOUND" | "TAKEN" | "NOT_A_MEMBER" | "STALE_EPOCH" | "COMMIT_DUE" | "JOIN_LATER" | "INVALID_COMMIT" | "INVALID_DEVICE_LOG" | "KEY_PACKAGE_USED" | "ALREADY_EXISTS" | "NOT_ACCEPTED" | "REQUEST_PENDING" | "INVALID_PHONE" | "PHONE_NOT_SERVED" | "WRONG_CODE" | "CODE_EXPIRED" | "QUOTA_EXCEEDED" | "WRONG_OFFSET" | "WRONG_CHECKSUM" | "STORAGE_FULL" | "DRIVE_UNREACHABLE" | "DRIVE_EXPIRED" | "SIGN_UP_REFUSED" | "STORE_EPOCH_CHANGED" | "OUT_OF_ORDER" | "PROFILE_COPIED" | "UPDATE_REQUIRED" | "INTERNAL" | "UNKNOWN";

/**
 * Something that a person wants.
 *
 * Commands that change a conversation are accepted into the outbox at once ([`Outcome::Queued`] or [`Outcome::Done`])
 * and carried out when the network allows; joining a server, searching and linking need the server and end when it has
 * answered.
 */
export type Command = { "command": "sign_up",
/**
 * `http(s)://host[:port]`.
 */
server: string,
/**
 * How people may find the account.
 */
username: string | null,
/**
 * With a username only.
 */
password: string | null,
/**
 * Where the server asks for one.
 */
invite: string | null,
/**
 * Whether the account gets the number that was verified ([`Command::CheckCode`]); whoever had it has it no more.
 */
phone: boolean,
/**
 * What this device is called in the list of devices.
 */
device_name: string, } | { "command": "recover",
/**
 * See `SignUp`.
 */
server: string,
/**
 * 24 words.
 */
phrase: string,
/**
 * See `SignUp`.
 */
device_name: string, } | { "command": "start_link",
/**
 * See `SignUp`.
 */
server: string,
/**
 * See `SignUp`.
 */
device_name: string, } | { "command": "reset_identity",
/**
 * See `SignUp`.
 */
server: string,
/**
 * Whose.
 */
username: string,
/**
 * The password.
 */
password: string,
/**
 * See `SignUp`.
 */
device_name: string, } | { "command": "reset_by_phone",
/**
 * See `SignUp`.
 */
device_name: string, } | { "command": "request_code",
/**
 * See `SignUp`; none for the own account's server.
 */
server: string | null,
/**
 * As typed.
 */
phone: string,
/**
 * The two letters of the country of a number without a country's code.
 */
region: string | null,
/**
 * The language of the message: `ru` or `en`.
 */
language: string | null, } | { "command": "check_code",
/**
 * The code; spaces do not count.
 */
code: string, } | { "command": "set_phone" } | { "command": "remove_phone" } | { "command": "open_link",
/**
 * As shown by the new device.
 */
code: string, } | { "command": "approve_link",
/**
 * The request's code.
 */
code: string, } | { "command": "refuse_link",
/**
 * The request's code.
 */
code: string, } | { "command": "confirm_phrase",
/**
 * Words that the person was asked for, each with its place from 1 on
 * ([`crate::identity::phrase::questions`]); none where the person's word is enough.
 */
words: Array<[number, string]>, } | { "command": "new_phrase",
/**
 * The present one.
 */
phrase: string, } | { "command": "remove_device",
/**
 * Which.
 */
device: DeviceId, } | { "command": "sign_out" } | { "command": "delete_account",
/**
 * The username; without one, the last eight characters of the account's id.
 */
confirm: string, } | { "command": "find_accounts",
/**
 * Its beginning.
 */
username: string, } | { "command": "set_profile",
/**
 * The profile.
 */
profile: ProfileDraft, } | { "command": "set_privacy",
/**
 * The settings.
 */
privacy: PrivacySettings, } | { "command": "set_username",
/**
 * The new one.
 */
username: string | null, } | { "command": "set_password",
/**
 * The present one.
 */
current: string | null,
/**
 * The present recovery phrase in its place, from who has forgotten it.
 */
phrase: string | null,
/**
 * The new one.
 */
new: string, } | { "command": "block",
/**
 * Whom.
 */
account: AccountId,
/**
 * Whether blocked from now on.
 */
blocked: boolean, } | { "command": "report",
/**
 * Of whom.
 */
about: AccountId,
/**
 * Where it was.
 */
conversation: ConversationId | null,
/**
 * Messages that the operator is shown.
 */
messages: Array<MessageRef>,
/**
 * What is wrong.
 */
reason: ReportReason,
/**
 * In the reporter's words; may be empty.
 */
note: string, } | { "command": "verify",
/**
 * Whose.
 */
account: AccountId,
/**
 * Whether compared.
 */
verified: boolean, } | { "command": "nickname",
/**
 * Whom.
 */
account: AccountId,
/**
 * Empty takes it back.
 */
name: string, } | { "command": "watch_presence",
/**
 * Whose.
 */
accounts: Array<AccountId>, } | { "command": "open_direct",
/**
 * With whom.
 */
account: AccountId, } | { "command": "create_group",
/**
 * Its title.
 */
title: string,
/**
 * Its members besides oneself.
 */
members: Array<AccountId>, } | { "command": "add_members",
/**
 * To which group.
 */
conversation: ConversationId,
/**
 * Whom.
 */
accounts: Array<AccountId>, } | { "command": "remove_member",
/**
 * From which group.
 */
conversation: ConversationId,
/**
 * Whom.
 */
account: AccountId, } | { "command": "leave",
/**
 * Which group.
 */
conversation: ConversationId, } | { "command": "set_role",
/**
 * In which group.
 */
conversation: ConversationId,
/**
 * To whom.
 */
account: AccountId,
/**
 * Which.
 */
role: Role, } | { "command": "transfer_ownership",
/**
 * Of which group.
 */
conversation: ConversationId,
/**
 * To whom.
 */
account: AccountId, } | { "command": "set_permissions",
/**
 * In which group.
 */
conversation: ConversationId,
/**
 * The new permissions.
 */
permissions: Permissions, } | { "command": "set_info",
/**
 * Of which conversation.
 */
conversation: ConversationId,
/**
 * The new title.
 */
title: string | null,
/**
 * The new description.
 */
description: string | null,
/**
 * The new timer; `Some(None)`, `null` in JSON, turns it off.
 */
timer?: Timer | null, } | { "command": "answer_stranger",
/**
 * Which direct conversation.
 */
conversation: ConversationId,
/**
 * Whether accepted.
 */
accept: boolean, } | { "command": "make_folder",
/**
 * At most 32 characters.
 */
name: string, } | { "command": "rename_folder",
/**
 * Which.
 */
folder: FolderId,
/**
 * At most 32 characters.
 */
name: string, } | { "command": "move_folder",
/**
 * Which.
 */
folder: FolderId,
/**
 * How many stand before it then; more than there are: it is the last.
 */
to: number, } | { "command": "delete_folder",
/**
 * Which.
 */
folder: FolderId, } | { "command": "keep",
/**
 * Which.
 */
conversation: ConversationId,
/**
 * The whole new state.
 */
state: OwnState, } | { "command": "renew_group",
/**
 * Which.
 */
conversation: ConversationId, } | { "command": "send",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * What.
 */
draft: Draft, } | { "command": "look_at_page",
/**
 * The page's whole address, of at most 2 048 bytes.
 */
url: string, } | { "command": "find_gifs",
/**
 * What is looked for, at most 100 characters; empty: what many send now.
 */
query: string,
/**
 * The language in which it is looked for: two letters.
 */
language: string,
/**
 * Where the page before has ended; empty at first.
 */
after: string, } | { "command": "look_at_gif",
/**
 * As it was found.
 */
picture: string, } | { "command": "look_at_map",
/**
 * Which.
 */
tile: AskMapTile, } | { "command": "begin_file" } | { "command": "finish_file",
/**
 * As begun.
 */
file: number,
/**
 * What was made of it.
 */
sealed: Sealed, } | { "command": "fetch_file",
/**
 * Which.
 */
file: number, } | { "command": "pause_file",
/**
 * Which.
 */
file: number, } | { "command": "resume_file",
/**
 * Which.
 */
file: number, } | { "command": "cancel_fetch",
/**
 * Which.
 */
file: number, } | { "command": "limit_files",
/**
 * Bytes; none: as many as there is room for.
 */
bytes: number | null, } | { "command": "clear_files" } | { "command": "set_fetch_rules",
/**
 * The whole new rules.
 */
rules: FetchRules, } | { "command": "keep_drive",
/**
 * What the person calls it.
 */
name: string,
/**
 * How it is reached.
 */
access: DriveAccess, } | { "command": "authorize_drive",
/**
 * Whose drive.
 */
provider: DriveProvider,
/**
 * What the person calls a new one.
 */
name: string,
/**
 * One of that provider that is connected anew; none: a new one.
 */
drive: number | null,
/**
 * Where that page leads back.
 */
back: string, } | { "command": "keep_grant",
/**
 * What came with the code.
 */
state: string,
/**
 * What the code has become.
 */
grant: DriveGrant, } | { "command": "refresh_drive",
/**
 * Which.
 */
drive: number,
/**
 * What the provider has given.
 */
grant: DriveGrant, } | { "command": "rename_drive",
/**
 * Which.
 */
drive: number,
/**
 * The new name.
 */
name: string, } | { "command": "forget_drive",
/**
 * Which.
 */
drive: number, } | { "command": "forget_file",
/**
 * Which.
 */
file: number, } | { "command": "set_picture",
/**
 * The group; none: the person themselves.
 */
conversation: ConversationId | null,
/**
 * A file that was sealed on this device, of 1 MiB at most; none takes the picture away.
 */
file: number | null, } | { "command": "save_pack",
/**
 * Which is changed; none makes one, behind at most 199 others.
 */
pack: PackId | null,
/**
 * The whole of it.
 */
draft: PackDraft, } | { "command": "publish_pack",
/**
 * Which.
 */
pack: PackId,
/**
 * The file.
 */
file: number,
/**
 * Whether its link shows the server the key, too: then anybody who sees the address can open it.
 */
public: boolean, } | { "command": "open_pack",
/**
 * By what.
 */
source: PackSource, } | { "command": "read_pack",
/**
 * The file.
 */
file: number,
/**
 * Its content.
 */
content: string, } | { "command": "install_pack",
/**
 * Which.
 */
pack: PackId, } | { "command": "remove_pack",
/**
 * Which.
 */
pack: PackId, } | { "command": "move_pack",
/**
 * Which.
 */
pack: PackId,
/**
 * How many stand before it then; more than there are: it is the last.
 */
to: number, } | { "command": "favourite_sticker",
/**
 * Its file.
 */
file: number,
/**
 * Whether from now on.
 */
on: boolean, } | { "command": "keep_gif",
/**
 * Its file.
 */
file: number,
/**
 * Keep it, or not any more.
 */
on: boolean, } | { "command": "send_sticker",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Its file.
 */
file: number,
/**
 * For which of its emoji it was chosen.
 */
emoji: string | null,
/**
 * The message that it answers.
 */
reply_to: MessageRef | null, } | { "command": "edit",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
target: MessageRef,
/**
 * The new text.
 */
text: string,
/**
 * Its formatting.
 */
entities: Array<Entity>, } | { "command": "delete",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
targets: Array<MessageRef>,
/**
 * For everyone, or only for oneself.
 */
for_all: boolean, } | { "command": "react",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * To which message.
 */
target: MessageRef,
/**
 * One emoji.
 */
emoji: string,
/**
 * Set, or taken back.
 */
on: boolean, } | { "command": "pin",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
target: MessageRef,
/**
 * Pinned, or not any more.
 */
on: boolean, } | { "command": "forward",
/**
 * From where.
 */
from: ConversationId,
/**
 * Which, in this order.
 */
messages: Array<MessageRef>,
/**
 * To where.
 */
to: Array<ConversationId>,
/**
 * Whether the author's name goes with it.
 */
with_author: boolean, } | { "command": "open_once",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
target: MessageRef, } | { "command": "close_once",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
target: MessageRef, } | { "command": "mark_read",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Up to and with which entry.
 */
seq: number, } | { "command": "tell_place",
/**
 * There; what the place is called does not matter.
 */
place: PlaceDraft, } | { "command": "stop_place",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * The message that has promised it.
 */
message: MessageId, } | { "command": "typing",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Whether now.
 */
typing: boolean, } | { "command": "retry",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
message: MessageId, } | { "command": "discard",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
message: MessageId, } | { "command": "save_draft",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * The text.
 */
text: string, } | { "command": "set_notifications",
/**
 * The whole new settings.
 */
settings: NotificationSettings, } | { "command": "set_push_subscription",
/**
 * None: nowhere any more.
 */
subscription: PushSubscription | null, } | { "command": "follow_link",
/**
 * As it was pasted, or read from a QR code.
 */
link: string,
/**
 * Whether it was read from a screen that its owner held out: then their key counts as compared.
 */
in_person: boolean, } | { "command": "ask_to_join",
/**
 * The link.
 */
link: string, } | { "command": "withdraw_ask",
/**
 * To join which group.
 */
conversation: ConversationId, } | { "command": "answer_ask",
/**
 * Which group.
 */
conversation: ConversationId,
/**
 * Who asks.
 */
account: AccountId,
/**
 * Whether let in.
 */
accept: boolean, } | { "command": "make_group_link",
/**
 * Which group.
 */
conversation: ConversationId,
/**
 * Whether members' devices let people in without asking anybody.
 */
automatic: boolean,
/**
 * Until when it is valid.
 */
expires_at: Timestamp | null,
/**
 * How many may come in by it.
 */
uses: number | null, } | { "command": "list_group_links",
/**
 * Which group.
 */
conversation: ConversationId, } | { "command": "revoke_group_link",
/**
 * Of which group.
 */
conversation: ConversationId,
/**
 * Which.
 */
link: GroupLinkId, } | { "command": "make_person_link" } | { "command": "revoke_person_link" } | { "command": "acknowledge_warning",
/**
 * Its number.
 */
warning: number, };

/**
 * The connection to the server.
 */
export type ConnectionState = "signed_out" | "offline" | "connecting" | "syncing" | "online";

/**
 * How a person can be reached, as far as whoever sends the card tells it. In files it is a vCard.
 */
export type ContactCard = {
/**
 * The name.
 */
n: string,
/**
 * The organisation.
 */
o?: string,
/**
 * Phone numbers.
 */
p?: Array<string>,
/**
 * E-mail addresses.
 */
e?: Array<string>,
/**
 * The link to a person of a Beseda server, with their key's fingerprint.
 */
l?: string, };

/**
 * A conversation, of whatever kind; stable across generations.
 */
export type ConversationId = string;

/**
 * What sort of conversation it is; chosen at creation and never changed.
 */
export type ConversationKind = "direct" | "group" | "notes";

/**
 * A conversation in the list.
 */
export type ConversationView = {
/**
 * Which.
 */
conversation: ConversationId,
/**
 * Its kind.
 */
kind: ConversationKind,
/**
 * Its title; for a direct one the other's name.
 */
title: string,
/**
 * Its description.
 */
description: string,
/**
 * The other person of a direct conversation.
 */
peer: AccountId | null,
/**
 * Its picture; of a direct one the other's.
 */
picture: number | null,
/**
 * Its timer.
 */
timer: Timer | null,
/**
 * Its encryption.
 */
readiness: Readiness,
/**
 * This person's role.
 */
role: Role | null,
/**
 * Whether this person may say something, react, and change or delete their own messages here now.
 */
may_send: boolean,
/**
 * Whether it may be taken out of the list.
 */
may_remove: boolean,
/**
 * Unread messages.
 */
unread: number,
/**
 * Unread mentions of this person.
 */
mentions: number,
/**
 * The last message, for the list.
 */
last: MessageView | null,
/**
 * When something last happened.
 */
at: Timestamp,
/**
 * The last entry that is known.
 */
last_seq: number,
/**
 * Up to where this person has read.
 */
read: number,
/**
 * How this person keeps it.
 */
own: OwnState,
/**
 * Messages that could not be sent.
 */
failed: number,
/**
 * People who ask to join and wait for an answer that this person may give.
 */
asks: number,
/**
 * What was typed but not sent.
 */
draft: string,
/**
 * Who is typing.
 */
typing: Array<AccountId>, };

/**
 * What this person may do with a message at present. Deleting it for oneself is always possible.
 */
export type Deeds = {
/**
 * Answer it.
 */
reply: boolean,
/**
 * Set and take back reactions.
 */
react: boolean,
/**
 * Change its text.
 */
edit: boolean,
/**
 * Say it again elsewhere.
 */
forward: boolean,
/**
 * Pin or unpin it.
 */
pin: boolean,
/**
 * Delete it for everyone.
 */
delete_for_all: boolean,
/**
 * Try to send it again, or give it up.
 */
retry: boolean, };

/**
 * How far an own message is.
 */
export type Delivery = { "state": "queued" } | { "state": "sending" } | { "state": "sent" } | { "state": "delivered" } | { "state": "read" } | { "state": "failed",
/**
 * Why.
 */
why: Failure, };

/**
 * One installation that belongs to an account: a leaf in its conversations' MLS trees.
 */
export type DeviceId = string;

/**
 * One of one's own devices.
 */
export type DeviceView = {
/**
 * Which.
 */
device: DeviceId,
/**
 * Its name, if it has told it.
 */
name: string,
/**
 * Whether it is this one.
 */
current: boolean,
/**
 * Since when, if known.
 */
added_at: Timestamp | null, };

/**
 * A message to be sent.
 */
export type Draft = {
/**
 * The text without markup.
 */
text: string,
/**
 * Its formatting.
 */
entities: Array<Entity>,
/**
 * The message that it answers.
 */
reply_to: MessageRef | null,
/**
 * Files that go with it: then there need be no text.
 */
attachments: Array<AttachmentDraft>,
/**
 * A place: then there need be no text.
 */
place?: PlaceDraft | null,
/**
 * People's cards, 20 at most: then there need be no text.
 */
contacts?: Array<ContactCard>,
/**
 * What is shown of a page that the text links to; without such a link it is left out.
 */
preview?: LinkPreviewDraft,
/**
 * Its own timer; none takes the conversation's.
 */
timer: Timer | null,
/**
 * Whether to send without raising others' unread counts or notifications.
 */
silent: boolean,
/**
 * Whether its one photo, film or voice message can be looked at once.
 */
once: boolean, };

/**
 * Where somebody's drive is, and what it wants to be shown.
 */
export type DriveAccess = { "kind": "webdav",
/**
 * The folder's address.
 */
address: string,
/**
 * The name on that server; empty if it asks for none.
 */
user: string,
/**
 * The password of that name, best one for this use alone.
 */
password: string, } | { "kind": "s3",
/**
 * The store's address; the bucket becomes a part of the path.
 */
address: string,
/**
 * Where the bucket is.
 */
region: string,
/**
 * The bucket.
 */
bucket: string,
/**
 * The access key's id.
 */
key: string,
/**
 * The access key's secret.
 */
secret: string, } | { "kind": "cloud",
/**
 * Whose.
 */
provider: DriveProvider,
/**
 * The access token, which the provider gave for an hour or a few.
 */
token: string, };

/**
 * What is asked of a drive. Paths are names with slashes between; the root is the empty one.
 */
export type DriveAsk = { "ask": "list",
/**
 * Which folder.
 */
path: string,
/**
 * So many entries were shown before.
 */
skip: number, } | { "ask": "read",
/**
 * Which.
 */
path: string, } | { "ask": "write",
/**
 * Under which path.
 */
path: string,
/**
 * Whether it takes the place of one of this name.
 */
replace: boolean, };

/**
 * The answer to [`AuthorizeDrive`].
 */
export type DriveAuthorization = {
/**
 * The provider's page.
 */
url: string, };

/**
 * A request to the server, which passes it on to the drive. The host makes it, always as `POST`.
 */
export type DriveCall = {
/**
 * Its address.
 */
url: string,
/**
 * Its headers.
 */
headers: Array<[string, string]>,
/**
 * Its body; none where that is the file.
 */
body: string | null,
/**
 * Whether the provider would not know the token in it any more: another one is to be had before
 * ([`GrantAsk::Refresh`]).
 */
is_over: boolean, };

/**
 * A file or a folder on a drive.
 */
export type DriveEntry = {
/**
 * Its name.
 */
name: string,
/**
 * Whether it is a folder.
 */
folder: boolean,
/**
 * Bytes of a file.
 */
size: number,
/**
 * When it was changed last, as far as the drive tells.
 */
modified?: Timestamp | null, };

/**
 * The answer to [`ExchangeDrive`] and [`RefreshDrive`]. The server does not keep it.
 */
export type DriveGrant = {
/**
 * The access token.
 */
access: string,
/**
 * How long it is good for, in milliseconds.
 */
millis: number,
/**
 * The refresh token; none: the one before is still good.
 */
refresh?: string | null, };

/**
 * What a drive speaks.
 */
export type DriveKind = "webdav" | "s3" | "dropbox" | "google" | "onedrive";

/**
 * Which drive is asked.
 */
export type DriveOf = { "of": "kept",
/**
 * Its number.
 */
drive: number, } | { "of": "new",
/**
 * How it is reached.
 */
access: DriveAccess, };

/**
 * The answer to [`ListDrive`].
 */
export type DrivePage = {
/**
 * What is in the folder, in the drive's order.
 */
entries: Array<DriveEntry>,
/**
 * Whether more follows.
 */
more: boolean, };

/**
 * Who runs a drive that is reached by OAuth 2.
 */
export type DriveProvider = "dropbox" | "google" | "onedrive";

/**
 * A connected drive. What it wants to be shown stays in the database: [`DriveCall`]s bring it.
 */
export type DriveView = {
/**
 * Its number on this device.
 */
drive: number,
/**
 * What the person calls it.
 */
name: string,
/**
 * What it speaks.
 */
kind: DriveKind,
/**
 * Where it is; empty for a provider's, which is where the provider is.
 */
address: string, };

/**
 * What goes with a message besides text and files, for a line of text.
 */
export type Enclosed = { "is": "place",
/**
 * What it is called; may be empty.
 */
name: string, } | { "is": "contact",
/**
 * The name on the first one.
 */
name: string, };

/**
 * A run of text with one style. Runs may nest and overlap; positions outside the text are cut off by the reader.
 */
export type Entity = {
/**
 * First character, counted in Unicode scalar values.
 */
s: number,
/**
 * How many.
 */
n: number,
/**
 * Which style.
 */
k: Style, };

/**
 * What it takes to move some bytes.
 */
export type Estimate = {
/**
 * Whether people are to be asked first: it is much, on a network that costs by the byte, and they want to be.
 */
costly: boolean,
/**
 * How long it takes, going by what was moved on networks of this kind; none if that was nothing yet.
 */
millis: number | null, };

/**
 * Why a command failed.
 */
export type Failure = { "kind": "refused",
/**
 * Its code.
 */
code: Code,
/**
 * Its sentence for developers.
 */
detail: string,
/**
 * When to try again.
 */
retry_after_ms: number | null, } | { "kind": "wrong_code",
/**
 * How often one may try again.
 */
tries_left: number, } | { "kind": "code_expired" } | { "kind": "unreachable" } | { "kind": "not_signed_in" } | { "kind": "already_signed_in" } | { "kind": "not_found" } | { "kind": "not_allowed",
/**
 * Which rule.
 */
reason: Reason, } | { "kind": "invalid",
/**
 * The field.
 */
what: Field,
/**
 * What is wrong with it.
 */
reason: Reason, } | { "kind": "not_ready",
/**
 * What it waits for.
 */
reason: Reason, } | { "kind": "other_server",
/**
 * Its address.
 */
server: string, } | { "kind": "link_ended" } | { "kind": "store" };

/**
 * The largest file of each kind that is fetched without anybody asking for it, in bytes; none of a kind where it is 0.
 */
export type FetchLimits = {
/**
 * Photos.
 */
photo: number,
/**
 * Spoken messages.
 */
voice: number,
/**
 * Videos.
 */
video: number,
/**
 * Music.
 */
audio: number,
/**
 * Files of other kinds.
 */
file: number, };

/**
 * What this device fetches without anybody asking for it.
 */
export type FetchRules = {
/**
 * On a network that costs nothing by the byte.
 */
unmetered: FetchLimits,
/**
 * On one that does.
 */
metered: FetchLimits,
/**
 * Which of the two this network is.
 */
network: NetworkChoice,
/**
 * Fetches as if every network cost by the byte.
 */
saver: boolean,
/**
 * Much moves over a network that costs by the byte only once the person has agreed.
 */
ask: boolean, };

/**
 * What is fetched without anybody asking for it, and on what kind of network this device is.
 */
export type Fetching = {
/**
 * The rules.
 */
rules: FetchRules,
/**
 * Whether the network counts as one that costs by the byte.
 */
metered: boolean, };

/**
 * What was given to a command.
 */
export type Field = "account" | "bio" | "code" | "contacts" | "command" | "confirm" | "description" | "email" | "emoji" | "entities" | "files" | "folders" | "licence" | "link" | "members" | "messages" | "name" | "password" | "phone" | "phrase" | "picture" | "place" | "quiet" | "report" | "server" | "status" | "stickers" | "text" | "timer" | "title" | "username" | "words";

/**
 * All that is needed to have a file: what it is called on the server, and the key that opens it.
 */
export type FileRef = {
/**
 * SHA-256 of the sealed bytes.
 */
b: BlobId,
/**
 * What opens them.
 */
k: string,
/**
 * Bytes of the file itself.
 */
s: number, };

/**
 * Where a file is.
 */
export type FileState = { "state": "elsewhere" } | { "state": "moving",
/**
 * To the server, or from there.
 */
up: boolean,
/**
 * Bytes that have arrived.
 */
done: number,
/**
 * Of so many.
 */
total: number, } | { "state": "paused",
/**
 * See `Moving`.
 */
up: boolean,
/**
 * See `Moving`.
 */
done: number,
/**
 * See `Moving`.
 */
total: number,
/**
 * It goes on by itself on a network that costs nothing by the byte: it is much, and nobody has agreed to what it
 * costs on this one.
 */
costly: boolean, } | { "state": "here" } | { "state": "failed",
/**
 * Why.
 */
why: Failure, };

/**
 * How much room files take on this device.
 */
export type FileUse = {
/**
 * Bytes.
 */
used: number,
/**
 * In so many files.
 */
count: number,
/**
 * Bytes of those that can be fetched again: [`super::command::Command::ClearFiles`] erases them.
 */
clearable: number,
/**
 * Bytes that may stay; none: as many as there is room for.
 */
allowed: number | null, };

/**
 * A file and where it is.
 */
export type FileView = {
/**
 * Which.
 */
file: number,
/**
 * Bytes.
 */
size: number,
/**
 * Where it is.
 */
at: FileState, };

/**
 * SHA-256 over a root public key: who an account is, as far as cryptography can tell.
 */
export type Fingerprint = string;

/**
 * A folder of a person's own for their list of conversations.
 */
export type FolderId = string;

/**
 * A folder of this person's own for the list of conversations. Which of them lie in it, [`ConversationView::own`] says.
 */
export type FolderView = {
/**
 * Which.
 */
folder: FolderId,
/**
 * What it is called.
 */
name: string,
/**
 * Folders are shown in this order.
 */
place: number, };

/**
 * Text and its formatting.
 */
export type FormattedText = {
/**
 * Without markup.
 */
text: string,
/**
 * Formatting, ascending by start, the longer first.
 */
entities: Array<Entity>, };

/**
 * Where a forwarded message was first said.
 */
export type Forward = {
/**
 * Its author, if the forwarder gives the name away.
 */
a?: AccountId | null,
/**
 * The author's name as the forwarder saw it.
 */
n?: string,
/**
 * When it was written.
 */
t: Timestamp, };

/**
 * A moving picture that can be had.
 */
export type Gif = {
/**
 * What is to be seen on it, as who gives it says; at most 200 characters, may be empty.
 */
title: string,
/**
 * Pixels.
 */
width: number,
/**
 * See `width`.
 */
height: number,
/**
 * By this it is asked for; the server understands it until it starts anew.
 */
picture: string,
/**
 * By this a small one is asked for.
 */
small: string, };

/**
 * A page of moving pictures.
 */
export type GifPage = {
/**
 * The pictures, the fittest first.
 */
gifs: Array<Gif>,
/**
 * Where it goes on; empty: that was all.
 */
next: string, };

/**
 * What is asked about a drive of a provider's, before it is connected and to keep it so.
 */
export type GrantAsk = { "ask": "authorize" } | { "ask": "exchange",
/**
 * The code.
 */
code: string,
/**
 * What came with it; if it is not what was sent there, nobody has asked for this.
 */
state: string, } | { "ask": "refresh",
/**
 * Its number.
 */
drive: number, } | { "ask": "revoke",
/**
 * Its number.
 */
drive: number, };

/**
 * A link by which people ask to join a group.
 */
export type GroupLinkId = string;

/**
 * A link by which people may ask to join a group.
 */
export type GroupLinkView = {
/**
 * Which.
 */
link: GroupLinkId,
/**
 * Who made it.
 */
by: AccountId,
/**
 * When.
 */
made_at: Timestamp,
/**
 * Until when it is valid.
 */
expires_at: Timestamp | null,
/**
 * How many may still come in by it; any number if none.
 */
left: number | null,
/**
 * Whether people are let in without anybody being asked.
 */
automatic: boolean,
/**
 * The link itself, on the device that made it.
 */
url: string | null, };

/**
 * What this person has to do with a group that a link leads to.
 */
export type GroupStanding = { "standing": "new" } | { "standing": "asked",
/**
 * What has become of it.
 */
outcome: AskOutcome, } | { "standing": "member" };

/**
 * How far the healing of an unreadable entry is.
 */
export type Healing = "asked" | "unrecoverable" | "not_needed";

/**
 * One entry in the history of a person's key.
 */
export type KeyChange = {
/**
 * When this device learnt of it.
 */
at: Timestamp,
/**
 * What it was.
 */
event: KeyEvent, };

/**
 * Something that happened to the key behind a person's safety number.
 */
export type KeyEvent = "met" | "new_phrase" | "new_identity" | "compared" | "unmarked";

/**
 * Whether a person's key is the one that a link gives.
 */
export type KeyMatch = "same" | "other" | "not_given";

/**
 * What is to be shown of a page.
 */
export type LinkPreviewDraft = {
/**
 * Its address, as it stands in the text.
 */
url: string,
/**
 * What it is called, at most 200 characters.
 */
title: string,
/**
 * What it is about, at most 500 characters.
 */
description: string,
/**
 * The site that it belongs to, at most 100 characters.
 */
site: string,
/**
 * A picture of it, as a photo: at most 512 KiB.
 */
image: AttachmentDraft | null, };

/**
 * What a page says of itself, as the sender of a link to it has seen it. It is never asked for that by who is shown it.
 */
export type LinkPreviewView = {
/**
 * Its address, which stands in the text.
 */
url: string,
/**
 * What it is called; may be empty.
 */
title: string,
/**
 * What it is about; may be empty.
 */
description: string,
/**
 * The site that it belongs to, as it calls itself; may be empty.
 */
site: string,
/**
 * A picture of it.
 */
image: AttachmentView | null, };

/**
 * Where a link leads.
 */
export type LinkView = { "to": "group",
/**
 * Which.
 */
conversation: ConversationId,
/**
 * Its title when the link was made.
 */
title: string,
/**
 * Its description.
 */
description: string,
/**
 * How many members it had.
 */
members: number,
/**
 * Whether people are let in without anybody being asked.
 */
automatic: boolean,
/**
 * What this person has to do with it.
 */
standing: GroupStanding, } | { "to": "person",
/**
 * Who.
 */
who: AccountView,
/**
 * Whether their key is the one in the link.
 */
key: KeyMatch, } | { "to": "stickers" } | { "to": "join",
/**
 * `http(s)://host[:port]`.
 */
server: string,
/**
 * The invitation.
 */
invite: string, };

/**
 * A place that is told live.
 */
export type LivePlace = {
/**
 * Until then.
 */
until: Timestamp,
/**
 * When it was last told.
 */
told_at: Timestamp,
/**
 * Its sender has stopped before.
 */
ended: boolean,
/**
 * It is this device that tells.
 */
here: boolean, };

/**
 * Where this device tells live where it is.
 */
export type LiveShare = {
/**
 * Whom.
 */
conversation: ConversationId,
/**
 * The message that has promised it.
 */
message: MessageId,
/**
 * Until then.
 */
until: Timestamp, };

/**
 * Oneself.
 */
export type Me = {
/**
 * Which account.
 */
account: AccountId,
/**
 * This device.
 */
device: DeviceId,
/**
 * The server's address.
 */
server: string,
/**
 * The username.
 */
username: string | null,
/**
 * The picture.
 */
picture: number | null,
/**
 * Whether a phone number is bound to the account.
 */
has_phone: boolean,
/**
 * Which one, if this device knows it: the server does not.
 */
phone: string | null,
/**
 * What contacts see.
 */
profile: ProfileDraft,
/**
 * Who sees what.
 */
privacy: PrivacySettings,
/**
 * Blocked accounts.
 */
blocked: Array<AccountId>,
/**
 * The root key's fingerprint.
 */
root: Fingerprint,
/**
 * Whether this device was signed out.
 */
signed_out: boolean, };

/**
 * How a file is shown.
 */
export type Media = { "k": "file" } | { "k": "photo",
/**
 * Pixels, after it was turned the right way up.
 */
w: number,
/**
 * See `width`.
 */
h: number, } | { "k": "video",
/**
 * Pixels, as it is shown.
 */
w: number,
/**
 * See `width`.
 */
h: number,
/**
 * How long it is.
 */
d: number,
/**
 * Whether it is shown in a circle: somebody speaks to the camera.
 */
r?: boolean, } | { "k": "audio",
/**
 * How long it is.
 */
d: number,
/**
 * What the piece is called.
 */
t?: string,
/**
 * By whom it is.
 */
a?: string, } | { "k": "voice",
/**
 * How long it is.
 */
d: number,
/**
 * How loud it is in the course of time, from 0 to 255: at most 128 steps.
 */
w: string, } | { "k": "sticker",
/**
 * Pixels.
 */
w: number,
/**
 * See `width`.
 */
h: number,
/**
 * What it stands for; empty if that was no emoji.
 */
j: string,
/**
 * The file of its pack.
 */
p?: FileRef | null, };

/**
 * A member.
 */
export type MemberView = {
/**
 * Who.
 */
who: AccountView,
/**
 * The role.
 */
role: Role,
/**
 * Devices that can read; zero: waiting for their keys.
 */
devices: number,
/**
 * Whether this person may remove them.
 */
may_remove: boolean,
/**
 * Other roles that this person may give them.
 */
may_become: Array<Role>,
/**
 * Whether this person may make them an owner and step down.
 */
may_inherit: boolean, };

/**
 * Everything about a conversation's membership.
 */
export type MembersView = {
/**
 * The members.
 */
members: Array<MemberView>,
/**
 * Who may do what.
 */
permissions: Permissions,
/**
 * What this person may do.
 */
may: Rights, };

/**
 * A message, made by its sender: the idempotency key from end to end.
 */
export type MessageId = string;

/**
 * Who has received and read a message, and how it travelled.
 */
export type MessageInfo = {
/**
 * The row.
 */
message: MessageView,
/**
 * By whom it was received.
 */
delivered_to: Array<AccountId>,
/**
 * By whom it was read, as far as they show it.
 */
read_by: Array<AccountId>,
/**
 * By whom it was opened, if it is one's own and can be looked at once.
 */
opened_by: Array<AccountId>,
/**
 * Generation and epoch in which it was sent.
 */
generation: number,
/**
 * See `generation`.
 */
epoch: number,
/**
 * Former texts, oldest first.
 */
history: Array<string>, };

/**
 * A message by its author: an id alone could be forged by another member.
 */
export type MessageRef = {
/**
 * The account that wrote it.
 */
a: AccountId,
/**
 * Its id.
 */
m: MessageId, };

/**
 * A row of a timeline.
 */
export type MessageView = {
/**
 * Its number in this database: the anchor for paging.
 */
row: number,
/**
 * Its place in the log; none before it is sent.
 */
seq: number | null,
/**
 * Who and which.
 */
message: MessageRef,
/**
 * The author's name.
 */
author_name: string,
/**
 * Whether one's own.
 */
own: boolean,
/**
 * When it was sent, by the server's clock (by this device's before it is sent).
 */
at: Timestamp,
/**
 * What it is.
 */
body: Body,
/**
 * The message that it answers, as it is now.
 */
reply: ReplyView | null,
/**
 * Where it was first said.
 */
forward: Forward | null,
/**
 * When it was last edited.
 */
edited_at: Timestamp | null,
/**
 * Reactions, most frequent first.
 */
reactions: Array<ReactionView>,
/**
 * Whether pinned.
 */
pinned: boolean,
/**
 * When it disappears, if the timer runs.
 */
disappears_at: Timestamp | null,
/**
 * Its timer.
 */
timer: Timer | null,
/**
 * How far it is, if one's own.
 */
delivery: Delivery | null,
/**
 * Whether it mentions this person.
 */
mentions_me: boolean, };

/**
 * How this device treats the network that it is on.
 */
export type NetworkChoice = "automatic" | "metered" | "unmetered";

/**
 * What is to be told of: all that is unread and was not muted, as it stands now. What a device shows beyond that was
 * read elsewhere and is to be taken away.
 */
export type News = {
/**
 * The conversation with the latest message first.
 */
notifications: Array<Notification>,
/**
 * Unread messages in all that are not muted, for a badge.
 */
unread: number,
/**
 * Whether what comes now is heard.
 */
sound: boolean, };

/**
 * What has changed. Deliberately coarse: views are cheap to read.
 */
export type Notice = { "notice": "connection", "about": ConnectionState } | { "notice": "me" } | { "notice": "conversation", "about": ConversationId } | { "notice": "folders" } | { "notice": "stickers" } | { "notice": "live_places" } | { "notice": "timeline", "about": ConversationId } | { "notice": "incoming", "about": {
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Its row in the timeline.
 */
row: number, } } | { "notice": "account", "about": AccountId } | { "notice": "asks" } | { "notice": "file", "about": number } | { "notice": "typing", "about": {
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Who.
 */
account: AccountId,
/**
 * Whether now.
 */
typing: boolean, } } | { "notice": "not_done", "about": {
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Why.
 */
why: Failure, } } | { "notice": "link_code", "about": {
/**
 * The request's code.
 */
link: string,
/**
 * The new device.
 */
device: DeviceId,
/**
 * Six digits, the same on both devices.
 */
comparison: string, } } | { "notice": "link_progress", "about": {
/**
 * The request's code.
 */
link: string,
/**
 * Six digits, once they are known.
 */
comparison: string | null, } } | { "notice": "warning" } | { "notice": "signed_out" };

/**
 * What is new in one conversation. What is not to be shown is not in it.
 */
export type Notification = {
/**
 * Which.
 */
conversation: ConversationId,
/**
 * Its title; for a direct one the other's name.
 */
title: string | null,
/**
 * Who wrote last, in a group.
 */
author: string | null,
/**
 * The beginning of what was written last; none if it is no text or not to be shown.
 */
text: string | null,
/**
 * What the first of its files is shown as, if there are any and they may be told of.
 */
media: Media | null,
/**
 * What goes with it else, if it may be told of.
 */
enclosed?: Enclosed,
/**
 * Unread messages there.
 */
count: number,
/**
 * The last one's place: another one is news.
 */
seq: number,
/**
 * When it was written.
 */
at: Timestamp,
/**
 * Whether it is heard.
 */
sound: boolean, };

/**
 * How much of a message is shown outside the app.
 */
export type NotificationLevel = "off" | "hidden" | "name" | "full";

/**
 * What this device tells its person of. Each device has its own.
 */
export type NotificationSettings = {
/**
 * How much is shown.
 */
level: NotificationLevel,
/**
 * Whether it is heard, too.
 */
sound: boolean,
/**
 * When it is not, all the same.
 */
quiet: QuietHours | null, };

/**
 * The account that a number belongs to already: its phrase or one of its devices opens it. A sign-up takes the number from
 * it.
 */
export type NumberHolder = {
/**
 * Whether the number alone allows a new identity in its place: nobody has used it for long.
 */
can_reset: boolean, };

/**
 * What can be looked at once.
 */
export type OnceKind = "photo" | "video" | "round" | "voice";

/**
 * How far a message is that can be looked at once.
 */
export type OnceState = "closed" | "open" | "opened" | "lapsed";

/**
 * How a command ended well.
 */
export type Outcome = { "outcome": "done" } | { "outcome": "queued",
/**
 * Its id.
 */
message: MessageId, } | { "outcome": "conversation",
/**
 * Which.
 */
conversation: ConversationId, } | { "outcome": "page",
/**
 * It.
 */
page: PageView, } | { "outcome": "gifs",
/**
 * A page of them.
 */
page: GifPage, } | { "outcome": "picture",
/**
 * Its media type, as the site says.
 */
media_type: string,
/**
 * The file.
 */
bytes: string, } | { "outcome": "file",
/**
 * It.
 */
file: number, } | { "outcome": "folder",
/**
 * Which.
 */
folder: FolderId, } | { "outcome": "pack",
/**
 * Which.
 */
pack: PackId, } | { "outcome": "signed_up",
/**
 * Which account.
 */
account: AccountId,
/**
 * Which device.
 */
device: DeviceId,
/**
 * 24 words.
 */
phrase: string, } | { "outcome": "signed_in",
/**
 * Which account.
 */
account: AccountId,
/**
 * Which device.
 */
device: DeviceId, } | { "outcome": "code_sent",
/**
 * The number as the server has read it, in E.164.
 */
phone: string,
/**
 * How many digits the code has.
 */
digits: number,
/**
 * Seconds until the next one may be asked for.
 */
resend_after_s: number,
/**
 * Seconds for which this one is good.
 */
expires_after_s: number, } | { "outcome": "phone_verified",
/**
 * The number, in E.164.
 */
phone: string,
/**
 * The account that has it already.
 */
holder: NumberHolder | null, } | { "outcome": "phrase_changed",
/**
 * 24 words.
 */
phrase: string, } | { "outcome": "accounts",
/**
 * Them.
 */
accounts: Array<AccountCard>, } | { "outcome": "link",
/**
 * There.
 */
leads_to: LinkView, } | { "outcome": "group_link",
/**
 * It.
 */
link: GroupLinkView, } | { "outcome": "group_links",
/**
 * Newest first.
 */
links: Array<GroupLinkView>, } | { "outcome": "person_link",
/**
 * It.
 */
url: string, };

/**
 * A group that this person has asked to join.
 */
export type OwnAskView = {
/**
 * Which.
 */
conversation: ConversationId,
/**
 * Its title, as the link showed it; empty where another device asked.
 */
title: string,
/**
 * Its description.
 */
description: string,
/**
 * How many members it had.
 */
members: number,
/**
 * When this person asked.
 */
at: Timestamp,
/**
 * What has become of it.
 */
outcome: AskOutcome, };

/**
 * How this person keeps a conversation.
 */
export type OwnState = {
/**
 * No notifications until then; the far future for ever.
 */
muted_until?: Timestamp | null,
/**
 * Out of the way until something new comes.
 */
archived: boolean,
/**
 * Out of the list, also of the archive, until something new comes.
 */
removed?: boolean,
/**
 * Kept at the top; a higher number is higher.
 */
pinned?: number | null,
/**
 * Marked as unread by hand.
 */
unread: boolean,
/**
 * Everything up to this entry was cleared for oneself.
 */
cleared_to: number,
/**
 * The folders in which it lies.
 */
folders?: Array<FolderId>, };

/**
 * A pack that is being made.
 */
export type PackDraft = {
/**
 * At most 64 characters.
 */
title: string,
/**
 * At most 64 characters; empty: the pack names nobody, not even by their account.
 */
author: string,
/**
 * At most 200 characters.
 */
licence: string,
/**
 * Which sticker stands for it.
 */
cover: number,
/**
 * At most 120.
 */
stickers: Array<StickerDraft>, };

/**
 * A pack of stickers, through all of its versions.
 */
export type PackId = string;

/**
 * What this person has to do with a pack.
 */
export type PackKind = "seen" | "installed" | "own";

/**
 * By what a pack is found.
 */
export type PackSource = { "by": "link",
/**
 * It.
 */
link: string, } | { "by": "file",
/**
 * It.
 */
file: FileRef, };

/**
 * A pack.
 */
export type PackView = {
/**
 * Which.
 */
pack: PackId,
/**
 * What this person has to do with it.
 */
kind: PackKind,
/**
 * What it is called.
 */
title: string,
/**
 * Who made it, in their words; may be empty.
 */
author: string,
/**
 * Whose it is said to be; nothing proves it.
 */
account: AccountId | null,
/**
 * What others may do with it; may be empty.
 */
licence: string,
/**
 * Which of its stickers stands for it.
 */
cover: number,
/**
 * Its stickers.
 */
stickers: Array<StickerView>,
/**
 * A link to it; none for an own one that has no file yet.
 */
link: string | null,
/**
 * Whether the server can read it by that link.
 */
public: boolean,
/**
 * Whether all of it is where others can fetch it.
 */
ready: boolean,
/**
 * Of one that was looked at: whether this person has another version, which it would replace.
 */
replaces: boolean, };

/**
 * What a page says of itself, for whoever is about to link to it. What it does not say is empty.
 */
export type PageView = {
/**
 * What it is called, at most 200 characters.
 */
title: string,
/**
 * What it is about, at most 500 characters.
 */
description: string,
/**
 * The site that it belongs to, at most 100 characters.
 */
site: string,
/**
 * A picture of it, as the site gave it: it may be anything. A host makes one of its own of it.
 */
picture: string | null, };

/**
 * The lowest role that may do each thing in a group. In direct conversations and notes they have no effect.
 */
export type Permissions = {
/**
 * Send messages and react.
 */
send: Role,
/**
 * Add people.
 */
add_members: Role,
/**
 * Remove people of a lower role.
 */
remove_members: Role,
/**
 * Change title, description and the conversation's timer.
 */
edit_info: Role,
/**
 * Pin and unpin messages.
 */
pin: Role,
/**
 * Delete other people's messages for everyone.
 */
delete_others: Role,
/**
 * Give and take roles up to one's own.
 */
change_roles: Role,
/**
 * Change these permissions.
 */
change_permissions: Role, };

/**
 * A phone number on the way to be verified.
 */
export type PhoneView = {
/**
 * The server's address.
 */
server: string,
/**
 * The number, in E.164.
 */
phone: string,
/**
 * Digits of a code.
 */
digits: number,
/**
 * When the next code may be asked for.
 */
resend_at: Timestamp,
/**
 * Until when the code, or what follows from it, is good.
 */
expires_at: Timestamp,
/**
 * Whether the right code was given.
 */
verified: boolean,
/**
 * The account that has the number, once that is known.
 */
holder: NumberHolder | null, };

/**
 * A place to be sent.
 */
export type PlaceDraft = {
/**
 * As in [`Point`].
 */
latitude: number,
/**
 * As in [`Point`].
 */
longitude: number,
/**
 * So many metres it may be off, if it was measured.
 */
accuracy: number | null,
/**
 * What it is called: 100 characters at most; may be empty.
 */
name: string,
/**
 * For so many seconds it is told live; none: it stays as it is. From a minute to eight hours.
 */
seconds?: number | null, };

/**
 * A place as it is shown.
 */
export type PlaceView = {
/**
 * Where; none if what its sender gave is nowhere on earth.
 */
point: Point | null,
/**
 * So many metres it may be off, if it was measured.
 */
accuracy: number | null,
/**
 * What its sender calls it; may be empty.
 */
name: string,
/**
 * How it is told live; none of a place that stays as it is.
 */
live: LivePlace | null, };

/**
 * A point on earth.
 */
export type Point = {
/**
 * Degrees north, in ten-millionths (1e-7); from -900 000 000 to 900 000 000.
 */
latitude: number,
/**
 * Degrees east, in ten-millionths; from -1 800 000 000 to 1 800 000 000.
 */
longitude: number, };

/**
 * What an account lets others see and do.
 */
export type PrivacySettings = {
/**
 * Who may start a conversation with a request.
 */
requests: Audience,
/**
 * Who may add this account to groups.
 */
group_adds: Audience,
/**
 * Who sees presence and last seen; one sees of others only what one shows.
 */
presence: Audience,
/**
 * Whether others see how far one has read; if not, one does not see theirs.
 */
read_marks: boolean,
/**
 * Whether one is found by the beginning of one's username (the exact name always works).
 */
searchable: boolean, };

/**
 * What contacts see of a person.
 */
export type ProfileDraft = {
/**
 * The name.
 */
name: string,
/**
 * Some words about oneself.
 */
bio: string,
/**
 * What one is up to.
 */
status: string,
/**
 * Until when the status holds.
 */
status_until: Timestamp | null, };

/**
 * What a program's push service gave it (RFC 8030, RFC 8291): a browser's `PushSubscription`, or a UnifiedPush endpoint
 * with keys of the program's own.
 */
export type PushSubscription = {
/**
 * The address at the push service.
 */
endpoint: string,
/**
 * The public key, an uncompressed point of P-256 (65 bytes; base64url in JSON).
 */
p256dh: string,
/**
 * The authentication secret (16 bytes; base64url in JSON).
 */
auth: string,
/**
 * Whether the device may be woken without showing anything, to take away what was read elsewhere. Browsers that
 * punish that leave it out.
 */
quietly?: boolean, };

/**
 * A question to the engine. It changes nothing.
 */
export type Query = { "query": "connection" } | { "query": "me" } | { "query": "phone" } | { "query": "conversations" } | { "query": "folders" } | { "query": "stickers" } | { "query": "live_shares" } | { "query": "pack",
/**
 * Which.
 */
pack: PackId, } | { "query": "pack_content",
/**
 * Which.
 */
pack: PackId, } | { "query": "conversation",
/**
 * Which.
 */
conversation: ConversationId, } | { "query": "timeline",
/**
 * Of which conversation.
 */
conversation: ConversationId,
/**
 * Where the page starts.
 */
anchor: Anchor,
/**
 * At most so many rows.
 */
limit: number, } | { "query": "message",
/**
 * Its number.
 */
row: number, } | { "query": "file",
/**
 * Its number.
 */
file: number, } | { "query": "file_use" } | { "query": "fetching" } | { "query": "drives" } | { "query": "drive_call",
/**
 * Which drive.
 */
drive: DriveOf,
/**
 * What is asked.
 */
what: DriveAsk, } | { "query": "grant_call",
/**
 * What is asked.
 */
what: GrantAsk, } | { "query": "estimate",
/**
 * How many.
 */
bytes: number,
/**
 * To the server, or from there.
 */
up: boolean, } | { "query": "shared",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Of which kind.
 */
kind: SharedKind,
/**
 * Only what is called so; empty for all.
 */
name: string,
/**
 * Only before the attachment at this row and place.
 */
before: [number, number] | null,
/**
 * At most so many.
 */
limit: number, } | { "query": "linked",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Only those that hold these words; empty for all.
 */
words: string,
/**
 * At most so many.
 */
limit: number, } | { "query": "row",
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
message: MessageId, } | { "query": "details",
/**
 * Its row.
 */
row: number, } | { "query": "deeds",
/**
 * Its row.
 */
row: number, } | { "query": "pins",
/**
 * Of which conversation.
 */
conversation: ConversationId, } | { "query": "members",
/**
 * Of which conversation.
 */
conversation: ConversationId, } | { "query": "asks",
/**
 * Which group.
 */
conversation: ConversationId, } | { "query": "own_asks" } | { "query": "people" } | { "query": "person",
/**
 * Who.
 */
account: AccountId, } | { "query": "devices" } | { "query": "safety_number",
/**
 * With whom.
 */
account: AccountId, } | { "query": "key_history",
/**
 * Whose.
 */
account: AccountId, } | { "query": "phrase" } | { "query": "phrase_questions" } | { "query": "warnings" } | { "query": "notifications" } | { "query": "news",
/**
 * The minute of the day on the wall.
 */
minute: number, } | { "query": "waiting" } | { "query": "pending",
/**
 * Where; none for all.
 */
conversation: ConversationId | null, } | { "query": "search",
/**
 * What to look for.
 */
search: SearchQuery, } | { "query": "markup",
/**
 * As typed.
 */
source: string, } | { "query": "source",
/**
 * Without markup.
 */
text: string,
/**
 * Its formatting.
 */
entities: Array<Entity>, } | { "query": "covered",
/**
 * Without markup.
 */
text: string,
/**
 * Its formatting.
 */
entities: Array<Entity>, } | { "query": "person_card",
/**
 * Whose.
 */
account: AccountId, } | { "query": "read_cards",
/**
 * What is in it.
 */
text: string, } | { "query": "write_cards",
/**
 * Them.
 */
cards: Array<ContactCard>, } | { "query": "safe_link",
/**
 * The address.
 */
url: string, };

/**
 * A part of each day, by the clock of the wall.
 */
export type QuietHours = {
/**
 * The minute of the day with which they begin.
 */
from: number,
/**
 * The minute of the day with which they end; may be the next day's.
 */
to: number, };

/**
 * One emoji under a message.
 */
export type ReactionView = {
/**
 * The emoji.
 */
emoji: string,
/**
 * Who set it.
 */
accounts: Array<AccountId>,
/**
 * Whether this person did.
 */
mine: boolean, };

/**
 * How far a conversation's encryption is.
 */
export type Readiness = "ready" | "joining" | "left" | "request_received" | "request_sent" | "update_required" | "forked" | "broken" | "peer_gone" | "peer_deleted";

/**
 * Why not. Counts are in characters unless the reason says otherwise.
 */
export type Reason = { "why": "kind" } | { "why": "role",
/**
 * The lowest role that may.
 */
needed: Role, } | { "why": "rank" } | { "why": "last_owner" } | { "why": "groups_only" } | { "why": "author_only" } | { "why": "under_way" } | { "why": "leave_first" } | { "why": "notes_stay" } | { "why": "left" } | { "why": "joining" } | { "why": "update_required" } | { "why": "forked" } | { "why": "request_waits" } | { "why": "peer_gone" } | { "why": "not_started" } | { "why": "encryption" } | { "why": "too_many_devices",
/**
 * The limit.
 */
most: number, } | { "why": "group",
/**
 * A sentence for developers.
 */
detail: string, } | { "why": "file_damaged" } | { "why": "file_gone" } | { "why": "file_elsewhere" } | { "why": "once_over" } | { "why": "once_own" } | { "why": "once_what" } | { "why": "perhaps_sent" } | { "why": "overtaken" } | { "why": "other_way" } | { "why": "turned_down" } | { "why": "code_expired" } | { "why": "devices_changed" } | { "why": "key_not_shown" } | { "why": "phrase_unclear" } | { "why": "phrase_later" } | { "why": "account_in_use" } | { "why": "other_group" } | { "why": "other_person" } | { "why": "ask",
/**
 * Why.
 */
doubt: AskDoubt, } | { "why": "no_sticker" } | { "why": "no_gif" } | { "why": "no_pack" } | { "why": "own_pack" } | { "why": "empty" } | { "why": "needed" } | { "why": "too_many" } | { "why": "too_long" } | { "why": "at_least",
/**
 * The fewest.
 */
least: number, } | { "why": "at_least_inside",
/**
 * The fewest.
 */
least: number, } | { "why": "at_most",
/**
 * The most.
 */
most: number, } | { "why": "at_most_bytes",
/**
 * The most.
 */
most: number, } | { "why": "between",
/**
 * The smallest.
 */
least: number,
/**
 * The greatest.
 */
most: number, } | { "why": "not_on_earth" } | { "why": "no_contact" } | { "why": "one_emoji" } | { "why": "username_length" } | { "why": "username_characters" } | { "why": "needs_username" } | { "why": "needs_both" } | { "why": "scheme" } | { "why": "host" } | { "why": "digits_only" } | { "why": "number_characters" } | { "why": "word_count",
/**
 * How many there are.
 */
found: number, } | { "why": "unknown_word",
/**
 * Its place, from 1 on.
 */
position: number, } | { "why": "wrong_word",
/**
 * Its place, from 1 on.
 */
position: number, } | { "why": "checksum" } | { "why": "other_phrase" } | { "why": "other_account" } | { "why": "no_link" } | { "why": "no_group_link" } | { "why": "useless_link" } | { "why": "confirm" } | { "why": "unknown_command" };

/**
 * The message that a reply answers.
 */
export type ReplyView = {
/**
 * Which.
 */
message: MessageRef,
/**
 * Its author's name.
 */
author_name: string,
/**
 * The beginning of its text; none if it is not here or deleted.
 */
text: string | null,
/**
 * The first of its files.
 */
attachment: AttachmentView | null,
/**
 * What goes with it else.
 */
enclosed?: Enclosed,
/**
 * Its row, if it is here.
 */
row: number | null, };

/**
 * What is wrong with somebody, or with what they said.
 */
export type ReportReason = "spam" | "abuse" | "impersonation" | "illegal" | "other";

/**
 * What this person may do in a conversation.
 */
export type Rights = {
/**
 * Add people.
 */
add: boolean,
/**
 * Change title, description and timer.
 */
edit_info: boolean,
/**
 * Pin and unpin messages.
 */
pin: boolean,
/**
 * Delete other people's messages for everyone.
 */
delete_others: boolean,
/**
 * Change who may do what.
 */
change_permissions: boolean,
/**
 * Leave, be it that somebody else has to become an owner first.
 */
leave: boolean, };

/**
 * A member's standing in a conversation; a later one includes the rights of the earlier.
 */
export type Role = "member" | "admin" | "owner";

/**
 * A file that was sealed.
 */
export type Sealed = {
/**
 * What is needed to have it.
 */
file: FileRef,
/**
 * SHA-256 of the file itself: the same content is known again.
 */
plain: string, };

/**
 * Something found.
 */
export type SearchHit = {
/**
 * Where.
 */
conversation: ConversationId,
/**
 * The message.
 */
message: MessageView,
/**
 * Parts of the text that match: start and length in characters.
 */
matches: Array<[number, number]>,
/**
 * Places of the attachments whose names match, from 0 on.
 */
files: Array<number>, };

/**
 * What to look for.
 */
export type SearchQuery = {
/**
 * Words, in any form; the last one may be a beginning.
 */
text: string,
/**
 * Only there.
 */
conversation: ConversationId | null,
/**
 * Only by this person.
 */
author: AccountId | null,
/**
 * Not before.
 */
from: Timestamp | null,
/**
 * Not after.
 */
to: Timestamp | null,
/**
 * At most so many, newest first.
 */
limit: number,
/**
 * Only rows older than this one (the last of the page before).
 */
before: number | null, };

/**
 * What kinds of shared media are asked for.
 */
export type SharedKind = "visual" | "file" | "voice";

/**
 * Something that was sent in a conversation.
 */
export type SharedView = {
/**
 * The row of its message.
 */
row: number,
/**
 * Its place among the message's attachments.
 */
place: number,
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Its message.
 */
message: MessageRef,
/**
 * Whose it is.
 */
author_name: string,
/**
 * When it was sent.
 */
at: Timestamp,
/**
 * It.
 */
attachment: AttachmentView, };

/**
 * A sticker of a pack that is being made.
 */
export type StickerDraft = {
/**
 * A file that was sealed on this device, or that belongs to the pack already: at most 512 KiB.
 */
file: number,
/**
 * `image/webp` or `image/png`.
 */
media_type: string,
/**
 * Pixels: at most 512.
 */
width: number,
/**
 * See `width`.
 */
height: number,
/**
 * What it stands for: one to five emoji, the fittest first.
 */
emojis: Array<string>, };

/**
 * A sticker.
 */
export type StickerView = {
/**
 * Its file.
 */
file: number,
/**
 * Its media type.
 */
media_type: string,
/**
 * Pixels.
 */
width: number,
/**
 * See `width`.
 */
height: number,
/**
 * What it stands for, the fittest first; may be empty.
 */
emojis: Array<string>, };

/**
 * What is at hand.
 */
export type Stickers = {
/**
 * The packs, in their order.
 */
packs: Array<PackView>,
/**
 * Favourites, the last added first.
 */
favourites: Array<StickerView>,
/**
 * Used last, the latest first.
 */
recent: Array<StickerView>,
/**
 * Moving pictures that are kept at hand, the last used first.
 */
gifs: Array<AttachmentView>, };

/**
 * A style of text.
 */
export type Style = "bold" | "italic" | "strike" | "code" | { "block": {
/**
 * The programming language, if named.
 */
language?: string, } } | "quote" | "spoiler" | { "link": {
/**
 * The address.
 */
url: string, } } | { "mention": {
/**
 * Who.
 */
account: AccountId, } } | "unknown";

/**
 * Something that happened in a conversation.
 */
export type SystemEvent = { "event": "created" } | { "event": "added",
/**
 * Them.
 */
accounts: Array<AccountId>, } | { "event": "removed",
/**
 * Who.
 */
account: AccountId, } | { "event": "left",
/**
 * Who.
 */
account: AccountId, } | { "event": "role_changed",
/**
 * To whom.
 */
account: AccountId,
/**
 * Which.
 */
role: Role, } | { "event": "handed_over",
/**
 * Who is the owner now.
 */
account: AccountId, } | { "event": "permissions_changed" } | { "event": "title",
/**
 * It.
 */
title: string, } | { "event": "description" } | { "event": "picture",
/**
 * Or the former one was taken away.
 */
removed: boolean, } | { "event": "timer",
/**
 * None: off.
 */
timer: Timer | null, } | { "event": "pinned",
/**
 * Which.
 */
target: MessageRef,
/**
 * Whether pinned now.
 */
on: boolean, } | { "event": "identity_changed",
/**
 * Whose.
 */
account: AccountId, } | { "event": "account_deleted",
/**
 * Whose it was.
 */
account: AccountId, } | { "event": "renewed" } | { "event": "joined_here" } | { "event": "log_forked" } | { "event": "rule_broken",
/**
 * Which rule.
 */
reason: string, };

/**
 * From when on a timer runs.
 */
export type TimedFrom = "sent" | "read";

/**
 * A page of a timeline, oldest first.
 */
export type TimelinePage = {
/**
 * The rows.
 */
messages: Array<MessageView>,
/**
 * Whether there are older ones.
 */
more_before: boolean,
/**
 * Whether there are newer ones.
 */
more_after: boolean, };

/**
 * A message's or a conversation's timer.
 */
export type Timer = {
/**
 * How long, in seconds.
 */
s: number,
/**
 * From when on.
 */
f: TimedFrom, };

/**
 * Milliseconds since the Unix epoch.
 */
export type Timestamp = number;

/**
 * Why an entry of the log can't be shown. It stands in the timeline in place of the message, with its healing.
 */
export type Unreadable = "before_join" | "key_gone" | "unknown_epoch" | "damaged" | "malformed" | "removed_by_server" | "forged" | "expired";

/**
 * 3 to 32 of `a-z 0-9 _`, starting with a letter, without a doubled or final underscore. Upper case is folded on entry,
 * so two names never differ by case alone. Latin only: look-alike letters of other scripts cannot imitate a name.
 */
export type Username = string;

/**
 * A message of one's own that waits.
 */
export type Waiting = {
/**
 * Where.
 */
conversation: ConversationId,
/**
 * Which.
 */
message: MessageId,
/**
 * How far it is.
 */
delivery: Delivery, };

/**
 * Something that people must know.
 */
export type Warning = {
/**
 * Its number, to acknowledge it.
 */
id: number,
/**
 * When it was found.
 */
at: Timestamp,
/**
 * Where, if it concerns one conversation.
 */
conversation: ConversationId | null,
/**
 * What.
 */
kind: WarningKind, };

/**
 * What is wrong.
 */
export type WarningKind = { "warning": "log_forked",
/**
 * The entry at which they differ, at the latest.
 */
seq: number,
/**
 * The member who cites another log; none where the server contradicts itself.
 */
account?: AccountId | null, } | { "warning": "identity_changed",
/**
 * Whose.
 */
account: AccountId, } | { "warning": "own_device_added",
/**
 * Which.
 */
device: DeviceId, } | { "warning": "link_tampered",
/**
 * The device that it showed.
 */
device: DeviceId, } | { "warning": "server_restored" } | { "warning": "device_log_forked",
/**
 * Whose.
 */
account: AccountId, } | { "warning": "device_log_withheld",
/**
 * Whose.
 */
account: AccountId, } | { "warning": "entry_withheld",
/**
 * Which.
 */
seq: number, } | { "warning": "members_differ",
/**
 * Who has come.
 */
added: Array<AccountId>,
/**
 * Who has gone.
 */
removed: Array<AccountId>,
/**
 * Whose role is another one.
 */
roles: Array<AccountId>, } | { "warning": "invalid_commit",
/**
 * At which entry.
 */
seq: number,
/**
 * Which rule.
 */
reason: string, } | { "warning": "phone_gone" } | { "warning": "profile_copied" } | { "warning": "local_damage" };

-- Ids are 16-byte blobs, times milliseconds since the Unix epoch, flags 0 or 1, structured values CBOR.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What is known of an account's identity. Its device log is pinned: version and head never go back.
CREATE TABLE accounts (
    account BLOB PRIMARY KEY,
    root_key BLOB NOT NULL DEFAULT x'',
    root BLOB NOT NULL DEFAULT x'',
    version INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL DEFAULT x'',
    wanted INTEGER NOT NULL DEFAULT 0,
    identity_changed INTEGER NOT NULL DEFAULT 0,
    forked INTEGER NOT NULL DEFAULT 0,
    username TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE device_log (
    account BLOB NOT NULL,
    version INTEGER NOT NULL,
    entry BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
    conversation BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,                          -- 0 direct, 1 group, 2 notes
    peer BLOB NOT NULL DEFAULT x'',                 -- the other account of a direct conversation
    -- as the server last told
    generation INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    first_seq INTEGER NOT NULL DEFAULT 1,
    last_seq INTEGER NOT NULL DEFAULT 0,
    count INTEGER NOT NULL DEFAULT 0,
    member INTEGER NOT NULL DEFAULT 1,
    joined INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,
    read_count INTEGER NOT NULL DEFAULT 0,
    due BLOB NOT NULL DEFAULT x'80',
    request_from BLOB NOT NULL DEFAULT x'',
    -- as this device has processed
    known INTEGER NOT NULL DEFAULT 0,               -- whether the server has told of it
    applied INTEGER NOT NULL DEFAULT 0,             -- the last entry processed
    chain BLOB NOT NULL DEFAULT x'',                -- h(applied); empty before anything is known
    standing INTEGER NOT NULL DEFAULT 0,            -- 0 joining, 1 ready, 2 left, 3 update, 4 forked, 5 broken
    mls_generation INTEGER NOT NULL DEFAULT -1,     -- the group that this device holds
    mls_epoch INTEGER NOT NULL DEFAULT 0,
    policy BLOB NOT NULL DEFAULT x'',
    own_sends INTEGER NOT NULL DEFAULT 0,           -- since the last update of one's own leaf
    updated_at INTEGER NOT NULL DEFAULT 0,          -- when that was; 0: due
    welcome_seq INTEGER NOT NULL DEFAULT 0,         -- a Welcome that waits
    join_after INTEGER NOT NULL DEFAULT 0,          -- not before this moment
    delivered_sent INTEGER NOT NULL DEFAULT 0,
    read_wanted INTEGER NOT NULL DEFAULT 0,
    state_wanted INTEGER NOT NULL DEFAULT 0,        -- the group's encrypted state is missing here
    waits_for BLOB NOT NULL DEFAULT x'',            -- account whose device log must come before the log goes on
    verify INTEGER NOT NULL DEFAULT 0               -- the server may have gone back: compare the log first
) STRICT, WITHOUT ROWID;

-- The roster as of the last processed commit. `devices` is the number of leaves; 0: waiting for keys.
CREATE TABLE members (
    conversation BLOB NOT NULL,
    account BLOB NOT NULL,
    root BLOB NOT NULL,
    role INTEGER NOT NULL,
    devices INTEGER NOT NULL,
    since INTEGER NOT NULL DEFAULT 0,               -- the entry by which it came; 0: before this device
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;

-- One row for each processed entry: its chain value, and who sent what.
CREATE TABLE entries (
    conversation BLOB NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

-- Deduplication: the first entry of a message wins.
CREATE TABLE received (
    conversation BLOB NOT NULL,
    device BLOB NOT NULL,
    message BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (conversation, device, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    conversation BLOB NOT NULL,
    message BLOB NOT NULL,
    class INTEGER NOT NULL,                         -- 0 counted, 1 silent
    expires_at INTEGER NOT NULL DEFAULT 0,
    blank BLOB NOT NULL,
    content BLOB NOT NULL,
    state INTEGER NOT NULL,                         -- 0 queued, 1 sealed, 2 failed
    generation INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    sealed BLOB NOT NULL DEFAULT x'',
    failure BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE UNIQUE INDEX outbox_message ON outbox (conversation, message);
CREATE INDEX outbox_state ON outbox (state, conversation, id);

-- Changes to a group that people want, or that are due: each is redone until the log shows it.
CREATE TABLE intents (
    id INTEGER PRIMARY KEY,
    conversation BLOB NOT NULL,
    intent BLOB NOT NULL,
    command INTEGER NOT NULL DEFAULT -1,
    not_before INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX intents_conversation ON intents (conversation, id);

-- The one request that may change a conversation's group and waits for its outcome; exactly as sent.
CREATE TABLE pending (
    conversation BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,                          -- 0 commit, 1 proposal, 2 create, 3 succeed, 4 external join
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    message BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    request BLOB NOT NULL,
    intents BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE warnings (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    conversation BLOB NOT NULL DEFAULT x'',
    kind BLOB NOT NULL
) STRICT;

CREATE TABLE key_packages (
    reference BLOB PRIMARY KEY,
    last_resort INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What OpenMLS keeps.
CREATE TABLE mls (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    value BLOB NOT NULL
) STRICT;

-- Messages that could not be decrypted and are asked for again, and those that others asked for.
CREATE TABLE repairs (
    conversation BLOB NOT NULL,
    device BLOB NOT NULL,                           -- who asked
    message BLOB NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (conversation, device, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_account ON members (account);
CREATE INDEX conversations_waiting ON conversations (waits_for) WHERE waits_for <> x'';
CREATE INDEX conversations_joining ON conversations (join_after) WHERE mls_generation = -1;

-- Messages that this device could not decrypt and asks its authors for.
CREATE TABLE asks (
    conversation BLOB NOT NULL,
    message BLOB NOT NULL,
    seq INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    PRIMARY KEY (conversation, message)
) STRICT, WITHOUT ROWID;

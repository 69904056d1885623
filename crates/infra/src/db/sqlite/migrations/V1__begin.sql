-- One row: what the store counts, and which store it is.
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    change_no INTEGER NOT NULL,
    epoch BLOB NOT NULL CHECK (length(epoch) = 16)
) STRICT;

CREATE TABLE accounts (
    account BLOB NOT NULL PRIMARY KEY,
    first_root_key BLOB NOT NULL,
    root BLOB NOT NULL UNIQUE,
    username TEXT UNIQUE,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    last_seen INTEGER,
    log_version INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL,
    group_adds INTEGER NOT NULL,
    presence INTEGER NOT NULL,
    read_marks INTEGER NOT NULL,
    searchable INTEGER NOT NULL,
    settings_change INTEGER NOT NULL,
    log_change INTEGER NOT NULL,
    profile_change INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_log_change ON accounts (log_change);
CREATE INDEX accounts_profile_change ON accounts (profile_change);

CREATE TABLE profiles (
    account BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE blocks (
    account BLOB NOT NULL,
    other BLOB NOT NULL,
    PRIMARY KEY (account, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_log (
    account BLOB NOT NULL,
    version INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (account, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    key INTEGER PRIMARY KEY,
    device BLOB NOT NULL UNIQUE,
    account BLOB NOT NULL,
    signature_key BLOB NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    keys_change INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX devices_account ON devices (account);

CREATE TABLE send_numbers (
    device INTEGER PRIMARY KEY,
    send_no INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE key_packages (
    key INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    last_resort INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL,
    package BLOB NOT NULL
) STRICT;
CREATE INDEX key_packages_device ON key_packages (device, last_resort, uploaded_at);
CREATE INDEX key_packages_age ON key_packages (uploaded_at) WHERE last_resort = 0;

-- Beginnings of the hashes of all one-time packages ever published: none is used twice.
CREATE TABLE published_keys (
    hash BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    conversation BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    generation_seq INTEGER NOT NULL,
    generation_store BLOB NOT NULL,
    roster_version INTEGER NOT NULL,
    request_from BLOB,
    request_texts INTEGER NOT NULL DEFAULT 0,
    request_silent INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What every message rewrites, kept narrow: some two hundred rows share a page, and a batch of messages to as many
-- conversations writes few pages.
CREATE TABLE heads (
    conversation INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    marks_change INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE policies (
    conversation INTEGER PRIMARY KEY,
    policy BLOB NOT NULL
) STRICT;

-- Direct conversations by their two people, notes by their one.
CREATE TABLE pairs (
    pair BLOB NOT NULL PRIMARY KEY,
    conversation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
    conversation INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
    conversation INTEGER NOT NULL,
    account BLOB NOT NULL,
    root BLOB NOT NULL,
    role INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    until_seq INTEGER,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    read_count INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    mark_change INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_account ON members (account, conversation);

CREATE TABLE leaves (
    conversation INTEGER NOT NULL,
    leaf INTEGER NOT NULL,
    account BLOB NOT NULL,
    device BLOB NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (conversation, leaf)
) STRICT, WITHOUT ROWID;
CREATE INDEX leaves_device ON leaves (device, conversation);
CREATE INDEX leaves_due ON leaves (conversation) WHERE due = 1;

CREATE TABLE groups (
    conversation INTEGER PRIMARY KEY,
    group_info BLOB NOT NULL,
    tree BLOB NOT NULL,
    proposals BLOB NOT NULL
) STRICT;

-- One message and tree for all devices that one commit adds.
CREATE TABLE welcome_messages (
    key INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    chain BLOB NOT NULL,
    message BLOB NOT NULL,
    tree BLOB NOT NULL
) STRICT;

CREATE TABLE welcomes (
    device BLOB NOT NULL,
    conversation INTEGER NOT NULL,
    message INTEGER NOT NULL,
    change_no INTEGER NOT NULL,
    PRIMARY KEY (device, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX welcomes_message ON welcomes (message);

CREATE TABLE commit_reports (
    conversation INTEGER NOT NULL,
    account BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (conversation, account, seq)
) STRICT, WITHOUT ROWID;

-- Bodies in the order in which they arrive, so that writing touches one end of the file only; the index below finds
-- them by place.
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    class INTEGER NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    device INTEGER NOT NULL,
    expires_at INTEGER,
    chain BLOB NOT NULL,
    body_hash BLOB,
    body BLOB
) STRICT;
CREATE INDEX entries_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL AND body IS NOT NULL;

CREATE TABLE entry_index (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;

-- Message ids ascend with time, so this too grows at one end.
CREATE TABLE messages (
    message BLOB NOT NULL,
    device INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (message, device, conversation)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
    code BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    secret BLOB NOT NULL,
    commitment BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    step INTEGER NOT NULL,
    account BLOB,
    device BLOB,
    nonce BLOB,
    new_device BLOB,
    new_key BLOB,
    new_nonce BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX links_expiry ON links (expires_at);

CREATE TABLE invites (
    id BLOB NOT NULL PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    remaining INTEGER NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    ticket BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    day INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (kind, subject, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX budgets_day ON budgets (day);

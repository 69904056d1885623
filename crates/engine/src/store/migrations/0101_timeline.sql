-- What people say and what is done to it. Ids are 16-byte blobs, x'' is none; times are milliseconds since the Unix epoch;
-- a seq of 0 is none; structured values are CBOR.

CREATE TABLE messages (
    row INTEGER PRIMARY KEY,
    conversation BLOB NOT NULL,
    pos INTEGER NOT NULL,                           -- seq; before it is sent, 2^62 and more: the order of the timeline
    seq INTEGER NOT NULL DEFAULT 0,
    kind INTEGER NOT NULL,                          -- 0 text, 1 system, 2 unsupported, 3 unreadable
    hidden INTEGER NOT NULL DEFAULT 0,              -- 1 disappeared, 2 deleted for oneself, 3 unreadable but not for reading
    author BLOB NOT NULL DEFAULT x'',
    message BLOB NOT NULL,
    own INTEGER NOT NULL DEFAULT 0,                 -- written by this account
    counted INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0,             -- its text is in the index of words
    at INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 2,               -- of this device's own: 0 queued, 1 sending, 2 sent, 3 failed
    deleted_seq INTEGER NOT NULL DEFAULT 0,         -- the deletion for all
    deleted_by BLOB NOT NULL DEFAULT x'',
    edited_at INTEGER NOT NULL DEFAULT 0,
    mentions_me INTEGER NOT NULL DEFAULT 0,
    timer_seconds INTEGER NOT NULL DEFAULT 0,       -- 0: none
    timer_from INTEGER NOT NULL DEFAULT 0,          -- 0 sending, 1 reading
    expires_at INTEGER NOT NULL DEFAULT 0,          -- when it disappears here; 0: never, or the timer does not run yet
    generation INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0,
    healing INTEGER NOT NULL DEFAULT 0,             -- 0 asked for, 1 final, 2 none, 3 came by an answer
    reply_author BLOB NOT NULL DEFAULT x'',
    reply_message BLOB NOT NULL DEFAULT x'',
    failure BLOB NOT NULL DEFAULT x'',
    forward BLOB NOT NULL DEFAULT x'',
    event BLOB NOT NULL DEFAULT x'',                -- of a system row
    entities BLOB NOT NULL DEFAULT x'',
    text TEXT NOT NULL DEFAULT '',                  -- as last edited; the kind's name where unsupported
    content BLOB NOT NULL DEFAULT x''               -- the original item: sent again where asked for, read again after an upgrade
) STRICT;
CREATE UNIQUE INDEX messages_id ON messages (conversation, author, message);
CREATE INDEX messages_pos ON messages (conversation, pos, row) WHERE hidden = 0;
CREATE INDEX messages_seq ON messages (conversation, seq) WHERE seq > 0;
CREATE INDEX messages_expiry ON messages (expires_at) WHERE expires_at > 0;
CREATE INDEX messages_unread_timer ON messages (conversation, seq)
    WHERE timer_from = 1 AND expires_at = 0 AND hidden = 0 AND own = 0 AND timer_seconds > 0 AND deleted_seq = 0;
CREATE INDEX messages_mention ON messages (conversation, seq) WHERE mentions_me = 1;
CREATE INDEX messages_waiting ON messages (conversation, state) WHERE seq = 0 AND state <> 2;
CREATE INDEX messages_message ON messages (conversation, message);
CREATE INDEX messages_unsupported ON messages (row) WHERE kind = 2;
-- Counted by the server, but nothing that this person has to read.
CREATE INDEX messages_nothing_new ON messages (conversation, seq)
    WHERE counted = 1 AND (own = 1 OR deleted_seq > 0 OR hidden > 0);

-- Edits by the author, whether or not the message is here; the one with the highest seq counts.
CREATE TABLE edits (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    entities BLOB NOT NULL,
    PRIMARY KEY (conversation, author, message, seq)
) STRICT, WITHOUT ROWID;

-- Valid deletions for all, whether or not the message is here.
CREATE TABLE deletions (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    place INTEGER NOT NULL DEFAULT 0,               -- the message's seq, as far as the deleting person told it
    seq INTEGER NOT NULL,
    deleted_by BLOB NOT NULL,
    PRIMARY KEY (conversation, author, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletions_place ON deletions (conversation, place) WHERE place > 0;

CREATE TABLE reactions (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    account BLOB NOT NULL,
    emoji TEXT NOT NULL,
    seq INTEGER NOT NULL,
    is_on INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, message, account, emoji)
) STRICT, WITHOUT ROWID;

-- A seq of 0: taken over from the state that somebody told when this device joined.
CREATE TABLE pins (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    seq INTEGER NOT NULL,
    is_on INTEGER NOT NULL,
    PRIMARY KEY (conversation, author, message)
) STRICT, WITHOUT ROWID;

-- Deleted for oneself, whether or not the message is here.
CREATE TABLE deleted_for_me (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    PRIMARY KEY (conversation, author, message)
) STRICT, WITHOUT ROWID;

-- Title, description and timer as this device knows them.
CREATE TABLE infos (
    conversation BLOB PRIMARY KEY,
    info BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What this device has said about messages: shown before it is in the log, and sent again where asked for.
CREATE TABLE own_events (
    conversation BLOB NOT NULL,
    message BLOB NOT NULL,
    state INTEGER NOT NULL,                         -- 0 on its way, 1 in the log, 2 failed
    at INTEGER NOT NULL,
    content BLOB NOT NULL,
    failure BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (conversation, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_events_open ON own_events (conversation, message) WHERE state = 0;
CREATE INDEX own_events_at ON own_events (at) WHERE state = 1;

-- What one's own devices keep alike. The change with the highest seq in notes-to-self counts; `pending` is the message id
-- of one that is on its way there.
CREATE TABLE own_values (
    kind INTEGER NOT NULL,                          -- 0 conversation, 1 nickname, 2 verified, 3 profile key, 4 contact's key
    id BLOB NOT NULL,
    value BLOB NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    pending BLOB NOT NULL DEFAULT x'',
    unsent INTEGER NOT NULL DEFAULT 0,              -- notes-to-self were not there yet
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
    account BLOB PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 0,
    sealed BLOB NOT NULL DEFAULT x'',
    key BLOB NOT NULL DEFAULT x'',
    key_at INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    bio TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    status_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Conversations that do not have this account's profile key from this device yet.
CREATE TABLE profile_due (
    conversation BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
    conversation BLOB NOT NULL,
    account BLOB NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
    conversation BLOB PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How often somebody's content broke which rule.
CREATE TABLE broken_rules (
    conversation BLOB NOT NULL,
    account BLOB NOT NULL,
    rule TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (conversation, account, rule)
) STRICT, WITHOUT ROWID;

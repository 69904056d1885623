-- Files that belong to messages and people. Sizes and places are bytes of the sealed file unless they say otherwise.

CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,       -- under it the host keeps the sealed bytes: never given again
    blob BLOB NOT NULL,                             -- SHA-256 of the sealed bytes; x'' while the file is being sealed
    key BLOB NOT NULL,
    size INTEGER NOT NULL,                          -- of the file itself
    plain BLOB NOT NULL DEFAULT x'',                -- SHA-256 of the file itself, if it was sealed here
    here INTEGER NOT NULL DEFAULT 0,                -- how much of it is on this device, from the beginning on
    sent INTEGER NOT NULL DEFAULT 0,                -- how much of it the server has, as far as is known
    upload TEXT NOT NULL DEFAULT '',                -- where the server takes it
    kept INTEGER NOT NULL DEFAULT 0,                -- the server keeps it for this account
    way INTEGER NOT NULL DEFAULT 0,                 -- 1 up, 2 down, 3 to be kept without being sent
    paused INTEGER NOT NULL DEFAULT 0,
    failure BLOB NOT NULL DEFAULT x'',
    used_at INTEGER NOT NULL,
    loose INTEGER NOT NULL DEFAULT 0                -- 1 perhaps nothing refers to it, 2 sealed here and not used yet
) STRICT;
CREATE UNIQUE INDEX files_ref ON files (blob, key, size) WHERE blob <> x'';
CREATE INDEX files_plain ON files (plain) WHERE plain <> x'';
CREATE INDEX files_way ON files (way, number) WHERE way > 0;
CREATE INDEX files_loose ON files (number) WHERE loose = 1;

-- What goes with messages. `body` is the attachment as accepted.
CREATE TABLE attachments (
    row INTEGER NOT NULL,
    place INTEGER NOT NULL,
    conversation BLOB NOT NULL,
    kind INTEGER NOT NULL,                          -- 0 file, 1 photo, 2 video, 3 audio, 4 voice
    file INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (row, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_file ON attachments (file);
CREATE INDEX attachments_shared ON attachments (conversation, kind, row, place);

-- Pictures of accounts and conversations, by their id.
CREATE TABLE pictures (
    owner BLOB PRIMARY KEY,
    file INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pictures_file ON pictures (file);

-- Blobs that the server is to be told that this account needs no more.
CREATE TABLE let_go (
    blob BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

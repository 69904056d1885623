-- What has happened to people's keys, as this device saw it.
CREATE TABLE key_history (
    id      INTEGER PRIMARY KEY,
    account BLOB NOT NULL,
    at      INTEGER NOT NULL,
    event   INTEGER NOT NULL
) STRICT;
CREATE INDEX key_history_account ON key_history (account, id);

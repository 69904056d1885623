-- Phone numbers as keyed hashes: the key is not in the database.
CREATE TABLE phones (
    number BLOB NOT NULL PRIMARY KEY CHECK (length(number) = 32),
    account BLOB NOT NULL UNIQUE,
    bound_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- By what that key is recognised, once one was used.
CREATE TABLE phone_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tag BLOB NOT NULL CHECK (length(tag) = 16)
) STRICT;

CREATE TABLE phone_codes (
    attempt BLOB NOT NULL PRIMARY KEY,
    number BLOB NOT NULL,
    code BLOB NOT NULL,
    tries_left INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    verified INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_codes_expiry ON phone_codes (expires_at);

CREATE TABLE phone_waits (
    number BLOB NOT NULL PRIMARY KEY,
    sent INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_waits_age ON phone_waits (last_at);

-- The key by which push services know this server. Subscriptions are bound to it.
CREATE TABLE server_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TABLE subscriptions (
    account BLOB NOT NULL,
    device BLOB NOT NULL UNIQUE,
    endpoint TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    auth BLOB NOT NULL,
    quietly INTEGER NOT NULL,
    PRIMARY KEY (account, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription_mutes (
    device BLOB NOT NULL,
    conversation BLOB NOT NULL,
    until INTEGER,
    PRIMARY KEY (device, conversation)
) STRICT, WITHOUT ROWID;

CREATE TABLE wake_tokens (
    key INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,
    device BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wake_tokens_device ON wake_tokens (device);
CREATE INDEX wake_tokens_expiry ON wake_tokens (expires_at);

-- Links by which people ask to join a group. The token is kept as its hash alone; what the link shows is sealed.
CREATE TABLE group_links (
    id BLOB NOT NULL PRIMARY KEY,
    conversation INTEGER NOT NULL,
    account BLOB NOT NULL,
    token BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    remaining INTEGER,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX group_links_conversation ON group_links (conversation);
CREATE INDEX group_links_expiry ON group_links (expires_at) WHERE expires_at IS NOT NULL;

-- Requests by such links, and what became of them.
CREATE TABLE asks (
    conversation INTEGER NOT NULL,
    account BLOB NOT NULL,
    link BLOB NOT NULL,
    at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    device BLOB,
    until INTEGER,
    proof BLOB NOT NULL,
    change_no INTEGER NOT NULL,
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX asks_open ON asks (conversation, at) WHERE state < 2;
CREATE INDEX asks_account ON asks (account, change_no);
CREATE INDEX asks_taken ON asks (until) WHERE state = 1;
CREATE INDEX asks_answered ON asks (at) WHERE state >= 2;

-- Accounts that their people have deleted keep their device log, by which others see that they have ended.
ALTER TABLE accounts ADD COLUMN deleted_at INTEGER;

-- Usernames of such accounts, which nobody takes for a while.
CREATE TABLE reserved_usernames (
    username TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people have told the operator.
CREATE TABLE reports (
    id BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    about BLOB NOT NULL,
    at INTEGER NOT NULL,
    closed_at INTEGER,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_closed ON reports (closed_at) WHERE closed_at IS NOT NULL;

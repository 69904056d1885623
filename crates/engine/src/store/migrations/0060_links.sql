-- What a link to a group is made of, where it was made.
CREATE TABLE group_links (
    link BLOB PRIMARY KEY,
    conversation BLOB NOT NULL,
    token BLOB NOT NULL,
    key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Groups in which people wait for an answer, and whether the list of them is to be asked for.
CREATE TABLE asking (
    conversation BLOB PRIMARY KEY,
    wanted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Those people, as the server tells.
CREATE TABLE join_asks (
    conversation BLOB NOT NULL,
    account BLOB NOT NULL,
    link BLOB NOT NULL,
    at INTEGER NOT NULL,
    taken_until INTEGER NOT NULL,
    proof BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;

-- Who was removed by somebody else: nobody lets them in again without being asked.
CREATE TABLE put_out (
    conversation BLOB NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (conversation, account)
) STRICT, WITHOUT ROWID;

-- Where this person has asked to join.
CREATE TABLE own_asks (
    conversation BLOB PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    members INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Root keys that people are said to have by links, until their device logs are seen.
CREATE TABLE expected_roots (
    account BLOB PRIMARY KEY,
    root BLOB NOT NULL
) STRICT, WITHOUT ROWID;

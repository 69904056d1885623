-- Files that clients have encrypted. Their bytes are in the folder `blobs`, each under its id, which is their SHA-256.
CREATE TABLE blobs (
    key INTEGER PRIMARY KEY,
    blob BLOB NOT NULL UNIQUE CHECK (length(blob) = 32),
    size INTEGER NOT NULL,
    unkept_since INTEGER
) STRICT;
CREATE INDEX blobs_unkept ON blobs (unkept_since) WHERE unkept_since IS NOT NULL;

-- Who keeps which.
CREATE TABLE blob_keepers (
    account BLOB NOT NULL,
    blob INTEGER NOT NULL,
    PRIMARY KEY (account, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_keepers_blob ON blob_keepers (blob);

-- What each account's kept blobs are charged together: changed with every row of blob_keepers.
CREATE TABLE blob_charges (
    account BLOB NOT NULL PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Blobs on their way here, and for a while those that have come: then `blob` says which.
CREATE TABLE uploads (
    upload BLOB NOT NULL PRIMARY KEY CHECK (length(upload) = 16),
    account BLOB NOT NULL,
    length INTEGER NOT NULL,
    announced BLOB,
    expires_at INTEGER NOT NULL,
    blob BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_unfinished ON uploads (account) WHERE blob IS NULL;
CREATE INDEX uploads_expiry ON uploads (expires_at);

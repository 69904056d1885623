-- Every body that an own message was sealed to, for as long as the message waits: what stands in the log is one's own if,
-- and only if, it is one of them, even where nobody can decrypt it any more.
CREATE TABLE seals (
    outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    hash BLOB NOT NULL,                             -- SHA-256 of the body
    PRIMARY KEY (outbox, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX seals_hash ON seals (hash);

-- Places that are told live: until when, when they were last told, by the clock of this device's and of the sender's, whether
-- their sender has stopped, and whether it is this device that tells. 0 for a place that stays as it is.
ALTER TABLE places ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN said_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE places ADD COLUMN here INTEGER NOT NULL DEFAULT 0;
CREATE INDEX places_here ON places (until) WHERE here = 1;

-- Whose senders have stopped, whether or not the message is here.
CREATE TABLE live_ended (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    PRIMARY KEY (conversation, author, message)
) STRICT, WITHOUT ROWID;

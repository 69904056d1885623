-- Messages that can be looked at once.

-- 0 an ordinary message; 1 not opened, 2 shown at this moment, 3 opened, 4 not opened in time. What was sent from this account
-- stays 1 until all others have opened it. Only 1 and 2 have content.
ALTER TABLE messages ADD COLUMN once INTEGER NOT NULL DEFAULT 0;
-- What it is, for when its content is gone: 1 photo, 2 video, 3 video in a circle, 4 voice.
ALTER TABLE messages ADD COLUMN once_kind INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_closed ON messages (at) WHERE once = 1;
CREATE INDEX messages_open ON messages (row) WHERE once = 2;

-- Who has opened which of them, whether or not the message is here. What this account has opened stays here for good: it
-- is never shown again.
CREATE TABLE opened (
    conversation BLOB NOT NULL,
    author BLOB NOT NULL,
    message BLOB NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (conversation, author, message, account)
) STRICT, WITHOUT ROWID;

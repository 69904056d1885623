-- How commands that may be given again have ended.
CREATE TABLE commands (
    key        BLOB PRIMARY KEY,
    at         INTEGER NOT NULL,
    result     BLOB NOT NULL,
    -- Whether it holds a recovery phrase: it is forgotten with that.
    has_phrase INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Packs of stickers. What this person has, their devices tell each other (own_values); here it lies so that it can be shown.

CREATE TABLE packs (
    pack BLOB PRIMARY KEY,                          -- its id; of one that was only looked at, a number of this device's
    kind INTEGER NOT NULL,                          -- 0 looked at, 1 installed, 2 own
    blob BLOB NOT NULL,                             -- its file's; x'' if it has none
    body BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX packs_blob ON packs (blob);

-- Which files belong to stickers, whosoever they are: a pack's, the favourites' (x'00') or the recent ones' (x'01').
CREATE TABLE sticker_files (
    owner BLOB NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (owner, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX sticker_files_file ON sticker_files (file);

CREATE TABLE recent_stickers (
    file INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

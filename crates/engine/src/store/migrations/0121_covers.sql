-- Pictures that stand for files, and which messages refer to which files, whatever for.

ALTER TABLE attachments ADD COLUMN cover INTEGER;

CREATE TABLE message_files (
    row INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (row, file)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_files_file ON message_files (file);
INSERT OR IGNORE INTO message_files (row, file) SELECT row, file FROM attachments;

DROP INDEX attachments_file;

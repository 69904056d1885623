-- The ascii tokenizer splits at spaces alone here: the words come normalised, and everything beyond ASCII is a letter to it.
CREATE VIRTUAL TABLE search USING fts5 (
    tokens, content = '', detail = none, columnsize = 0, tokenize = 'ascii', prefix = '2 3'
);
-- What is deleted is taken out of the file at once, not only marked.
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

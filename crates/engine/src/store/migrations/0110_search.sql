-- The ascii tokenizer splits at spaces alone here: the words come normalised, and everything beyond ASCII is a letter to it.
CREATE VIRTUAL TABLE search USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '2 3'
);

-- Where the server said that an own message stands; 0: it has not.
ALTER TABLE outbox ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;

-- The log contradicted itself and is read again up to this entry; 0: it is not.
ALTER TABLE conversations ADD COLUMN reread INTEGER NOT NULL DEFAULT 0;

-- Accounts that have no device any more, by their own device log: they were deleted.
CREATE TABLE ended_accounts (
    account BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

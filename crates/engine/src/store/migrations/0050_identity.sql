-- Accounts whose device log is to be looked at, because the server spoke of it.
CREATE TABLE device_log_checks (
    account BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Accounts whose device log is to be looked at, because the server spoke of it.
CREATE TABLE device_log_checks (
    account BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What one's own devices are called.
CREATE TABLE device_names (
    device BLOB PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

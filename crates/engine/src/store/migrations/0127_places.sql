-- Places that go with messages. `body` is the place as accepted.
CREATE TABLE places (
    row INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

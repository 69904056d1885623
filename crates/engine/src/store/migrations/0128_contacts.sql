-- People's cards that go with messages. `body` is all of one message, as accepted.
CREATE TABLE contacts (
    row INTEGER PRIMARY KEY,
    body BLOB NOT NULL
) STRICT;

-- What the server has not yet said of people: 0 for the card, 1 for the profile.
CREATE TABLE wanted_people (
    account BLOB NOT NULL,
    about   INTEGER NOT NULL,
    PRIMARY KEY (account, about)
) STRICT, WITHOUT ROWID;

-- Links by which people without a username are found, by the hash of their token.
CREATE TABLE person_links (
    account BLOB NOT NULL PRIMARY KEY,
    token BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

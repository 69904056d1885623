-- What messages show of pages that they link to. `body` is the preview as accepted, `file` its picture.
CREATE TABLE link_previews (
    row INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    file INTEGER
) STRICT;

-- +goose Up
-- The day book of a sale: what a busy commit made, on its way to its tables.
-- What is in a page is in no table yet; when it is filed the page goes.
CREATE TABLE sale_daybook (
    edition TEXT NOT NULL REFERENCES sale_edition (edition),
    seq     INTEGER NOT NULL,
    ends    INTEGER NOT NULL, -- when the first of its holds ends
    page    BLOB NOT NULL, -- sealed by a key of its own
    wrapped BLOB NOT NULL, -- that key, wrapped by the office's
    PRIMARY KEY (edition, seq)
) STRICT;
ALTER TABLE sale_edition ADD COLUMN page INTEGER NOT NULL DEFAULT 0; -- the last of the day book

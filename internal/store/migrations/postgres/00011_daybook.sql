-- +goose Up
-- The day book of a sale: what a busy commit made, on its way to its tables.
-- What is in a page is in no table yet; when it is filed the page goes.
CREATE TABLE sale_daybook (
    edition TEXT COLLATE "C" NOT NULL REFERENCES sale_edition (edition),
    seq     BIGINT NOT NULL,
    ends    BIGINT NOT NULL, -- when the first of its holds ends
    page    BYTEA NOT NULL, -- sealed by a key of its own
    wrapped BYTEA NOT NULL, -- that key, wrapped by the office's
    PRIMARY KEY (edition, seq)
);
ALTER TABLE sale_daybook ALTER COLUMN page SET STORAGE EXTERNAL; -- sealed bytes cannot be compressed
ALTER TABLE sale_edition ADD COLUMN page BIGINT NOT NULL DEFAULT 0; -- the last of the day book

-- +goose Up
-- What is fixed once for a sale and never changes: seeds that were committed to,
-- the key of its waiting room, the proof of its draw.
CREATE TABLE sale_kept (
    edition TEXT NOT NULL REFERENCES edition (id),
    name    TEXT NOT NULL,
    value   BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (edition, name)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER sale_kept_no_update BEFORE UPDATE ON sale_kept
BEGIN SELECT RAISE(ABORT, 'sale_kept only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_kept_no_delete BEFORE DELETE ON sale_kept
BEGIN SELECT RAISE(ABORT, 'sale_kept only grows'); END;
-- +goose StatementEnd

-- Tickets of waiting rooms, in order of arrival.
CREATE TABLE sale_ticket (
    edition TEXT NOT NULL REFERENCES edition (id),
    seq     INTEGER NOT NULL,
    id      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    let     INTEGER NOT NULL, -- when it was let in; 0 = not yet
    PRIMARY KEY (edition, seq),
    UNIQUE (edition, id)
) STRICT;

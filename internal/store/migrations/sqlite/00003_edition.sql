-- +goose Up
CREATE TABLE edition (
    id          TEXT PRIMARY KEY,
    date        TEXT NOT NULL, -- YYYY-MM-DD
    name        TEXT NOT NULL,
    toml        TEXT NOT NULL, -- the edition file as it was given
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    archived_at INTEGER NOT NULL -- 0 = not archived
) STRICT;

CREATE TABLE revision (
    edition   TEXT NOT NULL REFERENCES edition (id),
    race      TEXT NOT NULL,
    number    INTEGER NOT NULL CHECK (number > 0),
    state     TEXT NOT NULL CHECK (state IN ('provisional', 'official')),
    at        INTEGER NOT NULL,
    by_name   TEXT NOT NULL,
    note      TEXT NOT NULL,
    basis     TEXT NOT NULL CHECK (basis IN ('gun', 'net')),
    row_count INTEGER NOT NULL,
    hash      TEXT NOT NULL, -- of the rows' JSON, as published
    body      BLOB NOT NULL, -- the rows' JSON, compressed with zstd
    body_hash BLOB NOT NULL, -- SHA-256 of the JSON in body
    PRIMARY KEY (edition, race, number)
) STRICT;

CREATE TABLE certificate (
    code        TEXT PRIMARY KEY,
    edition     TEXT NOT NULL,
    race        TEXT NOT NULL,
    bib         TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    created_at  INTEGER NOT NULL,
    replaced_by TEXT NOT NULL, -- '' = it is the current one
    UNIQUE (edition, race, bib, revision),
    UNIQUE (edition, race, bib, version),
    FOREIGN KEY (edition, race, revision) REFERENCES revision (edition, race, number)
) STRICT;

-- What was published never changes.
-- +goose StatementBegin
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision
BEGIN SELECT RAISE(ABORT, 'revision only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision
BEGIN SELECT RAISE(ABORT, 'revision only grows'); END;
-- +goose StatementEnd

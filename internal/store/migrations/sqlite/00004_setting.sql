-- +goose Up
CREATE TABLE setting (
    name       TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('plain', 'secret')),
    value      BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

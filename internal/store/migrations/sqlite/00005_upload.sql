-- +goose Up
CREATE TABLE upload (
    id         TEXT PRIMARY KEY,
    edition    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    bytes      BLOB NOT NULL,
    by_account TEXT NOT NULL,
    by_name    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX upload_expires ON upload (expires_at);

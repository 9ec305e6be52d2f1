-- +goose Up
CREATE TABLE setting (
    name       TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('plain', 'secret')),
    value      BYTEA NOT NULL,
    changed_at BIGINT NOT NULL
);

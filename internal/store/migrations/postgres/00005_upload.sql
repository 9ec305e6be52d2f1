-- +goose Up
CREATE TABLE upload (
    id         TEXT COLLATE "C" PRIMARY KEY,
    edition    TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    file_name  TEXT COLLATE "C" NOT NULL,
    bytes      BYTEA NOT NULL,
    by_account TEXT COLLATE "C" NOT NULL,
    by_name    TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX upload_expires ON upload (expires_at);

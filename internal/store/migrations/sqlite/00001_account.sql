-- +goose Up
CREATE TABLE account (
    id         TEXT PRIMARY KEY,
    login      TEXT NOT NULL UNIQUE, -- as compared: lower case
    name       TEXT NOT NULL,
    password   TEXT NOT NULL,        -- argon2id in PHC string format
    state      TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id),
    edition TEXT NOT NULL, -- '' = everywhere
    role    TEXT NOT NULL CHECK (role IN ('organiser', 'timekeeper', 'referee', 'announcer', 'viewer')),
    PRIMARY KEY (account, edition, role)
) STRICT;

CREATE TABLE session (
    hash       BLOB PRIMARY KEY, -- SHA-256 of the token; the token is kept nowhere
    account    TEXT NOT NULL REFERENCES account (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE sign_in_attempt (
    hash     BLOB PRIMARY KEY, -- SHA-256 of what is counted: login and address, or address
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last_at);

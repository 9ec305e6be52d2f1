-- +goose Up
CREATE TABLE account (
    id         TEXT COLLATE "C" PRIMARY KEY,
    login      TEXT COLLATE "C" NOT NULL UNIQUE, -- as compared: lower case
    name       TEXT COLLATE "C" NOT NULL,
    password   TEXT COLLATE "C" NOT NULL,        -- argon2id in PHC string format
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'disabled')),
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE account_role (
    account TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    edition TEXT COLLATE "C" NOT NULL, -- '' = everywhere
    role    TEXT COLLATE "C" NOT NULL CHECK (role IN ('organiser', 'timekeeper', 'referee', 'announcer', 'viewer')),
    PRIMARY KEY (account, edition, role)
);

CREATE TABLE session (
    hash       BYTEA PRIMARY KEY, -- SHA-256 of the token; the token is kept nowhere
    account    TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE sign_in_attempt (
    hash     BYTEA PRIMARY KEY, -- SHA-256 of what is counted: login and address, or address
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE INDEX sign_in_attempt_last ON sign_in_attempt (last_at);

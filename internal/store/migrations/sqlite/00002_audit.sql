-- +goose Up
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL, -- id of the account, 'system:NAME', '' = nobody signed in
    actor_name TEXT NOT NULL, -- as it was then
    action     TEXT NOT NULL,
    edition    TEXT NOT NULL, -- '' = none
    subject    TEXT NOT NULL,
    detail     TEXT NOT NULL  -- JSON
) STRICT;
CREATE INDEX audit_edition ON audit (edition, id);
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_subject ON audit (subject, id);

-- The log only grows.
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit only grows'); END;
-- +goose StatementEnd

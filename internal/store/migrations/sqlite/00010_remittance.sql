-- +goose Up
-- Remittances: transfers to the house's bank account of which nothing said whose they are.
-- Payer and text are sealed; when somebody has decided they go, and what
-- remains says that the line of the statement was dealt with.
CREATE TABLE sale_remittance (
    id       TEXT NOT NULL, -- of the line: the same in every statement it stands in
    edition  TEXT NOT NULL REFERENCES edition (id),
    at       INTEGER NOT NULL,
    minor    INTEGER NOT NULL,
    currency TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('open', 'assigned', 'not_ours')),
    order_id TEXT NOT NULL CHECK ((state = 'assigned') = (order_id <> '')),
    private  BLOB NOT NULL,
    wrapped  BLOB NOT NULL,
    PRIMARY KEY (id, edition)
) STRICT;
CREATE INDEX sale_remittance_open ON sale_remittance (edition, at, id) WHERE state = 'open';

-- +goose Up
-- Remittances: transfers to the house's bank account of which nothing said whose they are.
-- Payer and text are sealed; when somebody has decided they go, and what
-- remains says that the line of the statement was dealt with.
CREATE TABLE sale_remittance (
    id       TEXT COLLATE "C" NOT NULL, -- of the line: the same in every statement it stands in
    edition  TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    at       BIGINT NOT NULL,
    minor    BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'assigned', 'not_ours')),
    order_id TEXT COLLATE "C" NOT NULL CHECK ((state = 'assigned') = (order_id <> '')),
    private  BYTEA NOT NULL,
    wrapped  BYTEA NOT NULL,
    PRIMARY KEY (id, edition)
);
CREATE INDEX sale_remittance_open ON sale_remittance (edition, at, id) WHERE state = 'open';

-- +goose Up
-- What is fixed once for a sale and never changes: seeds that were committed to,
-- the key of its waiting room, the proof of its draw.
CREATE TABLE sale_kept (
    edition TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    name    TEXT COLLATE "C" NOT NULL,
    value   BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (edition, name)
);

CREATE TRIGGER sale_kept_no_update BEFORE UPDATE ON sale_kept FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_kept_no_delete BEFORE DELETE ON sale_kept FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_kept_no_truncate BEFORE TRUNCATE ON sale_kept FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

-- Tickets of waiting rooms, in order of arrival.
CREATE TABLE sale_ticket (
    edition TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    seq     BIGINT NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL,
    let     BIGINT NOT NULL, -- when it was let in; 0 = not yet
    PRIMARY KEY (edition, seq),
    UNIQUE (edition, id)
);

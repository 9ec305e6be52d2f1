-- +goose Up
-- The sale. DESIGN.md says how it is used.
CREATE TABLE sale_edition (
    edition  TEXT COLLATE "C" PRIMARY KEY REFERENCES edition (id),
    version  BIGINT NOT NULL CHECK (version > 0), -- of the catalogue in force
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('', 'open', 'closed', 'postponed', 'cancelled')),
    numbers  TEXT COLLATE "C" NOT NULL, -- JSON: the last number given, by kind
    wait_seq BIGINT NOT NULL
);

-- Every version of the catalogue stays: orders were made under it.
CREATE TABLE sale_catalogue (
    edition TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    at      BIGINT NOT NULL,
    body    TEXT COLLATE "C" NOT NULL, -- JSON
    PRIMARY KEY (edition, version)
);
CREATE TRIGGER sale_catalogue_no_update BEFORE UPDATE ON sale_catalogue FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_catalogue_no_delete BEFORE DELETE ON sale_catalogue FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_catalogue_no_truncate BEFORE TRUNCATE ON sale_catalogue FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

-- Who has how many units of what. cap is the greater of size and used, and
-- where it is above size it can only fall: what was sold when the size was
-- lowered stays sold, and not one more is.
CREATE TABLE sale_quota (
    edition  TEXT COLLATE "C" NOT NULL REFERENCES sale_edition (edition),
    resource TEXT COLLATE "C" NOT NULL,
    partner  TEXT COLLATE "C" NOT NULL, -- '' = the public
    size     BIGINT NOT NULL CHECK (size >= 0),
    cap      BIGINT NOT NULL,
    used     BIGINT NOT NULL,
    kept     BIGINT NOT NULL CHECK (kept >= 0), -- free units for the waiting list alone,
    kept_until BIGINT NOT NULL, -- until then; 0 = for good
    PRIMARY KEY (edition, resource, partner),
    CONSTRAINT sale_quota_units CHECK (used >= 0 AND used <= cap),
    CONSTRAINT sale_quota_cap CHECK (cap >= size AND (cap = size OR cap = used))
);
-- +goose StatementBegin
CREATE FUNCTION sale_quota_oversold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'sale_quota would be oversold';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER sale_quota_made AFTER INSERT ON sale_quota FOR EACH ROW
    WHEN (NEW.cap > NEW.size) EXECUTE FUNCTION sale_quota_oversold();
CREATE TRIGGER sale_quota_taken BEFORE UPDATE ON sale_quota FOR EACH ROW
    WHEN (NEW.cap > NEW.size AND NEW.cap > OLD.cap) EXECUTE FUNCTION sale_quota_oversold();
CREATE TRIGGER sale_quota_no_delete BEFORE DELETE ON sale_quota FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_quota_no_truncate BEFORE TRUNCATE ON sale_quota FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

-- Keys begin with what tells rows apart, not with the edition, which a sale has
-- only one of: PostgreSQL would go through all of it while it has no statistics.
CREATE TABLE sale_order (
    id        TEXT COLLATE "C" NOT NULL,
    edition   TEXT COLLATE "C" NOT NULL,
    number    TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('held', 'confirmed', 'expired', 'cancelled')),
    partner   TEXT COLLATE "C" NOT NULL, -- '' = the public
    made      BIGINT NOT NULL,
    hard_end  BIGINT NOT NULL,
    reference TEXT COLLATE "C" NOT NULL, -- for transfers
    unpaid    BIGINT NOT NULL CHECK (unpaid IN (0, 1)), -- not paid in full
    tasks     BIGINT NOT NULL, -- open ones
    owed      BIGINT NOT NULL, -- refunds owed or failed
    paying    BIGINT NOT NULL, -- payments started and not ended
    units     TEXT COLLATE "C" NOT NULL, -- JSON: what it takes of which quota
    version   BIGINT NOT NULL CHECK (version > 0),
    body      TEXT COLLATE "C" NOT NULL, -- JSON, nothing personal
    blinds    TEXT COLLATE "C" NOT NULL, -- JSON: what its rows of sale_blind are of
    private   BYTEA NOT NULL, -- sealed by a key of its own
    wrapped   BYTEA NOT NULL, -- that key, wrapped by the office's; empty = erased
    PRIMARY KEY (id, edition)
);
CREATE UNIQUE INDEX sale_order_number ON sale_order (edition, number) WHERE number <> '';
CREATE INDEX sale_order_made ON sale_order (edition, made, id);
CREATE INDEX sale_order_state ON sale_order (edition, state, hard_end, unpaid);
CREATE INDEX sale_order_reference ON sale_order (edition, reference) WHERE reference <> '';
CREATE INDEX sale_order_tasks ON sale_order (edition, made) WHERE tasks > 0;
CREATE INDEX sale_order_owed ON sale_order (edition, made) WHERE owed > 0;
CREATE INDEX sale_order_paying ON sale_order (edition, made) WHERE paying > 0;

-- What an idempotency key was used for.
CREATE TABLE sale_key (
    edition  TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    body     TEXT COLLATE "C" NOT NULL, -- digest of what was asked
    order_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (key, edition)
);

-- By which blind indexes of sealed e-mails, documents and names orders are found.
-- A person has several: the rows are short, so that many share a page.
CREATE TABLE sale_blind (
    hash     BIGINT NOT NULL, -- of the edition and the blind index
    order_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (hash, order_id)
);

-- Receipts and provider events that were recorded.
CREATE TABLE sale_seen (
    edition TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id, edition)
);

-- The ledger of units. It only grows.
CREATE TABLE sale_line (
    edition    TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    order_id   TEXT COLLATE "C" NOT NULL, -- '' = the office's
    move       TEXT COLLATE "C" NOT NULL CHECK (move IN ('hold', 'confirm', 'release', 'expire', 'resize', 'keep')),
    units      TEXT COLLATE "C" NOT NULL, -- JSON
    by_account TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (edition, seq)
);
CREATE TRIGGER sale_line_no_update BEFORE UPDATE ON sale_line FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_line_no_delete BEFORE DELETE ON sale_line FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_line_no_truncate BEFORE TRUNCATE ON sale_line FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

-- The ledger of money. It only grows.
CREATE TABLE sale_posting (
    edition  TEXT COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL,
    entry    TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    minor    BIGINT NOT NULL, -- positive = debit
    currency TEXT COLLATE "C" NOT NULL,
    text     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (edition, seq)
);
CREATE INDEX sale_posting_order ON sale_posting (order_id, edition, seq);
CREATE TRIGGER sale_posting_no_update BEFORE UPDATE ON sale_posting FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_posting_no_delete BEFORE DELETE ON sale_posting FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_posting_no_truncate BEFORE TRUNCATE ON sale_posting FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

CREATE TABLE sale_wait (
    edition  TEXT COLLATE "C" NOT NULL REFERENCES sale_edition (edition),
    id       TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('applied', 'waiting', 'offered', 'served', 'declined', 'lapsed', 'left')),
    body     TEXT COLLATE "C" NOT NULL, -- JSON, nothing personal
    private  BYTEA NOT NULL,
    wrapped  BYTEA NOT NULL,
    PRIMARY KEY (edition, id)
);
CREATE INDEX sale_wait_place ON sale_wait (edition, state, priority, seq);

-- Mail on its way: made in the commit of what it tells of.
CREATE TABLE outbox (
    id       TEXT COLLATE "C" PRIMARY KEY,
    edition  TEXT COLLATE "C" NOT NULL,
    made     BIGINT NOT NULL,
    template TEXT COLLATE "C" NOT NULL,
    lang     TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    private  BYTEA NOT NULL, -- sealed: whom to, and the arguments
    wrapped  BYTEA NOT NULL,
    next_at  BIGINT NOT NULL, -- not to be tried before
    tries    BIGINT NOT NULL,
    sent_at  BIGINT NOT NULL, -- 0 = not yet
    error    TEXT COLLATE "C" NOT NULL -- of the last try, nothing personal
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE sent_at = 0;
CREATE INDEX outbox_order ON outbox (order_id, edition);

-- Which orders' keys were destroyed: replayed after a restore.
CREATE TABLE sale_erased (
    edition  TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    payer    BIGINT NOT NULL CHECK (payer IN (0, 1)), -- 1 = what invoices need went as well
    at       BIGINT NOT NULL,
    by_account TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (edition, order_id, payer)
);
CREATE TRIGGER sale_erased_no_update BEFORE UPDATE ON sale_erased FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_erased_no_delete BEFORE DELETE ON sale_erased FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER sale_erased_no_truncate BEFORE TRUNCATE ON sale_erased FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

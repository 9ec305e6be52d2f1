-- +goose Up
-- The sale. DESIGN.md says how it is used.
CREATE TABLE sale_edition (
    edition  TEXT PRIMARY KEY REFERENCES edition (id),
    version  INTEGER NOT NULL CHECK (version > 0), -- of the catalogue in force
    state    TEXT NOT NULL CHECK (state IN ('', 'open', 'closed', 'postponed', 'cancelled')),
    numbers  TEXT NOT NULL, -- JSON: the last number given, by kind
    wait_seq INTEGER NOT NULL
) STRICT;

-- Every version of the catalogue stays: orders were made under it.
CREATE TABLE sale_catalogue (
    edition TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    at      INTEGER NOT NULL,
    body    TEXT NOT NULL, -- JSON
    PRIMARY KEY (edition, version)
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER sale_catalogue_no_update BEFORE UPDATE ON sale_catalogue
BEGIN SELECT RAISE(ABORT, 'sale_catalogue only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_catalogue_no_delete BEFORE DELETE ON sale_catalogue
BEGIN SELECT RAISE(ABORT, 'sale_catalogue only grows'); END;
-- +goose StatementEnd

-- Who has how many units of what. cap is the greater of size and used, and
-- where it is above size it can only fall: what was sold when the size was
-- lowered stays sold, and not one more is.
CREATE TABLE sale_quota (
    edition  TEXT NOT NULL REFERENCES sale_edition (edition),
    resource TEXT NOT NULL,
    partner  TEXT NOT NULL, -- '' = the public
    size     INTEGER NOT NULL CHECK (size >= 0),
    cap      INTEGER NOT NULL,
    used     INTEGER NOT NULL,
    kept     INTEGER NOT NULL CHECK (kept >= 0), -- free units for the waiting list alone,
    kept_until INTEGER NOT NULL, -- until then; 0 = for good
    PRIMARY KEY (edition, resource, partner),
    CONSTRAINT sale_quota_units CHECK (used >= 0 AND used <= cap),
    CONSTRAINT sale_quota_cap CHECK (cap >= size AND (cap = size OR cap = used))
) STRICT;
-- +goose StatementBegin
CREATE TRIGGER sale_quota_made AFTER INSERT ON sale_quota WHEN NEW.cap > NEW.size
BEGIN SELECT RAISE(ABORT, 'sale_quota would be oversold'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_quota_taken AFTER UPDATE ON sale_quota WHEN NEW.cap > NEW.size AND NEW.cap > OLD.cap
BEGIN SELECT RAISE(ABORT, 'sale_quota would be oversold'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_quota_no_delete BEFORE DELETE ON sale_quota
BEGIN SELECT RAISE(ABORT, 'sale_quota stays'); END;
-- +goose StatementEnd

-- Keys begin with what tells rows apart, not with the edition, which a sale has
-- only one of: PostgreSQL would go through all of it while it has no statistics.
CREATE TABLE sale_order (
    id        TEXT NOT NULL,
    edition   TEXT NOT NULL,
    number    TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'expired', 'cancelled')),
    partner   TEXT NOT NULL, -- '' = the public
    made      INTEGER NOT NULL,
    hard_end  INTEGER NOT NULL,
    reference TEXT NOT NULL, -- for transfers
    unpaid    INTEGER NOT NULL CHECK (unpaid IN (0, 1)), -- not paid in full
    tasks     INTEGER NOT NULL, -- open ones
    owed      INTEGER NOT NULL, -- refunds owed or failed
    paying    INTEGER NOT NULL, -- payments started and not ended
    units     TEXT NOT NULL, -- JSON: what it takes of which quota
    version   INTEGER NOT NULL CHECK (version > 0),
    body      TEXT NOT NULL, -- JSON, nothing personal
    blinds    TEXT NOT NULL, -- JSON: what its rows of sale_blind are of
    private   BLOB NOT NULL, -- sealed by a key of its own
    wrapped   BLOB NOT NULL, -- that key, wrapped by the office's; empty = erased
    PRIMARY KEY (id, edition)
) STRICT;
CREATE UNIQUE INDEX sale_order_number ON sale_order (edition, number) WHERE number <> '';
CREATE INDEX sale_order_made ON sale_order (edition, made, id);
CREATE INDEX sale_order_state ON sale_order (edition, state, hard_end, unpaid);
CREATE INDEX sale_order_reference ON sale_order (edition, reference) WHERE reference <> '';
CREATE INDEX sale_order_tasks ON sale_order (edition, made) WHERE tasks > 0;
CREATE INDEX sale_order_owed ON sale_order (edition, made) WHERE owed > 0;
CREATE INDEX sale_order_paying ON sale_order (edition, made) WHERE paying > 0;

-- What an idempotency key was used for.
CREATE TABLE sale_key (
    edition  TEXT NOT NULL,
    key      TEXT NOT NULL,
    body     TEXT NOT NULL, -- digest of what was asked
    order_id TEXT NOT NULL,
    PRIMARY KEY (key, edition)
) STRICT, WITHOUT ROWID;

-- By which blind indexes of sealed e-mails, documents and names orders are found.
-- A person has several: the rows are short, so that many share a page.
CREATE TABLE sale_blind (
    hash     INTEGER NOT NULL, -- of the edition and the blind index
    order_id TEXT NOT NULL,
    PRIMARY KEY (hash, order_id)
) STRICT, WITHOUT ROWID;

-- Receipts and provider events that were recorded.
CREATE TABLE sale_seen (
    edition TEXT NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (id, edition)
) STRICT, WITHOUT ROWID;

-- The ledger of units. It only grows.
CREATE TABLE sale_line (
    edition    TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    order_id   TEXT NOT NULL, -- '' = the office's
    move       TEXT NOT NULL CHECK (move IN ('hold', 'confirm', 'release', 'expire', 'resize', 'keep')),
    units      TEXT NOT NULL, -- JSON
    by_account TEXT NOT NULL,
    PRIMARY KEY (edition, seq)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER sale_line_no_update BEFORE UPDATE ON sale_line
BEGIN SELECT RAISE(ABORT, 'sale_line only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_line_no_delete BEFORE DELETE ON sale_line
BEGIN SELECT RAISE(ABORT, 'sale_line only grows'); END;
-- +goose StatementEnd

-- The ledger of money. It only grows.
CREATE TABLE sale_posting (
    edition  TEXT NOT NULL,
    seq      INTEGER NOT NULL,
    entry    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    account  TEXT NOT NULL,
    minor    INTEGER NOT NULL, -- positive = debit
    currency TEXT NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (edition, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sale_posting_order ON sale_posting (order_id, edition, seq);
-- +goose StatementBegin
CREATE TRIGGER sale_posting_no_update BEFORE UPDATE ON sale_posting
BEGIN SELECT RAISE(ABORT, 'sale_posting only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_posting_no_delete BEFORE DELETE ON sale_posting
BEGIN SELECT RAISE(ABORT, 'sale_posting only grows'); END;
-- +goose StatementEnd

CREATE TABLE sale_wait (
    edition  TEXT NOT NULL REFERENCES sale_edition (edition),
    id       TEXT NOT NULL,
    priority INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('applied', 'waiting', 'offered', 'served', 'declined', 'lapsed', 'left')),
    body     TEXT NOT NULL, -- JSON, nothing personal
    private  BLOB NOT NULL,
    wrapped  BLOB NOT NULL,
    PRIMARY KEY (edition, id)
) STRICT;
CREATE INDEX sale_wait_place ON sale_wait (edition, state, priority, seq);

-- Mail on its way: made in the commit of what it tells of.
CREATE TABLE outbox (
    id       TEXT PRIMARY KEY,
    edition  TEXT NOT NULL,
    made     INTEGER NOT NULL,
    template TEXT NOT NULL,
    lang     TEXT NOT NULL,
    order_id TEXT NOT NULL,
    private  BLOB NOT NULL, -- sealed: whom to, and the arguments
    wrapped  BLOB NOT NULL,
    next_at  INTEGER NOT NULL, -- not to be tried before
    tries    INTEGER NOT NULL,
    sent_at  INTEGER NOT NULL, -- 0 = not yet
    error    TEXT NOT NULL -- of the last try, nothing personal
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE sent_at = 0;
CREATE INDEX outbox_order ON outbox (order_id, edition);

-- Which orders' keys were destroyed: replayed after a restore.
CREATE TABLE sale_erased (
    edition  TEXT NOT NULL,
    order_id TEXT NOT NULL,
    payer    INTEGER NOT NULL CHECK (payer IN (0, 1)), -- 1 = what invoices need went as well
    at       INTEGER NOT NULL,
    by_account TEXT NOT NULL,
    PRIMARY KEY (edition, order_id, payer)
) STRICT, WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER sale_erased_no_update BEFORE UPDATE ON sale_erased
BEGIN SELECT RAISE(ABORT, 'sale_erased only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sale_erased_no_delete BEFORE DELETE ON sale_erased
BEGIN SELECT RAISE(ABORT, 'sale_erased only grows'); END;
-- +goose StatementEnd

-- +goose Up
CREATE TABLE edition (
    id          TEXT COLLATE "C" PRIMARY KEY,
    date        TEXT COLLATE "C" NOT NULL, -- YYYY-MM-DD
    name        TEXT COLLATE "C" NOT NULL,
    toml        TEXT COLLATE "C" NOT NULL, -- the edition file as it was given
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    archived_at BIGINT NOT NULL -- 0 = not archived
);

CREATE TABLE revision (
    edition   TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    race      TEXT COLLATE "C" NOT NULL,
    number    BIGINT NOT NULL CHECK (number > 0),
    state     TEXT COLLATE "C" NOT NULL CHECK (state IN ('provisional', 'official')),
    at        BIGINT NOT NULL,
    by_name   TEXT COLLATE "C" NOT NULL,
    note      TEXT COLLATE "C" NOT NULL,
    basis     TEXT COLLATE "C" NOT NULL CHECK (basis IN ('gun', 'net')),
    row_count BIGINT NOT NULL,
    hash      TEXT COLLATE "C" NOT NULL, -- of the rows' JSON, as published
    body      BYTEA NOT NULL, -- the rows' JSON, compressed with zstd
    body_hash BYTEA NOT NULL, -- SHA-256 of the JSON in body
    PRIMARY KEY (edition, race, number)
);

CREATE TABLE certificate (
    code        TEXT COLLATE "C" PRIMARY KEY,
    edition     TEXT COLLATE "C" NOT NULL,
    race        TEXT COLLATE "C" NOT NULL,
    bib         TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL,
    version     BIGINT NOT NULL CHECK (version > 0),
    created_at  BIGINT NOT NULL,
    replaced_by TEXT COLLATE "C" NOT NULL, -- '' = it is the current one
    UNIQUE (edition, race, bib, revision),
    UNIQUE (edition, race, bib, version),
    FOREIGN KEY (edition, race, revision) REFERENCES revision (edition, race, number)
);

-- What was published never changes.
CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER revision_no_delete BEFORE DELETE ON revision FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER revision_no_truncate BEFORE TRUNCATE ON revision FOR EACH STATEMENT EXECUTE FUNCTION only_grows();

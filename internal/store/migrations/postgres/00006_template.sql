-- +goose Up
-- The organiser's own designs of certificates. A version never changes; the
-- latest of an edition, language and kind is the one in use.
CREATE TABLE certificate_template (
    edition TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    lang    TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL CHECK (kind IN ('finisher', 'medal')),
    version BIGINT NOT NULL CHECK (version > 0),
    body    TEXT COLLATE "C" NOT NULL, -- JSON; '' = the design of the house
    artwork TEXT COLLATE "C" NOT NULL, -- SHA-256 of certificate_artwork; '' = none
    restored BIGINT NOT NULL, -- the version this one repeats; 0 = none
    at      BIGINT NOT NULL,
    by_name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (edition, lang, kind, version)
);

CREATE TABLE certificate_artwork (
    edition TEXT COLLATE "C" NOT NULL REFERENCES edition (id),
    hash    TEXT COLLATE "C" NOT NULL, -- SHA-256 of the bytes
    name    TEXT COLLATE "C" NOT NULL, -- of the file
    bytes   BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (edition, hash)
);

-- Which version a certificate was printed with first: it is printed so again.
CREATE TABLE certificate_print (
    code    TEXT COLLATE "C" NOT NULL REFERENCES certificate (code),
    lang    TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL CHECK (kind IN ('finisher', 'medal')),
    version BIGINT NOT NULL, -- of the template; 0 = the design of the house
    at      BIGINT NOT NULL,
    PRIMARY KEY (code, lang, kind)
);

CREATE TRIGGER certificate_template_no_update BEFORE UPDATE ON certificate_template FOR EACH ROW EXECUTE FUNCTION only_grows();
CREATE TRIGGER certificate_template_no_delete BEFORE DELETE ON certificate_template FOR EACH ROW EXECUTE FUNCTION only_grows();

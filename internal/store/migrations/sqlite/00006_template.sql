-- +goose Up
-- The organiser's own designs of certificates. A version never changes; the
-- latest of an edition, language and kind is the one in use.
CREATE TABLE certificate_template (
    edition TEXT NOT NULL REFERENCES edition (id),
    lang    TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('finisher', 'medal')),
    version INTEGER NOT NULL CHECK (version > 0),
    body    TEXT NOT NULL, -- JSON; '' = the design of the house
    artwork TEXT NOT NULL, -- SHA-256 of certificate_artwork; '' = none
    restored INTEGER NOT NULL, -- the version this one repeats; 0 = none
    at      INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (edition, lang, kind, version)
) STRICT;

CREATE TABLE certificate_artwork (
    edition TEXT NOT NULL REFERENCES edition (id),
    hash    TEXT NOT NULL, -- SHA-256 of the bytes
    name    TEXT NOT NULL, -- of the file
    bytes   BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (edition, hash)
) STRICT;

-- Which version a certificate was printed with first: it is printed so again.
CREATE TABLE certificate_print (
    code    TEXT NOT NULL REFERENCES certificate (code),
    lang    TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('finisher', 'medal')),
    version INTEGER NOT NULL, -- of the template; 0 = the design of the house
    at      INTEGER NOT NULL,
    PRIMARY KEY (code, lang, kind)
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER certificate_template_no_update BEFORE UPDATE ON certificate_template
BEGIN SELECT RAISE(ABORT, 'certificate_template only grows'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER certificate_template_no_delete BEFORE DELETE ON certificate_template
BEGIN SELECT RAISE(ABORT, 'certificate_template only grows'); END;
-- +goose StatementEnd

-- +goose Up
-- How often the waiting list was changed: what a node remembers of it is of one version.
ALTER TABLE sale_edition ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;

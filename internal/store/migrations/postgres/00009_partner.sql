-- +goose Up
-- Roles of the sale. They stand in a table of their own: the CHECK of
-- account_role cannot be widened without making that table anew, and a program
-- of the release before does not know these roles.
CREATE TABLE account_sale_role (
    account TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    edition TEXT COLLATE "C" NOT NULL, -- '' = everywhere
    role    TEXT COLLATE "C" NOT NULL CHECK (role IN ('desk', 'treasurer', 'partner')),
    partner TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK ((role = 'partner') = (partner <> '')), -- id in the sale's catalogue
    PRIMARY KEY (account, edition, role, partner)
);

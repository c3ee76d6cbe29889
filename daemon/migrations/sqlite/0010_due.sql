-- The directives for backups (R102), who has read them, and the addresses by which calendars of people ask for what is due. Rules as
-- in the files before.

-- What the head of informatics lays down for backups, each version whole. What was in force on a day is cited by the register forever,
-- so that nothing of it is ever changed or removed.
CREATE TABLE directives (
    -- 1 and on.
    number INTEGER NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    -- The first day.
    valid_from TEXT NOT NULL UNIQUE,
    issued INTEGER NOT NULL,
    issued_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;
CREATE TRIGGER directives_stay BEFORE UPDATE ON directives
BEGIN SELECT RAISE(ABORT, 'a directive is never changed'); END;
CREATE TRIGGER directives_remain BEFORE DELETE ON directives
BEGIN SELECT RAISE(ABORT, 'a directive is never removed'); END;

-- Which technician has read which of them.
CREATE TABLE directive_acks (
    directive INTEGER NOT NULL REFERENCES directives (number),
    "user" INTEGER NOT NULL REFERENCES users (id),
    "at" INTEGER NOT NULL,
    PRIMARY KEY (directive, "user")
) STRICT, WITHOUT ROWID;
CREATE TRIGGER directive_acks_stay BEFORE UPDATE ON directive_acks
BEGIN SELECT RAISE(ABORT, 'that a directive was read is never changed'); END;
CREATE TRIGGER directive_acks_remain BEFORE DELETE ON directive_acks
BEGIN SELECT RAISE(ABORT, 'that a directive was read is never removed'); END;

-- The address by which a person's calendar asks for what is due: one each.
CREATE TABLE feeds (
    "user" INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    -- SHA-256 of the secret in the address.
    token BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

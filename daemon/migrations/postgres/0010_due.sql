-- The directives for backups (R102), who has read them, and the addresses by which calendars of people ask for what is due. Rules as
-- in the files before.

-- What the head of informatics lays down for backups, each version whole. What was in force on a day is cited by the register forever,
-- so that nothing of it is ever changed or removed.
CREATE TABLE directives (
    -- 1 and on.
    number BIGINT NOT NULL PRIMARY KEY,
    text TEXT COLLATE "C" NOT NULL,
    -- The first day.
    valid_from TEXT COLLATE "C" NOT NULL UNIQUE,
    issued BIGINT NOT NULL,
    issued_by BIGINT NOT NULL REFERENCES users (id)
);
CREATE TRIGGER directives_stay BEFORE UPDATE ON directives FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER directives_remain BEFORE DELETE ON directives FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- Which technician has read which of them.
CREATE TABLE directive_acks (
    directive BIGINT NOT NULL REFERENCES directives (number),
    "user" BIGINT NOT NULL REFERENCES users (id),
    "at" BIGINT NOT NULL,
    PRIMARY KEY (directive, "user")
);
CREATE TRIGGER directive_acks_stay BEFORE UPDATE ON directive_acks FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER directive_acks_remain BEFORE DELETE ON directive_acks FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- The address by which a person's calendar asks for what is due: one each.
CREATE TABLE feeds (
    "user" BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    -- SHA-256 of the secret in the address.
    token BYTEA NOT NULL UNIQUE,
    created BIGINT NOT NULL
);

-- The support desk: people, tickets and what became of them. Rules as in the files before.
--
-- Days are ISO dates in text (they sort), in the office's time zone: deadlines are counted in days and never in seconds.
-- Words are those of the module `desk`. What is said of a ticket is written once: the triggers refuse to change it.

CREATE TABLE units (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    -- Its head, a user.
    head BIGINT,
    active BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL
);

CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    -- In lower case.
    login TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    post TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    unit BIGINT REFERENCES units (id),
    superior BIGINT REFERENCES users (id),
    -- Argon2id; none where a directory is asked.
    password TEXT COLLATE "C",
    -- Until when a first password is taken; none for one that was chosen.
    password_until BIGINT,
    directory BIGINT NOT NULL,
    active BIGINT NOT NULL,
    must_change BIGINT NOT NULL,
    last_login BIGINT,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL
);

CREATE INDEX users_of_unit ON users (unit);

-- Roles by days: a delegation ends by itself.
CREATE TABLE user_roles (
    "user" BIGINT NOT NULL REFERENCES users (id),
    role TEXT COLLATE "C" NOT NULL,
    from_day TEXT COLLATE "C" NOT NULL,
    -- The last day; none for as long as it lasts.
    until_day TEXT COLLATE "C",
    granted BIGINT NOT NULL,
    granted_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY ("user", role, from_day)
);

CREATE TABLE sessions (
    -- SHA-256 of the token, which is nowhere but in the browser.
    token BYTEA NOT NULL PRIMARY KEY,
    "user" BIGINT NOT NULL REFERENCES users (id),
    -- What each form of this session must bring.
    form_key BYTEA NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE INDEX sessions_of_user ON sessions ("user");
CREATE INDEX sessions_ending ON sessions (expires);

-- Failed logins by login and by address, so that guessing slows down.
CREATE TABLE login_failures (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    last BIGINT NOT NULL,
    until BIGINT NOT NULL
);

-- Keys of other programs.
CREATE TABLE api_tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL UNIQUE,
    -- On whose behalf it asks.
    "user" BIGINT NOT NULL REFERENCES users (id),
    -- A list of words.
    scopes TEXT COLLATE "C" NOT NULL,
    expires BIGINT,
    revoked BIGINT,
    last_used BIGINT,
    created BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL
);

-- What was made on a request that may come twice, by whose and which key.
CREATE TABLE once (
    "user" BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of what was asked: the same key with another wish is a mistake.
    request BYTEA NOT NULL,
    ticket BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    PRIMARY KEY ("user", key)
);

-- Versions of the calendar, each whole.
CREATE TABLE calendars (
    id BIGINT NOT NULL PRIMARY KEY,
    text TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    published BIGINT NOT NULL,
    published_by TEXT COLLATE "C" NOT NULL
);

CREATE TABLE categories (
    id BIGINT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    active BIGINT NOT NULL
);

INSERT INTO categories (id, place, name, active) VALUES
    (1, 1, 'Hardware', 1), (2, 2, 'Software', 1), (3, 3, 'Red', 1), (4, 4, 'Sistema operativo', 1),
    (5, 5, 'Servidores', 1), (6, 6, 'DIACO En-Línea', 1), (7, 7, 'Correo electrónico', 1), (8, 8, 'Otros', 1);

CREATE TABLE tickets (
    id BIGINT NOT NULL PRIMARY KEY,
    -- `ST-2026-000123`, without gaps in each year.
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    requester BIGINT NOT NULL REFERENCES users (id),
    -- The requester's unit when it was made.
    unit BIGINT REFERENCES units (id),
    location TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL,
    category BIGINT NOT NULL REFERENCES categories (id),
    equipment TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    entered BIGINT NOT NULL,
    entered_day TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    assignee BIGINT REFERENCES users (id),
    assigned BIGINT,
    mode TEXT COLLATE "C",
    analysis TEXT COLLATE "C",
    analysed BIGINT,
    -- By the three business days alone, and as it is after an extension.
    first_limit TEXT COLLATE "C" NOT NULL,
    last_limit TEXT COLLATE "C" NOT NULL,
    -- The version of the calendar by which they were counted.
    calendar BIGINT NOT NULL REFERENCES calendars (id),
    attended BIGINT,
    attended_day TEXT COLLATE "C",
    finished BIGINT,
    finished_by BIGINT REFERENCES users (id),
    verdict TEXT COLLATE "C",
    rating TEXT COLLATE "C",
    rated BIGINT,
    rating_comment TEXT COLLATE "C",
    answer TEXT COLLATE "C",
    answered BIGINT,
    void_reason TEXT COLLATE "C",
    -- The ticket that this one follows.
    follows BIGINT REFERENCES tickets (id),
    version BIGINT NOT NULL,
    -- The words of number, subject and description, folded, for the search.
    words TEXT COLLATE "C" NOT NULL
);

CREATE INDEX tickets_open ON tickets (last_limit, id) WHERE state NOT IN ('finished', 'rated', 'void');
CREATE INDEX tickets_of_requester ON tickets (requester, id);
CREATE INDEX tickets_of_unit ON tickets (unit, id);
CREATE INDEX tickets_of_assignee ON tickets (assignee, id);
CREATE INDEX tickets_following ON tickets (follows) WHERE follows IS NOT NULL;
CREATE INDEX tickets_unrated ON tickets (finished) WHERE state = 'finished';

CREATE INDEX ticket_words ON tickets USING gin (to_tsvector('simple', words));
CREATE FUNCTION tickets_keep_their_words() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what a ticket asked for is never changed'; END $$;
CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF words ON tickets FOR EACH ROW WHEN (OLD.words <> NEW.words) EXECUTE FUNCTION tickets_keep_their_words();
CREATE FUNCTION desk_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is never changed or removed', TG_TABLE_NAME; END $$;
CREATE TRIGGER tickets_remain BEFORE DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- What happened to each ticket, in its order: the only source of statistics.
CREATE TABLE ticket_events (
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    n BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- None for what the program did by itself.
    actor BIGINT REFERENCES users (id),
    address TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (ticket, n)
);

CREATE INDEX ticket_events_by_day ON ticket_events (day, kind);
CREATE TRIGGER ticket_events_stay BEFORE UPDATE ON ticket_events FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER ticket_events_remain BEFORE DELETE ON ticket_events FOR EACH ROW EXECUTE FUNCTION desk_stays();

CREATE TABLE comments (
    id BIGINT NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    author BIGINT NOT NULL REFERENCES users (id),
    text TEXT COLLATE "C" NOT NULL,
    -- Whether only those who attend see it.
    internal BIGINT NOT NULL,
    "at" BIGINT NOT NULL
);

CREATE INDEX comments_of_ticket ON comments (ticket, id);
CREATE TRIGGER comments_stay BEFORE UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER comments_remain BEFORE DELETE ON comments FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- The bytes lie here too, so that they come and go with their ticket, and one dump holds all.
CREATE TABLE attachments (
    -- 128 random bits.
    id BYTEA NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    uploaded_by BIGINT NOT NULL REFERENCES users (id),
    "at" BIGINT NOT NULL
);

CREATE INDEX attachments_of_ticket ON attachments (ticket, "at");

CREATE TABLE attachment_bytes (
    id BYTEA NOT NULL PRIMARY KEY REFERENCES attachments (id),
    bytes BYTEA NOT NULL
);

CREATE TABLE rulings (
    id BIGINT NOT NULL PRIMARY KEY,
    -- `DT-2026-000045`, without gaps in each year.
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    kind TEXT COLLATE "C" NOT NULL,
    findings TEXT COLLATE "C" NOT NULL,
    actions TEXT COLLATE "C" NOT NULL,
    recommendation TEXT COLLATE "C" NOT NULL,
    parts TEXT COLLATE "C" NOT NULL,
    issued BIGINT NOT NULL,
    issued_by BIGINT NOT NULL REFERENCES users (id),
    -- To the head of the requester's unit.
    delivered_to BIGINT REFERENCES users (id),
    delivered BIGINT,
    acknowledged BIGINT
);

CREATE INDEX rulings_of_ticket ON rulings (ticket, id);
CREATE INDEX rulings_to_acknowledge ON rulings (delivered_to) WHERE delivered IS NOT NULL AND acknowledged IS NULL;
CREATE TRIGGER rulings_stay BEFORE UPDATE OF number, ticket, kind, findings, actions, recommendation, parts, issued, issued_by ON rulings FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER rulings_remain BEFORE DELETE ON rulings FOR EACH ROW EXECUTE FUNCTION desk_stays();

CREATE TABLE extensions (
    id BIGINT NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    cause TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    new_limit TEXT COLLATE "C" NOT NULL,
    ruling BIGINT NOT NULL REFERENCES rulings (id),
    proposed BIGINT NOT NULL,
    proposed_by BIGINT NOT NULL REFERENCES users (id),
    -- Asked for after the limit.
    late BIGINT NOT NULL,
    decided BIGINT,
    decided_by BIGINT REFERENCES users (id),
    confirmed BIGINT
);

CREATE INDEX extensions_of_ticket ON extensions (ticket, id);

CREATE TABLE exceptions (
    id BIGINT NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    kind TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    registered BIGINT NOT NULL,
    registered_by BIGINT NOT NULL REFERENCES users (id),
    late BIGINT NOT NULL,
    decided BIGINT,
    decided_by BIGINT REFERENCES users (id),
    confirmed BIGINT
);

CREATE INDEX exceptions_of_ticket ON exceptions (ticket, id);

CREATE TABLE visits (
    id BIGINT NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL REFERENCES tickets (id),
    "at" BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    entered BIGINT NOT NULL,
    entered_by BIGINT NOT NULL REFERENCES users (id)
);

CREATE INDEX visits_of_ticket ON visits (ticket, id);

-- Who looked through the open tickets on which day.
CREATE TABLE daily_reviews (
    day TEXT COLLATE "C" NOT NULL,
    "user" BIGINT NOT NULL REFERENCES users (id),
    "at" BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    PRIMARY KEY (day, "user")
);

-- Requests for accounts of the ministry's mail: never a password.
CREATE TABLE account_requests (
    id BIGINT NOT NULL PRIMARY KEY,
    ticket BIGINT NOT NULL UNIQUE REFERENCES tickets (id),
    kind TEXT COLLATE "C" NOT NULL,
    -- Whose account it is.
    person TEXT COLLATE "C" NOT NULL,
    started TEXT COLLATE "C" NOT NULL,
    started_by BIGINT NOT NULL REFERENCES users (id),
    form_given TEXT COLLATE "C",
    authorized TEXT COLLATE "C",
    authorized_by TEXT COLLATE "C",
    received TEXT COLLATE "C",
    -- Who signed the form of a reset.
    superior TEXT COLLATE "C",
    -- The signed form, a file of the ticket.
    scan BYTEA REFERENCES attachments (id),
    uploaded TEXT COLLATE "C",
    uploaded_by BIGINT REFERENCES users (id),
    external_number TEXT COLLATE "C",
    answered TEXT COLLATE "C",
    outcome TEXT COLLATE "C",
    told TEXT COLLATE "C",
    version BIGINT NOT NULL
);

CREATE INDEX account_requests_waiting ON account_requests (uploaded) WHERE uploaded IS NOT NULL AND answered IS NULL;

-- Letters to people. They are rows first; whether they are taken has no other effect.
CREATE TABLE letters (
    id BIGINT NOT NULL PRIMARY KEY,
    -- So that nobody is told twice of the same.
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    "user" BIGINT NOT NULL REFERENCES users (id),
    ticket BIGINT REFERENCES tickets (id),
    template TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    "at" BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt BIGINT NOT NULL,
    error TEXT COLLATE "C",
    sent BIGINT
);

CREATE INDEX letters_due ON letters (next_attempt) WHERE state = 'pending';
CREATE INDEX letters_of_ticket ON letters (ticket);

-- Who did what, beside what happens to tickets: logins, people, roles, calendar, settings. Each line has the hash of the
-- one before.
CREATE TABLE audit (
    n BIGINT NOT NULL PRIMARY KEY,
    "at" BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER audit_remains BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER audit_is_whole BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION desk_stays();

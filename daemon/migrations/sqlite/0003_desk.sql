-- The support desk: people, tickets and what became of them. Rules as in the files before.
--
-- Days are ISO dates in text (they sort), in the office's time zone: deadlines are counted in days and never in seconds.
-- Words are those of the module `desk`. What is said of a ticket is written once: the triggers refuse to change it.

CREATE TABLE units (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- Its head, a user.
    head INTEGER,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY,
    -- In lower case.
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    post TEXT NOT NULL,
    email TEXT,
    unit INTEGER REFERENCES units (id),
    superior INTEGER REFERENCES users (id),
    -- Argon2id; none where a directory is asked.
    password TEXT,
    -- Until when a first password is taken; none for one that was chosen.
    password_until INTEGER,
    directory INTEGER NOT NULL,
    active INTEGER NOT NULL,
    must_change INTEGER NOT NULL,
    last_login INTEGER,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

CREATE INDEX users_of_unit ON users (unit);

-- Roles by days: a delegation ends by itself.
CREATE TABLE user_roles (
    "user" INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    from_day TEXT NOT NULL,
    -- The last day; none for as long as it lasts.
    until_day TEXT,
    granted INTEGER NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY ("user", role, from_day)
) STRICT;

CREATE TABLE sessions (
    -- SHA-256 of the token, which is nowhere but in the browser.
    token BLOB NOT NULL PRIMARY KEY,
    "user" INTEGER NOT NULL REFERENCES users (id),
    -- What each form of this session must bring.
    form_key BLOB NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_of_user ON sessions ("user");
CREATE INDEX sessions_ending ON sessions (expires);

-- Failed logins by login and by address, so that guessing slows down.
CREATE TABLE login_failures (
    key TEXT NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL,
    last INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

-- Keys of other programs.
CREATE TABLE api_tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    token BLOB NOT NULL UNIQUE,
    -- On whose behalf it asks.
    "user" INTEGER NOT NULL REFERENCES users (id),
    -- A list of words.
    scopes TEXT NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    last_used INTEGER,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;

-- What was made on a request that may come twice, by whose and which key.
CREATE TABLE once (
    "user" INTEGER NOT NULL,
    key TEXT NOT NULL,
    -- SHA-256 of what was asked: the same key with another wish is a mistake.
    request BLOB NOT NULL,
    ticket INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    PRIMARY KEY ("user", key)
) STRICT;

-- Versions of the calendar, each whole.
CREATE TABLE calendars (
    id INTEGER NOT NULL PRIMARY KEY,
    text TEXT NOT NULL,
    digest TEXT NOT NULL,
    published INTEGER NOT NULL,
    published_by TEXT NOT NULL
) STRICT;

CREATE TABLE categories (
    id INTEGER NOT NULL PRIMARY KEY,
    place INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    active INTEGER NOT NULL
) STRICT;

INSERT INTO categories (id, place, name, active) VALUES
    (1, 1, 'Hardware', 1), (2, 2, 'Software', 1), (3, 3, 'Red', 1), (4, 4, 'Sistema operativo', 1),
    (5, 5, 'Servidores', 1), (6, 6, 'DIACO En-Línea', 1), (7, 7, 'Correo electrónico', 1), (8, 8, 'Otros', 1);

CREATE TABLE tickets (
    id INTEGER NOT NULL PRIMARY KEY,
    -- `ST-2026-000123`, without gaps in each year.
    number TEXT NOT NULL UNIQUE,
    requester INTEGER NOT NULL REFERENCES users (id),
    -- The requester's unit when it was made.
    unit INTEGER REFERENCES units (id),
    location TEXT NOT NULL,
    phone TEXT NOT NULL,
    category INTEGER NOT NULL REFERENCES categories (id),
    equipment TEXT NOT NULL,
    subject TEXT NOT NULL,
    description TEXT NOT NULL,
    entered INTEGER NOT NULL,
    entered_day TEXT NOT NULL,
    state TEXT NOT NULL,
    assignee INTEGER REFERENCES users (id),
    assigned INTEGER,
    mode TEXT,
    analysis TEXT,
    analysed INTEGER,
    -- By the three business days alone, and as it is after an extension.
    first_limit TEXT NOT NULL,
    last_limit TEXT NOT NULL,
    -- The version of the calendar by which they were counted.
    calendar INTEGER NOT NULL REFERENCES calendars (id),
    attended INTEGER,
    attended_day TEXT,
    finished INTEGER,
    finished_by INTEGER REFERENCES users (id),
    verdict TEXT,
    rating TEXT,
    rated INTEGER,
    rating_comment TEXT,
    answer TEXT,
    answered INTEGER,
    void_reason TEXT,
    -- The ticket that this one follows.
    follows INTEGER REFERENCES tickets (id),
    version INTEGER NOT NULL,
    -- The words of number, subject and description, folded, for the search.
    words TEXT NOT NULL
) STRICT;

CREATE INDEX tickets_open ON tickets (last_limit, id) WHERE state NOT IN ('finished', 'rated', 'void');
CREATE INDEX tickets_of_requester ON tickets (requester, id);
CREATE INDEX tickets_of_unit ON tickets (unit, id);
CREATE INDEX tickets_of_assignee ON tickets (assignee, id);
CREATE INDEX tickets_following ON tickets (follows) WHERE follows IS NOT NULL;
CREATE INDEX tickets_unrated ON tickets (finished) WHERE state = 'finished';

CREATE VIRTUAL TABLE ticket_words USING fts5 (words, content = 'tickets', content_rowid = 'id', tokenize = 'unicode61', prefix = '3');
CREATE TRIGGER ticket_words_in AFTER INSERT ON tickets
BEGIN INSERT INTO ticket_words (rowid, words) VALUES (new.id, new.words); END;
CREATE TRIGGER ticket_words_stay BEFORE UPDATE OF words ON tickets WHEN old.words <> new.words
BEGIN SELECT RAISE(ABORT, 'what a ticket asked for is never changed'); END;
CREATE TRIGGER tickets_remain BEFORE DELETE ON tickets
BEGIN SELECT RAISE(ABORT, 'a ticket is never removed'); END;

-- What happened to each ticket, in its order: the only source of statistics.
CREATE TABLE ticket_events (
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    n INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- None for what the program did by itself.
    actor INTEGER REFERENCES users (id),
    address TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (ticket, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX ticket_events_by_day ON ticket_events (day, kind);
CREATE TRIGGER ticket_events_stay BEFORE UPDATE ON ticket_events
BEGIN SELECT RAISE(ABORT, 'what happened to a ticket is never changed'); END;
CREATE TRIGGER ticket_events_remain BEFORE DELETE ON ticket_events
BEGIN SELECT RAISE(ABORT, 'what happened to a ticket is never removed'); END;

CREATE TABLE comments (
    id INTEGER NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    author INTEGER NOT NULL REFERENCES users (id),
    text TEXT NOT NULL,
    -- Whether only those who attend see it.
    internal INTEGER NOT NULL,
    "at" INTEGER NOT NULL
) STRICT;

CREATE INDEX comments_of_ticket ON comments (ticket, id);
CREATE TRIGGER comments_stay BEFORE UPDATE ON comments
BEGIN SELECT RAISE(ABORT, 'what was said is never changed'); END;
CREATE TRIGGER comments_remain BEFORE DELETE ON comments
BEGIN SELECT RAISE(ABORT, 'what was said is never removed'); END;

-- The bytes lie here too, so that they come and go with their ticket, and one dump holds all.
CREATE TABLE attachments (
    -- 128 random bits.
    id BLOB NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by INTEGER NOT NULL REFERENCES users (id),
    "at" INTEGER NOT NULL
) STRICT;

CREATE INDEX attachments_of_ticket ON attachments (ticket, "at");

CREATE TABLE attachment_bytes (
    id BLOB NOT NULL PRIMARY KEY REFERENCES attachments (id),
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE rulings (
    id INTEGER NOT NULL PRIMARY KEY,
    -- `DT-2026-000045`, without gaps in each year.
    number TEXT NOT NULL UNIQUE,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    findings TEXT NOT NULL,
    actions TEXT NOT NULL,
    recommendation TEXT NOT NULL,
    parts TEXT NOT NULL,
    issued INTEGER NOT NULL,
    issued_by INTEGER NOT NULL REFERENCES users (id),
    -- To the head of the requester's unit.
    delivered_to INTEGER REFERENCES users (id),
    delivered INTEGER,
    acknowledged INTEGER
) STRICT;

CREATE INDEX rulings_of_ticket ON rulings (ticket, id);
CREATE INDEX rulings_to_acknowledge ON rulings (delivered_to) WHERE delivered IS NOT NULL AND acknowledged IS NULL;
CREATE TRIGGER rulings_stay BEFORE UPDATE OF number, ticket, kind, findings, actions, recommendation, parts, issued, issued_by ON rulings
BEGIN SELECT RAISE(ABORT, 'a ruling is never changed'); END;
CREATE TRIGGER rulings_remain BEFORE DELETE ON rulings
BEGIN SELECT RAISE(ABORT, 'a ruling is never removed'); END;

CREATE TABLE extensions (
    id INTEGER NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    new_limit TEXT NOT NULL,
    ruling INTEGER NOT NULL REFERENCES rulings (id),
    proposed INTEGER NOT NULL,
    proposed_by INTEGER NOT NULL REFERENCES users (id),
    -- Asked for after the limit.
    late INTEGER NOT NULL,
    decided INTEGER,
    decided_by INTEGER REFERENCES users (id),
    confirmed INTEGER
) STRICT;

CREATE INDEX extensions_of_ticket ON extensions (ticket, id);

CREATE TABLE exceptions (
    id INTEGER NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    registered INTEGER NOT NULL,
    registered_by INTEGER NOT NULL REFERENCES users (id),
    late INTEGER NOT NULL,
    decided INTEGER,
    decided_by INTEGER REFERENCES users (id),
    confirmed INTEGER
) STRICT;

CREATE INDEX exceptions_of_ticket ON exceptions (ticket, id);

CREATE TABLE visits (
    id INTEGER NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES tickets (id),
    "at" INTEGER NOT NULL,
    place TEXT NOT NULL,
    note TEXT NOT NULL,
    entered INTEGER NOT NULL,
    entered_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX visits_of_ticket ON visits (ticket, id);

-- Who looked through the open tickets on which day.
CREATE TABLE daily_reviews (
    day TEXT NOT NULL,
    "user" INTEGER NOT NULL REFERENCES users (id),
    "at" INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    PRIMARY KEY (day, "user")
) STRICT;

-- Requests for accounts of the ministry's mail: never a password.
CREATE TABLE account_requests (
    id INTEGER NOT NULL PRIMARY KEY,
    ticket INTEGER NOT NULL UNIQUE REFERENCES tickets (id),
    kind TEXT NOT NULL,
    -- Whose account it is.
    person TEXT NOT NULL,
    started TEXT NOT NULL,
    started_by INTEGER NOT NULL REFERENCES users (id),
    form_given TEXT,
    authorized TEXT,
    authorized_by TEXT,
    received TEXT,
    -- Who signed the form of a reset.
    superior TEXT,
    -- The signed form, a file of the ticket.
    scan BLOB REFERENCES attachments (id),
    uploaded TEXT,
    uploaded_by INTEGER REFERENCES users (id),
    external_number TEXT,
    answered TEXT,
    outcome TEXT,
    told TEXT,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX account_requests_waiting ON account_requests (uploaded) WHERE uploaded IS NOT NULL AND answered IS NULL;

-- Letters to people. They are rows first; whether they are taken has no other effect.
CREATE TABLE letters (
    id INTEGER NOT NULL PRIMARY KEY,
    -- So that nobody is told twice of the same.
    key TEXT NOT NULL UNIQUE,
    "user" INTEGER NOT NULL REFERENCES users (id),
    ticket INTEGER REFERENCES tickets (id),
    template TEXT NOT NULL,
    data TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    error TEXT,
    sent INTEGER
) STRICT;

CREATE INDEX letters_due ON letters (next_attempt) WHERE state = 'pending';
CREATE INDEX letters_of_ticket ON letters (ticket);

-- Who did what, beside what happens to tickets: logins, people, roles, calendar, settings. Each line has the hash of the
-- one before.
CREATE TABLE audit (
    n INTEGER NOT NULL PRIMARY KEY,
    "at" INTEGER NOT NULL,
    actor TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is never removed'); END;
-- `INSERT OR REPLACE` removes without asking the trigger above.
CREATE TRIGGER audit_is_whole BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE n = new.n)
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;

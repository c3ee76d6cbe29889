-- What survives a restart. Beside this file stands the same for PostgreSQL; a change of one is a change of both.
-- A file that was released is never edited: the program compares its digest with what the database was made with, and
-- refuses to open it.
--
-- Moments are whole microseconds since 1970 in UTC, because integers sort as moments on both databases. Lists are JSON
-- in text that no query looks into. Ids are the 16 bytes of a UUID.

-- Numbers without gaps: `run`, `excuse`, `notice`, `register` (the place in the whole chain) and `register/YEAR`. They
-- are rows and no sequences, so that a transaction that is rolled back gives its numbers back. The row `register` is
-- also what every writer touches first, so that one writes at a time.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('run', 0), ('excuse', 0), ('notice', 0), ('register', 0);

-- Small things with a name of their own, such as `last_seen`.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- When each plan was first seen: its slots before that moment are nobody's debt.
CREATE TABLE plans (
    name TEXT NOT NULL PRIMARY KEY,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    plan TEXT,
    due INTEGER,
    "trigger" TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    state TEXT NOT NULL,
    queued INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    error TEXT
) STRICT;

-- The attempts at a slot.
CREATE INDEX runs_of_slot ON runs (plan, due);
-- At every start and every tick the unfinished ones are asked for; there are few among many.
CREATE INDEX runs_open ON runs (number) WHERE state IN ('queued', 'running');

CREATE TABLE datasets (
    id BLOB NOT NULL PRIMARY KEY,
    run BLOB NOT NULL REFERENCES runs (id),
    place INTEGER NOT NULL,
    server TEXT NOT NULL,
    dataset TEXT NOT NULL,
    disks TEXT NOT NULL,
    state TEXT NOT NULL,
    started INTEGER,
    ended INTEGER,
    receive_ms INTEGER,
    plain_bytes INTEGER,
    archive_bytes INTEGER,
    archive TEXT,
    kept_on TEXT NOT NULL,
    failed_on TEXT NOT NULL,
    -- Pairs of an archive's file and what proves it complete.
    files TEXT NOT NULL,
    warnings TEXT NOT NULL,
    error TEXT,
    -- A word for programs, such as 'server'.
    error_kind TEXT,
    UNIQUE (run, place)
) STRICT;

-- The newest good backup of a dataset, and those before it, without a look at any other row.
CREATE INDEX datasets_good ON datasets (server, dataset, started, id)
    WHERE state IN ('kept', 'partly') AND started IS NOT NULL;

-- The index of backups. The disks are the truth: it may be dropped and read again from them.
CREATE TABLE copies (
    disk_id BLOB NOT NULL,
    archive TEXT NOT NULL,
    disk TEXT NOT NULL,
    server TEXT NOT NULL,
    dataset TEXT NOT NULL,
    kind TEXT NOT NULL,
    backup BLOB NOT NULL,
    started INTEGER NOT NULL,
    plain_bytes INTEGER NOT NULL,
    archive_bytes INTEGER NOT NULL,
    files TEXT NOT NULL,
    PRIMARY KEY (disk_id, archive)
) STRICT;

CREATE INDEX copies_newest ON copies (started);
CREATE INDEX copies_of_dataset ON copies (server, dataset, started);

CREATE TABLE slots (
    plan TEXT NOT NULL,
    due INTEGER NOT NULL,
    outcome TEXT,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    settled INTEGER,
    reason TEXT,
    PRIMARY KEY (plan, due)
) STRICT;

CREATE INDEX slots_newest ON slots (due);
CREATE INDEX slots_open ON slots (due) WHERE outcome IS NULL;

-- The backups that count for a slot. Written with the backup's entry in the register, so that the two never disagree;
-- removed with the slot when the clock turns out to have been wrong.
CREATE TABLE slot_backups (
    plan TEXT NOT NULL,
    due INTEGER NOT NULL,
    dataset BLOB NOT NULL REFERENCES datasets (id),
    PRIMARY KEY (plan, due, dataset)
) STRICT;

CREATE TABLE excuses (
    number INTEGER NOT NULL PRIMARY KEY,
    plan TEXT,
    "from" INTEGER NOT NULL,
    "until" INTEGER NOT NULL,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" INTEGER NOT NULL
) STRICT;

-- The register. It only grows: a mistake is corrected by another line.
CREATE TABLE lines (
    sequence INTEGER NOT NULL PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (year, number)
) STRICT;

CREATE TRIGGER lines_stay BEFORE UPDATE ON lines
BEGIN SELECT RAISE(ABORT, 'a line of the register is never changed'); END;
CREATE TRIGGER lines_remain BEFORE DELETE ON lines
BEGIN SELECT RAISE(ABORT, 'a line of the register is never removed'); END;

-- The last head of the register that each disk was given: a disk that holds less was cut or replaced.
CREATE TABLE disk_heads (
    disk_id BLOB NOT NULL PRIMARY KEY,
    disk TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    given INTEGER NOT NULL
) STRICT;

-- The outbox: a notice is stored with what it tells of, in one transaction, and sent afterwards.
CREATE TABLE notices (
    number INTEGER NOT NULL PRIMARY KEY,
    "at" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
    notice INTEGER NOT NULL REFERENCES notices (number),
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    error TEXT,
    sent INTEGER,
    PRIMARY KEY (notice, channel)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_attempt) WHERE state = 'pending';
CREATE INDEX deliveries_given_up ON deliveries (notice) WHERE state = 'abandoned';

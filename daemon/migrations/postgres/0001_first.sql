-- What survives a restart. Beside this file stands the same for SQLite; a change of one is a change of both.
-- A file that was released is never edited: the program compares its digest with what the database was made with, and
-- refuses to open it.
--
-- Moments are whole microseconds since 1970 in UTC, because integers sort as moments on both databases. Lists are JSON
-- in text that no query looks into. Texts sort by their bytes ("C"), as in SQLite, and not by the cluster's language.

-- Numbers without gaps: `run`, `excuse`, `notice`, `register` (the place in the whole chain) and `register/YEAR`. They
-- are rows and no sequences, so that a transaction that is rolled back gives its numbers back. The row `register` is
-- also what every writer touches first, so that one writes at a time.
CREATE TABLE counters (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('run', 0), ('excuse', 0), ('notice', 0), ('register', 0);

-- Small things with a name of their own, such as `last_seen`.
CREATE TABLE meta (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- When each plan was first seen: its slots before that moment are nobody's debt.
CREATE TABLE plans (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seen BIGINT NOT NULL
);

CREATE TABLE runs (
    id UUID NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    plan TEXT COLLATE "C",
    due BIGINT,
    "trigger" TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    state TEXT NOT NULL,
    queued BIGINT NOT NULL,
    started BIGINT,
    ended BIGINT,
    error TEXT
);

-- The attempts at a slot.
CREATE INDEX runs_of_slot ON runs (plan, due);
-- At every start and every tick the unfinished ones are asked for; there are few among many.
CREATE INDEX runs_open ON runs (number) WHERE state IN ('queued', 'running');

CREATE TABLE datasets (
    id UUID NOT NULL PRIMARY KEY,
    run UUID NOT NULL REFERENCES runs (id),
    place BIGINT NOT NULL,
    server TEXT COLLATE "C" NOT NULL,
    dataset TEXT COLLATE "C" NOT NULL,
    disks TEXT NOT NULL,
    state TEXT NOT NULL,
    started BIGINT,
    ended BIGINT,
    receive_ms BIGINT,
    plain_bytes BIGINT,
    archive_bytes BIGINT,
    archive TEXT COLLATE "C",
    kept_on TEXT NOT NULL,
    failed_on TEXT NOT NULL,
    -- Pairs of an archive's file and what proves it complete.
    files TEXT NOT NULL,
    warnings TEXT NOT NULL,
    error TEXT,
    -- A word for programs, such as 'server'.
    error_kind TEXT,
    UNIQUE (run, place)
);

-- The newest good backup of a dataset, and those before it, without a look at any other row.
CREATE INDEX datasets_good ON datasets (server, dataset, started, id)
    WHERE state IN ('kept', 'partly') AND started IS NOT NULL;

-- The index of backups. The disks are the truth: it may be dropped and read again from them.
CREATE TABLE copies (
    disk_id UUID NOT NULL,
    archive TEXT COLLATE "C" NOT NULL,
    disk TEXT COLLATE "C" NOT NULL,
    server TEXT COLLATE "C" NOT NULL,
    dataset TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    backup UUID NOT NULL,
    started BIGINT NOT NULL,
    plain_bytes BIGINT NOT NULL,
    archive_bytes BIGINT NOT NULL,
    files TEXT NOT NULL,
    PRIMARY KEY (disk_id, archive)
);

CREATE INDEX copies_newest ON copies (started);
CREATE INDEX copies_of_dataset ON copies (server, dataset, started);

CREATE TABLE slots (
    plan TEXT COLLATE "C" NOT NULL,
    due BIGINT NOT NULL,
    outcome TEXT,
    attempts BIGINT NOT NULL,
    next_attempt BIGINT NOT NULL,
    settled BIGINT,
    reason TEXT,
    PRIMARY KEY (plan, due)
);

CREATE INDEX slots_newest ON slots (due);
CREATE INDEX slots_open ON slots (due) WHERE outcome IS NULL;

-- The backups that count for a slot. Written with the backup's entry in the register, so that the two never disagree;
-- removed with the slot when the clock turns out to have been wrong.
CREATE TABLE slot_backups (
    plan TEXT COLLATE "C" NOT NULL,
    due BIGINT NOT NULL,
    dataset UUID NOT NULL REFERENCES datasets (id),
    PRIMARY KEY (plan, due, dataset)
);

CREATE TABLE excuses (
    number BIGINT NOT NULL PRIMARY KEY,
    plan TEXT COLLATE "C",
    "from" BIGINT NOT NULL,
    "until" BIGINT NOT NULL,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL
);

-- The register. It only grows: a mistake is corrected by another line.
CREATE TABLE lines (
    sequence BIGINT NOT NULL PRIMARY KEY,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (year, number)
);

CREATE FUNCTION lines_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a line of the register is never changed or removed'; END $$;
CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE ON lines
    FOR EACH ROW EXECUTE FUNCTION lines_only_grow();

-- The last head of the register that each disk was given: a disk that holds less was cut or replaced.
CREATE TABLE disk_heads (
    disk_id UUID NOT NULL PRIMARY KEY,
    disk TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL,
    given BIGINT NOT NULL
);

-- The outbox: a notice is stored with what it tells of, in one transaction, and sent afterwards.
CREATE TABLE notices (
    number BIGINT NOT NULL PRIMARY KEY,
    "at" BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE deliveries (
    notice BIGINT NOT NULL REFERENCES notices (number),
    channel TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt BIGINT NOT NULL,
    error TEXT,
    sent BIGINT,
    PRIMARY KEY (notice, channel)
);

CREATE INDEX deliveries_due ON deliveries (next_attempt) WHERE state = 'pending';
CREATE INDEX deliveries_given_up ON deliveries (notice) WHERE state = 'abandoned';

-- Custody: the disks as members of a set, what each is owed, what was read and restored again, and what must stay.
-- A file that was released is never edited.

-- When a copy was last read whole and found good, and why it is not good any more.
ALTER TABLE copies ADD COLUMN verified BIGINT;
ALTER TABLE copies ADD COLUMN damage TEXT;

CREATE INDEX copies_of_archive ON copies (archive);
-- What is not good any more; there should be none.
CREATE INDEX copies_damaged ON copies (disk) WHERE damage IS NOT NULL;
-- What is to be read again next on a disk.
CREATE INDEX copies_by_reading ON copies (disk_id, verified);

-- Every disk that was ever here.
CREATE TABLE disks (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    place TEXT,
    serial TEXT,
    model TEXT,
    total_bytes BIGINT,
    free_bytes BIGINT,
    -- What the disk says of its own health (SMART).
    health TEXT,
    retired BIGINT,
    retired_why TEXT
);

-- What happened to a disk: it came or went, was written to or read at some rate, or failed.
CREATE TABLE disk_events (
    number BIGINT NOT NULL PRIMARY KEY,
    disk_id UUID NOT NULL,
    disk TEXT COLLATE "C" NOT NULL,
    "at" BIGINT NOT NULL,
    kind TEXT NOT NULL,
    bytes BIGINT,
    ms BIGINT,
    text TEXT
);

CREATE INDEX disk_events_of_disk ON disk_events (disk_id, kind, "at");

-- The copies that disks are owed: what one should hold and does not.
CREATE TABLE debts (
    disk TEXT COLLATE "C" NOT NULL,
    archive TEXT COLLATE "C" NOT NULL,
    server TEXT COLLATE "C" NOT NULL,
    dataset TEXT COLLATE "C" NOT NULL,
    backup UUID NOT NULL,
    plan TEXT,
    since BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt BIGINT NOT NULL,
    error TEXT,
    settled BIGINT,
    outcome TEXT,
    note TEXT,
    PRIMARY KEY (disk, archive)
);

CREATE INDEX debts_open ON debts (disk, since) WHERE settled IS NULL;

-- Each time that a copy was read again.
CREATE TABLE checks (
    id UUID NOT NULL PRIMARY KEY,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    disk_id UUID NOT NULL,
    disk TEXT COLLATE "C" NOT NULL,
    archive TEXT COLLATE "C" NOT NULL,
    asked_by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    what TEXT
);

CREATE INDEX checks_newest ON checks (started);
CREATE INDEX checks_of_archive ON checks (archive, started);

-- Each time that a backup was restored for a test.
CREATE TABLE drills (
    id UUID NOT NULL PRIMARY KEY,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    server TEXT COLLATE "C" NOT NULL,
    dataset TEXT COLLATE "C" NOT NULL,
    archive TEXT COLLATE "C" NOT NULL,
    disk TEXT COLLATE "C" NOT NULL,
    asked_by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- How long the restore itself took.
    restore_ms BIGINT,
    -- Pairs of what was looked at and what was found.
    findings TEXT NOT NULL,
    error TEXT
);

CREATE INDEX drills_of_dataset ON drills (server, dataset, started);
CREATE INDEX drills_newest ON drills (started);

-- Backups that must stay whatever the rules say.
CREATE TABLE pins (
    archive TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" BIGINT NOT NULL
);

INSERT INTO counters (name, value) VALUES ('disk_event', 0);

-- Custody: the disks as members of a set, what each is owed, what was read and restored again, and what must stay.
-- A file that was released is never edited.

-- When a copy was last read whole and found good, and why it is not good any more.
ALTER TABLE copies ADD COLUMN verified INTEGER;
ALTER TABLE copies ADD COLUMN damage TEXT;

CREATE INDEX copies_of_archive ON copies (archive);
-- What is not good any more; there should be none.
CREATE INDEX copies_damaged ON copies (disk) WHERE damage IS NOT NULL;
-- What is to be read again next on a disk.
CREATE INDEX copies_by_reading ON copies (disk_id, verified);

-- Every disk that was ever here.
CREATE TABLE disks (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    place TEXT,
    serial TEXT,
    model TEXT,
    total_bytes INTEGER,
    free_bytes INTEGER,
    -- What the disk says of its own health (SMART).
    health TEXT,
    retired INTEGER,
    retired_why TEXT
) STRICT;

-- What happened to a disk: it came or went, was written to or read at some rate, or failed.
CREATE TABLE disk_events (
    number INTEGER NOT NULL PRIMARY KEY,
    disk_id BLOB NOT NULL,
    disk TEXT NOT NULL,
    "at" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER,
    ms INTEGER,
    text TEXT
) STRICT;

CREATE INDEX disk_events_of_disk ON disk_events (disk_id, kind, "at");

-- The copies that disks are owed: what one should hold and does not.
CREATE TABLE debts (
    disk TEXT NOT NULL,
    archive TEXT NOT NULL,
    server TEXT NOT NULL,
    dataset TEXT NOT NULL,
    backup BLOB NOT NULL,
    plan TEXT,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    error TEXT,
    settled INTEGER,
    outcome TEXT,
    note TEXT,
    PRIMARY KEY (disk, archive)
) STRICT;

CREATE INDEX debts_open ON debts (disk, since) WHERE settled IS NULL;

-- Each time that a copy was read again.
CREATE TABLE checks (
    id BLOB NOT NULL PRIMARY KEY,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    disk_id BLOB NOT NULL,
    disk TEXT NOT NULL,
    archive TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    what TEXT
) STRICT;

CREATE INDEX checks_newest ON checks (started);
CREATE INDEX checks_of_archive ON checks (archive, started);

-- Each time that a backup was restored for a test.
CREATE TABLE drills (
    id BLOB NOT NULL PRIMARY KEY,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    server TEXT NOT NULL,
    dataset TEXT NOT NULL,
    archive TEXT NOT NULL,
    disk TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- How long the restore itself took.
    restore_ms INTEGER,
    -- Pairs of what was looked at and what was found.
    findings TEXT NOT NULL,
    error TEXT
) STRICT;

CREATE INDEX drills_of_dataset ON drills (server, dataset, started);
CREATE INDEX drills_newest ON drills (started);

-- Backups that must stay whatever the rules say.
CREATE TABLE pins (
    archive TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counters (name, value) VALUES ('disk_event', 0);

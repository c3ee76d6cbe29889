-- Signed copies of records, events with their lists of attendance, and versions of forms that are proposed. Rules as in the files before.

-- A record as it was signed on paper, scanned (procedure, 9.3). Another scan is another row, and what was attached stays.
CREATE TABLE signed_copies (
    -- 128 random bits.
    id BLOB NOT NULL PRIMARY KEY,
    -- The record's id as it stands on paper: `FO-05-2026-10`.
    record TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by INTEGER NOT NULL REFERENCES users (id),
    "at" INTEGER NOT NULL
) STRICT;

CREATE INDEX signed_copies_of_record ON signed_copies (record, "at");
CREATE TRIGGER signed_copies_stay BEFORE UPDATE ON signed_copies
BEGIN SELECT RAISE(ABORT, 'a signed copy is never changed'); END;
CREATE TRIGGER signed_copies_remain BEFORE DELETE ON signed_copies
BEGIN SELECT RAISE(ABORT, 'a signed copy is never removed'); END;

CREATE TABLE signed_copy_bytes (
    id BLOB NOT NULL PRIMARY KEY REFERENCES signed_copies (id),
    bytes BLOB NOT NULL
) STRICT;

CREATE TRIGGER signed_copy_bytes_stay BEFORE UPDATE ON signed_copy_bytes
BEGIN SELECT RAISE(ABORT, 'a signed copy is never changed'); END;
CREATE TRIGGER signed_copy_bytes_remain BEFORE DELETE ON signed_copy_bytes
BEGIN SELECT RAISE(ABORT, 'a signed copy is never removed'); END;

-- Events whose attendance is listed (RH-FO-02, R118).
CREATE TABLE training_events (
    id INTEGER NOT NULL PRIMARY KEY,
    -- `EV-2026-0004`, without gaps in each year.
    number TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    topic TEXT NOT NULL,
    day TEXT NOT NULL,
    -- `09:00`; empty where nobody said.
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    place TEXT NOT NULL,
    speaker TEXT NOT NULL,
    objective TEXT NOT NULL,
    -- Who was there, as JSON: names, posts and units as they were then.
    attendees TEXT NOT NULL,
    -- Entered by mistake: it stays, and counts for nothing.
    void INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX training_events_by_day ON training_events (day, id);
CREATE TRIGGER training_events_remain BEFORE DELETE ON training_events
BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;

-- Versions of forms that the head proposes and Gestión de Calidad decides on (procedure, 6.3).
CREATE TABLE form_proposals (
    id INTEGER NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    -- What should change, and why.
    reason TEXT NOT NULL,
    proposed INTEGER NOT NULL,
    proposed_by INTEGER NOT NULL REFERENCES users (id),
    -- `open`, `published` or `declined`.
    state TEXT NOT NULL,
    decided INTEGER,
    decided_by INTEGER REFERENCES users (id),
    -- Why it was declined, or the version that it became.
    answer TEXT NOT NULL
) STRICT;

CREATE INDEX form_proposals_open ON form_proposals (code) WHERE state = 'open';
CREATE TRIGGER form_proposals_stay BEFORE UPDATE ON form_proposals
WHEN old.state <> 'open' OR new.code <> old.code OR new.title <> old.title OR new.reason <> old.reason
    OR new.proposed <> old.proposed OR new.proposed_by <> old.proposed_by
BEGIN SELECT RAISE(ABORT, 'a proposal is never changed'); END;
CREATE TRIGGER form_proposals_remain BEFORE DELETE ON form_proposals
BEGIN SELECT RAISE(ABORT, 'a proposal is never removed'); END;

-- The equipment of the institution and its preventive maintenance. Rules as in the files before.
--
-- Nothing is removed: what is no longer there is retired with the document that says so, and changes no more.

CREATE TABLE equipment (
    id INTEGER NOT NULL PRIMARY KEY,
    -- The code of the inventory, in capitals.
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    brand TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    unit INTEGER NOT NULL REFERENCES units (id),
    -- Who answers for it.
    responsible INTEGER REFERENCES users (id),
    location TEXT NOT NULL,
    retired_day TEXT,
    retired_reason TEXT,
    retired_document TEXT,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    -- Its words, folded, for the search.
    words TEXT NOT NULL
) STRICT;

CREATE INDEX equipment_of_unit ON equipment (unit, code);
CREATE TRIGGER equipment_remains BEFORE DELETE ON equipment
BEGIN SELECT RAISE(ABORT, 'equipment is never removed'); END;
CREATE TRIGGER equipment_keeps_its_code BEFORE UPDATE OF code ON equipment WHEN old.code <> new.code
BEGIN SELECT RAISE(ABORT, 'the code of a piece of equipment is never changed'); END;
CREATE TRIGGER equipment_stays_retired BEFORE UPDATE ON equipment WHEN old.retired_day IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'retired equipment is never changed'); END;

-- The programme of each semester, form FO-02.
CREATE TABLE programmes (
    id INTEGER NOT NULL PRIMARY KEY,
    year INTEGER NOT NULL,
    -- 1 or 2.
    half INTEGER NOT NULL,
    state TEXT NOT NULL,
    made INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    sent INTEGER,
    sent_by INTEGER REFERENCES users (id),
    -- SHA-256 of what was sent, and so of what was approved.
    digest TEXT,
    decided INTEGER,
    decided_by INTEGER REFERENCES users (id),
    approved INTEGER,
    comment TEXT,
    version INTEGER NOT NULL,
    UNIQUE (year, half)
) STRICT;

CREATE TRIGGER programmes_remain BEFORE DELETE ON programmes
BEGIN SELECT RAISE(ABORT, 'a programme is never removed'); END;
CREATE TRIGGER programmes_stay_approved BEFORE UPDATE ON programmes
    WHEN old.state IN ('approved', 'distributed') AND (new.state NOT IN ('approved', 'distributed') OR new.digest IS NOT old.digest)
BEGIN SELECT RAISE(ABORT, 'an approved programme is never changed'); END;

CREATE TABLE programme_items (
    programme INTEGER NOT NULL REFERENCES programmes (id),
    number INTEGER NOT NULL,
    equipment INTEGER NOT NULL REFERENCES equipment (id),
    -- The unit that had it when the programme was made.
    unit INTEGER NOT NULL REFERENCES units (id),
    activity TEXT NOT NULL,
    -- `2026-W30`, by ISO 8601.
    week TEXT NOT NULL,
    technician INTEGER REFERENCES users (id),
    PRIMARY KEY (programme, number),
    UNIQUE (programme, equipment)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER programme_items_stay BEFORE UPDATE ON programme_items
    WHEN (SELECT state FROM programmes WHERE id = old.programme) NOT IN ('draft', 'returned')
BEGIN SELECT RAISE(ABORT, 'what was sent to be approved is never changed'); END;
CREATE TRIGGER programme_items_remain BEFORE DELETE ON programme_items
    WHEN (SELECT state FROM programmes WHERE id = old.programme) NOT IN ('draft', 'returned')
BEGIN SELECT RAISE(ABORT, 'what was sent to be approved is never removed'); END;

-- Who was given a copy.
CREATE TABLE programme_copies (
    programme INTEGER NOT NULL REFERENCES programmes (id),
    unit INTEGER NOT NULL REFERENCES units (id),
    recipient INTEGER NOT NULL REFERENCES users (id),
    medium TEXT NOT NULL,
    given INTEGER NOT NULL,
    acknowledged INTEGER,
    PRIMARY KEY (programme, unit)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER programme_copies_remain BEFORE DELETE ON programme_copies
BEGIN SELECT RAISE(ABORT, 'a copy that was handed over is never removed'); END;

-- What becomes of a programme of maintenance: what heads of units say of their equipment, items that move to another week (FO-03),
-- what was done, how it ended, and the indicator of the semester. Rules as in the files before.

-- How the programme ended.
ALTER TABLE programmes ADD COLUMN finished INTEGER;
ALTER TABLE programmes ADD COLUMN finished_by INTEGER REFERENCES users (id);
-- Why open items were not done; empty where there was none.
ALTER TABLE programmes ADD COLUMN finish_reason TEXT;

DROP TRIGGER programmes_stay_approved;
CREATE TRIGGER programmes_stay_approved BEFORE UPDATE ON programmes
    WHEN old.state IN ('approved', 'distributed', 'finished')
        AND (new.state NOT IN ('approved', 'distributed', 'finished') OR new.digest IS NOT old.digest)
BEGIN SELECT RAISE(ABORT, 'an approved programme is never changed'); END;
CREATE TRIGGER programmes_stay_finished BEFORE UPDATE ON programmes
    WHEN old.state = 'finished' AND (new.state <> 'finished' OR new.finished IS NOT old.finished
        OR new.finished_by IS NOT old.finished_by OR new.finish_reason IS NOT old.finish_reason)
BEGIN SELECT RAISE(ABORT, 'a finished programme is never changed'); END;

-- Where an item stands. What was approved of it stays as it is.
-- How often it was moved, and to which week at last.
ALTER TABLE programme_items ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE programme_items ADD COLUMN moved TEXT;
-- `done`, `not_done` or `retired`; nothing as long as it is open.
ALTER TABLE programme_items ADD COLUMN fate TEXT;
ALTER TABLE programme_items ADD COLUMN fate_day TEXT;
ALTER TABLE programme_items ADD COLUMN fate_reason TEXT;
-- How many entries it has in the tables below.
ALTER TABLE programme_items ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;

CREATE INDEX programme_items_of_equipment ON programme_items (equipment);
CREATE INDEX programme_items_done ON programme_items (fate_day) WHERE fate = 'done';

DROP TRIGGER programme_items_stay;
CREATE TRIGGER programme_items_stay
    BEFORE UPDATE OF programme, number, equipment, unit, activity, week, technician ON programme_items
    WHEN (SELECT state FROM programmes WHERE id = old.programme) NOT IN ('draft', 'returned')
BEGIN SELECT RAISE(ABORT, 'what was sent to be approved is never changed'); END;
CREATE TRIGGER programme_items_end BEFORE UPDATE OF turns, moved, fate, fate_day, fate_reason, entries ON programme_items
    WHEN (SELECT state FROM programmes WHERE id = old.programme) NOT IN ('approved', 'distributed')
BEGIN SELECT RAISE(ABORT, 'items of a programme that is not approved, or is finished, have no fate that changes'); END;

-- What the head of the unit says: the piece will be available in its week, or not (R066, R067).
CREATE TABLE item_notices (
    programme INTEGER NOT NULL,
    item INTEGER NOT NULL,
    -- Its number among all that was entered of the item.
    entry INTEGER NOT NULL,
    -- The week that it speaks of.
    week TEXT NOT NULL,
    available INTEGER NOT NULL,
    -- Why not; empty where it is.
    reason TEXT NOT NULL,
    -- The week that they propose instead.
    proposed TEXT,
    made INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    PRIMARY KEY (programme, item, entry),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER item_notices_stay BEFORE UPDATE ON item_notices
BEGIN SELECT RAISE(ABORT, 'what was said of an item is never changed'); END;
CREATE TRIGGER item_notices_remain BEFORE DELETE ON item_notices
BEGIN SELECT RAISE(ABORT, 'what was said of an item is never removed'); END;

-- Items that were moved to another week, form FO-03 (R068).
CREATE TABLE reschedulings (
    year INTEGER NOT NULL,
    -- Without gaps in each year.
    number INTEGER NOT NULL,
    programme INTEGER NOT NULL,
    item INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    old_week TEXT NOT NULL,
    new_week TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Who said that it cannot be then: their name, and when.
    informed_by TEXT NOT NULL,
    informed INTEGER NOT NULL,
    made INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    -- The civil day of that.
    made_day TEXT NOT NULL,
    -- The head who said that they know of it.
    aware INTEGER,
    aware_by INTEGER REFERENCES users (id),
    PRIMARY KEY (year, number),
    UNIQUE (programme, item, entry),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX reschedulings_by_day ON reschedulings (made_day);
CREATE TRIGGER reschedulings_stay
    BEFORE UPDATE OF year, number, programme, item, entry, old_week, new_week, reason, informed_by, informed, made, made_by, made_day ON reschedulings
BEGIN SELECT RAISE(ABORT, 'a rescheduling is never changed'); END;
CREATE TRIGGER reschedulings_stay_known BEFORE UPDATE ON reschedulings WHEN old.aware IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a rescheduling is never changed'); END;
CREATE TRIGGER reschedulings_remain BEFORE DELETE ON reschedulings
BEGIN SELECT RAISE(ABORT, 'a rescheduling is never removed'); END;

-- What was done at the machine, or why it was not.
CREATE TABLE item_visits (
    programme INTEGER NOT NULL,
    item INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    -- 1 where it was done.
    done INTEGER NOT NULL,
    day TEXT NOT NULL,
    -- The checklist as it was then: a list of pairs of a text and whether it was done, as JSON.
    checks TEXT NOT NULL,
    -- How the piece was left; empty where it was not done.
    result TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- Why not; empty where it was done.
    reason TEXT NOT NULL,
    made INTEGER NOT NULL,
    made_by INTEGER NOT NULL REFERENCES users (id),
    -- Who is to say that it is right; or else the name of whoever received it.
    responsible INTEGER REFERENCES users (id),
    received_by TEXT NOT NULL,
    confirmed INTEGER,
    PRIMARY KEY (programme, item, entry),
    CHECK (responsible IS NULL OR responsible <> made_by),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX item_visits_to_confirm ON item_visits (responsible) WHERE done = 1 AND confirmed IS NULL;
CREATE TRIGGER item_visits_stay
    BEFORE UPDATE OF programme, item, entry, done, day, checks, result, notes, reason, made, made_by, responsible, received_by ON item_visits
BEGIN SELECT RAISE(ABORT, 'what was done is never changed'); END;
CREATE TRIGGER item_visits_stay_confirmed BEFORE UPDATE ON item_visits WHEN old.confirmed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what was done is never changed'); END;
CREATE TRIGGER item_visits_remain BEFORE DELETE ON item_visits
BEGIN SELECT RAISE(ABORT, 'what was done is never removed'); END;

-- The indicator of each semester (RP-FO-03), and each later correction of what is said of it as a revision of its own.
CREATE TABLE semester_reports (
    programme INTEGER NOT NULL REFERENCES programmes (id),
    revision INTEGER NOT NULL,
    -- `draft`, `delivered` or `received`.
    state TEXT NOT NULL,
    analysis TEXT NOT NULL,
    causes TEXT NOT NULL,
    deed TEXT NOT NULL,
    -- What this revision corrects; empty of the first.
    reason TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users (id),
    delivered INTEGER,
    delivered_by INTEGER REFERENCES users (id),
    -- The civil day, and which business day after the month in which the programme ended that was.
    delivered_day TEXT,
    business_day INTEGER,
    -- The figures as they were delivered, as JSON, with the SHA-256 of that text.
    figures TEXT,
    digest TEXT,
    received INTEGER,
    received_by INTEGER REFERENCES users (id),
    PRIMARY KEY (programme, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER semester_reports_stay BEFORE UPDATE ON semester_reports
WHEN old.state <> 'draft' AND (old.state = 'received' OR new.state <> 'received' OR new.analysis <> old.analysis
    OR new.causes <> old.causes OR new.deed <> old.deed OR new.reason <> old.reason OR new.delivered IS NOT old.delivered
    OR new.delivered_by IS NOT old.delivered_by OR new.delivered_day IS NOT old.delivered_day
    OR new.business_day IS NOT old.business_day OR new.figures IS NOT old.figures OR new.digest IS NOT old.digest)
BEGIN SELECT RAISE(ABORT, 'a report that was delivered is never changed'); END;
CREATE TRIGGER semester_reports_remain BEFORE DELETE ON semester_reports
BEGIN SELECT RAISE(ABORT, 'a report is never removed'); END;

-- The copy of the programme, FO-02 as PDF, that each delivery brought along (R071).
CREATE TABLE semester_copies (
    programme INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    pdf BLOB NOT NULL,
    PRIMARY KEY (programme, revision),
    FOREIGN KEY (programme, revision) REFERENCES semester_reports (programme, revision)
) STRICT;

CREATE TRIGGER semester_copies_stay BEFORE UPDATE ON semester_copies
BEGIN SELECT RAISE(ABORT, 'a copy that was delivered is never changed'); END;
CREATE TRIGGER semester_copies_remain BEFORE DELETE ON semester_copies
BEGIN SELECT RAISE(ABORT, 'a copy that was delivered is never removed'); END;

-- The monthly report (FO-05) and what it tells besides requests. Rules as in the files before.

-- What was done besides requests (R110). A correction leaves what stood before in the audit log.
CREATE TABLE additional_tasks (
    id INTEGER NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    text TEXT NOT NULL,
    -- Who did it.
    done_by INTEGER NOT NULL REFERENCES users (id),
    -- Hundredths of an hour.
    hours INTEGER,
    -- What shows it; empty where nothing does.
    evidence TEXT NOT NULL,
    -- Entered by mistake: it stays, and no report tells it.
    void INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX additional_tasks_by_day ON additional_tasks (day, id);
CREATE TRIGGER additional_tasks_remain BEFORE DELETE ON additional_tasks
BEGIN SELECT RAISE(ABORT, 'a task is never removed'); END;

-- The report of each month, and each later correction of it as a revision of its own.
CREATE TABLE monthly_reports (
    -- `2026-10`.
    month TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- `draft`, `delivered` or `received`.
    state TEXT NOT NULL,
    analysis TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- What this revision corrects; empty of the first.
    reason TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users (id),
    delivered INTEGER,
    delivered_by INTEGER REFERENCES users (id),
    -- The civil day, and which business day after the month that was.
    delivered_day TEXT,
    business_day INTEGER,
    -- The figures as they were delivered, as JSON, with the SHA-256 of that text.
    figures TEXT,
    digest TEXT,
    received INTEGER,
    received_by INTEGER REFERENCES users (id),
    PRIMARY KEY (month, revision)
) STRICT;

CREATE TRIGGER monthly_reports_stay BEFORE UPDATE ON monthly_reports
WHEN old.state <> 'draft' AND (old.state = 'received' OR new.state <> 'received' OR new.analysis <> old.analysis OR new.notes <> old.notes
    OR new.reason <> old.reason OR new.delivered IS NOT old.delivered OR new.delivered_by IS NOT old.delivered_by
    OR new.delivered_day IS NOT old.delivered_day OR new.business_day IS NOT old.business_day
    OR new.figures IS NOT old.figures OR new.digest IS NOT old.digest)
BEGIN SELECT RAISE(ABORT, 'a report that was delivered is never changed'); END;
CREATE TRIGGER monthly_reports_remain BEFORE DELETE ON monthly_reports
BEGIN SELECT RAISE(ABORT, 'a report is never removed'); END;

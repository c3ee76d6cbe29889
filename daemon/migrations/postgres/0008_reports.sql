-- The monthly report (FO-05) and what it tells besides requests. Rules as in the files before.

-- What was done besides requests (R110). A correction leaves what stood before in the audit log.
CREATE TABLE additional_tasks (
    id BIGINT NOT NULL PRIMARY KEY,
    day TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    -- Who did it.
    done_by BIGINT NOT NULL REFERENCES users (id),
    -- Hundredths of an hour.
    hours BIGINT,
    -- What shows it; empty where nothing does.
    evidence TEXT COLLATE "C" NOT NULL,
    -- Entered by mistake: it stays, and no report tells it.
    void BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES users (id)
);

CREATE INDEX additional_tasks_by_day ON additional_tasks (day, id);
CREATE TRIGGER additional_tasks_remain BEFORE DELETE ON additional_tasks FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- The report of each month, and each later correction of it as a revision of its own.
CREATE TABLE monthly_reports (
    -- `2026-10`.
    month TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    -- `draft`, `delivered` or `received`.
    state TEXT COLLATE "C" NOT NULL,
    analysis TEXT COLLATE "C" NOT NULL,
    notes TEXT COLLATE "C" NOT NULL,
    -- What this revision corrects; empty of the first.
    reason TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES users (id),
    delivered BIGINT,
    delivered_by BIGINT REFERENCES users (id),
    -- The civil day, and which business day after the month that was.
    delivered_day TEXT COLLATE "C",
    business_day BIGINT,
    -- The figures as they were delivered, as JSON, with the SHA-256 of that text.
    figures TEXT COLLATE "C",
    digest TEXT COLLATE "C",
    received BIGINT,
    received_by BIGINT REFERENCES users (id),
    PRIMARY KEY (month, revision)
);

CREATE TRIGGER monthly_reports_stay BEFORE UPDATE ON monthly_reports FOR EACH ROW
WHEN (OLD.state <> 'draft' AND (OLD.state = 'received' OR NEW.state <> 'received' OR NEW.analysis <> OLD.analysis OR NEW.notes <> OLD.notes
    OR NEW.reason <> OLD.reason OR NEW.delivered IS DISTINCT FROM OLD.delivered OR NEW.delivered_by IS DISTINCT FROM OLD.delivered_by
    OR NEW.delivered_day IS DISTINCT FROM OLD.delivered_day OR NEW.business_day IS DISTINCT FROM OLD.business_day
    OR NEW.figures IS DISTINCT FROM OLD.figures OR NEW.digest IS DISTINCT FROM OLD.digest))
EXECUTE FUNCTION desk_stays();
CREATE TRIGGER monthly_reports_remain BEFORE DELETE ON monthly_reports FOR EACH ROW EXECUTE FUNCTION desk_stays();

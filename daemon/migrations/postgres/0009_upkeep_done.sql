-- What becomes of a programme of maintenance: what heads of units say of their equipment, items that move to another week (FO-03),
-- what was done, how it ended, and the indicator of the semester. Rules as in the files before.

-- How the programme ended.
ALTER TABLE programmes ADD COLUMN finished BIGINT;
ALTER TABLE programmes ADD COLUMN finished_by BIGINT REFERENCES users (id);
-- Why open items were not done; empty where there was none.
ALTER TABLE programmes ADD COLUMN finish_reason TEXT COLLATE "C";

DROP TRIGGER programmes_stay_approved ON programmes;
CREATE TRIGGER programmes_stay_approved BEFORE UPDATE ON programmes FOR EACH ROW
    WHEN (OLD.state IN ('approved', 'distributed', 'finished')
        AND (NEW.state NOT IN ('approved', 'distributed', 'finished') OR NEW.digest IS DISTINCT FROM OLD.digest))
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER programmes_stay_finished BEFORE UPDATE ON programmes FOR EACH ROW
    WHEN (OLD.state = 'finished' AND (NEW.state <> 'finished' OR NEW.finished IS DISTINCT FROM OLD.finished
        OR NEW.finished_by IS DISTINCT FROM OLD.finished_by OR NEW.finish_reason IS DISTINCT FROM OLD.finish_reason))
    EXECUTE FUNCTION desk_stays();

-- Where an item stands. What was approved of it stays as it is.
-- How often it was moved, and to which week at last.
ALTER TABLE programme_items ADD COLUMN turns BIGINT NOT NULL DEFAULT 0;
ALTER TABLE programme_items ADD COLUMN moved TEXT COLLATE "C";
-- `done`, `not_done` or `retired`; nothing as long as it is open.
ALTER TABLE programme_items ADD COLUMN fate TEXT COLLATE "C";
ALTER TABLE programme_items ADD COLUMN fate_day TEXT COLLATE "C";
ALTER TABLE programme_items ADD COLUMN fate_reason TEXT COLLATE "C";
-- How many entries it has in the tables below.
ALTER TABLE programme_items ADD COLUMN entries BIGINT NOT NULL DEFAULT 0;

CREATE INDEX programme_items_of_equipment ON programme_items (equipment);
CREATE INDEX programme_items_done ON programme_items (fate_day) WHERE fate = 'done';

DROP TRIGGER programme_items_stay ON programme_items;
CREATE TRIGGER programme_items_remain BEFORE DELETE ON programme_items FOR EACH ROW EXECUTE FUNCTION programme_items_stay();
CREATE TRIGGER programme_items_stay BEFORE UPDATE OF programme, number, equipment, unit, activity, week, technician ON programme_items
    FOR EACH ROW EXECUTE FUNCTION programme_items_stay();
CREATE FUNCTION programme_items_end() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF (SELECT state FROM programmes WHERE id = OLD.programme) NOT IN ('approved', 'distributed') THEN
        RAISE EXCEPTION 'items of a programme that is not approved, or is finished, have no fate that changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER programme_items_end BEFORE UPDATE OF turns, moved, fate, fate_day, fate_reason, entries ON programme_items
    FOR EACH ROW EXECUTE FUNCTION programme_items_end();

-- What the head of the unit says: the piece will be available in its week, or not (R066, R067).
CREATE TABLE item_notices (
    programme BIGINT NOT NULL,
    item BIGINT NOT NULL,
    -- Its number among all that was entered of the item.
    entry BIGINT NOT NULL,
    -- The week that it speaks of.
    week TEXT COLLATE "C" NOT NULL,
    available BIGINT NOT NULL,
    -- Why not; empty where it is.
    reason TEXT COLLATE "C" NOT NULL,
    -- The week that they propose instead.
    proposed TEXT COLLATE "C",
    made BIGINT NOT NULL,
    made_by BIGINT NOT NULL REFERENCES users (id),
    PRIMARY KEY (programme, item, entry),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
);

CREATE TRIGGER item_notices_stay BEFORE UPDATE ON item_notices FOR EACH ROW
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER item_notices_remain BEFORE DELETE ON item_notices FOR EACH ROW
    EXECUTE FUNCTION desk_stays();

-- Items that were moved to another week, form FO-03 (R068).
CREATE TABLE reschedulings (
    year BIGINT NOT NULL,
    -- Without gaps in each year.
    number BIGINT NOT NULL,
    programme BIGINT NOT NULL,
    item BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    old_week TEXT COLLATE "C" NOT NULL,
    new_week TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- Who said that it cannot be then: their name, and when.
    informed_by TEXT COLLATE "C" NOT NULL,
    informed BIGINT NOT NULL,
    made BIGINT NOT NULL,
    made_by BIGINT NOT NULL REFERENCES users (id),
    -- The civil day of that.
    made_day TEXT COLLATE "C" NOT NULL,
    -- The head who said that they know of it.
    aware BIGINT,
    aware_by BIGINT REFERENCES users (id),
    PRIMARY KEY (year, number),
    UNIQUE (programme, item, entry),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
);

CREATE INDEX reschedulings_by_day ON reschedulings (made_day);
CREATE TRIGGER reschedulings_stay BEFORE UPDATE OF year, number, programme, item, entry, old_week, new_week, reason, informed_by, informed, made, made_by, made_day ON reschedulings FOR EACH ROW
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER reschedulings_stay_known BEFORE UPDATE ON reschedulings FOR EACH ROW
    WHEN (OLD.aware IS NOT NULL)
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER reschedulings_remain BEFORE DELETE ON reschedulings FOR EACH ROW
    EXECUTE FUNCTION desk_stays();

-- What was done at the machine, or why it was not.
CREATE TABLE item_visits (
    programme BIGINT NOT NULL,
    item BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    -- 1 where it was done.
    done BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    -- The checklist as it was then: a list of pairs of a text and whether it was done, as JSON.
    checks TEXT COLLATE "C" NOT NULL,
    -- How the piece was left; empty where it was not done.
    result TEXT COLLATE "C" NOT NULL,
    notes TEXT COLLATE "C" NOT NULL,
    -- Why not; empty where it was done.
    reason TEXT COLLATE "C" NOT NULL,
    made BIGINT NOT NULL,
    made_by BIGINT NOT NULL REFERENCES users (id),
    -- Who is to say that it is right; or else the name of whoever received it.
    responsible BIGINT REFERENCES users (id),
    received_by TEXT COLLATE "C" NOT NULL,
    confirmed BIGINT,
    PRIMARY KEY (programme, item, entry),
    CHECK (responsible IS NULL OR responsible <> made_by),
    FOREIGN KEY (programme, item) REFERENCES programme_items (programme, number)
);

CREATE INDEX item_visits_to_confirm ON item_visits (responsible) WHERE done = 1 AND confirmed IS NULL;
CREATE TRIGGER item_visits_stay BEFORE UPDATE OF programme, item, entry, done, day, checks, result, notes, reason, made, made_by, responsible, received_by ON item_visits FOR EACH ROW
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER item_visits_stay_confirmed BEFORE UPDATE ON item_visits FOR EACH ROW
    WHEN (OLD.confirmed IS NOT NULL)
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER item_visits_remain BEFORE DELETE ON item_visits FOR EACH ROW
    EXECUTE FUNCTION desk_stays();

-- The indicator of each semester (RP-FO-03), and each later correction of what is said of it as a revision of its own.
CREATE TABLE semester_reports (
    programme BIGINT NOT NULL REFERENCES programmes (id),
    revision BIGINT NOT NULL,
    -- `draft`, `delivered` or `received`.
    state TEXT COLLATE "C" NOT NULL,
    analysis TEXT COLLATE "C" NOT NULL,
    causes TEXT COLLATE "C" NOT NULL,
    deed TEXT COLLATE "C" NOT NULL,
    -- What this revision corrects; empty of the first.
    reason TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES users (id),
    delivered BIGINT,
    delivered_by BIGINT REFERENCES users (id),
    -- The civil day, and which business day after the month in which the programme ended that was.
    delivered_day TEXT COLLATE "C",
    business_day BIGINT,
    -- The figures as they were delivered, as JSON, with the SHA-256 of that text.
    figures TEXT COLLATE "C",
    digest TEXT COLLATE "C",
    received BIGINT,
    received_by BIGINT REFERENCES users (id),
    PRIMARY KEY (programme, revision)
);

CREATE TRIGGER semester_reports_stay BEFORE UPDATE ON semester_reports FOR EACH ROW
    WHEN (OLD.state <> 'draft' AND (OLD.state = 'received' OR NEW.state <> 'received' OR NEW.analysis <> OLD.analysis
    OR NEW.causes <> OLD.causes OR NEW.deed <> OLD.deed OR NEW.reason <> OLD.reason OR NEW.delivered IS DISTINCT FROM OLD.delivered
    OR NEW.delivered_by IS DISTINCT FROM OLD.delivered_by OR NEW.delivered_day IS DISTINCT FROM OLD.delivered_day
    OR NEW.business_day IS DISTINCT FROM OLD.business_day OR NEW.figures IS DISTINCT FROM OLD.figures OR NEW.digest IS DISTINCT FROM OLD.digest))
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER semester_reports_remain BEFORE DELETE ON semester_reports FOR EACH ROW
    EXECUTE FUNCTION desk_stays();

-- The copy of the programme, FO-02 as PDF, that each delivery brought along (R071).
CREATE TABLE semester_copies (
    programme BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    pdf BYTEA NOT NULL,
    PRIMARY KEY (programme, revision),
    FOREIGN KEY (programme, revision) REFERENCES semester_reports (programme, revision)
);

CREATE TRIGGER semester_copies_stay BEFORE UPDATE ON semester_copies FOR EACH ROW
    EXECUTE FUNCTION desk_stays();
CREATE TRIGGER semester_copies_remain BEFORE DELETE ON semester_copies FOR EACH ROW
    EXECUTE FUNCTION desk_stays();

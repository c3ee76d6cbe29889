-- The equipment of the institution and its preventive maintenance. Rules as in the files before.
--
-- Nothing is removed: what is no longer there is retired with the document that says so, and changes no more.

CREATE TABLE equipment (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The code of the inventory, in capitals.
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    serial TEXT COLLATE "C" NOT NULL,
    unit BIGINT NOT NULL REFERENCES units (id),
    -- Who answers for it.
    responsible BIGINT REFERENCES users (id),
    location TEXT COLLATE "C" NOT NULL,
    retired_day TEXT COLLATE "C",
    retired_reason TEXT COLLATE "C",
    retired_document TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    -- Its words, folded, for the search.
    words TEXT COLLATE "C" NOT NULL
);

CREATE INDEX equipment_of_unit ON equipment (unit, code);
CREATE TRIGGER equipment_remains BEFORE DELETE ON equipment FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE FUNCTION equipment_keeps() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the code of equipment and what was retired are never changed'; END $$;
CREATE TRIGGER equipment_keeps_its_code BEFORE UPDATE ON equipment FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION equipment_keeps();
CREATE TRIGGER equipment_stays_retired BEFORE UPDATE ON equipment FOR EACH ROW WHEN (OLD.retired_day IS NOT NULL) EXECUTE FUNCTION equipment_keeps();

-- The programme of each semester, form FO-02.
CREATE TABLE programmes (
    id BIGINT NOT NULL PRIMARY KEY,
    year BIGINT NOT NULL,
    -- 1 or 2.
    half BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    made BIGINT NOT NULL,
    made_by BIGINT NOT NULL REFERENCES users (id),
    sent BIGINT,
    sent_by BIGINT REFERENCES users (id),
    -- SHA-256 of what was sent, and so of what was approved.
    digest TEXT COLLATE "C",
    decided BIGINT,
    decided_by BIGINT REFERENCES users (id),
    approved BIGINT,
    comment TEXT COLLATE "C",
    version BIGINT NOT NULL,
    UNIQUE (year, half)
);

CREATE TRIGGER programmes_remain BEFORE DELETE ON programmes FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER programmes_stay_approved BEFORE UPDATE ON programmes FOR EACH ROW
    WHEN (OLD.state IN ('approved', 'distributed') AND (NEW.state NOT IN ('approved', 'distributed') OR NEW.digest IS DISTINCT FROM OLD.digest))
    EXECUTE FUNCTION desk_stays();

CREATE TABLE programme_items (
    programme BIGINT NOT NULL REFERENCES programmes (id),
    number BIGINT NOT NULL,
    equipment BIGINT NOT NULL REFERENCES equipment (id),
    -- The unit that had it when the programme was made.
    unit BIGINT NOT NULL REFERENCES units (id),
    activity TEXT COLLATE "C" NOT NULL,
    -- `2026-W30`, by ISO 8601.
    week TEXT COLLATE "C" NOT NULL,
    technician BIGINT REFERENCES users (id),
    PRIMARY KEY (programme, number),
    UNIQUE (programme, equipment)
);

CREATE FUNCTION programme_items_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF (SELECT state FROM programmes WHERE id = OLD.programme) NOT IN ('draft', 'returned') THEN
        RAISE EXCEPTION 'what was sent to be approved is never changed or removed';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER programme_items_stay BEFORE UPDATE OR DELETE ON programme_items FOR EACH ROW EXECUTE FUNCTION programme_items_stay();

-- Who was given a copy.
CREATE TABLE programme_copies (
    programme BIGINT NOT NULL REFERENCES programmes (id),
    unit BIGINT NOT NULL REFERENCES units (id),
    recipient BIGINT NOT NULL REFERENCES users (id),
    medium TEXT COLLATE "C" NOT NULL,
    given BIGINT NOT NULL,
    acknowledged BIGINT,
    PRIMARY KEY (programme, unit)
);

CREATE TRIGGER programme_copies_remain BEFORE DELETE ON programme_copies FOR EACH ROW EXECUTE FUNCTION desk_stays();

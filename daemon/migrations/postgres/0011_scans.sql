-- Signed copies of records, events with their lists of attendance, and versions of forms that are proposed. Rules as in the files before.

-- A record as it was signed on paper, scanned (procedure, 9.3). Another scan is another row, and what was attached stays.
CREATE TABLE signed_copies (
    -- 128 random bits.
    id BYTEA NOT NULL PRIMARY KEY,
    -- The record's id as it stands on paper: `FO-05-2026-10`.
    record TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    uploaded_by BIGINT NOT NULL REFERENCES users (id),
    "at" BIGINT NOT NULL
);

CREATE INDEX signed_copies_of_record ON signed_copies (record, "at");
CREATE TRIGGER signed_copies_stay BEFORE UPDATE ON signed_copies FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER signed_copies_remain BEFORE DELETE ON signed_copies FOR EACH ROW EXECUTE FUNCTION desk_stays();

CREATE TABLE signed_copy_bytes (
    id BYTEA NOT NULL PRIMARY KEY REFERENCES signed_copies (id),
    bytes BYTEA NOT NULL
);

CREATE TRIGGER signed_copy_bytes_stay BEFORE UPDATE ON signed_copy_bytes FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER signed_copy_bytes_remain BEFORE DELETE ON signed_copy_bytes FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- Events whose attendance is listed (RH-FO-02, R118).
CREATE TABLE training_events (
    id BIGINT NOT NULL PRIMARY KEY,
    -- `EV-2026-0004`, without gaps in each year.
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    -- `09:00`; empty where nobody said.
    starts TEXT COLLATE "C" NOT NULL,
    ends TEXT COLLATE "C" NOT NULL,
    place TEXT COLLATE "C" NOT NULL,
    speaker TEXT COLLATE "C" NOT NULL,
    objective TEXT COLLATE "C" NOT NULL,
    -- Who was there, as JSON: names, posts and units as they were then.
    attendees TEXT COLLATE "C" NOT NULL,
    -- Entered by mistake: it stays, and counts for nothing.
    void BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    created_by BIGINT NOT NULL REFERENCES users (id)
);

CREATE INDEX training_events_by_day ON training_events (day, id);
CREATE TRIGGER training_events_remain BEFORE DELETE ON training_events FOR EACH ROW EXECUTE FUNCTION desk_stays();

-- Versions of forms that the head proposes and Gestión de Calidad decides on (procedure, 6.3).
CREATE TABLE form_proposals (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- What should change, and why.
    reason TEXT COLLATE "C" NOT NULL,
    proposed BIGINT NOT NULL,
    proposed_by BIGINT NOT NULL REFERENCES users (id),
    -- `open`, `published` or `declined`.
    state TEXT COLLATE "C" NOT NULL,
    decided BIGINT,
    decided_by BIGINT REFERENCES users (id),
    -- Why it was declined, or the version that it became.
    answer TEXT COLLATE "C" NOT NULL
);

CREATE INDEX form_proposals_open ON form_proposals (code) WHERE state = 'open';
CREATE TRIGGER form_proposals_stay BEFORE UPDATE ON form_proposals FOR EACH ROW
WHEN (OLD.state <> 'open' OR NEW.code <> OLD.code OR NEW.title <> OLD.title OR NEW.reason <> OLD.reason
    OR NEW.proposed <> OLD.proposed OR NEW.proposed_by <> OLD.proposed_by)
EXECUTE FUNCTION desk_stays();
CREATE TRIGGER form_proposals_remain BEFORE DELETE ON form_proposals FOR EACH ROW EXECUTE FUNCTION desk_stays();

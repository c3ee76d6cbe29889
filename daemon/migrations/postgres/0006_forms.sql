-- The catalogue of controlled forms: the versions that Gestión de Calidad has published, each with the day from which it is in force
-- (procedure, R003, R117, 9.2). What a form was on a day is asked of it forever, so that nothing of it is ever changed or removed.

CREATE TABLE form_versions (
    id BIGINT NOT NULL PRIMARY KEY,
    -- `DIACO-IN-FO-05`.
    code TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- The first day.
    valid_from TEXT COLLATE "C" NOT NULL,
    -- How long its records are kept, in words.
    retention TEXT COLLATE "C" NOT NULL,
    -- Why there is another version.
    note TEXT COLLATE "C" NOT NULL,
    published BIGINT NOT NULL,
    published_by TEXT COLLATE "C" NOT NULL,
    UNIQUE (code, version)
);
CREATE TRIGGER form_versions_stay BEFORE UPDATE ON form_versions FOR EACH ROW EXECUTE FUNCTION desk_stays();
CREATE TRIGGER form_versions_remain BEFORE DELETE ON form_versions FOR EACH ROW EXECUTE FUNCTION desk_stays();

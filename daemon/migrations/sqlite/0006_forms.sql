-- The catalogue of controlled forms: the versions that Gestión de Calidad has published, each with the day from which it is in force
-- (procedure, R003, R117, 9.2). What a form was on a day is asked of it forever, so that nothing of it is ever changed or removed.

CREATE TABLE form_versions (
    id INTEGER NOT NULL PRIMARY KEY,
    -- `DIACO-IN-FO-05`.
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    -- The first day.
    valid_from TEXT NOT NULL,
    -- How long its records are kept, in words.
    retention TEXT NOT NULL,
    -- Why there is another version.
    note TEXT NOT NULL,
    published INTEGER NOT NULL,
    published_by TEXT NOT NULL,
    UNIQUE (code, version)
) STRICT;
CREATE TRIGGER form_versions_stay BEFORE UPDATE ON form_versions
BEGIN SELECT RAISE(ABORT, 'a version of a form is never changed'); END;
CREATE TRIGGER form_versions_remain BEFORE DELETE ON form_versions
BEGIN SELECT RAISE(ABORT, 'a version of a form is never removed'); END;

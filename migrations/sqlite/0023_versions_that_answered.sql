-- Where the answers of a service name their version, as JSON.
ALTER TABLE services ADD COLUMN version_source TEXT;

-- How many answers of a run each version gave, by the minute since 1970; the empty version is that of
-- answers that named none.
CREATE TABLE answers_by_version (
    run_id  BLOB NOT NULL REFERENCES runs (id),
    minute  INTEGER NOT NULL,
    version TEXT NOT NULL,
    times   INTEGER NOT NULL,
    PRIMARY KEY (run_id, minute, version)
) WITHOUT ROWID;
CREATE INDEX answers_by_minute ON answers_by_version (minute);

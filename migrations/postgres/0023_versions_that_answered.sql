-- Where the answers of a service name their version, as JSON.
ALTER TABLE services ADD COLUMN version_source TEXT;

-- How many answers of a run each version gave, by the minute since 1970; the empty version is that of
-- answers that named none.
CREATE TABLE answers_by_version (
    run_id  UUID NOT NULL REFERENCES runs (id),
    minute  BIGINT NOT NULL,
    version TEXT NOT NULL,
    times   BIGINT NOT NULL,
    PRIMARY KEY (run_id, minute, version)
);
CREATE INDEX answers_by_minute ON answers_by_version (minute);

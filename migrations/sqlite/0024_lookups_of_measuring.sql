-- What is read and written with every measurement takes one look-up each: the newest of a check lies
-- in its own index, and when a check was last changed is found without the rest of its row.
CREATE TABLE new_check_states (
    check_id         BLOB PRIMARY KEY REFERENCES checks (id),
    no               INTEGER NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    deployment_id    BLOB,
    -- Microseconds it took beyond its value in thousandths.
    beyond_us        INTEGER NOT NULL,
    -- The value, where it is a whole number of thousandths; any other is in `value`.
    thousandths      INTEGER,
    value            REAL,
    outcome          INTEGER NOT NULL,
    -- The newest measurement whose evidence is kept, and whether the check's phase changed there.
    evidence_at      INTEGER NOT NULL,
    evidence_turning BOOLEAN NOT NULL
) WITHOUT ROWID;
INSERT INTO new_check_states
    SELECT check_id, no, at, deployment_id, beyond_us, thousandths, value, outcome, evidence_at,
        evidence_turning
    FROM check_states;
DROP TABLE check_states;
ALTER TABLE new_check_states RENAME TO check_states;
CREATE INDEX checks_changed ON checks (id, updated_at, retired_at);

-- The runs a measurement counts for, and those whose sign-off can still be revoked, among all there
-- ever were.
CREATE INDEX runs_of_service ON runs (service_id, state, ends_at);
CREATE INDEX runs_until ON runs (state, ends_at);

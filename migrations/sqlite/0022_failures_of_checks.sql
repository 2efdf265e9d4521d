-- How checks failed in the course of a run, counted as it was measured.
CREATE TABLE check_failures (
    run_id   BLOB NOT NULL REFERENCES runs (id),
    check_id BLOB NOT NULL REFERENCES checks (id),
    -- When the check was last changed before it was measured: a changed one is counted anew.
    version  INTEGER NOT NULL,
    times    INTEGER NOT NULL,
    spells   INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (run_id, check_id)
);

-- How checks failed in the course of a run, counted as it was measured.
CREATE TABLE check_failures (
    run_id   UUID NOT NULL REFERENCES runs (id),
    check_id UUID NOT NULL REFERENCES checks (id),
    -- When the check was last changed before it was measured: a changed one is counted anew.
    version  BIGINT NOT NULL,
    times    BIGINT NOT NULL,
    spells   BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (run_id, check_id)
);

-- Duties: recurring runbooks of services. A run is a copy of the runbook as it was published when the
-- run opened, like that of a deployment, with boxes of its own.

CREATE TABLE duties (
    id           BLOB PRIMARY KEY,
    service_id   BLOB NOT NULL REFERENCES services (id),
    environment  TEXT NOT NULL REFERENCES environments (slug),
    runbook_slug TEXT NOT NULL,
    cadence      TEXT NOT NULL,
    -- When the first run opens; later ones are counted from it.
    starts_at    INTEGER NOT NULL,
    -- How many of its times have passed, opened or skipped.
    passed       INTEGER NOT NULL,
    retired_at   INTEGER,
    created_at   INTEGER NOT NULL,
    UNIQUE (service_id, environment, runbook_slug)
);

CREATE TABLE duty_runs (
    id                 BLOB PRIMARY KEY,
    duty_id            BLOB NOT NULL REFERENCES duties (id),
    runbook_version_id BLOB NOT NULL REFERENCES runbook_versions (id),
    runbook_number     INTEGER NOT NULL,
    title              TEXT NOT NULL,
    description        TEXT NOT NULL,
    sign_off_required  TEXT NOT NULL,
    opened_at          INTEGER NOT NULL,
    due_at             INTEGER NOT NULL,
    -- What was last told about it: open, due_soon or overdue.
    told               TEXT NOT NULL,
    closed_at          INTEGER
);
CREATE INDEX duty_runs_duty ON duty_runs (duty_id, opened_at);
CREATE UNIQUE INDEX duty_runs_one_open ON duty_runs (duty_id) WHERE closed_at IS NULL;

CREATE TABLE duty_items (
    run_id           BLOB NOT NULL REFERENCES duty_runs (id),
    key              TEXT NOT NULL,
    position         INTEGER NOT NULL,
    title            TEXT NOT NULL,
    section          TEXT NOT NULL,
    instructions     TEXT NOT NULL,
    actor            TEXT NOT NULL,
    required         BOOLEAN NOT NULL,
    role             TEXT,
    due_at           INTEGER,
    state            TEXT NOT NULL,
    reason           TEXT NOT NULL,
    pushed_word      TEXT,
    pushed_sentence  TEXT,
    pushed_by        TEXT,
    pushed_at        INTEGER,
    pushed_url       TEXT,
    machine_word     TEXT,
    machine_sentence TEXT,
    person_word      TEXT,
    person_name      TEXT,
    person_note      TEXT,
    person_at        INTEGER,
    waived_by        TEXT,
    waived_because   TEXT,
    waived_until     INTEGER,
    PRIMARY KEY (run_id, key)
);

CREATE TABLE duty_sign_offs (
    run_id      BLOB NOT NULL REFERENCES duty_runs (id),
    person_id   BLOB NOT NULL REFERENCES people (id),
    person_name TEXT NOT NULL,
    role        TEXT NOT NULL,
    note        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (run_id, person_id)
);


-- Duties: recurring runbooks of services. A run is a copy of the runbook as it was published when the
-- run opened, like that of a deployment, with boxes of its own.

CREATE TABLE duties (
    id           UUID PRIMARY KEY,
    service_id   UUID NOT NULL REFERENCES services (id),
    environment  TEXT NOT NULL REFERENCES environments (slug),
    runbook_slug TEXT NOT NULL,
    cadence      TEXT NOT NULL,
    -- When the first run opens; later ones are counted from it.
    starts_at    BIGINT NOT NULL,
    -- How many of its times have passed, opened or skipped.
    passed       BIGINT NOT NULL,
    retired_at   BIGINT,
    created_at   BIGINT NOT NULL,
    UNIQUE (service_id, environment, runbook_slug)
);

CREATE TABLE duty_runs (
    id                 UUID PRIMARY KEY,
    duty_id            UUID NOT NULL REFERENCES duties (id),
    runbook_version_id UUID NOT NULL REFERENCES runbook_versions (id),
    runbook_number     BIGINT NOT NULL,
    title              TEXT NOT NULL,
    description        TEXT NOT NULL,
    sign_off_required  TEXT NOT NULL,
    opened_at          BIGINT NOT NULL,
    due_at             BIGINT NOT NULL,
    -- What was last told about it: open, due_soon or overdue.
    told               TEXT NOT NULL,
    closed_at          BIGINT
);
CREATE INDEX duty_runs_duty ON duty_runs (duty_id, opened_at);
CREATE UNIQUE INDEX duty_runs_one_open ON duty_runs (duty_id) WHERE closed_at IS NULL;

CREATE TABLE duty_items (
    run_id           UUID NOT NULL REFERENCES duty_runs (id),
    key              TEXT NOT NULL,
    position         BIGINT NOT NULL,
    title            TEXT NOT NULL,
    section          TEXT NOT NULL,
    instructions     TEXT NOT NULL,
    actor            TEXT NOT NULL,
    required         BOOLEAN NOT NULL,
    role             TEXT,
    due_at           BIGINT,
    state            TEXT NOT NULL,
    reason           TEXT NOT NULL,
    pushed_word      TEXT,
    pushed_sentence  TEXT,
    pushed_by        TEXT,
    pushed_at        BIGINT,
    pushed_url       TEXT,
    machine_word     TEXT,
    machine_sentence TEXT,
    person_word      TEXT,
    person_name      TEXT,
    person_note      TEXT,
    person_at        BIGINT,
    waived_by        TEXT,
    waived_because   TEXT,
    waived_until     BIGINT,
    PRIMARY KEY (run_id, key)
);

CREATE TABLE duty_sign_offs (
    run_id      UUID NOT NULL REFERENCES duty_runs (id),
    person_id   UUID NOT NULL REFERENCES people (id),
    person_name TEXT NOT NULL,
    role        TEXT NOT NULL,
    note        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (run_id, person_id)
);


-- One run, whatever it is about: a deployment or a duty. A run has the id of its deployment or of its
-- duty's run, so that everything said about it keeps its place, the audit log included.

CREATE TABLE runs (
    id                 BLOB PRIMARY KEY,
    -- deployment or duty
    subject_kind       TEXT NOT NULL,
    service_id         BLOB NOT NULL REFERENCES services (id),
    environment        TEXT NOT NULL REFERENCES environments (slug),
    runbook_version_id BLOB NOT NULL REFERENCES runbook_versions (id),
    sign_off_required  TEXT NOT NULL,
    opened_at          INTEGER NOT NULL,
    ends_at            INTEGER NOT NULL,
    state              TEXT NOT NULL,
    verdict            TEXT NOT NULL,
    reason             TEXT NOT NULL,
    open_items         INTEGER NOT NULL,
    required_items     INTEGER NOT NULL,
    closed_at          INTEGER
);

INSERT INTO runs
    SELECT id, 'deployment', service_id, environment, runbook_version_id, sign_off_required, deployed_at,
        watch_ends_at, state, verdict, reason, open_items, required_items, closed_at
    FROM deployments;
INSERT INTO runs
    SELECT r.id, 'duty', d.service_id, d.environment, r.runbook_version_id, r.sign_off_required,
        r.opened_at, r.due_at, CASE WHEN r.closed_at IS NULL THEN 'watching' ELSE 'signed_off' END,
        -- The gate is asked again as soon as anything is said.
        CASE WHEN r.closed_at IS NULL THEN 'undecided' ELSE 'passed' END, '',
        (SELECT count(*) FROM duty_items i WHERE i.run_id = r.id AND i.required
            AND i.state NOT IN ('passed', 'waived', 'not_required')),
        (SELECT count(*) FROM duty_items i WHERE i.run_id = r.id AND i.required), r.closed_at
    FROM duty_runs r JOIN duties d ON d.id = r.duty_id;

CREATE INDEX runs_where ON runs (service_id, environment, opened_at);
CREATE INDEX runs_state ON runs (state, opened_at);
CREATE INDEX runs_when ON runs (opened_at);
-- At most one open watch for a service in an environment, whoever announces at the same instant.
CREATE UNIQUE INDEX runs_one_watch ON runs (service_id, environment)
    WHERE subject_kind = 'deployment' AND state = 'watching';

-- What a run knows, a deployment does not say again.
DROP INDEX deployments_state;
DROP INDEX deployments_one_watch;
ALTER TABLE deployments DROP COLUMN state;
ALTER TABLE deployments DROP COLUMN verdict;
ALTER TABLE deployments DROP COLUMN reason;
ALTER TABLE deployments DROP COLUMN open_items;
ALTER TABLE deployments DROP COLUMN required_items;
ALTER TABLE deployments DROP COLUMN watch_ends_at;
ALTER TABLE deployments DROP COLUMN sign_off_required;
ALTER TABLE deployments DROP COLUMN closed_at;

-- Items, evidence, waivers and sign-offs are those of runs. SQLite changes no foreign key in place.
ALTER TABLE items RENAME TO old_items;
ALTER TABLE evidence RENAME TO old_evidence;
ALTER TABLE waivers RENAME TO old_waivers;
ALTER TABLE sign_offs RENAME TO old_sign_offs;

CREATE TABLE items (
    id                   BLOB PRIMARY KEY,
    run_id               BLOB NOT NULL REFERENCES runs (id),
    position             INTEGER NOT NULL,
    key                  TEXT NOT NULL,
    title                TEXT NOT NULL,
    section              TEXT NOT NULL,
    instructions         TEXT NOT NULL,
    actor                TEXT NOT NULL,
    required             BOOLEAN NOT NULL,
    due_at               INTEGER,
    role                 TEXT,
    probes               TEXT NOT NULL,
    machine_rule         TEXT,
    not_required_because TEXT,
    pushed_word          TEXT,
    pushed_sentence      TEXT,
    pushed_by            TEXT,
    pushed_at            INTEGER,
    machine_word         TEXT,
    machine_sentence     TEXT,
    person_word          TEXT,
    person_name          TEXT,
    person_at            INTEGER,
    person_note          TEXT NOT NULL DEFAULT '',
    state                TEXT NOT NULL,
    reason               TEXT NOT NULL,
    updated_at           INTEGER NOT NULL,
    UNIQUE (run_id, key)
);
INSERT INTO items
    SELECT id, deployment_id, position, key, title, section, instructions, actor, required, due_at, role,
        probes, machine_rule, not_required_because, pushed_word, pushed_sentence, pushed_by, pushed_at,
        machine_word, machine_sentence, person_word, person_name, person_at, person_note, state, reason,
        updated_at
    FROM old_items;
-- The probes and the rule of a duty's box are those of the runbook it was copied from.
INSERT INTO items
    SELECT randomblob(16), i.run_id, i.position, i.key, i.title, i.section, i.instructions, i.actor,
        i.required, i.due_at, i.role,
        coalesce((SELECT json_extract(t.value, '$.probes') FROM runbook_versions v,
            json_each(json_extract(v.content, '$.items')) t
            WHERE v.id = r.runbook_version_id AND json_extract(t.value, '$.key') = i.key), '[]'),
        (SELECT json_extract(t.value, '$.machine') FROM runbook_versions v,
            json_each(json_extract(v.content, '$.items')) t
            WHERE v.id = r.runbook_version_id AND json_extract(t.value, '$.key') = i.key),
        NULL, i.pushed_word, coalesce(i.pushed_sentence, ''), coalesce(i.pushed_by, ''), i.pushed_at,
        i.machine_word, coalesce(i.machine_sentence, ''), i.person_word, coalesce(i.person_name, ''),
        i.person_at, coalesce(i.person_note, ''), i.state, i.reason, r.opened_at
    FROM duty_items i JOIN duty_runs r ON r.id = i.run_id;

CREATE TABLE evidence (
    id            BLOB PRIMARY KEY,
    run_id        BLOB NOT NULL REFERENCES runs (id),
    item_id       BLOB NOT NULL REFERENCES items (id),
    at            INTEGER NOT NULL,
    source_kind   TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    status        TEXT NOT NULL,
    summary       TEXT NOT NULL,
    url           TEXT,
    started_at    INTEGER,
    finished_at   INTEGER,
    details       TEXT NOT NULL
);
INSERT INTO evidence
    SELECT id, deployment_id, item_id, at, source_kind, source_name, status, summary, url, started_at,
        finished_at, details
    FROM old_evidence;
-- What a script posted on a duty's box stood in the box alone.
INSERT INTO evidence
    SELECT randomblob(16), i.run_id, n.id, i.pushed_at, 'token', coalesce(i.pushed_by, ''), i.pushed_word,
        coalesce(i.pushed_sentence, ''), i.pushed_url, NULL, NULL, '{}'
    FROM duty_items i JOIN items n ON n.run_id = i.run_id AND n.key = i.key
    WHERE i.pushed_word IS NOT NULL AND i.pushed_at IS NOT NULL;

CREATE TABLE waivers (
    id            BLOB PRIMARY KEY,
    run_id        BLOB NOT NULL REFERENCES runs (id),
    item_id       BLOB NOT NULL REFERENCES items (id),
    -- Unknown where a waiver of a duty's box came from before there were runs.
    approver_id   BLOB REFERENCES people (id),
    approver_name TEXT NOT NULL,
    reason        TEXT NOT NULL,
    granted_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    ended_by      TEXT
);
INSERT INTO waivers
    SELECT id, deployment_id, item_id, approver_id, approver_name, reason, granted_at, expires_at, ended_at,
        ended_by
    FROM old_waivers;
INSERT INTO waivers
    SELECT randomblob(16), i.run_id, n.id,
        (SELECT p.id FROM people p WHERE p.name = i.waived_by
            AND (SELECT count(*) FROM people o WHERE o.name = i.waived_by) = 1),
        coalesce(i.waived_by, ''), coalesce(i.waived_because, ''),
        coalesce((SELECT max(a.at) FROM audit a WHERE a.deployment_id = i.run_id
            AND a.action = 'item.waive' AND a.subject = i.key), r.opened_at),
        i.waived_until, NULL, NULL
    FROM duty_items i JOIN duty_runs r ON r.id = i.run_id
    JOIN items n ON n.run_id = i.run_id AND n.key = i.key
    WHERE i.waived_until IS NOT NULL;

CREATE TABLE sign_offs (
    id            BLOB PRIMARY KEY,
    run_id        BLOB NOT NULL REFERENCES runs (id),
    person_id     BLOB NOT NULL REFERENCES people (id),
    person_name   TEXT NOT NULL,
    role          TEXT NOT NULL,
    comment       TEXT NOT NULL,
    at            INTEGER NOT NULL,
    UNIQUE (run_id, person_id)
);
INSERT INTO sign_offs
    SELECT id, deployment_id, person_id, person_name, role, comment, at FROM old_sign_offs;
INSERT INTO sign_offs
    SELECT randomblob(16), run_id, person_id, person_name, role, note, at FROM duty_sign_offs;

DROP TABLE old_sign_offs;
DROP TABLE old_waivers;
DROP TABLE old_evidence;
DROP TABLE old_items;
DROP TABLE duty_sign_offs;
DROP TABLE duty_items;

-- A duty's run, beside what every run has.
ALTER TABLE duty_runs RENAME TO old_duty_runs;
CREATE TABLE duty_runs (
    id             BLOB PRIMARY KEY REFERENCES runs (id),
    duty_id        BLOB NOT NULL REFERENCES duties (id),
    runbook_number INTEGER NOT NULL,
    title          TEXT NOT NULL,
    description    TEXT NOT NULL,
    -- What was last told about it: open, due_soon or overdue.
    last_reminder  TEXT NOT NULL
);
INSERT INTO duty_runs SELECT id, duty_id, runbook_number, title, description, told FROM old_duty_runs;
DROP TABLE old_duty_runs;
CREATE INDEX duty_runs_duty ON duty_runs (duty_id);

CREATE INDEX evidence_item ON evidence (item_id, at);
CREATE INDEX waivers_run ON waivers (run_id);

CREATE TRIGGER evidence_never_changed BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_never_deleted BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is never deleted'); END;
CREATE TRIGGER sign_offs_never_changed BEFORE UPDATE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never changed'); END;
CREATE TRIGGER sign_offs_never_deleted BEFORE DELETE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never deleted'); END;

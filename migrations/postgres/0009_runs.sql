-- One run, whatever it is about: a deployment or a duty. A run has the id of its deployment or of its
-- duty's run, so that everything said about it keeps its place, the audit log included.

CREATE TABLE runs (
    id                 UUID PRIMARY KEY,
    -- deployment or duty
    subject_kind       TEXT NOT NULL,
    service_id         UUID NOT NULL REFERENCES services (id),
    environment        TEXT NOT NULL REFERENCES environments (slug),
    runbook_version_id UUID NOT NULL REFERENCES runbook_versions (id),
    sign_off_required  TEXT NOT NULL,
    opened_at          BIGINT NOT NULL,
    ends_at            BIGINT NOT NULL,
    state              TEXT NOT NULL,
    verdict            TEXT NOT NULL,
    reason             TEXT NOT NULL,
    open_items         BIGINT NOT NULL,
    required_items     BIGINT NOT NULL,
    closed_at          BIGINT
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

-- Items, evidence, waivers and sign-offs are those of runs.
ALTER TABLE items DROP CONSTRAINT items_deployment_id_fkey;
ALTER TABLE items RENAME COLUMN deployment_id TO run_id;
ALTER TABLE items ADD FOREIGN KEY (run_id) REFERENCES runs (id);
ALTER TABLE evidence DROP CONSTRAINT evidence_deployment_id_fkey;
ALTER TABLE evidence RENAME COLUMN deployment_id TO run_id;
ALTER TABLE evidence ADD FOREIGN KEY (run_id) REFERENCES runs (id);
ALTER TABLE waivers DROP CONSTRAINT waivers_deployment_id_fkey;
ALTER TABLE waivers RENAME COLUMN deployment_id TO run_id;
ALTER TABLE waivers ADD FOREIGN KEY (run_id) REFERENCES runs (id);
-- Unknown where a waiver of a duty's box came from before there were runs.
ALTER TABLE waivers ALTER COLUMN approver_id DROP NOT NULL;
ALTER INDEX waivers_deployment RENAME TO waivers_run;
ALTER TABLE sign_offs DROP CONSTRAINT sign_offs_deployment_id_fkey;
ALTER TABLE sign_offs RENAME COLUMN deployment_id TO run_id;
ALTER TABLE sign_offs ADD FOREIGN KEY (run_id) REFERENCES runs (id);

-- What a run knows, a deployment does not say again. Its indices go with the columns.
ALTER TABLE deployments DROP COLUMN state, DROP COLUMN verdict, DROP COLUMN reason,
    DROP COLUMN open_items, DROP COLUMN required_items, DROP COLUMN watch_ends_at,
    DROP COLUMN sign_off_required, DROP COLUMN closed_at;

-- The probes and the rule of a duty's box are those of the runbook it was copied from.
INSERT INTO items (id, run_id, position, key, title, section, instructions, actor, required, due_at, role,
        probes, machine_rule, not_required_because, pushed_word, pushed_sentence, pushed_by, pushed_at,
        machine_word, machine_sentence, person_word, person_name, person_at, person_note, state, reason,
        updated_at)
    SELECT gen_random_uuid(), i.run_id, i.position, i.key, i.title, i.section, i.instructions, i.actor,
        i.required, i.due_at, i.role, coalesce(t.item ->> 'probes', '[]'), t.item ->> 'machine', NULL,
        i.pushed_word, coalesce(i.pushed_sentence, ''), coalesce(i.pushed_by, ''), i.pushed_at,
        i.machine_word, coalesce(i.machine_sentence, ''), i.person_word, coalesce(i.person_name, ''),
        i.person_at, coalesce(i.person_note, ''), i.state, i.reason, r.opened_at
    FROM duty_items i JOIN duty_runs r ON r.id = i.run_id
    JOIN runbook_versions v ON v.id = r.runbook_version_id
    LEFT JOIN LATERAL (SELECT e.item FROM json_array_elements(v.content::json -> 'items') AS e (item)
        WHERE e.item ->> 'key' = i.key LIMIT 1) t ON true;

-- What a script posted on a duty's box stood in the box alone.
INSERT INTO evidence (id, run_id, item_id, at, source_kind, source_name, status, summary, url, started_at,
        finished_at, details)
    SELECT gen_random_uuid(), i.run_id, n.id, i.pushed_at, 'token', coalesce(i.pushed_by, ''),
        i.pushed_word, coalesce(i.pushed_sentence, ''), i.pushed_url, NULL, NULL, '{}'
    FROM duty_items i JOIN items n ON n.run_id = i.run_id AND n.key = i.key
    WHERE i.pushed_word IS NOT NULL AND i.pushed_at IS NOT NULL;

INSERT INTO waivers (id, run_id, item_id, approver_id, approver_name, reason, granted_at, expires_at,
        ended_at, ended_by)
    SELECT gen_random_uuid(), i.run_id, n.id,
        (SELECT p.id FROM people p WHERE p.name = i.waived_by
            AND (SELECT count(*) FROM people o WHERE o.name = i.waived_by) = 1),
        coalesce(i.waived_by, ''), coalesce(i.waived_because, ''),
        coalesce((SELECT max(a.at) FROM audit a WHERE a.deployment_id = i.run_id
            AND a.action = 'item.waive' AND a.subject = i.key), r.opened_at),
        i.waived_until, NULL, NULL
    FROM duty_items i JOIN duty_runs r ON r.id = i.run_id
    JOIN items n ON n.run_id = i.run_id AND n.key = i.key
    WHERE i.waived_until IS NOT NULL;

INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at)
    SELECT gen_random_uuid(), run_id, person_id, person_name, role, note, at FROM duty_sign_offs;

DROP TABLE duty_sign_offs;
DROP TABLE duty_items;

-- A duty's run, beside what every run has.
DROP INDEX duty_runs_duty;
DROP INDEX duty_runs_one_open;
ALTER TABLE duty_runs DROP COLUMN runbook_version_id, DROP COLUMN sign_off_required,
    DROP COLUMN opened_at, DROP COLUMN due_at, DROP COLUMN closed_at;
-- What was last told about it: open, due_soon or overdue.
ALTER TABLE duty_runs RENAME COLUMN told TO last_reminder;
ALTER TABLE duty_runs ADD FOREIGN KEY (id) REFERENCES runs (id);
CREATE INDEX duty_runs_duty ON duty_runs (duty_id);

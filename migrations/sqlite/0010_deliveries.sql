-- One thing sent out: what caused it (the sequence number of its audit entry), by which channel, and
-- how far it came. Where it is sent to and what it says follows from other rows.
CREATE TABLE deliveries (
    id            BLOB PRIMARY KEY,
    cause         INTEGER NOT NULL,
    channel       TEXT NOT NULL,
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    repeatable    BOOLEAN NOT NULL,
    state         TEXT NOT NULL,
    attempts      INTEGER NOT NULL,
    -- The attempts of the rounds before: a person may begin another.
    rounds_before INTEGER NOT NULL,
    -- An attempt of this round may have reached the receiver without an answer.
    lost          BOOLEAN NOT NULL,
    next_at       INTEGER,
    repeat_until  INTEGER NOT NULL,
    lease_owner   BLOB,
    lease_until   INTEGER,
    answer        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    settled_at    INTEGER,
    UNIQUE (cause, channel)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_deployment ON deliveries (deployment_id);

-- Written down before each attempt and after it.
CREATE TABLE delivery_attempts (
    delivery_id BLOB NOT NULL REFERENCES deliveries (id),
    n           INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    duration_ms INTEGER,
    outcome     TEXT NOT NULL,
    answer      TEXT NOT NULL,
    PRIMARY KEY (delivery_id, n)
);

-- The hooks of plans that are there were promised to be called at most once.
ALTER TABLE rollback_plans ADD COLUMN hook_repeatable BOOLEAN NOT NULL DEFAULT 0;

-- A hook that was being called when the portal ended is one that nobody holds any more: the next start
-- finds it, says that nobody knows whether it was called, and writes that into the audit log.
INSERT INTO deliveries (id, cause, channel, deployment_id, repeatable, state, attempts, rounds_before,
    lost, next_at, repeat_until, lease_owner, lease_until, answer, created_at, settled_at)
SELECT randomblob(16),
    COALESCE((SELECT max(seq) FROM audit WHERE action = 'deployment.roll_back'
        AND deployment_id = r.deployment_id),
        -(SELECT count(*) FROM rollbacks b WHERE b.hook_state = 'pending'
            AND b.deployment_id <= r.deployment_id)),
    'rollback-hook', r.deployment_id, 0, 'sending', 1, 0, 0, NULL, r.at, NULL, 0, '', r.at, NULL
FROM rollbacks r WHERE r.hook_state = 'pending';

INSERT INTO delivery_attempts (delivery_id, n, at, duration_ms, outcome, answer)
SELECT id, 1, created_at, NULL, 'sending', '' FROM deliveries;

-- One thing sent out: what caused it (the sequence number of its audit entry), by which channel, and
-- how far it came. Where it is sent to and what it says follows from other rows.
CREATE TABLE deliveries (
    id            UUID PRIMARY KEY,
    cause         BIGINT NOT NULL,
    channel       TEXT NOT NULL,
    deployment_id UUID NOT NULL REFERENCES deployments (id),
    repeatable    BOOLEAN NOT NULL,
    state         TEXT NOT NULL,
    attempts      BIGINT NOT NULL,
    -- The attempts of the rounds before: a person may begin another.
    rounds_before BIGINT NOT NULL,
    -- An attempt of this round may have reached the receiver without an answer.
    lost          BOOLEAN NOT NULL,
    next_at       BIGINT,
    repeat_until  BIGINT NOT NULL,
    lease_owner   UUID,
    lease_until   BIGINT,
    answer        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    settled_at    BIGINT,
    UNIQUE (cause, channel)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_deployment ON deliveries (deployment_id);

-- Written down before each attempt and after it.
CREATE TABLE delivery_attempts (
    delivery_id UUID NOT NULL REFERENCES deliveries (id),
    n           BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    duration_ms BIGINT,
    outcome     TEXT NOT NULL,
    answer      TEXT NOT NULL,
    PRIMARY KEY (delivery_id, n)
);

-- The hooks of plans that are there were promised to be called at most once.
ALTER TABLE rollback_plans ADD COLUMN hook_repeatable BOOLEAN NOT NULL DEFAULT false;

-- A hook that was being called when the portal ended is one that nobody holds any more: the next start
-- finds it, says that nobody knows whether it was called, and writes that into the audit log.
INSERT INTO deliveries (id, cause, channel, deployment_id, repeatable, state, attempts, rounds_before,
    lost, next_at, repeat_until, lease_owner, lease_until, answer, created_at, settled_at)
SELECT gen_random_uuid(),
    COALESCE((SELECT max(seq) FROM audit WHERE action = 'deployment.roll_back'
        AND deployment_id = r.deployment_id),
        -(SELECT count(*) FROM rollbacks b WHERE b.hook_state = 'pending'
            AND b.deployment_id <= r.deployment_id)),
    'rollback-hook', r.deployment_id, false, 'sending', 1, 0, false, NULL, r.at, NULL, 0, '', r.at, NULL
FROM rollbacks r WHERE r.hook_state = 'pending';

INSERT INTO delivery_attempts (delivery_id, n, at, duration_ms, outcome, answer)
SELECT id, 1, created_at, NULL, 'sending', '' FROM deliveries;

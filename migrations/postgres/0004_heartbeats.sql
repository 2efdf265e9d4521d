-- Heartbeats: jobs and workers that say they are alive, and their newest pings.

CREATE TABLE heartbeats (
    id          UUID PRIMARY KEY,
    service_id  UUID NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    key         TEXT NOT NULL,
    label       TEXT NOT NULL,
    ping_id     UUID NOT NULL UNIQUE,
    period_s    BIGINT,
    cron        TEXT,
    time_zone   TEXT,
    grace_s     BIGINT NOT NULL,
    item        TEXT,
    state       TEXT NOT NULL,
    state_since BIGINT NOT NULL,
    success_at  BIGINT,
    start_at    BIGINT,
    fail_at     BIGINT,
    exit_code   BIGINT,
    pings       BIGINT NOT NULL,
    -- When it counts as silent, while it does not yet.
    silent_at   BIGINT,
    retired_at  BIGINT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (service_id, key)
);
CREATE INDEX heartbeats_silent ON heartbeats (silent_at);

CREATE TABLE pings (
    heartbeat_id UUID NOT NULL REFERENCES heartbeats (id),
    n            BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    exit_code    BIGINT,
    duration_ms  BIGINT,
    source       TEXT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (heartbeat_id, n)
);

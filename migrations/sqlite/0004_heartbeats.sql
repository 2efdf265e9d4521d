-- Heartbeats: jobs and workers that say they are alive, and their newest pings.

CREATE TABLE heartbeats (
    id          BLOB PRIMARY KEY,
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL REFERENCES environments (slug),
    key         TEXT NOT NULL,
    label       TEXT NOT NULL,
    ping_id     BLOB NOT NULL UNIQUE,
    period_s    INTEGER,
    cron        TEXT,
    time_zone   TEXT,
    grace_s     INTEGER NOT NULL,
    item        TEXT,
    state       TEXT NOT NULL,
    state_since INTEGER NOT NULL,
    success_at  INTEGER,
    start_at    INTEGER,
    fail_at     INTEGER,
    exit_code   INTEGER,
    pings       INTEGER NOT NULL,
    -- When it counts as silent, while it does not yet.
    silent_at   INTEGER,
    retired_at  INTEGER,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (service_id, key)
);
CREATE INDEX heartbeats_silent ON heartbeats (silent_at);

CREATE TABLE pings (
    heartbeat_id BLOB NOT NULL REFERENCES heartbeats (id),
    n            INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    exit_code    INTEGER,
    duration_ms  INTEGER,
    source       TEXT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (heartbeat_id, n)
) WITHOUT ROWID;

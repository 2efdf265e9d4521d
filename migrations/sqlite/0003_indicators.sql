-- Indicators, and what was measured of them: a cell a minute, later a cell an hour. Cells add up;
-- quantiles are in the sketch. Minutes and hours are counted from 1970 (UTC).

CREATE TABLE indicators (
    id              BLOB PRIMARY KEY,
    service_id      BLOB NOT NULL REFERENCES services (id),
    key             TEXT NOT NULL,
    label           TEXT NOT NULL,
    family          TEXT NOT NULL,
    source          TEXT NOT NULL,
    unit            TEXT NOT NULL,
    direction       TEXT NOT NULL,
    server_url      TEXT,
    query           TEXT,
    heartbeat_query TEXT,
    interval_s      INTEGER NOT NULL,
    thresholds      TEXT NOT NULL,
    retired_at      INTEGER,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (service_id, key)
);

-- An indicator in an environment: a small number for the many rows below.
CREATE TABLE series (
    id           INTEGER PRIMARY KEY,
    indicator_id BLOB NOT NULL REFERENCES indicators (id),
    environment  TEXT NOT NULL REFERENCES environments (slug),
    -- What the server that was asked last said where that was no point, or beside one.
    said         TEXT NOT NULL DEFAULT '',
    said_at      INTEGER,
    UNIQUE (indicator_id, environment)
);

CREATE TABLE series_minutes (
    series_id INTEGER NOT NULL REFERENCES series (id),
    minute    INTEGER NOT NULL,
    good      INTEGER NOT NULL,
    total     INTEGER NOT NULL,
    samples   INTEGER NOT NULL,
    sum       REAL NOT NULL,
    low       REAL NOT NULL,
    high      REAL NOT NULL,
    sketch    BLOB NOT NULL,
    PRIMARY KEY (series_id, minute)
) WITHOUT ROWID;

CREATE TABLE series_hours (
    series_id INTEGER NOT NULL REFERENCES series (id),
    hour      INTEGER NOT NULL,
    good      INTEGER NOT NULL,
    total     INTEGER NOT NULL,
    samples   INTEGER NOT NULL,
    sum       REAL NOT NULL,
    low       REAL NOT NULL,
    high      REAL NOT NULL,
    sketch    BLOB NOT NULL,
    PRIMARY KEY (series_id, hour)
) WITHOUT ROWID;

-- A baseline says itself what it is of: indicators change.
ALTER TABLE baselines ADD COLUMN p95 REAL;
ALTER TABLE baselines ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE baselines ADD COLUMN family TEXT NOT NULL DEFAULT 'latency';
ALTER TABLE baselines ADD COLUMN unit TEXT NOT NULL DEFAULT 'ms';
ALTER TABLE baselines ADD COLUMN direction TEXT NOT NULL DEFAULT 'lower_is_better';
ALTER TABLE baselines ADD COLUMN pass TEXT NOT NULL DEFAULT '[]';
UPDATE baselines SET label = 'average response time' WHERE indicator = 'response_time';
UPDATE baselines SET label = 'uptime', family = 'uptime', unit = '%', direction = 'higher_is_better'
    WHERE indicator = 'uptime';

-- What could be said of the indicators at a moment somebody chose, one row an indicator. Beside the
-- baselines of the fixed moments: never counted as one of them. Written once, never changed.
CREATE TABLE manual_baselines (
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    taken_at      INTEGER NOT NULL,
    indicator     TEXT NOT NULL,
    taken_by      TEXT NOT NULL,
    label         TEXT NOT NULL,
    family        TEXT NOT NULL,
    unit          TEXT NOT NULL,
    direction     TEXT NOT NULL,
    pass          TEXT NOT NULL,
    value         REAL,
    p95           REAL,
    samples       INTEGER NOT NULL,
    coverage      REAL NOT NULL,
    gaps          TEXT NOT NULL,
    window_from   INTEGER NOT NULL,
    window_until  INTEGER NOT NULL,
    source        TEXT NOT NULL,
    PRIMARY KEY (deployment_id, taken_at, indicator)
) WITHOUT ROWID;

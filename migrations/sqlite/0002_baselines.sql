-- What was normal at a fixed moment of a watch, one row an indicator. Written once, never changed.
CREATE TABLE baselines (
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    moment        TEXT NOT NULL,
    indicator     TEXT NOT NULL,
    value         REAL,
    samples       INTEGER NOT NULL,
    window_from   INTEGER NOT NULL,
    window_until  INTEGER NOT NULL,
    coverage      REAL NOT NULL,
    gaps          TEXT NOT NULL,
    source        TEXT NOT NULL,
    captured_at   INTEGER NOT NULL,
    PRIMARY KEY (deployment_id, moment, indicator)
) WITHOUT ROWID;

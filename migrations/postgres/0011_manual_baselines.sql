-- What could be said of the indicators at a moment somebody chose, one row an indicator. Beside the
-- baselines of the fixed moments: never counted as one of them. Written once, never changed.
CREATE TABLE manual_baselines (
    deployment_id UUID NOT NULL REFERENCES deployments (id),
    taken_at      BIGINT NOT NULL,
    indicator     TEXT NOT NULL,
    taken_by      TEXT NOT NULL,
    label         TEXT NOT NULL,
    family        TEXT NOT NULL,
    unit          TEXT NOT NULL,
    direction     TEXT NOT NULL,
    pass          TEXT NOT NULL,
    value         DOUBLE PRECISION,
    p95           DOUBLE PRECISION,
    samples       BIGINT NOT NULL,
    coverage      DOUBLE PRECISION NOT NULL,
    gaps          TEXT NOT NULL,
    window_from   BIGINT NOT NULL,
    window_until  BIGINT NOT NULL,
    source        TEXT NOT NULL,
    PRIMARY KEY (deployment_id, taken_at, indicator)
);

-- What was normal at a fixed moment of a watch, one row an indicator. Written once, never changed.
CREATE TABLE baselines (
    deployment_id UUID NOT NULL REFERENCES deployments (id),
    moment        TEXT NOT NULL,
    indicator     TEXT NOT NULL,
    value         DOUBLE PRECISION,
    samples       BIGINT NOT NULL,
    window_from   BIGINT NOT NULL,
    window_until  BIGINT NOT NULL,
    coverage      DOUBLE PRECISION NOT NULL,
    gaps          TEXT NOT NULL,
    source        TEXT NOT NULL,
    captured_at   BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, moment, indicator)
);

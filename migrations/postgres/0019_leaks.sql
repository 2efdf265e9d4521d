-- What leaked where, by the box that looks for it: kept beside the checks and the runs, since neither a
-- change of a check nor the next release makes secret again what was served.
CREATE TABLE leaks (
    service_id  UUID NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL,
    item_key    TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    times       BIGINT NOT NULL,
    -- When somebody said what was rotated.
    settled_at  BIGINT,
    PRIMARY KEY (service_id, environment, item_key)
);

-- What leaked where, by the box that looks for it: kept beside the checks and the runs, since neither a
-- change of a check nor the next release makes secret again what was served.
CREATE TABLE leaks (
    service_id  BLOB NOT NULL REFERENCES services (id),
    environment TEXT NOT NULL,
    item_key    TEXT NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    times       INTEGER NOT NULL,
    -- When somebody said what was rotated.
    settled_at  INTEGER,
    PRIMARY KEY (service_id, environment, item_key)
);

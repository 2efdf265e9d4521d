-- That somebody said what was rotated after a leak was closed: what its box's checks saw until then is
-- settled.
CREATE TABLE settled_leaks (
    item_id     UUID NOT NULL REFERENCES items (id),
    at          BIGINT NOT NULL,
    person_id   UUID NOT NULL REFERENCES people (id),
    person_name TEXT NOT NULL,
    note        TEXT NOT NULL,
    PRIMARY KEY (item_id, at)
);

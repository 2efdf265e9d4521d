-- That somebody said what was rotated after a leak was closed: what its box's checks saw until then is
-- settled.
CREATE TABLE settled_leaks (
    item_id     BLOB NOT NULL REFERENCES items (id),
    at          INTEGER NOT NULL,
    person_id   BLOB NOT NULL REFERENCES people (id),
    person_name TEXT NOT NULL,
    note        TEXT NOT NULL,
    PRIMARY KEY (item_id, at)
);

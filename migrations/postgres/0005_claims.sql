-- Which slots of which tasks are taken, among portals that share this database. Losing it in a
-- crash costs at most a task run twice.
CREATE UNLOGGED TABLE claims (
    task       UUID NOT NULL,
    of_what    UUID NOT NULL,
    slot       BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (task, of_what, slot)
);
CREATE INDEX claims_when ON claims (claimed_at);

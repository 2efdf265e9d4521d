-- On SQLite there is one portal, which has all slots; the table is there so that both databases
-- have the same.
CREATE TABLE claims (
    task       BLOB NOT NULL,
    of_what    BLOB NOT NULL,
    slot       INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (task, of_what, slot)
) WITHOUT ROWID;
CREATE INDEX claims_when ON claims (claimed_at);

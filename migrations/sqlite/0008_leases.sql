-- On SQLite there is one portal, which nobody takes over from; the columns and the table are there so
-- that both databases have the same.
CREATE TABLE portals (
    id      BLOB PRIMARY KEY,
    seen_at INTEGER NOT NULL
);
ALTER TABLE claims ADD COLUMN portal BLOB;
ALTER TABLE claims ADD COLUMN done BOOLEAN NOT NULL DEFAULT 0;

-- A portal that dies leaves the slots it had claimed and not done; the others take them over. Which
-- portals live is told by the database's own clock. Losing either table costs at most a task run twice.
CREATE UNLOGGED TABLE portals (
    id      UUID PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
-- None where a portal of an older version has claimed it; that one is never taken over from.
ALTER TABLE claims ADD COLUMN portal UUID;
ALTER TABLE claims ADD COLUMN done BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX claims_undone ON claims (portal) WHERE NOT done;

-- When the sign-off of a run was last revoked, because what it was given on failed afterwards, and why.
ALTER TABLE runs ADD COLUMN revoked_at INTEGER;
ALTER TABLE runs ADD COLUMN revoked_reason TEXT NOT NULL DEFAULT '';

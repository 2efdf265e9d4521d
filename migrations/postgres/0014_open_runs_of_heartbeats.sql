-- Runs of a heartbeat that began under an id of their own and have not ended, as JSON; start_at is
-- that of the run without one.
ALTER TABLE heartbeats ADD COLUMN open_runs TEXT NOT NULL DEFAULT '[]';

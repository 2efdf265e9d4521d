-- When the run began that said last that all is well, where it said so: one that began before a
-- deployment says nothing of it.
ALTER TABLE heartbeats ADD COLUMN success_began_at BIGINT;

-- Room in each page for the newest measurement to be written over in place.
ALTER TABLE check_states SET (fillfactor = 70);

-- The runs a measurement counts for, and those whose sign-off can still be revoked, among all there
-- ever were.
CREATE INDEX runs_of_service ON runs (service_id, state, ends_at);
CREATE INDEX runs_until ON runs (state, ends_at);

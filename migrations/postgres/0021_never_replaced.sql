-- PostgreSQL has no `INSERT OR REPLACE`: what takes the place of a row here is an update, and refused as
-- one.
SELECT 1;

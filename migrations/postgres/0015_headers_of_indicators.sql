-- Request headers for the metric server of an indicator, as JSON: a tenant, a password, a token.
ALTER TABLE indicators ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';

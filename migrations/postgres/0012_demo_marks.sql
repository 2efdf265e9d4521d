-- The demo's history is told by the same use cases as any other: nothing marks it any more.
ALTER TABLE deployments DROP COLUMN demo;
ALTER TABLE lessons DROP COLUMN demo;

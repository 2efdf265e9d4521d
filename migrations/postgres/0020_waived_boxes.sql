-- How many required boxes of a run are closed by a waiver, as the gate last saw them.
ALTER TABLE runs ADD COLUMN waived_items BIGINT NOT NULL DEFAULT 0;
UPDATE runs SET waived_items = (SELECT count(*) FROM items i
    WHERE i.run_id = runs.id AND i.required AND i.state = 'waived');

-- What a signatory said to sign in spite of: waived boxes, and what failed at that moment.
ALTER TABLE sign_offs ADD COLUMN despite TEXT;

-- Everyone the announcement of a deployment may mean, as JSON; from before that, `deployer_id`.
ALTER TABLE deployments ADD COLUMN deployer_ids TEXT;

-- What else a person is called where releases are installed, such as a login of the CI's; separated
-- by commas.
ALTER TABLE people ADD COLUMN logins TEXT NOT NULL DEFAULT '';

-- A signature that was void is given anew: each of a person has a number. What they said of
-- themselves stands with it.
ALTER TABLE sign_offs RENAME TO old_sign_offs;
CREATE TABLE sign_offs (
    id             BLOB PRIMARY KEY,
    run_id         BLOB NOT NULL REFERENCES runs (id),
    person_id      BLOB NOT NULL REFERENCES people (id),
    person_name    TEXT NOT NULL,
    role           TEXT NOT NULL,
    comment        TEXT NOT NULL,
    at             INTEGER NOT NULL,
    -- The deployer's name, of which they said that it is not theirs.
    did_not_deploy TEXT,
    alone          BOOLEAN NOT NULL DEFAULT FALSE,
    number         INTEGER NOT NULL DEFAULT 1,
    UNIQUE (run_id, person_id, number)
);
INSERT INTO sign_offs (id, run_id, person_id, person_name, role, comment, at)
    SELECT id, run_id, person_id, person_name, role, comment, at FROM old_sign_offs;
DROP TABLE old_sign_offs;
CREATE TRIGGER sign_offs_never_changed BEFORE UPDATE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never changed'); END;
CREATE TRIGGER sign_offs_never_deleted BEFORE DELETE ON sign_offs
BEGIN SELECT RAISE(ABORT, 'sign-offs are never deleted'); END;

-- Signatures that count no more.
CREATE TABLE voided_sign_offs (
    sign_off_id BLOB PRIMARY KEY REFERENCES sign_offs (id),
    at          INTEGER NOT NULL,
    reason      TEXT NOT NULL
);
CREATE TRIGGER voided_sign_offs_never_changed BEFORE UPDATE ON voided_sign_offs
BEGIN SELECT RAISE(ABORT, 'voided sign-offs are never changed'); END;
CREATE TRIGGER voided_sign_offs_never_deleted BEFORE DELETE ON voided_sign_offs
BEGIN SELECT RAISE(ABORT, 'voided sign-offs are never deleted'); END;

-- Everyone the announcement of a deployment may mean, as JSON; from before that, `deployer_id`.
ALTER TABLE deployments ADD COLUMN deployer_ids TEXT;

-- What else a person is called where releases are installed, such as a login of the CI's; separated
-- by commas.
ALTER TABLE people ADD COLUMN logins TEXT NOT NULL DEFAULT '';

-- A signature that was void is given anew: each of a person has a number. What they said of
-- themselves stands with it.
ALTER TABLE sign_offs DROP CONSTRAINT sign_offs_deployment_id_person_id_key;
-- The deployer's name, of which they said that it is not theirs.
ALTER TABLE sign_offs ADD COLUMN did_not_deploy TEXT;
ALTER TABLE sign_offs ADD COLUMN alone BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sign_offs ADD COLUMN number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE sign_offs ADD UNIQUE (run_id, person_id, number);

-- Signatures that count no more.
CREATE TABLE voided_sign_offs (
    sign_off_id UUID PRIMARY KEY REFERENCES sign_offs (id),
    at          BIGINT NOT NULL,
    reason      TEXT NOT NULL
);
CREATE TRIGGER voided_sign_offs_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON voided_sign_offs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

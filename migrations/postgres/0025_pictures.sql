-- What a browser showed on a journey, a row for each picture: whoever looks at one reads that one.
-- Pictures from before stay within the body of their measurement until that is pruned.
CREATE TABLE measurement_pictures (
    check_id UUID NOT NULL,
    at       BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    jpeg     BYTEA NOT NULL,
    PRIMARY KEY (check_id, at, n),
    FOREIGN KEY (check_id, at) REFERENCES measurement_evidence (check_id, at) ON DELETE CASCADE
);

-- What checks measure, made small. A measurement is a row of numbers: the check by a number, times in
-- milliseconds since 1970 (UTC), what it says by the number of an outcome. There are hardly any
-- foreign keys: rows are written thousands a second, and only ever beside what they point at.

-- What measurements say, each once, with the numbers that change from one to the next taken out.
ALTER TABLE measurements RENAME TO old_measurements;

CREATE TABLE outcomes (
    no       BIGINT PRIMARY KEY,
    -- Of phase, short and sentence, to find it by; rows from before this table have none.
    digest   BYTEA UNIQUE,
    phase    TEXT NOT NULL,
    short    TEXT NOT NULL,
    sentence TEXT NOT NULL,
    -- The day since 1970 on which it was last said.
    used_on  BIGINT NOT NULL
);
INSERT INTO outcomes (no, phase, short, sentence, used_on)
    SELECT row_number() OVER (ORDER BY phase, short, sentence), phase, short, sentence, max(at) / 86400000000
    FROM old_measurements GROUP BY phase, short, sentence;

-- The newest measurement of each check, and the number its measurements go by.
CREATE TABLE check_states (
    check_id         UUID PRIMARY KEY REFERENCES checks (id),
    no               BIGINT NOT NULL UNIQUE,
    at               BIGINT NOT NULL,
    deployment_id    UUID,
    -- Microseconds it took beyond its value in thousandths.
    beyond_us        BIGINT NOT NULL,
    -- The value, where it is a whole number of thousandths; any other is in `value`.
    thousandths      BIGINT,
    value            DOUBLE PRECISION,
    outcome          BIGINT NOT NULL,
    -- The newest measurement whose evidence is kept, and whether the check's phase changed there.
    evidence_at      BIGINT NOT NULL,
    evidence_turning BOOLEAN NOT NULL
);
INSERT INTO check_states
    SELECT m.check_id, row_number() OVER (ORDER BY m.check_id), (m.at + 999) / 1000, m.deployment_id,
        CAST(round(m.duration_ms * 1000) AS BIGINT), NULL, m.value, o.no, (m.at + 999) / 1000,
        coalesce((SELECT turning FROM measurement_evidence e
            WHERE e.check_id = m.check_id AND e.at = m.at), true)
    FROM old_measurements m
    JOIN outcomes o ON o.phase = m.phase AND o.short = m.short AND o.sentence = m.sentence
    WHERE m.at = (SELECT max(at) FROM old_measurements x WHERE x.check_id = m.check_id);

CREATE TABLE measurements (
    check_no    BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    beyond_us   BIGINT NOT NULL,
    thousandths BIGINT,
    value       DOUBLE PRECISION,
    outcome     BIGINT NOT NULL,
    PRIMARY KEY (check_no, at)
);
INSERT INTO measurements
    SELECT s.no, (m.at + 999) / 1000, CAST(round(m.duration_ms * 1000) AS BIGINT), NULL, m.value, o.no
    FROM old_measurements m
    JOIN check_states s ON s.check_id = m.check_id
    JOIN outcomes o ON o.phase = m.phase AND o.short = m.short AND o.sentence = m.sentence
    WHERE true
    ON CONFLICT DO NOTHING;

-- The watch strip: how many measurements of each kind lie in each of its stretches.
CREATE TABLE watch_stretches (
    deployment_id UUID NOT NULL REFERENCES deployments (id),
    stretch       BIGINT NOT NULL,
    good          BIGINT NOT NULL,
    unsure        BIGINT NOT NULL,
    bad           BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, stretch)
);
INSERT INTO watch_stretches
    SELECT deployment_id, stretch, sum(good), sum(unsure), sum(bad) FROM (
        SELECT m.deployment_id,
            (m.at - d.deployed_at) / (1000000 * greatest((d.watch_ends_at - d.deployed_at) / 96000000, 60)) AS stretch,
            CASE WHEN m.phase = 'successful' THEN 1 ELSE 0 END AS good,
            CASE WHEN m.phase IN ('error', 'inconclusive') THEN 1 ELSE 0 END AS unsure,
            CASE WHEN m.phase = 'failed' THEN 1 ELSE 0 END AS bad
        FROM old_measurements m
        JOIN deployments d ON d.id = m.deployment_id
        JOIN checks c ON c.id = m.check_id
        WHERE NOT c.dry_run AND m.at >= d.deployed_at AND m.at < d.watch_ends_at
    ) AS seen GROUP BY deployment_id, stretch;

DROP TABLE old_measurements;
UPDATE measurement_evidence SET at = (at + 999) / 1000;

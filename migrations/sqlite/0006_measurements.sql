-- What checks measure, made small. A measurement is a row of numbers: the check by a number, times in
-- milliseconds since 1970 (UTC), what it says by the number of an outcome. There are hardly any
-- foreign keys: rows are written thousands a second, and only ever beside what they point at.

-- What measurements say, each once, with the numbers that change from one to the next taken out.
ALTER TABLE measurements RENAME TO old_measurements;

CREATE TABLE outcomes (
    no       INTEGER PRIMARY KEY,
    -- Of phase, short and sentence, to find it by; rows from before this table have none.
    digest   BLOB UNIQUE,
    phase    TEXT NOT NULL,
    short    TEXT NOT NULL,
    sentence TEXT NOT NULL,
    -- The day since 1970 on which it was last said.
    used_on  INTEGER NOT NULL
);
INSERT INTO outcomes (no, phase, short, sentence, used_on)
    SELECT row_number() OVER (ORDER BY phase, short, sentence), phase, short, sentence, max(at) / 86400000000
    FROM old_measurements GROUP BY phase, short, sentence;

-- The newest measurement of each check, and the number its measurements go by.
CREATE TABLE check_states (
    check_id         BLOB PRIMARY KEY REFERENCES checks (id),
    no               INTEGER NOT NULL UNIQUE,
    at               INTEGER NOT NULL,
    deployment_id    BLOB,
    -- Microseconds it took beyond its value in thousandths.
    beyond_us        INTEGER NOT NULL,
    -- The value, where it is a whole number of thousandths; any other is in `value`.
    thousandths      INTEGER,
    value            REAL,
    outcome          INTEGER NOT NULL,
    -- The newest measurement whose evidence is kept, and whether the check's phase changed there.
    evidence_at      INTEGER NOT NULL,
    evidence_turning BOOLEAN NOT NULL
);
INSERT INTO check_states
    SELECT m.check_id, row_number() OVER (ORDER BY m.check_id), (m.at + 999) / 1000, m.deployment_id,
        CAST(round(m.duration_ms * 1000) AS INTEGER), NULL, m.value, o.no, (m.at + 999) / 1000,
        coalesce((SELECT turning FROM measurement_evidence e
            WHERE e.check_id = m.check_id AND e.at = m.at), 1)
    FROM old_measurements m
    JOIN outcomes o ON o.phase = m.phase AND o.short = m.short AND o.sentence = m.sentence
    WHERE m.at = (SELECT max(at) FROM old_measurements x WHERE x.check_id = m.check_id);

CREATE TABLE measurements (
    check_no    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    beyond_us   INTEGER NOT NULL,
    thousandths INTEGER,
    value       REAL,
    outcome     INTEGER NOT NULL,
    PRIMARY KEY (check_no, at)
) WITHOUT ROWID;
INSERT INTO measurements
    SELECT s.no, (m.at + 999) / 1000, CAST(round(m.duration_ms * 1000) AS INTEGER), NULL, m.value, o.no
    FROM old_measurements m
    JOIN check_states s ON s.check_id = m.check_id
    JOIN outcomes o ON o.phase = m.phase AND o.short = m.short AND o.sentence = m.sentence
    WHERE true
    ON CONFLICT DO NOTHING;

-- The watch strip: how many measurements of each kind lie in each of its stretches.
CREATE TABLE watch_stretches (
    deployment_id BLOB NOT NULL REFERENCES deployments (id),
    stretch       INTEGER NOT NULL,
    good          INTEGER NOT NULL,
    unsure        INTEGER NOT NULL,
    bad           INTEGER NOT NULL,
    PRIMARY KEY (deployment_id, stretch)
) WITHOUT ROWID;
INSERT INTO watch_stretches
    SELECT deployment_id, stretch, sum(good), sum(unsure), sum(bad) FROM (
        SELECT m.deployment_id,
            (m.at - d.deployed_at) / (1000000 * max((d.watch_ends_at - d.deployed_at) / 96000000, 60)) AS stretch,
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

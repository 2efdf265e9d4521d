-- The reports that stand on a box, each under its name, as JSON; beside them the last result.
ALTER TABLE items ADD COLUMN reports TEXT NOT NULL DEFAULT '[]';

-- Which tests a report without a name of its own is of, so that a newer one of the same tests takes
-- its place: hashes of 8 bytes; nothing where there are too many.
CREATE TABLE report_cases (
    item_id BLOB NOT NULL REFERENCES items (id),
    name    TEXT NOT NULL,
    cases   BLOB,
    PRIMARY KEY (item_id, name)
);

-- A report was a box's result until now. Without a name it is replaced by the next report.
UPDATE items SET reports = json_array(json_object('name', '', 'word', pushed_word, 'sentence', pushed_sentence,
        'by', pushed_by, 'at', strftime('%Y-%m-%dT%H:%M:%S', pushed_at / 1000000, 'unixepoch')
        || printf('.%06dZ', pushed_at % 1000000))),
    pushed_word = NULL, pushed_sentence = NULL, pushed_by = NULL, pushed_at = NULL
    WHERE pushed_word IS NOT NULL AND EXISTS (SELECT 1 FROM evidence e WHERE e.item_id = items.id
    AND e.at = items.pushed_at AND e.source_kind = 'report');

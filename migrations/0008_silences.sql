-- A reader may also end digests and notices, and what a member says of its being corrected stands beside that member.
CREATE TABLE silence_new (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL CHECK (kind IN ('story', 'watch', 'outlet', 'term', 'digests', 'notices')),
    value     TEXT    NOT NULL,              -- number of the story, name of the watch, key of the outlet, line of the query language; else empty
    recipient TEXT,                          -- NULL: everybody
    starts    INTEGER NOT NULL,
    ends      INTEGER NOT NULL,
    note      TEXT
) STRICT;
INSERT INTO silence_new (id, kind, value, recipient, starts, ends, note)
SELECT id, kind, value, recipient, starts, ends, note FROM silence;
DROP TABLE silence;
ALTER TABLE silence_new RENAME TO silence;
CREATE INDEX silence_by_end ON silence (ends);

-- When `corrects` became something to tell of; what a new piece corrects further down in its text never does.
ALTER TABLE entry ADD COLUMN corrected INTEGER;
UPDATE entry SET corrected = seen_correction.seen, corrects = seen_correction.sentence
FROM correction AS seen_correction WHERE seen_correction.entry = entry.id;
DROP TABLE correction;

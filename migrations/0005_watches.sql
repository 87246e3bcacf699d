-- Since when a watch asks what it asks now: what was there before is its back catalogue, and alerts nobody.
CREATE TABLE watch (
    name       TEXT    NOT NULL PRIMARY KEY,
    definition TEXT    NOT NULL,             -- a digest of its query and of the terms it names
    since      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How much a watch matches, for bursts: the entries of the last days of one watch.
CREATE INDEX match_by_watch ON match (watch, matched);

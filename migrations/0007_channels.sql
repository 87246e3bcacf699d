-- Deliveries by lane: all mail shares one server, each webhook is on its own. Taken up in the order of the index.
ALTER TABLE delivery ADD COLUMN lane TEXT NOT NULL
    GENERATED ALWAYS AS (CASE WHEN channel LIKE 'mail:%' THEN 'mail' ELSE channel END) VIRTUAL;
-- Set aside by hand: given up, and no longer listed.
ALTER TABLE delivery ADD COLUMN dropped INTEGER;
CREATE INDEX delivery_next ON delivery (lane, priority DESC, next_at, id) WHERE state IN ('queued', 'failed');
CREATE INDEX attempt_by_start ON attempt (started);

-- How each lane stands that has ever been in trouble.
CREATE TABLE lane (
    name       TEXT    NOT NULL PRIMARY KEY,
    state      TEXT    NOT NULL CHECK (state IN ('open', 'broken', 'retired')),
    failures   INTEGER NOT NULL,             -- one after the other, of the channel and not of one message
    since      INTEGER,                      -- of the first of them
    held_until INTEGER,                      -- nothing is tried before
    gentle     INTEGER NOT NULL,             -- just back: sent slowly until nothing is due
    reason     TEXT
) STRICT, WITHOUT ROWID;

-- Signs the links in mails by which a reader ends alerts without a login. Made with the database, known to it alone.
CREATE TABLE signing_key (
    id  INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    key BLOB    NOT NULL
) STRICT;

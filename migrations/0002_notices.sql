-- What the operator is told of the product's own state: a feed that fails, a channel that was given up. One open
-- notice for each (subject, kind); it is closed when the trouble is over, and both are told once.
CREATE TABLE notice (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    subject TEXT    NOT NULL,   -- 'feed:URL', 'channel:mail:…', 'channel:hook:NAME', 'configuration'
    kind    TEXT    NOT NULL,   -- 'failing', 'silent', 'moved', 'gone', 'refused', 'dead', …
    text    TEXT    NOT NULL,   -- one sentence for people
    raised  INTEGER NOT NULL,
    told    INTEGER,            -- when it went into the outbox
    closed  INTEGER,            -- when the trouble was over
    closing TEXT,               -- one sentence for people: what is well again
    closing_told INTEGER
) STRICT;
CREATE UNIQUE INDEX notice_open ON notice (subject, kind) WHERE closed IS NULL;
CREATE INDEX notice_untold ON notice (raised) WHERE told IS NULL OR (closed IS NOT NULL AND closing_told IS NULL);

-- Times are seconds since 1970-01-01 UTC. Lists are JSON arrays. AUTOINCREMENT wherever an id is shown to people or
-- stands in a Message-ID, so that an id is never given twice.

-- The one row that makes this database itself: its token goes into every Message-ID and webhook-id, so that a
-- database made anew never repeats the identities of the one before it.
CREATE TABLE instance (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    token   TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE feed (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    url           TEXT    NOT NULL UNIQUE,   -- as configured; moved_to is where it is fetched from
    title         TEXT,
    etag          BLOB,                      -- validators are kept byte for byte
    last_modified BLOB,
    moved_to      TEXT,
    baselined     INTEGER NOT NULL,
    next_poll     INTEGER NOT NULL,
    next_reason   TEXT    NOT NULL,
    last_poll     INTEGER,
    last_success  INTEGER,
    last_change   INTEGER,
    failures      INTEGER NOT NULL,
    last_error    TEXT,
    last_status   INTEGER,
    retired       TEXT,
    shares_links  INTEGER NOT NULL DEFAULT 0, -- items have had one link in common: links tell nothing of identity
    interval      INTEGER                    -- learned, in milliseconds; NULL until there is one
) STRICT;

-- A whole host that asked to be left alone (429), by registrable domain.
CREATE TABLE host_hold (
    host   TEXT    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL,
    reason TEXT    NOT NULL
) STRICT;

CREATE TABLE story (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    headline    TEXT    NOT NULL,            -- of the founding member, then; subjects hang on it
    founded     INTEGER NOT NULL,
    last_member INTEGER NOT NULL
) STRICT;
CREATE INDEX story_by_last_member ON story (last_member);

CREATE TABLE entry (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed          INTEGER NOT NULL REFERENCES feed (id),
    outlet        TEXT    NOT NULL,
    guid          TEXT,
    url           TEXT,
    canonical_url TEXT,
    title         TEXT    NOT NULL,          -- visible text
    text          TEXT    NOT NULL,          -- visible text, one paragraph a line
    links         TEXT    NOT NULL,
    author        TEXT,
    tags          TEXT    NOT NULL,
    source        TEXT,
    language      TEXT,
    published     INTEGER,
    updated       INTEGER,
    seen          INTEGER NOT NULL,
    baseline      INTEGER NOT NULL,          -- of the feed's first poll: grouped, never alerted
    story         INTEGER NOT NULL REFERENCES story (id),
    relation      TEXT    NOT NULL,
    related_to    INTEGER REFERENCES entry (id),
    reason        TEXT    NOT NULL,
    score         REAL    NOT NULL
) STRICT;
CREATE INDEX entry_by_story ON entry (story);
CREATE INDEX entry_by_seen ON entry (seen);
CREATE INDEX entry_by_feed ON entry (feed);
CREATE INDEX entry_by_related ON entry (related_to) WHERE related_to IS NOT NULL;
CREATE INDEX entry_by_url ON entry (canonical_url);

-- By what an item is recognised at the next poll. These rows outlive their entry, so that an old item that returns
-- is never news.
CREATE TABLE entry_key (
    feed   INTEGER NOT NULL REFERENCES feed (id),
    kind   TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    entry  INTEGER NOT NULL,
    listed INTEGER NOT NULL,                 -- the day on which it last stood in the feed
    PRIMARY KEY (feed, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE headline (
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    title TEXT    NOT NULL,
    seen  INTEGER NOT NULL,
    PRIMARY KEY (entry, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE citation (
    entry    INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,
    outlet   TEXT    NOT NULL,
    sentence TEXT    NOT NULL,
    PRIMARY KEY (entry, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE match (
    entry    INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    watch    TEXT    NOT NULL,
    evidence TEXT    NOT NULL,
    matched  INTEGER NOT NULL,
    PRIMARY KEY (entry, watch)
) STRICT, WITHOUT ROWID;

-- Every decision with its reason, for each (recipient, story): raised, held, nothing to tell.
CREATE TABLE decision (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    story     INTEGER NOT NULL REFERENCES story (id),
    entry     INTEGER NOT NULL,              -- the member that made it necessary to decide
    recipient TEXT    NOT NULL,
    outcome   TEXT    NOT NULL CHECK (outcome IN ('raise', 'hasten', 'hold', 'nothing')),
    reason    TEXT    NOT NULL,
    decided   INTEGER NOT NULL
) STRICT;
CREATE INDEX decision_by_story ON decision (story);

CREATE TABLE alert (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    recipient   TEXT    NOT NULL,
    story       INTEGER NOT NULL REFERENCES story (id),
    seq         INTEGER NOT NULL,
    event       TEXT    NOT NULL,
    watches     TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'queued')),
    due         INTEGER NOT NULL,            -- waits for more outlets until then
    raised      INTEGER NOT NULL,
    queued      INTEGER,
    independent INTEGER,                     -- independent outlets that it told of
    reason      TEXT    NOT NULL,
    UNIQUE (recipient, story, seq)
) STRICT;
CREATE INDEX alert_waiting ON alert (due) WHERE state = 'waiting';
CREATE INDEX alert_by_story ON alert (story);

-- The outbox. `message_id` and `payload` are fixed when the row becomes queued and never change.
CREATE TABLE delivery (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    alert      INTEGER NOT NULL REFERENCES alert (id),
    channel    TEXT    NOT NULL,
    priority   INTEGER NOT NULL,             -- higher first
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'queued', 'sending', 'sent', 'failed', 'dead')),
    message_id TEXT,
    payload    BLOB,
    attempts   INTEGER NOT NULL,             -- counted before each try
    next_at    INTEGER NOT NULL,
    last_error TEXT,
    sent       INTEGER,
    UNIQUE (alert, channel),
    CHECK (state = 'waiting' OR state = 'dead' OR (message_id IS NOT NULL AND payload IS NOT NULL))
) STRICT;
CREATE INDEX delivery_due ON delivery (next_at) WHERE state IN ('queued', 'failed');
CREATE INDEX delivery_open ON delivery (state) WHERE state <> 'sent';

CREATE TABLE attempt (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    started  INTEGER NOT NULL,
    ended    INTEGER,
    outcome  TEXT,
    detail   TEXT
) STRICT;
CREATE INDEX attempt_by_delivery ON attempt (delivery);

-- The folded words of title and text as the matcher of watches sees them; the texts themselves stand in `entry`.
CREATE VIRTUAL TABLE entry_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE TRIGGER entry_words_delete AFTER DELETE ON entry BEGIN
    DELETE FROM entry_words WHERE rowid = old.id;
END;

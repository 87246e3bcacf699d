-- WebSub. What a feed says of its hub: who pushes it, and under which name.
ALTER TABLE feed ADD COLUMN hub TEXT;
ALTER TABLE feed ADD COLUMN topic TEXT;

-- One for each hub that a feed has named. It is left when it is not wanted any more, and goes when the hub has agreed,
-- or when it would have ended anyway.
CREATE TABLE subscription (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed     INTEGER NOT NULL REFERENCES feed (id),
    hub      TEXT    NOT NULL,
    topic    TEXT    NOT NULL,
    token    TEXT    NOT NULL UNIQUE,        -- ends the callback's path: who knows it is the hub
    secret   TEXT    NOT NULL,               -- with which the hub signs
    callback TEXT,                           -- as the hub was last told
    wanted   INTEGER NOT NULL,
    pending  TEXT    CHECK (pending IN ('subscribe', 'unsubscribe')),  -- asked for, to be confirmed by the hub
    expires  INTEGER,                        -- confirmed until then; NULL: not confirmed
    next_at  INTEGER NOT NULL,               -- when the hub is asked next
    failures INTEGER NOT NULL,               -- asked in vain, one after the other
    trusted  INTEGER NOT NULL,               -- the feed's last news came from the hub, not from a poll
    pushed   INTEGER,                        -- when the hub last sent something signed
    error    TEXT,
    UNIQUE (feed, hub, topic)
) STRICT;
CREATE INDEX subscription_due ON subscription (next_at);

-- What a hub has sent and was thanked for, until it is taken in like the document of a poll.
CREATE TABLE push (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    feed         INTEGER NOT NULL REFERENCES feed (id),
    subscription INTEGER NOT NULL,
    received     INTEGER NOT NULL,
    content_type TEXT,
    body         BLOB    NOT NULL
) STRICT;
CREATE INDEX push_by_feed ON push (feed);

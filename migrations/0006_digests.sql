-- Digests, silences, and the times at which the process was not there.
--
-- `alert`, `delivery`, `attempt` and `decision` are made anew, since their checks change: an alert may be told by a
-- digest, and a delivery is of an alert or of a digest. Dependent tables are dropped first, so that no cascade empties
-- what was copied.

CREATE TABLE alert_new (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    recipient   TEXT    NOT NULL,
    story       INTEGER NOT NULL REFERENCES story (id),
    seq         INTEGER NOT NULL,
    event       TEXT    NOT NULL,            -- the weightiest of `events`
    events      TEXT    NOT NULL,
    watches     TEXT    NOT NULL,
    priority    INTEGER NOT NULL,            -- the highest of the watches'
    -- waiting: for its time; queued: has deliveries of its own; digest: is told by a digest; silenced: is not told
    state       TEXT    NOT NULL CHECK (state IN ('waiting', 'queued', 'digest', 'silenced')),
    route       TEXT,                        -- why by a digest: 'watch', 'budget', 'quiet', 'catch-up', 'flood', 'old', 'cap'
    due         INTEGER NOT NULL,            -- waits for more outlets until then
    raised      INTEGER NOT NULL,
    queued      INTEGER,                     -- when it was worded, or left to a digest
    independent INTEGER,                     -- independent outlets that it told of
    told        TEXT,                        -- what else it told: headlines, corrections, priority (JSON)
    reason      TEXT    NOT NULL,
    UNIQUE (recipient, story, seq)
) STRICT;
INSERT INTO alert_new (id, recipient, story, seq, event, events, watches, priority, state, due, raised, queued,
    independent, reason)
SELECT id, recipient, story, seq, event, json_array(event), watches,
    coalesce((SELECT max(priority) FROM delivery WHERE delivery.alert = alert.id), 1), state, due, raised, queued,
    independent, reason
FROM alert;

-- One message for many stories: a digest at its hour, the summary at the end of quiet hours, what happened while the
-- process was not there, a flood; or notices. Its bytes stand in its deliveries, fixed when it was made.
CREATE TABLE digest (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    recipient TEXT    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('digest', 'quiet', 'catch-up', 'flood', 'budget', 'notice')),
    headline  TEXT    NOT NULL,
    since     INTEGER NOT NULL,              -- the time it covers
    until     INTEGER NOT NULL,
    made      INTEGER NOT NULL
) STRICT;
CREATE INDEX digest_by_recipient ON digest (recipient, kind, until);

-- The outbox. `message_id` and `payload` are fixed when the row becomes queued and never change.
CREATE TABLE delivery_new (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    alert      INTEGER REFERENCES alert_new (id),
    digest     INTEGER REFERENCES digest (id),
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
    UNIQUE (digest, channel),
    CHECK ((alert IS NULL) <> (digest IS NULL)),
    CHECK (state = 'waiting' OR state = 'dead' OR (message_id IS NOT NULL AND payload IS NOT NULL))
) STRICT;
INSERT INTO delivery_new (id, alert, channel, priority, state, message_id, payload, attempts, next_at, last_error, sent)
SELECT id, alert, channel, priority, state, message_id, payload, attempts, next_at, last_error, sent FROM delivery;

CREATE TABLE attempt_new (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL REFERENCES delivery_new (id) ON DELETE CASCADE,
    started  INTEGER NOT NULL,
    ended    INTEGER,
    outcome  TEXT,
    detail   TEXT
) STRICT;
INSERT INTO attempt_new (id, delivery, started, ended, outcome, detail)
SELECT id, delivery, started, ended, outcome, detail FROM attempt;

-- Every decision with its reason, for each (recipient, story).
CREATE TABLE decision_new (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    story     INTEGER NOT NULL REFERENCES story (id),
    entry     INTEGER NOT NULL,              -- the member that made it necessary to decide; 0: the time that came
    recipient TEXT    NOT NULL,
    outcome   TEXT    NOT NULL
        CHECK (outcome IN ('raise', 'hasten', 'join', 'hold', 'digest', 'silence', 'nothing', 'send')),
    reason    TEXT    NOT NULL,
    decided   INTEGER NOT NULL
) STRICT;
INSERT INTO decision_new (id, story, entry, recipient, outcome, reason, decided)
SELECT id, story, entry, recipient, outcome, reason, decided FROM decision;

DROP TABLE attempt;
DROP TABLE delivery;
DROP TABLE alert;
DROP TABLE decision;
ALTER TABLE alert_new RENAME TO alert;
ALTER TABLE delivery_new RENAME TO delivery;
ALTER TABLE attempt_new RENAME TO attempt;
ALTER TABLE decision_new RENAME TO decision;

CREATE INDEX alert_waiting ON alert (due) WHERE state = 'waiting';
CREATE INDEX alert_for_digest ON alert (recipient) WHERE state = 'digest';
CREATE INDEX alert_by_story ON alert (story);
CREATE INDEX alert_told ON alert (recipient, queued);
CREATE INDEX delivery_due ON delivery (next_at) WHERE state IN ('queued', 'failed');
CREATE INDEX delivery_open ON delivery (state) WHERE state <> 'sent';
CREATE INDEX delivery_by_channel ON delivery (channel, sent);
CREATE INDEX attempt_by_delivery ON attempt (delivery);
CREATE INDEX decision_by_story ON decision (story);

-- The alerts that a digest tells of. A digest that was given up told of nothing: they go into the next one.
CREATE TABLE digest_item (
    digest INTEGER NOT NULL REFERENCES digest (id) ON DELETE CASCADE,
    alert  INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    PRIMARY KEY (digest, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_item_by_alert ON digest_item (alert);

-- Since when a recipient is known: its first digest covers what happened from then on.
CREATE TABLE recipient (
    name  TEXT    NOT NULL PRIMARY KEY,
    known INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is not told for a while, for everybody or for one recipient.
CREATE TABLE silence (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL CHECK (kind IN ('story', 'watch', 'outlet', 'term')),
    value     TEXT    NOT NULL,              -- number of the story, name of the watch, key of the outlet, line of the query language
    recipient TEXT,                          -- NULL: everybody
    starts    INTEGER NOT NULL,
    ends      INTEGER NOT NULL,
    note      TEXT
) STRICT;
CREATE INDEX silence_by_end ON silence (ends);

-- Signs of life, and the times without any.
CREATE TABLE life (
    id    INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    alive INTEGER NOT NULL
) STRICT;
CREATE TABLE downtime (
    began INTEGER NOT NULL PRIMARY KEY,
    ended INTEGER NOT NULL
) STRICT;

-- What members say of themselves: that they were corrected or withdrawn, with the sentence.
CREATE TABLE correction (
    entry    INTEGER NOT NULL PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    sentence TEXT    NOT NULL,
    seen     INTEGER NOT NULL
) STRICT;

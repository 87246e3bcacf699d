-- Stories put right by hand, stories told by a key, and members that take back what the story says.

-- The sentence in which an entry denies the story, or says that it was itself corrected or withdrawn.
ALTER TABLE entry ADD COLUMN corrects TEXT;

-- Where a story that was merged into another has gone: its name stands in mails that were sent.
ALTER TABLE story ADD COLUMN merged_into INTEGER REFERENCES story (id) ON DELETE SET NULL;

-- Every merge and split. A running process moves the entries of rows it has not seen in its index.
CREATE TABLE regrouping (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind    TEXT    NOT NULL CHECK (kind IN ('merge', 'split')),
    source  INTEGER NOT NULL,                -- story the entries were in
    target  INTEGER NOT NULL,                -- story they are in since
    entries TEXT    NOT NULL,
    note    TEXT,                            -- why, in the operator's words
    done    INTEGER NOT NULL
) STRICT;
CREATE INDEX regrouping_by_source ON regrouping (source);
CREATE INDEX regrouping_by_target ON regrouping (target);

-- Stories told by what a watch takes for their key (`[watch.story] key`), folded; one story for each key of a pattern.
CREATE TABLE story_key (
    pattern TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    story   INTEGER NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    PRIMARY KEY (pattern, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_key_by_story ON story_key (story);

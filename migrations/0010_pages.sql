-- Pages of articles, fetched for the full text: one row before the request goes out, so that no page is asked for twice,
-- whatever happens. Kept as long as the item may be listed: its text goes with the item at every poll.
CREATE TABLE page (
    feed  INTEGER NOT NULL REFERENCES feed (id),
    url   TEXT    NOT NULL,                  -- canonical
    asked INTEGER NOT NULL,
    error TEXT,                              -- why there is no text; NULL with no text: asked, and nothing was heard
    text  TEXT,                              -- visible text, one paragraph a line
    links TEXT,
    PRIMARY KEY (feed, url)
) STRICT;

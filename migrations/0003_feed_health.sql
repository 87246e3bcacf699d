-- How a feed has brought news so far, so that a silence beyond its habit is noticed.
ALTER TABLE feed ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;      -- polls that brought something new
ALTER TABLE feed ADD COLUMN longest_gap INTEGER NOT NULL DEFAULT 0;  -- seconds between two of them

-- What the publisher last said of when to come again; a 304 says none of it once more.
ALTER TABLE feed ADD COLUMN max_age INTEGER;                         -- seconds
ALTER TABLE feed ADD COLUMN ttl INTEGER;                             -- seconds
ALTER TABLE feed ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;   -- a bit for each hour of the day, UTC
ALTER TABLE feed ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;    -- a bit for each day of the week from Monday

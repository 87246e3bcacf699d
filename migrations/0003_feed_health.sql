-- How a feed has brought news so far, so that a silence beyond its habit is noticed.
ALTER TABLE feed ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;      -- polls that brought something new
ALTER TABLE feed ADD COLUMN longest_gap INTEGER NOT NULL DEFAULT 0;  -- seconds between two of them

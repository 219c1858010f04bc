-- The archive of the channels' log. docs/archive.md describes the tables.

-- One row: what cannot change.
CREATE TABLE archive (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    shards integer NOT NULL
);

-- How far each shard is archived, and who writes it. Both in one row, so that moving the watermark
-- checks the lease. Nobody writes it if the owner is empty.
CREATE TABLE shard (
    origin text COLLATE "C" NOT NULL,
    shard integer NOT NULL,
    -- The watermark; null before the first generation.
    generation bigint,
    sequence bigint,
    -- Of the lease: another one for each time that it was taken.
    token bigint NOT NULL,
    owner text NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (origin, shard)
) WITH (fillfactor = 50);

CREATE TABLE entry (
    generation bigint NOT NULL,
    channel_sequence bigint NOT NULL,
    shard_sequence bigint NOT NULL,
    -- When the node accepted it, by the node's clock: in whole milliseconds.
    ts timestamptz NOT NULL,
    previous_generation bigint,
    previous_shard_sequence bigint,
    previous_channel_sequence bigint,
    -- To find a message: the first 8 bytes of SHA-256 of channel, publisher and msg_id; and the ten
    -- minutes in which it was archived, by this server's clock, so that the newest rows of the
    -- index lie together.
    message bigint NOT NULL,
    archived_in integer NOT NULL,
    shard integer NOT NULL,
    secret boolean NOT NULL,
    late boolean NOT NULL,
    channel text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    -- In these, a backslash is doubled, and a character NUL is \0.
    publisher text COLLATE "C" NOT NULL,
    msg_id text COLLATE "C" NOT NULL,
    key text COLLATE "C",
    data bytea NOT NULL,
    PRIMARY KEY (channel, origin, generation, channel_sequence, ts)
) PARTITION BY RANGE (ts);

CREATE INDEX ON entry (archived_in, message);

-- To read what a shard has between two positions.
CREATE INDEX ON entry (shard, generation, shard_sequence);

-- The last position of each channel.
CREATE TABLE top (
    channel text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    shard integer NOT NULL,
    generation bigint NOT NULL,
    shard_sequence bigint NOT NULL,
    channel_sequence bigint NOT NULL,
    ts timestamptz NOT NULL,
    PRIMARY KEY (channel, origin)
) WITH (fillfactor = 50);

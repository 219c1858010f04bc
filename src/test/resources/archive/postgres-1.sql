CREATE SCHEMA highwater;
SET search_path TO highwater;
CREATE TABLE flyway_schema_history (
    installed_rank int NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY,
    version varchar(50),
    description varchar(200) NOT NULL,
    type varchar(20) NOT NULL,
    script varchar(1000) NOT NULL,
    checksum int,
    installed_by varchar(100) NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(),
    execution_time int NOT NULL,
    success boolean NOT NULL
);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
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
CREATE TABLE entry_20261121 (LIKE entry INCLUDING ALL); ALTER TABLE entry ATTACH PARTITION entry_20261121 FOR VALUES FROM ('2026-11-21 00:00:00+00') TO ('2026-11-22 00:00:00+00');
CREATE TABLE entry_20261123 (LIKE entry INCLUDING ALL); ALTER TABLE entry ATTACH PARTITION entry_20261123 FOR VALUES FROM ('2026-11-23 00:00:00+00') TO ('2026-11-24 00:00:00+00');
CREATE TABLE entry_20261201 (LIKE entry INCLUDING ALL); ALTER TABLE entry ATTACH PARTITION entry_20261201 FOR VALUES FROM ('2026-12-01 00:00:00+00') TO ('2026-12-02 00:00:00+00');
CREATE TABLE entry_20261202 (LIKE entry INCLUDING ALL); ALTER TABLE entry ATTACH PARTITION entry_20261202 FOR VALUES FROM ('2026-12-02 00:00:00+00') TO ('2026-12-03 00:00:00+00');
CREATE TABLE entry_20261203 (LIKE entry INCLUDING ALL); ALTER TABLE entry ATTACH PARTITION entry_20261203 FOR VALUES FROM ('2026-12-03 00:00:00+00') TO ('2026-12-04 00:00:00+00');
INSERT INTO flyway_schema_history SELECT ('(0,,"<< Flyway Schema Creation >>",SCHEMA,"""highwater""",,postgres,"2026-12-01 16:15:18.618123",0,t)'::flyway_schema_history).*;
INSERT INTO flyway_schema_history SELECT ('(1,1,archive,SQL,V1__archive.sql,1384828690,postgres,"2026-12-01 16:15:18.901461",77,t)'::flyway_schema_history).*;
INSERT INTO archive SELECT ('(t,64)'::archive).*;
INSERT INTO shard SELECT ('(local,2,1795409843554,2,3775344687947420878,"",-infinity)'::shard).*;
INSERT INTO entry SELECT (E'(1795301843554,1,1,"2026-11-21 22:57:23.555+00",,,,-2379387391800686603,2993569,2,f,f,room/1,local,"device 7",m1,,"\\\\x7b226e223a312e31307d")'::entry).*;
INSERT INTO entry SELECT (E'(1795301843554,2,2,"2026-11-21 22:57:23.556+00",,,,1336618517642624172,2993569,2,t,f,room/1,local,"device 7","m\\\\\\\\2\\\\0","EUR/USD €","\\\\x22c3a922")'::entry).*;
INSERT INTO entry SELECT (E'(1795409843554,1,1,"2026-11-23 04:57:23.555+00",1795301843554,2,2,-4938751552726980155,2993569,2,f,f,room/1,local,"device 7",m3,,"\\\\x5b5d")'::entry).*;
INSERT INTO entry SELECT (E'(1795409843554,2,2,"2026-11-23 04:57:23.556+00",,,,4392017651602796022,2993569,2,t,f,room/1,local,"device 7",m4,k,"\\\\x6e756c6c")'::entry).*;
INSERT INTO top SELECT ('(room/1,local,2,1795409843554,2,2,"2026-11-23 04:57:23.556+00")'::top).*;

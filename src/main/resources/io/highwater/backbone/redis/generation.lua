-- The beginning of both scripts of a shard. All commands are in Redis 6.2 and in Valkey.
--
-- KEYS: 1 the shard's stream, 2 its meta data (a hash), 3 the last sequence of each channel (a hash)
--
-- The meta data: f format, k number of shards, o origin, g generation, q last sequence in it, r the id of the
-- replication history in which the generation began.

local function decimal(number)
  return string.format('%.0f', number)
end

local function millis()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Begins a generation above the one that the caller knows, and above all that is kept. The entry
-- "generation-0" marks it and says how far the log got before. Nodes may have read further than that.
local function begin(history, known, g, q)
  local kept = '0-0'
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
  if last[1] then
    kept = last[1][1]
  end
  local now = millis()
  local new = math.max(now, known + 1, tonumber(string.match(kept, '^%d+')) + 1)
  if g then
    new = math.max(new, tonumber(g) + 1)
    kept = g .. '-' .. decimal(q)
  end
  local text = decimal(new)
  redis.call('XADD', KEYS[1], text .. '-0', 'v', '1', 't', decimal(now), 'm', kept)
  redis.call('HSET', KEYS[2], 'g', text, 'q', '0', 'r', history)
  redis.call('UNLINK', KEYS[3])
  return text, 0
end

-- The shard's generation as text, and its last sequence. A Redis that restarted or was promoted has
-- another replication history, and may have lost the newest entries; so has one that knows less than
-- the caller, who has read up to "known-read". Both begin a new generation.
local function generation(info, known, read)
  local history = string.match(info, 'master_replid:(%x+)')
  if not history then
    error('INFO replication has no master_replid')
  end
  local meta = redis.call('HMGET', KEYS[2], 'g', 'q', 'r')
  local g, q = meta[1], tonumber(meta[2] or '0')
  if not g or meta[3] ~= history or tonumber(g) < known or (tonumber(g) == known and q < read) then
    g, q = begin(history, known, g, q)
  end
  return g, q
end

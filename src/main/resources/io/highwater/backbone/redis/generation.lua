-- The beginning of both scripts of a shard. All commands are in Redis 6.2 and in Valkey.
--
-- KEYS: 1 the shard's stream, 2 its meta data (a hash), 3 the last sequence of each channel (a hash)
--
-- The meta data: f format, k number of shards, g generation, q last sequence in it, r the id of the
-- replication history in which the generation began.

local function history(info)
  -- A plain search: matching a pattern at each place of the text costs microseconds.
  local _, last = string.find(info, 'master_replid:', 1, true)
  return last and string.match(info, '^%x+', last + 1)
end

local function decimal(number)
  return string.format('%.0f', number)
end

-- The time of day in ms, as text.
local function millis()
  local time = redis.call('TIME')
  return time[1] .. string.sub('00000' .. time[2], -6, -4)
end

-- Begins a generation above the one that the caller knows, and above all that is kept. The entry
-- "generation-0" marks it and says how far the log got before. Nodes may have read further than that.
local function begin(id, known, g, q)
  local kept = '0-0'
  local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
  if last[1] then
    kept = last[1][1]
  end
  local now = millis()
  local new = math.max(tonumber(now), tonumber(known) + 1, tonumber(string.match(kept, '^%d+')) + 1)
  if g then
    new = math.max(new, tonumber(g) + 1)
    kept = g .. '-' .. decimal(q)
  end
  local text = decimal(new)
  redis.call('XADD', KEYS[1], text .. '-0', 'v', '1', 't', now, 'm', kept)
  redis.call('HSET', KEYS[2], 'g', text, 'q', '0', 'r', id)
  redis.call('UNLINK', KEYS[3])
  return text, 0
end

-- The shard's generation as text, and its last sequence. A Redis that restarted or was promoted has
-- another replication history, and may have lost the newest entries; so has one that knows less than
-- the caller, who has read up to "known-read" (both texts). Both begin a new generation.
local function generation(info, known, read)
  local id = history(info)
  if not id then
    error('INFO replication has no master_replid')
  end
  local meta = redis.call('HMGET', KEYS[2], 'g', 'q', 'r')
  local g, q = meta[1], tonumber(meta[2] or '0')
  local behind
  if g == known then
    behind = q < tonumber(read)
  else
    behind = not g or tonumber(g) < tonumber(known)
  end
  if behind or meta[3] ~= id then
    g, q = begin(id, known, g, q)
  end
  return g, q
end

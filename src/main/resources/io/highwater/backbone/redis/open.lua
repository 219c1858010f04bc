-- Checks a shard, and tells where its log is.
--
-- ARGV: 1, 2 the generation and sequence up to which the node has read, or 0; 3 the format that it
-- writes; 4 its number of shards
--
-- Returns "open", the generation, the last sequence and the time of day in ms; or what is wrong:
-- "replica"; "type", the key, its type; "format" or "shards" and the value found.

local info = redis.call('INFO', 'replication')
if not string.find(info, 'role:master', 1, true) then
  return {'replica'}
end
for i, expected in ipairs({'stream', 'hash', 'hash'}) do
  local found = redis.call('TYPE', KEYS[i]).ok
  if found ~= 'none' and found ~= expected then
    return {'type', KEYS[i], found}
  end
end
local meta = redis.call('HMGET', KEYS[2], 'f', 'k')
if meta[1] and tonumber(meta[1]) > tonumber(ARGV[3]) then
  return {'format', meta[1]}
end
if meta[2] and meta[2] ~= ARGV[4] then
  return {'shards', meta[2]}
end
local g, q = generation(info, ARGV[1], ARGV[2])
if not meta[1] then
  redis.call('HSET', KEYS[2], 'f', ARGV[3], 'k', ARGV[4])
end
return {'open', g, decimal(q), millis()}

-- Appends messages to a shard, in their order, unless it has them already.
--
-- KEYS: 4 and following: for each message, the key that remembers it
-- ARGV: 1, 2 the generation that the node has reconciled, and the sequence up to which it has read;
-- 3 the most entries of the stream, 4 how many ms a message is remembered, 5 the most channels of a
-- generation, 6 how many ms a generation lasts at least before channels may end it, 7 for each message
-- a digit, 1 if it may be the first of its channel; then for each message: channel, msgId, publisher,
-- flags, key, data
--
-- Returns "fenced" and the generation; or "appended", the number of channels if some message wanted
-- to be the first of one, and for each message: its position; "=" and the position of the first if it
-- is a repeat; or nothing if it is the first of a channel and may not be, or there is no room.

local FIRST, FIELDS = 8, 6
local MAY_OPEN = string.byte('1')
local known = ARGV[1]
local info = redis.call('INFO', 'replication')
local g, q = generation(info, known, ARGV[2])
if g ~= known then
  return {'fenced', g}
end

-- All that can fail is read before anything is written: a script is not rolled back.
local count = #KEYS - 3
local channels = {}
for i = 1, count do
  channels[i] = ARGV[FIRST + (i - 1) * FIELDS]
end
local first = redis.call('MGET', unpack(KEYS, 4))
local last = redis.call('HMGET', KEYS[3], unpack(channels))
local sequences = {}
local opened, added, refused = {}, 0, false
for i = 1, count do
  local channel = channels[i]
  sequences[channel] = tonumber(last[i] or '0')
  if not last[i] and not first[i] and not opened[channel] then
    if string.byte(ARGV[7], i) == MAY_OPEN then
      opened[channel] = true
      added = added + 1
    else
      refused = true
    end
  end
end
local now = millis()
local room = 0
if added > 0 or refused then
  room = tonumber(ARGV[5]) - redis.call('HLEN', KEYS[3])
  if (refused or room < added) and tonumber(now) - tonumber(g) >= tonumber(ARGV[6]) then
    return {'fenced', (begin(history(info), known, g, q))}
  end
end

local answer = {'appended', ''}
local positions, changed, newest = {}, {}, nil
for i = 1, count do
  local channel = channels[i]
  local n = sequences[channel] + 1
  local former = first[i] or positions[KEYS[i + 3]]
  if former then
    answer[i + 2] = '=' .. former
  elseif n == 1 and (room <= 0 or string.byte(ARGV[7], i) ~= MAY_OPEN) then
    answer[i + 2] = ''
  else
    if n == 1 then
      room = room - 1
    end
    q = q + 1
    sequences[channel] = n
    local number = decimal(n)
    changed[channel] = number
    newest = decimal(q)
    local id = g .. '-' .. newest
    local position = id .. '-' .. number
    local a = FIRST + (i - 1) * FIELDS
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], id, 'v', '1', 't', now,
      'c', channel, 'n', number, 'i', ARGV[a + 1], 'p', ARGV[a + 2], 'f', ARGV[a + 3],
      'k', ARGV[a + 4], 'd', ARGV[a + 5])
    redis.call('SET', KEYS[i + 3], position, 'PX', ARGV[4])
    positions[KEYS[i + 3]] = position
    answer[i + 2] = position
  end
end
if added > 0 or refused then
  answer[2] = decimal(tonumber(ARGV[5]) - room)
end
local counters = {}
for channel, n in pairs(changed) do
  counters[#counters + 1] = channel
  counters[#counters + 1] = n
end
if newest then
  redis.call('HSET', KEYS[3], unpack(counters))
  redis.call('HSET', KEYS[2], 'q', newest)
end
return answer

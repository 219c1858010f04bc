-- Where the log of a shard is, and the last sequence of some of its channels, at one moment.
--
-- ARGV: the channels
--
-- Returns the generation and the last sequence, or two empty texts, and for each channel its last
-- sequence or an empty text.

local meta = redis.call('HMGET', KEYS[2], 'g', 'q')
local answer = {meta[1] or '', meta[2] or ''}
local last = redis.call('HMGET', KEYS[3], unpack(ARGV))
for i = 1, #ARGV do
  answer[i + 2] = last[i] or ''
end
return answer

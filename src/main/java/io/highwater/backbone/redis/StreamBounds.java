package io.highwater.backbone.redis;

import java.time.Duration;

/**
 * What is kept in Redis. Immutable.
 *
 * @param entries the most entries of a shard's stream; Redis may keep some more, since it drops
 *     whole blocks
 * @param age older entries are dropped, within a check or two ({@link Timing#check})
 * @param remembered how long a repeat of a message is recognised
 * @param channels the most channels of a shard in one generation; 67 B each
 * @param generation if a shard has more channels, a new generation begins, but only if the last one
 *     lasted at least this long; until then new channels are refused
 */
record StreamBounds(
        int entries, Duration age, Duration remembered, int channels, Duration generation) {
    static StreamBounds defaults() {
        return new StreamBounds(
                20_000,
                Duration.ofMinutes(15),
                Duration.ofMinutes(5),
                262_144,
                Duration.ofHours(1));
    }
}

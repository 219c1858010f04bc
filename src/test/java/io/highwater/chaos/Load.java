package io.highwater.chaos;

import java.time.Duration;
import java.util.List;

/**
 * What clients do in a run. Immutable.
 *
 * @param publishers for each channel
 * @param followers for each channel
 * @param pace the least time between two new messages of one publisher
 * @param bytes of text in each message
 */
record Load(List<String> channels, int publishers, int followers, Duration pace, int bytes) {
    static final Load USUAL =
            new Load(List.of("orders", "news", "room:42"), 2, 3, Duration.ofMillis(10), 20);

    /** The same with messages that fill a disk. */
    static final Load LARGE =
            new Load(
                    USUAL.channels,
                    USUAL.publishers,
                    USUAL.followers,
                    Duration.ofMillis(20),
                    20_000);
}

package io.highwater.bench;

import java.time.Duration;

/**
 * How long and how much {@code bench compare} measures. Immutable.
 *
 * @param rounds turns of each contestant
 * @param connections of the idle comparison; less than 20,000, which a process may open here
 * @param streams of the idle comparison over HTTP/2
 * @param watchSeconds of the processor of an idle server: a ping interval, so that each connection
 *     is pinged about once
 * @param holdSeconds how long the million is held: some pings of 25 s each
 * @param pairs of windows without and with members that stop reading
 */
record Length(
        int rounds,
        int warmUpSeconds,
        int windowSeconds,
        int connections,
        int streams,
        int largestRoom,
        int million,
        int watchSeconds,
        int holdSeconds,
        int pairs) {
    static final Length FULL =
            new Length(3, 14, 10, 15_000, 100_000, 10_000, 1_000_000, 25, 180, 5);
    static final Length QUICK = new Length(1, 4, 3, 3_000, 10_000, 10_000, 10_000, 5, 40, 2);

    Length withRounds(int other) {
        return new Length(
                other,
                warmUpSeconds,
                windowSeconds,
                connections,
                streams,
                largestRoom,
                million,
                watchSeconds,
                holdSeconds,
                pairs);
    }

    Length withMillion(int other) {
        return new Length(
                rounds,
                warmUpSeconds,
                windowSeconds,
                connections,
                streams,
                largestRoom,
                other,
                watchSeconds,
                holdSeconds,
                pairs);
    }

    Duration warmUp() {
        return Duration.ofSeconds(warmUpSeconds);
    }

    Duration watch() {
        return Duration.ofSeconds(watchSeconds);
    }

    Duration window() {
        return Duration.ofSeconds(windowSeconds);
    }
}

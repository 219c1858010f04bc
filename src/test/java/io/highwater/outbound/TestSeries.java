package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series whose messages are "name:position:key" and whose notices are
 * "skipped:name:first:last:count". Positions count from 1. Confined to one producer, but for its
 * notices.
 */
final class TestSeries implements LatestSeries<Long> {
    private final String name;
    private final int latestCount;
    private long offered;

    TestSeries(String name, int latestCount) {
        this.name = name;
        this.latestCount = latestCount;
    }

    @Override
    public int latestCount() {
        return latestCount;
    }

    @Override
    public @Nullable OutboundFrame skippedFrame(Long first, Long last, long count) {
        return OutboundFrame.text("skipped:" + name + ":" + first + ":" + last + ":" + count);
    }

    /** The next messages of the series, one for each key; "" is no key. */
    OutboundTurn<Long> turn(String... keys) {
        List<TurnMessage<Long>> parts = new ArrayList<>();
        for (String key : keys) {
            offered++;
            parts.add(
                    new TurnMessage<>(
                            OutboundFrame.text(name + ":" + offered + ":" + key),
                            key.isEmpty() ? null : key,
                            offered));
        }
        return OutboundTurn.of(parts, 1);
    }

    /** So many messages without a key, one a turn. */
    void offer(SendQueue queue, int messages) {
        for (int i = 0; i < messages; i++) {
            queue.offer(turn(""), this);
        }
    }

    long offered() {
        return offered;
    }

    /**
     * Checks that this series's messages and notices on a wire have positions that leave none out
     * and none twice, and answers the last.
     */
    long reached(List<String> wire) {
        long reached = 0;
        for (String text : wire) {
            String[] words = text.split(":", -1);
            long first;
            long last;
            if (words[0].equals(name)) {
                first = Long.parseLong(words[1]);
                last = first;
            } else if (words[0].equals("skipped") && words[1].equals(name)) {
                first = Long.parseLong(words[2]);
                last = Long.parseLong(words[3]);
                if (last - first + 1 != Long.parseLong(words[4])) {
                    throw new AssertionError(text + " does not add up");
                }
            } else {
                continue;
            }
            if (first != reached + 1 || last < first) {
                throw new AssertionError(text + " after position " + reached);
            }
            reached = last;
        }
        return reached;
    }
}

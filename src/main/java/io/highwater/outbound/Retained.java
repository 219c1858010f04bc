package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What queues keep on the heap, where a frame that they share counts once, and how much of that
 * goes with a queue. Confined to its caller.
 */
final class Retained {
    /** How many queues hold a frame. */
    private final Map<OutboundFrame, Integer> holders = new IdentityHashMap<>();

    private long bytes;

    /**
     * @param frames of one queue, each once
     */
    void add(Set<OutboundFrame> frames) {
        for (OutboundFrame frame : frames) {
            if (holders.merge(frame, 1, Integer::sum) == 1) {
                bytes += frame.bytes();
            }
        }
    }

    /** The queue with these frames is gone. */
    void remove(Set<OutboundFrame> frames) {
        for (OutboundFrame frame : frames) {
            // 0 where the frame came after the count.
            int held = holders.getOrDefault(frame, 0);
            if (held > 1) {
                holders.put(frame, held - 1);
            } else if (held == 1) {
                holders.remove(frame);
                bytes -= frame.bytes();
            }
        }
    }

    long bytes() {
        return bytes;
    }
}

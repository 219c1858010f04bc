package io.highwater.outbound;

import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import java.time.Duration;

/**
 * What the wire of an evicted session holds for as long as it may still be read: charged until the
 * session is over, or its time is. Thread-safe.
 */
final class LingeringWrite extends Timer {
    /** All of a node, of the account: nobody could be asked to give more of it back. */
    private static final int PARTS = 8;

    /** This, its place, and what the wire keeps beside the bytes. */
    private static final int OBJECT_BYTES = 200;

    private final OutboundNode node;
    private final GuardedQueue queue;
    private final Payer payer;
    private final long bytes;

    private LingeringWrite(OutboundNode node, GuardedQueue queue, long heldBytes) {
        this.node = node;
        this.queue = queue;
        this.payer = queue.payer();
        this.bytes = heldBytes + OBJECT_BYTES;
    }

    /**
     * How long an evicted session may go on reading: not at all, where that would keep too much.
     *
     * @param queue that has ended
     * @param heldBytes that its wire holds
     */
    static Duration begin(OutboundNode node, GuardedQueue queue, long heldBytes, Duration linger) {
        if (heldBytes == 0 || linger.isZero()) {
            return linger;
        }
        LingeringWrite write = new LingeringWrite(node, queue, heldBytes);
        if (!node.backlog().beginLingering(write, node.account().mostBytes() / PARTS)) {
            return Duration.ZERO;
        }
        node.account().add(write.payer, write.bytes);
        node.wheel().schedule(write, node.wheel().nowNanos() + linger.toNanos());
        return linger;
    }

    GuardedQueue queue() {
        return queue;
    }

    long bytes() {
        return bytes;
    }

    /** Once, by who has taken it out of the backlog. */
    void end() {
        node.account().add(payer, -bytes);
    }

    void cancel() {
        node.wheel().cancel(this);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        if (node.backlog().endLingering(this)) {
            end();
        }
    }
}

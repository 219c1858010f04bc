package io.highwater.outbound;

import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes the queues of one route and holds what they share, so that an idle queue is five fields.
 * Immutable; thread-safe.
 */
public final class SendQueues {
    /** One message in so many is timed. A power of two. */
    private static final int LATENCY_SAMPLE = 64;

    private final OutboundSettings settings;
    private final OutboundNode node;
    private final Callbacks callbacks;
    private final int sampleMask;

    /** Of messages that are offered one by one; null but under LATEST. */
    private final @Nullable LatestLane<Object> lane;

    public SendQueues(OutboundSettings settings, OutboundNode node) {
        this(settings, node, LATENCY_SAMPLE);
    }

    /**
     * @param latencySample a power of two
     */
    SendQueues(OutboundSettings settings, OutboundNode node, int latencySample) {
        this.settings = settings;
        this.node = node;
        this.callbacks = new Callbacks(node.ticker(), node.observer(), node.logs());
        this.sampleMask = latencySample - 1;
        this.lane =
                settings.policy() == OverflowPolicy.LATEST
                        ? new UntoldLane(settings.latestCount())
                        : null;
    }

    /** The queue before {@code wire}, whose only caller of {@link Wire#write} it is from now on. */
    public SendQueue open(Wire wire, SendQueueListener listener) {
        return new SendQueue(wire, listener, this);
    }

    OutboundSettings settings() {
        return settings;
    }

    OutboundNode node() {
        return node;
    }

    Callbacks callbacks() {
        return callbacks;
    }

    /** LATEST: whether this message is judged by its age and key alone. */
    boolean isDroppable(OutboundFrame frame) {
        return lane != null && frame.isWholeMessage();
    }

    @Nullable Droppable<?> droppable(OutboundFrame frame, @Nullable String key) {
        return lane != null && frame.isWholeMessage() ? new Droppable<>(lane, key, lane) : null;
    }

    /** The time now for one message in {@value #LATENCY_SAMPLE}, 0 for the others. */
    long sampleNanos() {
        return isSampled() ? node.ticker().nanoTime() : 0;
    }

    /** The same of a message whose latency began before its offer. */
    long sampleNanos(long sinceNanos) {
        return isSampled() ? sinceNanos : 0;
    }

    private boolean isSampled() {
        return (ThreadLocalRandom.current().nextInt() & sampleMask) == 0;
    }

    /**
     * What a queue that can't write now does with more messages.
     *
     * @param offered messages
     * @param messages with those, without what LATEST may drop
     * @param bytes of them
     * @param above whether the high-water mark was crossed and the low not reached since
     */
    Admission admit(int offered, int messages, long bytes, boolean above) {
        WaterMarks marks = settings.marks();
        if (messages <= marks.highMessages() && bytes <= marks.highBytes()) {
            return above ? Admission.QUEUED_ABOVE : Admission.QUEUED;
        }
        // Without this a message larger than the mark could never be sent.
        boolean alone = messages == offered;
        return switch (settings.policy()) {
            // Of LATEST comes here only what it may not drop.
            case EVICT, LATEST -> alone ? Admission.QUEUED : Admission.EVICTED;
            case PAUSE -> {
                // Halved instead of the mark doubled, which could overflow; rounded up.
                boolean fits =
                        (messages + 1L) / 2 <= marks.highMessages()
                                && (bytes + 1) / 2 <= marks.highBytes();
                yield alone || fits ? Admission.QUEUED_ABOVE : Admission.REFUSED;
            }
        };
    }

    /** Its gaps are not told: the peer of an annotated endpoint has no word for them. */
    private record UntoldLane(int latestCount) implements LatestLane<Object> {
        @Override
        public @Nullable OutboundFrame gapFrame(Object first, Object last, long count) {
            return null;
        }
    }

    /** The ways an offer may go. */
    enum Admission {
        /** The wire is idle: the offerer writes. */
        DIRECT,
        QUEUED,
        QUEUED_ABOVE,
        REFUSED,
        EVICTED,
        CLOSED
    }
}

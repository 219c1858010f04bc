package io.highwater.wire.deflate;

import io.highwater.wire.CloseStatus;
import io.highwater.wire.ProtocolViolation;
import java.nio.ByteBuffer;

/**
 * What one connection receives compressed. Confined to the reader of its wire, but for {@link
 * #close}.
 */
final class Receiver {
    /** What is not more than this times its bytes on the wire is nothing to look at. */
    private static final int ORDINARY_RATIO = 100;

    /** What may be above it at once: 128 bombs of 64 KiB, or a few messages of the limit. */
    private static final long LEAST_ALLOWANCE_BYTES = 8 << 20;

    private static final int ALLOWED_MESSAGES = 4;

    /** So much of it is forgiven in a nanosecond: 1 MiB a second. */
    private static final double FORGIVEN_BYTES_PER_NANO = (1 << 20) / 1e9;

    private final PermessageDeflate node;
    private final Agreement agreement;

    /** Guarded by this, like the flag: the plain text the peer may refer to. */
    private History history = Tail.EMPTY;

    private boolean closed;
    private double excessBytes;
    private long excessNanos;

    Receiver(PermessageDeflate node, Agreement agreement) {
        this.node = node;
        this.agreement = agreement;
    }

    /** As {@link io.highwater.wire.WireExtension#incoming}. */
    ByteBuffer receive(ByteBuffer payload, long maxBytes) throws ProtocolViolation {
        int wireBytes = payload.remaining();
        ByteBuffer message;
        Pool<RawInflater> pool = node.inflaters();
        RawInflater inflater = pool.acquire();
        try {
            message = inflater.inflate(history(), payload, maxBytes);
        } finally {
            inflater.shrink();
            pool.release(inflater);
        }
        remember(message);
        node.observer().onReceived(message.remaining(), wireBytes);
        guard(message.remaining(), wireBytes, maxBytes);
        return message;
    }

    /** Whether a new one would do as well. */
    synchronized boolean isAtRest() {
        return history == Tail.EMPTY && excessBytes == 0;
    }

    private synchronized History history() {
        return history;
    }

    private synchronized void remember(ByteBuffer message) {
        if (agreement.receivedBytes() > 0 && message.hasRemaining() && !closed) {
            int before = history.ownBytes();
            history = history.append(message, agreement.receivedBytes());
            account(before);
        }
    }

    private void account(int before) {
        if (history.ownBytes() != before) {
            node.budget().add(history.ownBytes() - before);
        }
    }

    /**
     * A message is bounded by the limit; this is against many of them, each tiny on the wire. Who
     * repeats itself now and then is forgiven, who does nothing else is not.
     */
    private void guard(int plainBytes, int wireBytes, long maxBytes) throws ProtocolViolation {
        long excess = plainBytes - (long) ORDINARY_RATIO * wireBytes;
        if (excess <= 0 && excessBytes == 0) {
            return;
        }
        long nowNanos = node.budget().nowNanos();
        double forgiven = (nowNanos - excessNanos) * FORGIVEN_BYTES_PER_NANO;
        double left = excessBytes == 0 ? 0 : Math.max(0, excessBytes - forgiven);
        excessNanos = nowNanos;
        excessBytes = Math.max(0, left + excess);
        if (excessBytes > Math.max(LEAST_ALLOWANCE_BYTES, ALLOWED_MESSAGES * maxBytes)) {
            throw new ProtocolViolation(
                    CloseStatus.POLICY, "too many bytes of text for those that were sent");
        }
    }

    /** The wire is over. */
    synchronized void close() {
        closed = true;
        int before = history.ownBytes();
        history = Tail.EMPTY;
        account(before);
    }
}

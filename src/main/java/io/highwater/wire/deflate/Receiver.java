package io.highwater.wire.deflate;

import io.highwater.limits.Account;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Wire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection receives compressed. Confined to the reader of its wire, but for {@link
 * #close} and what a {@link Debtor} does.
 *
 * <p>What the peer may refer to must be kept. Where there is no room for that, the wire is ended.
 */
final class Receiver implements Debtor {
    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    /** The object itself. */
    private static final int OBJECT_BYTES = 56;

    private static final CloseStatus NO_ROOM =
            new CloseStatus(
                    CloseStatus.TRY_AGAIN_LATER, "no room for what compressed messages refer to");

    /** How long the peer may take to read the Close frame that says so. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** What is not more than this times its bytes on the wire is nothing to look at. */
    private static final int ORDINARY_RATIO = 100;

    /** What may be above it at once: 128 bombs of 64 KiB, or a few messages of the limit. */
    private static final long LEAST_ALLOWANCE_BYTES = 8 << 20;

    private static final int ALLOWED_MESSAGES = 4;

    /** So much of it is forgiven in a nanosecond: 1 MiB a second. */
    private static final double FORGIVEN_BYTES_PER_NANO = (1 << 20) / 1e9;

    private final PermessageDeflate node;
    private final Agreement agreement;
    private final @Nullable Wire wire;

    /** Guarded by this, like the flag: the plain text the peer may refer to. */
    private History history = Tail.EMPTY;

    /** The history does not grow any more, and is in no account. */
    private boolean closed;

    private double excessBytes;
    private long excessNanos;

    Receiver(PermessageDeflate node, Agreement agreement, @Nullable Wire wire) {
        this.node = node;
        this.agreement = agreement;
        this.wire = wire;
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
        if (remember(message)) {
            node.budget().settle(wire);
        }
        node.received(message.remaining(), wireBytes);
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

    /** Whether more is kept now than before. */
    private synchronized boolean remember(ByteBuffer message) {
        if (agreement.receivedBytes() == 0 || !message.hasRemaining() || closed) {
            return false;
        }
        long before = bytes();
        history = history.append(message, agreement.receivedBytes());
        long grown = bytes() - before;
        if (before == 0) {
            node.budget().join(this);
        }
        node.budget().add(wire == null ? null : wire.payer(), (int) grown);
        return grown > 0;
    }

    /** Caller holds this. */
    private long bytes() {
        return history instanceof OwnHistory own && !closed ? OBJECT_BYTES + own.ownBytes() : 0;
    }

    /** What one takes of the heap that keeps so much text. */
    static int bytes(int windowBytes) {
        return OBJECT_BYTES + OwnHistory.bytes(windowBytes);
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
    void close() {
        giveBack();
        synchronized (this) {
            history = Tail.EMPTY;
        }
    }

    /** Out of the account; false where it was before. */
    private synchronized boolean giveBack() {
        if (closed) {
            return false;
        }
        long bytes = bytes();
        closed = true;
        if (bytes > 0) {
            node.budget().leave(this);
            node.budget().add(wire == null ? null : wire.payer(), (int) -bytes);
        }
        return true;
    }

    // As a debtor.

    /** Whether there is a wire to end. */
    boolean isDebtor() {
        return wire != null;
    }

    @Override
    public Payer payer() {
        return Objects.requireNonNull(wire).payer();
    }

    @Override
    public synchronized long keptBytes() {
        return bytes();
    }

    /** The history itself stays until the wire is over: a message may be on its way. */
    @Override
    public boolean end(Account account) {
        Wire ended = wire;
        if (ended == null || !giveBack()) {
            return false;
        }
        try {
            node.budget().endSoon(() -> ended.fail(NO_ROOM, LINGER));
        } catch (RuntimeException | Error e) {
            // What it goes on to keep is in no account any more.
            LOG.debug("no thread to end a session", e);
            ended.abort();
        }
        return true;
    }
}

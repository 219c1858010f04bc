package io.highwater.wire.deflate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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

    /** A message of up to so many times its bytes on the wire is ordinary. */
    private static final int ORDINARY_RATIO = 100;

    /** What may exceed that at once: 128 bombs of 64 KiB, or a few messages at the limit. */
    private static final long LEAST_ALLOWANCE_BYTES = 8 << 20;

    private static final int ALLOWED_MESSAGES = 4;

    /** How much of the excess is forgiven: 1 MiB per second. */
    private static final double FORGIVEN_BYTES_PER_NANO = (1 << 20) / 1e9;

    private final PermessageDeflate node;
    private final Agreement agreement;
    private final @Nullable Wire wire;

    /** The plain text that the peer may refer to. */
    @GuardedBy("this")
    private Dictionary dictionary = SharedDictionary.EMPTY;

    /** The dictionary does not grow any more, and is in no account. */
    @GuardedBy("this")
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
            message = inflater.inflate(dictionary(), payload, maxBytes);
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

    /** Whether a new receiver would do as well. */
    synchronized boolean isAtRest() {
        return dictionary == SharedDictionary.EMPTY && excessBytes == 0;
    }

    private synchronized Dictionary dictionary() {
        return dictionary;
    }

    /** Whether more is kept now than before. */
    private synchronized boolean remember(ByteBuffer message) {
        if (agreement.receivedBytes() == 0 || !message.hasRemaining() || closed) {
            return false;
        }
        long before = bytes();
        dictionary = dictionary.append(message, agreement.receivedBytes());
        long grown = bytes() - before;
        if (before == 0) {
            node.budget().join(this);
        }
        node.budget().add(wire == null ? null : wire.payer(), (int) grown);
        return grown > 0;
    }

    @GuardedBy("this")
    private long bytes() {
        return dictionary instanceof OwnDictionary own && !closed
                ? OBJECT_BYTES + own.ownBytes()
                : 0;
    }

    /** What a receiver that keeps so much text takes of the heap. */
    static int bytes(int windowBytes) {
        return OBJECT_BYTES + OwnDictionary.bytes(windowBytes);
    }

    /**
     * The limit bounds one message; this bounds many that are each tiny on the wire. A peer that
     * repeats itself now and then is forgiven, one that does nothing else is not.
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
            dictionary = SharedDictionary.EMPTY;
        }
    }

    /** Takes it out of the account; false where it was out before. */
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

    /** Whether there is a wire that can be ended. */
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

    /** The dictionary itself stays until the wire is over: a message may be on its way. */
    @Override
    public boolean end(Account account) {
        Wire ended = wire;
        if (ended == null || !giveBack()) {
            return false;
        }
        try {
            node.budget().endSoon(() -> ended.fail(NO_ROOM, LINGER));
        } catch (RuntimeException | Error e) {
            // Otherwise it would keep on, in no account any more.
            LOG.debug("no thread to end a session", e);
            ended.abort();
        }
        return true;
    }
}

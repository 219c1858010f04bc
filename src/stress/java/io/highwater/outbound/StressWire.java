package io.highwater.outbound;

import io.highwater.testing.BareWire;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A wire that keeps the messages it is given, which have one letter each. What {@link #write}
 * touches is plain, with no lock as in RecordingWire: that the queue has one writer at a time, who
 * sees what the last one did, is what is searched for a hole.
 */
final class StressWire extends BareWire {
    /** Header and letter: RFC 6455 section 5.2. */
    private static final int MESSAGE_BYTES = 3;

    private final int fillingWrites;
    private final StringBuilder letters = new StringBuilder();
    private int writes;
    private boolean writing;
    private String violation = "";

    /** The peer's, who may read before the write has returned that filled the wire. */
    private final AtomicBoolean full = new AtomicBoolean();

    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();

    /**
     * @param fillingWrites a bit for each write, the first the lowest: whether it fills the wire
     */
    StressWire(int fillingWrites) {
        this.fillingWrites = fillingWrites;
    }

    @Override
    public boolean write(OutboundFrame frame) {
        if (writing) {
            violation = "two writes at once";
        }
        writing = true;
        if (full.get()) {
            violation = "a write to a full wire";
        }
        if (closes.get() > 0) {
            violation = "a write after the Close";
        }
        ByteBuffer bytes = frame.view();
        for (int at = 0; at < bytes.limit(); at += MESSAGE_BYTES) {
            letters.append((char) bytes.get(at + MESSAGE_BYTES - 1));
        }
        boolean fills = (fillingWrites >> writes & 1) != 0 && failures.get() == 0;
        writes++;
        writing = false;
        if (fills) {
            full.set(true);
        }
        return !fills;
    }

    /** The peer reads: true where the queue has to be told. */
    boolean read() {
        return full.compareAndSet(true, false);
    }

    /** What the queue did that {@link Wire} forbids; empty for nothing. */
    String violation() {
        return violation;
    }

    /** All messages, in their order on the wire. */
    String letters() {
        return letters.toString();
    }

    int closes() {
        return closes.get();
    }

    int failures() {
        return failures.get();
    }

    @Override
    public void close(CloseStatus status) {
        closes.incrementAndGet();
    }

    @Override
    public void fail(CloseStatus status, Duration linger) {
        failures.incrementAndGet();
    }
}

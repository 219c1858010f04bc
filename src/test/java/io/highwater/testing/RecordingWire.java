package io.highwater.testing;

import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.Wire;
import io.highwater.wire.WireActivity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * A wire that keeps what it is given, is full when told so, and holds its caller to the contract of
 * {@link Wire#write}. Thread-safe; its activity is set by the test's thread.
 */
public final class RecordingWire extends BareWire {
    /** A call of {@link Wire#fail}. */
    public record Failure(CloseStatus status, Duration linger) {}

    private final List<OutboundFrame> writes = new ArrayList<>();
    private final List<OutboundFrame> dropped = new ArrayList<>();
    private final List<byte[]> pings = new ArrayList<>();
    private final List<byte[]> applicationPings = new ArrayList<>();
    private final List<byte[]> pongs = new ArrayList<>();
    private final List<CloseStatus> closes = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final AtomicBoolean writing = new AtomicBoolean();
    private final Activity activity = new Activity();
    private volatile BooleanSupplier takes = () -> true;
    private volatile Error pingFailure;
    private volatile Runnable duringWrite = () -> {};
    private boolean full;
    private int demands;
    private boolean aborted;

    public RecordingWire() {}

    public RecordingWire(Payer payer) {
        super(payer);
    }

    /** Decides for each write whether the wire takes it at once. */
    public void takes(BooleanSupplier decision) {
        takes = decision;
    }

    /** From the next write on, the wire is full. */
    public void fill() {
        takes = () -> false;
    }

    /** Runs inside each write, before it answers. */
    public void duringWrite(Runnable action) {
        duringWrite = action;
    }

    /** The peer has read: the session has to be told, if the answer is true. */
    public synchronized boolean empty() {
        boolean was = full;
        full = false;
        return was;
    }

    @Override
    public boolean write(OutboundFrame frame) {
        if (!writing.compareAndSet(false, true)) {
            violation("two writes at once");
        }
        boolean taken = takes.getAsBoolean();
        synchronized (this) {
            if (full) {
                violation("a write to a full wire");
            }
            if (failures.isEmpty() && closes.isEmpty()) {
                writes.add(frame);
            } else {
                dropped.add(frame);
                taken = true;
            }
            full = !taken;
        }
        duringWrite.run();
        writing.set(false);
        return taken;
    }

    private synchronized void violation(String what) {
        violations.add(what);
    }

    @Override
    public synchronized void control(Control kind, ByteBuffer payload) {
        Error failure = pingFailure;
        if (failure != null && kind == Control.KEEPALIVE_PING) {
            throw failure;
        }
        switch (kind) {
            case KEEPALIVE_PING -> pings.add(copy(payload));
            case PING -> applicationPings.add(copy(payload));
            case PONG -> pongs.add(copy(payload));
        }
    }

    @Override
    public synchronized void demand() {
        demands++;
    }

    @Override
    public synchronized void close(CloseStatus status) {
        closes.add(status);
    }

    @Override
    public synchronized void fail(CloseStatus status, Duration linger) {
        failures.add(new Failure(status, linger));
    }

    @Override
    public synchronized void abort() {
        aborted = true;
    }

    @Override
    public Activity activity() {
        return activity;
    }

    /** Keeps nothing of what was written so far. */
    public synchronized void forget() {
        writes.clear();
    }

    /** Frames as they were written, joined or not. */
    public synchronized List<OutboundFrame> writes() {
        return List.copyOf(writes);
    }

    /** The payloads of all frames written, as text. */
    public synchronized List<String> messages() {
        return payloads(writes);
    }

    /** The first byte of each frame: FIN and the opcode. */
    public synchronized List<Integer> firstBytes() {
        List<Integer> firstBytes = new ArrayList<>();
        for (OutboundFrame write : writes) {
            ByteBuffer bytes = write.view();
            while (bytes.hasRemaining()) {
                firstBytes.add(bytes.get(bytes.position()) & 0xFF);
                payload(bytes);
            }
        }
        return firstBytes;
    }

    /** The same of those that came after the end, which the wire drops. */
    public synchronized List<String> droppedMessages() {
        return payloads(dropped);
    }

    private static List<String> payloads(List<OutboundFrame> writes) {
        List<String> messages = new ArrayList<>();
        for (OutboundFrame write : writes) {
            ByteBuffer bytes = write.view();
            while (bytes.hasRemaining()) {
                messages.add(payload(bytes));
            }
        }
        return messages;
    }

    /** Takes one unmasked frame off the buffer: RFC 6455 section 5.2. */
    private static String payload(ByteBuffer frame) {
        frame.get();
        long length = frame.get();
        if (length == 126) {
            length = frame.getShort() & 0xFFFF;
        } else if (length == 127) {
            length = frame.getLong();
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        frame.get(payload);
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** What a ping throws from now on; null for none. */
    public void failPings(Error failure) {
        pingFailure = failure;
    }

    public synchronized List<byte[]> pings() {
        return List.copyOf(pings);
    }

    public synchronized List<byte[]> applicationPings() {
        return List.copyOf(applicationPings);
    }

    public synchronized List<byte[]> pongs() {
        return List.copyOf(pongs);
    }

    public synchronized List<CloseStatus> closes() {
        return List.copyOf(closes);
    }

    public synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** What the caller did that the contract forbids. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    public synchronized int demands() {
        return demands;
    }

    public synchronized boolean isAborted() {
        return aborted;
    }

    private static byte[] copy(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        return bytes;
    }

    /** What the test says has passed over the wire. */
    public static final class Activity implements WireActivity {
        public volatile long ageNanos;
        public volatile long lastReadNanos;
        public volatile long pingWrittenNanos;
        public volatile boolean pingPending;
        public volatile boolean pingFollowed;
        public volatile boolean writePending;
        public volatile long writePendingSinceNanos;
        public volatile boolean readingWithheld;
        public volatile boolean messageArriving;
        public volatile long readingChangedNanos;

        @Override
        public long ageNanos() {
            return ageNanos;
        }

        @Override
        public long lastReadNanos() {
            return lastReadNanos;
        }

        @Override
        public long pingWrittenNanos() {
            return pingWrittenNanos;
        }

        @Override
        public boolean isPingPending() {
            return pingPending;
        }

        @Override
        public boolean isPingFollowed() {
            return pingFollowed;
        }

        @Override
        public boolean isWritePending() {
            return writePending;
        }

        @Override
        public long writePendingSinceNanos() {
            return writePendingSinceNanos;
        }

        @Override
        public boolean isDemandWithheld() {
            return readingWithheld;
        }

        @Override
        public boolean isMessageArriving() {
            return messageArriving;
        }

        @Override
        public boolean isReadingWithheld() {
            return readingWithheld;
        }

        @Override
        public long readingChangedNanos() {
            return readingChangedNanos;
        }
    }
}

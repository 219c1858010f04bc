package io.highwater.wire.jetty;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.time.Timer;
import org.jspecify.annotations.Nullable;

/**
 * One request's place among those of its connection, and its deadline: it has it until it is
 * answered, read or given up, and until the answer has left or the stream has become a WebSocket.
 * Thread-safe.
 */
final class RequestPlace extends Timer {
    private static final int LEAST_BYTES_PER_SECOND = 1 << 10;

    private final Requests requests;
    private final boolean plain;

    @GuardedBy("this")
    private @Nullable BoundedStream stream;

    /** What the stream had moved when the time began that runs now. */
    @GuardedBy("this")
    private long movedBytes;

    @GuardedBy("this")
    private boolean free;

    RequestPlace(Requests requests, boolean plain) {
        this.requests = requests;
        this.plain = plain;
    }

    boolean isPlain() {
        return plain;
    }

    /** Its time begins. */
    void start(BoundedStream begun) {
        synchronized (this) {
            if (free) {
                return;
            }
            stream = begun;
        }
        requests.schedule(this);
    }

    /** The request is over; may come more than once. */
    void free() {
        synchronized (this) {
            if (free) {
                return;
            }
            free = true;
            stream = null;
        }
        requests.leave(this);
    }

    @Override
    protected void onDeadline(long nowNanos) {
        BoundedStream late;
        synchronized (this) {
            late = stream;
            if (free || late == null) {
                return;
            }
            if (!late.isClosed()) {
                long moved = late.movedBytes();
                boolean moves = moved - movedBytes >= requests.timeoutSeconds() * leastBytes();
                movedBytes = moved;
                if (moves || !requests.endsLate() || !late.waitsForClient()) {
                    late = null;
                }
            }
        }
        if (late == null) {
            requests.schedule(this);
        } else if (late.isClosed()) {
            // Nobody has told, or its handler never ends.
            free();
        } else {
            requests.schedule(this);
            late.giveUp("request_timeout");
        }
    }

    private static long leastBytes() {
        return LEAST_BYTES_PER_SECOND;
    }
}

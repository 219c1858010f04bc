package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * One request's place among those of its connection, and its deadline: it has it until it is
 * answered, read or given up, and until the answer has left or the stream has become a WebSocket.
 * Thread-safe.
 */
final class RequestPlace extends Timer implements Debtor {
    private static final int LEAST_BYTES_PER_SECOND = 1 << 10;

    private final Requests requests;
    private final boolean plain;

    @GuardedBy("this")
    private int bytes;

    @GuardedBy("this")
    private @Nullable BoundedStream stream;

    /**
     * Null once it has begun or is over: what waits for a thread, which may take its time, keeps
     * nothing of a request that has been reset.
     */
    @GuardedBy("this")
    private @Nullable Runnable handler;

    /** What the stream had moved when the time began that runs now. */
    @GuardedBy("this")
    private long movedBytes;

    @GuardedBy("this")
    private boolean begun;

    @GuardedBy("this")
    private boolean free;

    /**
     * @param bytes of the account that it takes
     */
    RequestPlace(Requests requests, boolean plain, int bytes) {
        this.requests = requests;
        this.plain = plain;
        this.bytes = bytes;
    }

    boolean isPlain() {
        return plain;
    }

    synchronized int bytes() {
        return bytes;
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

    /** Its handler, which has the request, waits for a thread. */
    void await(Runnable waiting) {
        synchronized (this) {
            if (!free) {
                handler = waiting;
            }
        }
    }

    /** Has the handler run, where there is still somebody to answer. */
    void run() {
        Runnable due;
        synchronized (this) {
            due = handler;
            handler = null;
        }
        if (begin() && due != null) {
            due.run();
        }
    }

    /** Its handler is about to run: false where there is nobody to answer any more. */
    boolean begin() {
        synchronized (this) {
            if (!free && stream != null && !stream.isClosed()) {
                begun = true;
                return true;
            }
        }
        free();
        return false;
    }

    /** They stay as long as the request. */
    void onTrailers(HttpFields fields) {
        int more = Requests.bytes(fields);
        synchronized (this) {
            if (free) {
                return;
            }
            bytes += more;
            requests.charge(more);
        }
        requests.settle();
    }

    /**
     * No handler will tell when it is over, unless one runs: Jetty drops those that wait when their
     * connection fails.
     */
    void onStreamClosed() {
        synchronized (this) {
            if (begun) {
                return;
            }
        }
        free();
    }

    /** The request is over; may come more than once. */
    void free() {
        synchronized (this) {
            if (free) {
                return;
            }
            free = true;
            stream = null;
            handler = null;
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
                long least = requests.timeoutSeconds() * LEAST_BYTES_PER_SECOND;
                boolean moves = moved - movedBytes >= least;
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
            try {
                requests.onLate();
            } finally {
                late.giveUp("request_timeout");
            }
        }
    }

    // As a debtor: a plain request that its client does not let us finish.

    @Override
    public Payer payer() {
        return requests.payer();
    }

    @Override
    public synchronized long keptBytes() {
        return bytes;
    }

    @Override
    public boolean end(Account account) {
        BoundedStream held;
        synchronized (this) {
            held = stream;
            if (free || held == null || !held.waitsForClient()) {
                return false;
            }
        }
        free();
        held.giveUp("full: " + account.label());
        return true;
    }
}

package io.highwater.wire.jetty.h2;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * The place of one request among those of its connection, and its deadline. The request has its
 * place until it is answered, read or given up, and until the answer has left or the stream has
 * become a WebSocket. Thread-safe.
 */
final class RequestPlace extends Timer implements Debtor {
    private static final int LEAST_BYTES_PER_SECOND = 1 << 10;

    private final Requests requests;
    private final boolean plain;
    private final long sinceNanos;

    @GuardedBy("this")
    private int bytes;

    @GuardedBy("this")
    private @Nullable BoundedStream stream;

    /**
     * Null once it has begun or is over: a task that waits for a thread, perhaps for long, must
     * keep nothing of a request that has been reset.
     */
    @GuardedBy("this")
    private @Nullable Runnable handler;

    /** What the stream had moved when the current period began. */
    @GuardedBy("this")
    private long movedBytes;

    @GuardedBy("this")
    private boolean begun;

    @GuardedBy("this")
    private boolean free;

    /**
     * @param bytes what it takes of the account
     * @param nowNanos of the wheel
     */
    RequestPlace(Requests requests, boolean plain, int bytes, long nowNanos) {
        this.requests = requests;
        this.plain = plain;
        this.sinceNanos = nowNanos;
        this.bytes = bytes;
    }

    boolean isPlain() {
        return plain;
    }

    synchronized int bytes() {
        return bytes;
    }

    /** Starts its deadline. */
    void start(BoundedStream begun) {
        synchronized (this) {
            if (free) {
                return;
            }
            stream = begun;
        }
        requests.schedule(this);
    }

    /** The request's handler, which holds the request, waits for a thread. */
    void await(Runnable waiting) {
        synchronized (this) {
            if (!free) {
                handler = waiting;
            }
        }
    }

    /** Runs the handler, if there is still a client to answer. */
    void run() {
        Runnable due;
        boolean answers;
        synchronized (this) {
            due = handler;
            if (due == null) {
                return;
            }
            handler = null;
            answers = stream != null && !stream.isClosed();
            begun = answers;
        }
        if (answers) {
            due.run();
        } else {
            free();
        }
    }

    /** Counts trailers, which stay as long as the request. */
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
     * Frees the place unless a handler runs, which will free it at its end. Jetty drops handlers
     * that still wait when their connection fails, so those would not.
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
            if (!take()) {
                return;
            }
        }
        requests.leave(this);
    }

    /** Whoever takes the place must tell {@link Requests#leave}, without the lock. */
    @GuardedBy("this")
    private boolean take() {
        if (free) {
            return false;
        }
        free = true;
        stream = null;
        handler = null;
        return true;
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
                if (moves || !requests.endsLate() || (plain && !late.waitsForClient())) {
                    late = null;
                }
            }
        }
        if (late == null) {
            requests.schedule(this);
        } else if (late.isClosed()) {
            // Nothing has told us that it is over, or its handler never ends.
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

    // As a debtor: a request that its client does not let us finish, or that nobody has looked at.
    // Whoever takes the place decides: a request whose place was taken does not begin.

    @Override
    public Payer payer() {
        return requests.payer();
    }

    @Override
    public synchronized long keptBytes() {
        return bytes;
    }

    @Override
    public long ageNanos(long nowNanos) {
        return nowNanos - sinceNanos;
    }

    @Override
    public boolean end(Account account) {
        BoundedStream held;
        boolean unseen;
        synchronized (this) {
            held = stream;
            // Jetty itself answers a plain request that has no handler.
            unseen = !begun && (handler != null || !plain);
            if (held == null || !(unseen || held.waitsForClient()) || !take()) {
                return false;
            }
        }
        requests.leave(this);
        String reason = "full: " + account.label();
        if (unseen) {
            held.refuse(reason);
        } else {
            held.giveUp(reason);
        }
        return true;
    }
}

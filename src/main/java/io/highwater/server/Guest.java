package io.highwater.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Deadline;
import io.highwater.limits.Debtor;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import io.highwater.wire.jetty.BottomEndPoint;
import io.highwater.wire.jetty.TcpReset;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A connection until it becomes a WebSocket: what it keeps, in which account, and the deadline by
 * which its client must act. The deadline is one timer of the node's wheel; as long as the deadline
 * only moves later, the timer stays where it is. Thread-safe.
 */
abstract class Guest extends Timer implements Debtor {
    private static final Logger LOG = LoggerFactory.getLogger(Guest.class);

    /** What the connection is doing. It may change back and forth, but GONE is final. */
    enum Phase {
        /** Performs the TLS handshake. */
        SECURING(Account.HANDSHAKES, Deadline.TLS_HANDSHAKE),
        /** Sends its first request head. */
        ARRIVING(Account.HANDSHAKES, Deadline.HEAD),
        /** Has a request under way: sends its body, reads its answer, or waits for us. */
        SERVED(Account.HTTP, Deadline.REQUEST),
        /** Has had its answer and may send another request, within Jetty's idle timeout. */
        IDLE(Account.HTTP, null),
        /** Sends a further request head. */
        ASKING(Account.HTTP, Deadline.HEAD),
        /** Closed, or taken over by a WebSocket or HTTP/2. */
        GONE(Account.HTTP, null);

        private final Account account;
        private final @Nullable Deadline deadline;

        Phase(Account account, @Nullable Deadline deadline) {
            this.account = account;
            this.deadline = deadline;
        }

        /** Whether a request head is arriving. */
        boolean isHead() {
            return this == ARRIVING || this == ASKING;
        }
    }

    private final Edge edge;
    private final Payer payer;
    private final EndPoint endPoint;

    @GuardedBy("this")
    private Phase phase;

    /** Bytes of the connection itself, in any phase. */
    @GuardedBy("this")
    private long baseBytes;

    /** Bytes charged to the phase's account, including the base. */
    @GuardedBy("this")
    private long bytes;

    /** When the phase began. */
    @GuardedBy("this")
    private long phaseSinceNanos;

    /** Deadline of the phase; has no meaning if the phase has none. */
    @GuardedBy("this")
    private long deadlineNanos;

    /** When the wheel calls, if the timer is scheduled. */
    @GuardedBy("this")
    private long calledNanos;

    /** Whether the timer is scheduled in the wheel. */
    @GuardedBy("this")
    private boolean called;

    /**
     * Keeps nothing and has no deadline before {@link #arrive}.
     *
     * @param endPoint the endpoint that its connection has
     */
    Guest(Edge edge, EndPoint endPoint, Phase first) {
        this.edge = edge;
        this.payer = edge.payer(endPoint);
        this.endPoint = endPoint;
        this.phase = first;
    }

    /**
     * Opens its connection, or ends it. If a failure were thrown to Jetty, the connection would
     * remain counted, and later be subtracted twice.
     */
    static void open(Edge edge, EndPoint endPoint, Runnable opening) {
        try {
            opening.run();
        } catch (RuntimeException | Error e) {
            edge.logs().say(LOG, Level.WARN, "open_failed", e);
            TcpReset.of(endPoint, e);
        }
    }

    /** Counts the connection from now on. */
    final void arrive(long ownBytes, long timeoutNanos) {
        synchronized (this) {
            if (phase == Phase.GONE) {
                return;
            }
            phaseSinceNanos = edge.wheel().nowNanos();
            baseBytes = ownBytes;
            bytes = ownBytes;
            book().add(payer, ownBytes);
            book().join(this);
            deadlineIn(timeoutNanos);
        }
        edge.ledger().book(account()).settle(payer);
    }

    /** The connection itself keeps more bytes from now on. */
    final void grow(long moreBytes) {
        synchronized (this) {
            if (phase == Phase.GONE) {
                return;
            }
            baseBytes += moreBytes;
            bytes += moreBytes;
            book().add(payer, moreBytes);
        }
        edge.ledger().book(account()).settle(payer);
    }

    /** Changes the phase and what is kept in addition to the base. Returns false if it is gone. */
    final boolean move(Phase to, long moreBytes) {
        synchronized (this) {
            if (phase == Phase.GONE) {
                return false;
            }
            long keptBytes = baseBytes + moreBytes;
            Book from = book();
            phase = to;
            phaseSinceNanos = edge.wheel().nowNanos();
            if (book() == from) {
                from.add(payer, keptBytes - bytes);
            } else {
                from.leave(this);
                from.add(payer, -bytes);
                book().add(payer, keptBytes);
                book().join(this);
            }
            bytes = keptBytes;
            if (to.deadline != null) {
                deadlineIn(timeoutNanos(to.deadline));
            }
        }
        edge.ledger().book(account()).settle(payer);
        return true;
    }

    /** Sets what is kept in addition to the base. */
    final void keep(long moreBytes) {
        synchronized (this) {
            long keptBytes = baseBytes + moreBytes;
            if (phase == Phase.GONE || keptBytes == bytes) {
                return;
            }
            book().add(payer, keptBytes - bytes);
            bytes = keptBytes;
        }
        edge.ledger().book(account()).settle(payer);
    }

    /** Restarts the phase's deadline. */
    final synchronized void restart() {
        Deadline deadline = phase.deadline;
        if (deadline != null) {
            deadlineIn(timeoutNanos(deadline));
        }
    }

    final synchronized Phase phase() {
        return phase;
    }

    /** Stops counting the connection. Returns false if it was gone already. */
    final synchronized boolean leave() {
        if (phase == Phase.GONE) {
            return false;
        }
        book().leave(this);
        book().add(payer, -bytes);
        bytes = 0;
        phase = Phase.GONE;
        if (called) {
            called = false;
            edge.wheel().cancel(this);
        }
        return true;
    }

    private long timeoutNanos(Deadline deadline) {
        return switch (deadline) {
            case TLS_HANDSHAKE -> edge.settings().tlsHandshakeTimeout().toNanos();
            case HEAD -> edge.settings().headTimeout().toNanos();
            case REQUEST -> edge.settings().requestTimeout().toNanos();
        };
    }

    @GuardedBy("this")
    private void deadlineIn(long nanos) {
        deadlineNanos = edge.wheel().nowNanos() + nanos;
        if (!called || calledNanos - deadlineNanos > 0) {
            called = true;
            calledNanos = deadlineNanos;
            edge.wheel().schedule(this, deadlineNanos);
        }
    }

    @GuardedBy("this")
    private Book book() {
        return edge.ledger().book(phase.account);
    }

    private synchronized Account account() {
        return phase.account;
    }

    @Override
    protected final void onDeadline(long nowNanos) {
        Phase late;
        synchronized (this) {
            called = false;
            late = phase;
            if (late.deadline == null) {
                return;
            }
            boolean waits = deadlineNanos - nowNanos > 0;
            if (waits || (late == Phase.SERVED && !isStalled())) {
                deadlineIn(waits ? deadlineNanos - nowNanos : timeoutNanos(late.deadline));
                return;
            }
            leave();
        }
        Deadline passed = late.deadline;
        edge.tell(observer -> observer.onDeadline(passed));
        end(late, passed);
    }

    /** Ends the connection after {@link #leave}; no other thread ends it then. */
    private void end(Phase late, Deadline deadline) {
        if (late.isHead() && hasBegun()) {
            tellLate(endPoint);
            BottomEndPoint.of(endPoint).close(new TimeoutException(deadline.label()));
            edge.admitsBadRequest(payer, HttpStatus.REQUEST_TIMEOUT_408);
        } else {
            TcpReset.of(endPoint, new TimeoutException(deadline.label()));
        }
    }

    /**
     * For a request, asked each time its time is over: whether it waits for its client, which has
     * sent and read next to nothing since the last time.
     */
    abstract boolean isStalled();

    /** Whether the first byte of this head has arrived. */
    abstract boolean hasBegun();

    /** Sends 408, as far as possible without waiting. No answer is under way. */
    abstract void tellLate(EndPoint to);

    @Override
    public final Payer payer() {
        return payer;
    }

    @Override
    public final synchronized long keptBytes() {
        return bytes;
    }

    @Override
    public final synchronized long ageNanos(long nowNanos) {
        return nowNanos - phaseSinceNanos;
    }

    @Override
    public final boolean end(Account account) {
        if (!leave()) {
            return false;
        }
        TcpReset.of(endPoint, new IOException("full: " + account.label()));
        return true;
    }
}

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
 * A connection for as long as it is no WebSocket: what it keeps, in which account, and by when its
 * client must have done its part. Its deadline is one timer of the node's wheel, which stays where
 * it is while the deadline only moves away. Thread-safe.
 */
abstract class Guest extends Timer implements Debtor {
    private static final Logger LOG = LoggerFactory.getLogger(Guest.class);

    /** What it is about; it goes back and forth, but never comes back from GONE. */
    enum Phase {
        /** Agrees on TLS. */
        SECURING(Account.HANDSHAKES, Deadline.TLS_HANDSHAKE),
        /** Sends its first head. */
        ARRIVING(Account.HANDSHAKES, Deadline.HEAD),
        /** Has a request under way: sends its body, reads its answer, or waits for us. */
        SERVED(Account.HTTP, Deadline.REQUEST),
        /** Has had its answer, and may ask again; how long, is Jetty's idle timeout. */
        IDLE(Account.HTTP, null),
        /** Sends a further head. */
        ASKING(Account.HTTP, Deadline.HEAD),
        /** Closed, or something else has the connection: a WebSocket, HTTP/2. */
        GONE(Account.HTTP, null);

        private final Account account;
        private final @Nullable Deadline deadline;

        Phase(Account account, @Nullable Deadline deadline) {
            this.account = account;
            this.deadline = deadline;
        }

        /** Whether a head is under way. */
        boolean isHead() {
            return this == ARRIVING || this == ASKING;
        }
    }

    private final Edge edge;
    private final Payer payer;
    private final EndPoint endPoint;

    @GuardedBy("this")
    private Phase phase;

    /** The connection by itself, whatever it is about. */
    @GuardedBy("this")
    private long baseBytes;

    /** With the base, in the account of the phase. */
    @GuardedBy("this")
    private long bytes;

    /** When the phase began. */
    @GuardedBy("this")
    private long phaseSinceNanos;

    /** Of the phase, and of no meaning where it has none. */
    @GuardedBy("this")
    private long deadlineNanos;

    /** When the wheel calls, if it does. */
    @GuardedBy("this")
    private long calledNanos;

    /** Whether it waits in the wheel. */
    @GuardedBy("this")
    private boolean called;

    /**
     * It keeps nothing and has no deadline before {@link #arrive}.
     *
     * @param endPoint as its connection has it
     */
    Guest(Edge edge, EndPoint endPoint, Phase first) {
        this.edge = edge;
        this.payer = edge.payer(endPoint);
        this.endPoint = endPoint;
        this.phase = first;
    }

    /**
     * Opens its connection, or ends it. Thrown to Jetty, a failure would leave the connection
     * counted, and have it uncounted twice later.
     */
    static void open(Edge edge, EndPoint endPoint, Runnable opening) {
        try {
            opening.run();
        } catch (RuntimeException | Error e) {
            edge.logs().say(LOG, Level.WARN, "open_failed", e);
            TcpReset.of(endPoint, e);
        }
    }

    /** From now on it counts. */
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

    /** The connection by itself keeps so much more. */
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

    /** What it is about now, and keeps for it beside itself. False where it is gone. */
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

    /** What it keeps now beside itself. */
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

    /** Gives its phase all its time, from now on. */
    final synchronized void restart() {
        Deadline deadline = phase.deadline;
        if (deadline != null) {
            deadlineIn(timeoutNanos(deadline));
        }
    }

    final synchronized Phase phase() {
        return phase;
    }

    /** Keeps nothing any more. False where it was gone already. */
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

    /** It has left: nobody else ends it. */
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
     * Of a request, asked each time its time is over: whether it waits for its client, who has
     * moved next to nothing since.
     */
    abstract boolean isStalled();

    /** Whether a byte of this head has come. */
    abstract boolean hasBegun();

    /** Says 408, as far as it goes without waiting. No answer is under way. */
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

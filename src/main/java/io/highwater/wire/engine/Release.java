package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds until its end and gives back once: its place on the node, the extension's
 * memory, its one timer, and what the transport still holds of it after its end.
 *
 * <p>The fourth layer of {@link WireConnection}. Guarded state is guarded by this; the transport,
 * the extension and the lease are not called under the lock.
 */
abstract sealed class Release extends Inbound permits SessionEnd {
    private final UpgradeDecision.Lease lease;

    /** A look while messages flow, then a {@link CloseDeadline}. */
    @GuardedBy("this")
    private @Nullable Timer timer;

    Release(
            WireContext context,
            Route route,
            Transport transport,
            Payer payer,
            @Nullable WireExtension extension,
            UpgradeDecision.Lease lease) {
        super(context, route, transport, payer, extension);
        this.lease = lease;
    }

    /** As {@link io.highwater.wire.Wire#abort}; called here when a deadline passes. */
    public abstract void abort();

    // Its one timer.

    /** While messages flow, {@link LookAhead} uses it. */
    @GuardedBy("this")
    final @Nullable Timer timer() {
        return timer;
    }

    @GuardedBy("this")
    final void timer(@Nullable Timer next) {
        timer = next;
    }

    /** Aborts the session after this time. */
    @GuardedBy("this")
    final void expire(Duration after) {
        deadline(after);
    }

    /**
     * The same for a session that is over while its transport is not.
     *
     * @param heldBytes what the transport holds of the session
     * @return false if it holds more than it may
     */
    @GuardedBy("this")
    final boolean lingerFor(Duration time, int heldBytes) {
        return charge(deadline(time), heldBytes);
    }

    /** The same until the deadline that the session already has. */
    @GuardedBy("this")
    final boolean lingerOn(int heldBytes) {
        return !(timer instanceof CloseDeadline deadline) || charge(deadline, heldBytes);
    }

    @GuardedBy("this")
    private CloseDeadline deadline(Duration after) {
        Timer due = timer;
        CloseDeadline deadline;
        if (due instanceof CloseDeadline present) {
            deadline = present;
        } else {
            if (due != null) {
                context.wheel().cancel(due);
            }
            timer = deadline = new CloseDeadline();
        }
        context.wheel().schedule(deadline, context.wheel().nowNanos() + after.toNanos());
        return deadline;
    }

    @GuardedBy("this")
    private boolean charge(CloseDeadline deadline, int heldBytes) {
        long held = context.lingering().charge(payer(), heldBytes);
        if (held == Lingering.TOO_MUCH) {
            return false;
        }
        deadline.heldBytes += held;
        return true;
    }

    private final class CloseDeadline extends Timer {
        /** Guarded by the connection: what was charged for what the transport holds. */
        private long heldBytes;

        @Override
        protected void onDeadline(long nowNanos) {
            abort();
        }
    }

    // What is given back.

    /** As {@link Transport.Events#onNeverOpened}. */
    public final void onNeverOpened() {
        synchronized (this) {
            if (!move(Event.NEVER_UPGRADED)) {
                return;
            }
            endTold();
        }
        giveBack();
    }

    /** The last action of a session: closes the transport and releases everything. */
    final void finish() {
        try {
            releaseReader();
            transport.close();
        } finally {
            letGo();
        }
    }

    /** The same for a transport that was reset. */
    final void release() {
        try {
            releaseReader();
        } finally {
            letGo();
        }
    }

    /** Releases everything but the reader and the transport. */
    final void letGo() {
        Timer due;
        synchronized (this) {
            due = timer;
            timer = null;
        }
        if (due != null) {
            context.wheel().cancel(due);
        }
        if (due instanceof CloseDeadline deadline) {
            context.lingering().giveBack(payer(), deadline.heldBytes);
        }
        try {
            endCharge();
        } finally {
            giveBack();
        }
    }

    /** Releases the lease even if the extension fails to close. */
    private void giveBack() {
        try {
            if (extension != null) {
                extension.close();
            }
        } finally {
            lease.release();
        }
    }

    /** Whether releasing the lease may block. */
    final boolean mayLeaseBlock() {
        return lease.mayBlock();
    }
}

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
 * What a session holds until its end, which is given back once: its place on the node, the
 * extension's memory, its one timer, and what the transport still has of it after its end.
 *
 * <p>The fourth layer of {@link WireConnection}. What is guarded is guarded by this; the transport,
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

    /** The end of all ends: by whoever's deadline passes. */
    public abstract void abort();

    // Its one timer.

    /** While messages flow, whoever looks ahead has it. */
    @GuardedBy("this")
    final @Nullable Timer timer() {
        return timer;
    }

    @GuardedBy("this")
    final void timer(@Nullable Timer next) {
        timer = next;
    }

    /** After this time nothing more is waited for. */
    @GuardedBy("this")
    final void expire(Duration after) {
        deadline(after);
    }

    /**
     * The same of a session that is over, and the transport is not yet.
     *
     * @param heldBytes what the transport holds of it
     * @return false where it holds more than it may
     */
    @GuardedBy("this")
    final boolean lingerFor(Duration time, int heldBytes) {
        return charge(deadline(time), heldBytes);
    }

    /** Until the deadline that it has. */
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

    /** The last action of all. */
    final void finish() {
        try {
            releaseReader();
            transport.close();
        } finally {
            letGo();
        }
    }

    /** The same of a transport that was reset. */
    final void release() {
        try {
            releaseReader();
        } finally {
            letGo();
        }
    }

    /** All but the reader and the transport. */
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

    /** The wire's account is settled, whatever fails. */
    private void giveBack() {
        try {
            if (extension != null) {
                extension.close();
            }
        } finally {
            lease.release();
        }
    }

    /** Whether it may block to give the place back. */
    final boolean mayLeaseBlock() {
        return lease.mayBlock();
    }
}

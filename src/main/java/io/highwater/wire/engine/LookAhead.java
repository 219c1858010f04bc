package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import io.highwater.wire.Opcode;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While a callback keeps the run for long, or the listener demands nothing, another thread of the
 * executor looks at what comes, up to {@link WireReader#AHEAD_BYTES}. It answers Pings and settles
 * keepalive's Pongs, both out of order. It has the reader meanwhile; a callback that returns in
 * that time leaves the run to it.
 *
 * <p>The sixth layer of {@link WireConnection}. Guarded state is guarded by this.
 */
abstract sealed class LookAhead extends SessionEnd permits Step {
    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    /**
     * Time from the hand-over of a message, or from when demand was withheld, to the first look.
     */
    private static final long LOOK_AFTER_NANOS = Duration.ofMillis(100).toNanos();

    /** Delay of a look while there is no room for arriving messages, or no thread to look. */
    private static final long LOOK_PRESSED_NANOS = 1_000_000_000;

    /** Reads per look, each time the transport says that there is more. */
    private static final int READS_A_LOOK = 4;

    /**
     * How many times a look does that. With the time between two looks, this allows at most 2.5
     * MB/s of control frames.
     */
    private static final int ROUNDS_A_LOOK = 4;

    LookAhead(
            WireContext context,
            Route route,
            Transport transport,
            Payer payer,
            @Nullable WireExtension extension,
            UpgradeDecision.Lease lease) {
        super(context, route, transport, payer, extension, lease);
    }

    // When to look.

    /** Calls the listener on the executor, where the callback may take long. */
    final Outcome call(Runnable callback) {
        synchronized (this) {
            callBegins();
            if (mayLook()) {
                lookSoon();
            }
        }
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            if (comesBack()) {
                throw e;
            }
            failElsewhere(e);
            return Outcome.HAS_LEFT;
        }
        return comesBack() ? Outcome.GOES_ON : Outcome.HAS_LEFT;
    }

    /** A callback has returned. False: a look has the reader, and gets the run from now on. */
    private boolean comesBack() {
        boolean mine;
        synchronized (this) {
            mine = callEnds();
        }
        if (mine) {
            keepRest();
        }
        return mine;
    }

    @Override
    @GuardedBy("this")
    final void parked() {
        if (isDemandWithheld() && mayLook()) {
            lookSoon();
        }
    }

    /** The transport has more, which a running callback may keep from being read. */
    @GuardedBy("this")
    final void lookWhileCalling() {
        if (isCalling()) {
            lookSoon();
        }
    }

    /** Called by the thread that has the reader or is about to give it away. */
    @GuardedBy("this")
    private boolean mayLook() {
        WireReader present = presentReader();
        return isOpen()
                && !isOpeningDue()
                && (isReadable() || (present != null && present.isWorthALook()));
    }

    @GuardedBy("this")
    private void lookSoon() {
        if (isOpen() && timer() == null && !isOnOneThread()) {
            Look look = new Look();
            timer(look);
            context.wheel().schedule(look, context.wheel().nowNanos() + LOOK_AFTER_NANOS);
        }
    }

    /** Whether a look is needed: no thread has the reader and would see what comes. */
    @GuardedBy("this")
    private boolean isToLook() {
        return isOpen() && (isCalling() || (isParked() && isDemandWithheld()));
    }

    /** Waits for its deadline, then for a thread of the executor. */
    private final class Look extends Timer implements Runnable {
        @Override
        protected void onDeadline(long nowNanos) {
            synchronized (LookAhead.this) {
                if (timer() != this) {
                    return;
                }
                if (!isToLook()) {
                    timer(null);
                    return;
                }
                long dueNanos = readingChangedNanos() + LOOK_AFTER_NANOS;
                if (nowNanos - dueNanos < 0) {
                    context.wheel().schedule(this, dueNanos); // A later callback runs by now.
                    return;
                }
                if (isPressed()) {
                    context.wheel().schedule(this, nowNanos + LOOK_PRESSED_NANOS);
                    return;
                }
            }
            try {
                route.executor().execute(this);
            } catch (RuntimeException | Error e) {
                LOG.debug("no thread to look for control frames", e);
                synchronized (LookAhead.this) {
                    // Otherwise no thread would look again while a callback takes long.
                    if (timer() == this) {
                        context.wheel().schedule(this, nowNanos + LOOK_PRESSED_NANOS);
                    }
                }
            }
        }

        @Override
        public void run() {
            synchronized (LookAhead.this) {
                if (timer() != this) {
                    return;
                }
                timer(null);
                context.wheel().cancel(this); // The executor may throw and yet run the task.
                if (!isToLook()) {
                    return;
                }
                takeReader();
            }
            look();
        }
    }

    // The look.

    /** This thread has the reader, and the run too unless a callback has it. */
    private void look() {
        try {
            if (!isHeld() && !isPressed()) {
                boolean more = true;
                for (int rounds = 0; more && rounds < ROUNDS_A_LOOK; rounds++) {
                    readAhead();
                    synchronized (this) {
                        more = isReadable();
                    }
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failElsewhere(e);
        } finally {
            handBack();
        }
    }

    private void readAhead() throws IOException {
        WireReader reader = reader();
        beginRead(reader);
        long before = reader.keptBytes();
        reader.lookAhead(READS_A_LOOK, this::takeAhead);
        keepAhead(before, reader.keptBytes());
        if (reader.waitsForTransport()) {
            dropIdleReader();
            awaitMore();
        }
    }

    private boolean takeAhead(Opcode opcode, ByteBuffer payload) {
        if (opcode == Opcode.PONG) {
            return listener().settlePing(payload);
        }
        answer(payload);
        return true;
    }

    /** Answers a Ping of the peer's. */
    final void answer(ByteBuffer ping) {
        writer.control(WireWriter.Kind.ANSWER, ControlFrame.of(Opcode.PONG, ping));
    }

    /**
     * Gives the reader back to a callback that still runs; otherwise this thread goes on with the
     * run.
     */
    private void handBack() {
        synchronized (this) {
            if (giveReaderBack()) {
                if (mayLook()) {
                    lookSoon();
                }
                return;
            }
        }
        try {
            keepRest();
        } catch (RuntimeException | Error e) {
            if (!failed(e)) {
                return;
            }
        }
        serve(Place.EXECUTOR);
    }
}

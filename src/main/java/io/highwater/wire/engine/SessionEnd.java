package io.highwater.wire.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Payer;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.OutboundFrame;
import io.highwater.wire.ProtocolViolation;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.WireExtension;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Everything that ends a session: our Close and the peer's, a failure, the loss of the transport, a
 * deadline, the lack of a thread.
 *
 * <p>The fifth layer of {@link WireConnection}. Guarded state is guarded by this: each end moves
 * the table of {@link CloseHandshake} under the lock, and acts after the lock is released.
 */
abstract sealed class SessionEnd extends Release permits LookAhead {
    /** How long a peer that broke the protocol may take to read the Close frame that says so. */
    static final Duration FAULT_LINGER = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    private static final CloseStatus INTERNAL =
            new CloseStatus(CloseStatus.INTERNAL_ERROR, "internal error");

    private static final String OBSERVER = "wire";

    final Writer writer = new Writer();
    private final long openedNanos;

    SessionEnd(
            WireContext context,
            Route route,
            Transport transport,
            Payer payer,
            @Nullable WireExtension extension,
            UpgradeDecision.Lease lease) {
        super(context, route, transport, payer, extension, lease);
        this.openedNanos = context.wheel().nowNanos();
    }

    // The verbs that end it.

    /** As {@link io.highwater.wire.Wire#close}. */
    public final void close(CloseStatus ours) {
        if (abortsEarly(ours)) {
            return;
        }
        synchronized (this) {
            if (!move(Event.CLOSE, ours)) {
                return;
            }
            expire(route.settings().closeTimeout());
        }
        writer.close(ControlFrame.close(ours));
        wake();
    }

    /** As {@link io.highwater.wire.Wire#fail}. */
    public final void fail(CloseStatus ours, Duration linger) {
        if (abortsEarly(ours)) {
            return;
        }
        boolean closeBegun;
        boolean mayLinger;
        synchronized (this) {
            closeBegun = isClosing();
            if (!end(Event.FAIL, ours)) {
                return;
            }
            mayLinger = !linger.isZero() && lingerFor(linger, writer.heldBytes());
        }
        try {
            if (!mayLinger) {
                abort();
            } else if (closeBegun) {
                shutdownAfterClose();
            } else {
                writer.closeNow(ControlFrame.close(ours));
            }
        } finally {
            outputLost();
            wake();
        }
    }

    /** As {@link io.highwater.wire.Wire#abort}. */
    @Override
    public final void abort() {
        writer.shut();
        boolean upgraded;
        synchronized (this) {
            if (!end(Event.ABORT, LOST)) {
                return;
            }
            upgraded = isUpgraded();
        }
        try {
            transport.abort();
        } finally {
            if (upgraded) {
                outputLost();
                wake();
            }
        }
    }

    /**
     * Before the handshake is answered, a Close frame would go out in place of the answer: this
     * ends the transport instead. If the upgrade comes all the same, the listener hears the cause.
     */
    private boolean abortsEarly(CloseStatus cause) {
        synchronized (this) {
            if (isUpgraded()) {
                return false;
            }
            blame(cause);
        }
        abort();
        return true;
    }

    @GuardedBy("this")
    private boolean end(Event event, CloseStatus cause) {
        dropDemand();
        return move(event, cause);
    }

    // Ends that come from the transport and the peer.

    /** As {@link Transport.Events#onTransportClosed}. */
    public final void onTransportClosed(@Nullable Throwable cause) {
        writer.shut();
        synchronized (this) {
            if (!end(Event.LOST, LOST) || !isUpgraded()) {
                return;
            }
        }
        outputLost();
        wake();
    }

    /** The peer's Close was read. */
    final void onPeerClose(CloseStatus peers) {
        boolean answer;
        boolean mayLinger = true;
        synchronized (this) {
            answer = isOpen();
            boolean closing = isClosing();
            // Another thread may have lost the transport since the Close was read.
            end(Event.PEERS_CLOSE, peers);
            if (answer) {
                mayLinger = lingerFor(route.settings().closeTimeout(), writer.heldBytes());
            } else if (closing) {
                // Charges what was in flight when we began to close and still is.
                mayLinger = lingerOn(writer.heldBytes());
            }
        }
        if (!mayLinger) {
            abort();
        } else if (answer) {
            // RFC 6455 section 5.5.1: the answer typically echoes the code that was received.
            writer.closeNow(ControlFrame.close(CloseStatus.of(peers.code())));
        }
    }

    /** A session that was given up waits for no answer: our half ends with the Close frame. */
    private void shutdownAfterClose() {
        synchronized (this) {
            if (!isOutputOver()) {
                return;
            }
        }
        transport.shutdownOutput();
    }

    /** Not called by the serial run: a callback in the run may wait for exactly this. */
    private void outputLost() {
        try {
            listener().onOutputLost();
        } catch (RuntimeException | Error e) {
            // The listener must still hear of the end.
            logListenerFailed(e);
        }
    }

    // What fails.

    @Override
    final boolean failed(Throwable cause) {
        try {
            if (cause instanceof ProtocolViolation violation) {
                fail(violation.status(), FAULT_LINGER);
            } else {
                endFor(cause);
            }
            return true;
        } catch (RuntimeException | Error e) {
            endHere();
            return false;
        }
    }

    /** As {@link #failed}, on a thread that may not have the run. */
    final void failElsewhere(Throwable cause) {
        try {
            endFor(cause);
        } catch (RuntimeException | Error e) {
            abort();
        }
    }

    private void endFor(Throwable cause) {
        if (cause instanceof IOException) {
            onTransportClosed(cause);
        } else {
            fail(INTERNAL, FAULT_LINGER);
            logListenerFailed(cause);
        }
    }

    /** The opening could not begin: the run, which starts later, tells the listener. */
    final void failOpening(Throwable cause) {
        fail(INTERNAL, FAULT_LINGER);
        failureLog().setCause(cause).log("a transport failed at its opening");
    }

    private void logListenerFailed(Throwable cause) {
        failureLog().setCause(cause).log("a session's listener failed");
    }

    private LoggingEventBuilder failureLog() {
        return context.logs().limit(LOG.atError(), "session_failed", remoteAddress());
    }

    /** Ends a wire that keeps too much, or whose message arrives too slowly. */
    @Override
    public final void endSoon(CloseStatus status) {
        try {
            route.executor().execute(() -> fail(status, FAULT_LINGER));
        } catch (RuntimeException | Error e) {
            LOG.debug("no thread to end a session", e);
            abort();
        }
    }

    // What is told, and what is let go.

    /** There may be no memory left: a failure of one part must not prevent the parts after it. */
    @Override
    final void endHere() {
        boolean unheard;
        boolean tell;
        synchronized (this) {
            unheard = isOpeningDue(); // Before an upgrade there is no opening to tell of.
            end(Event.RELEASE, LOST);
            tell = isEndDue();
            endTold();
        }
        try {
            writer.shut();
            transport.abort();
        } finally {
            try {
                releaseReader();
                if (unheard) {
                    observeClosed(LOST);
                } else if (tell) {
                    notifyClosed();
                }
            } catch (RuntimeException | Error e) {
                logListenerFailed(e);
            } finally {
                letGo();
            }
        }
    }

    final void notifyClosed() {
        CloseStatus end = endStatus();
        observeClosed(end);
        listener().onClosed(end);
    }

    private void observeClosed(CloseStatus end) {
        observe(() -> context.observer().onClosed(transport.kind(), end, ageNanos()));
    }

    /** Time since the upgrade. */
    public final long ageNanos() {
        return context.wheel().nowNanos() - openedNanos;
    }

    /** An observer that fails must not end the session that it observes. */
    final void observe(Runnable news) {
        context.logs().tell(OBSERVER, news);
    }

    /** Called for each message: allocates nothing. */
    final void untold(Throwable cause) {
        context.logs().untold(OBSERVER, cause);
    }

    /** What this connection provides to the writer and learns from it. */
    final class Writer extends WireWriter {
        @Override
        Transport transport() {
            return transport;
        }

        @Override
        @Nullable WireExtension extension() {
            return extension;
        }

        @Override
        long nowNanos() {
            return context.wheel().nowNanos();
        }

        @Override
        void onTaken(OutboundFrame frame) {
            try {
                context.observer().onSent(frame.messages(), frame.payloadBytes());
            } catch (RuntimeException | Error e) {
                untold(e);
            }
        }

        @Override
        void onWritable() {
            listener().onWritable();
        }

        @Override
        void onCloseWritten() {
            synchronized (SessionEnd.this) {
                move(Event.CLOSE_WRITTEN);
            }
            shutdownAfterClose();
            wake();
        }

        @Override
        void onWriteFailed(IOException cause) {
            onTransportClosed(cause);
        }
    }
}

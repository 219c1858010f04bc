package io.highwater.wire;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.time.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine of one WebSocket: RFC 6455 between a {@link Transport} and a {@link WireListener}.
 *
 * <p>Reading and all callbacks but onWritable happen in a serial run on the route's executor:
 * events from any thread set a flag under the lock, and whoever finds no run under way starts one.
 * Writing is {@link WireWriter}'s. The lock guards flags and phases only; no I/O and no callback
 * happens under it. Lock order: this, then {@link WireWriter}; never the other way round.
 */
public final class WireConnection implements Wire, WireActivity, Transport.Events, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    /** How long a peer that broke the protocol may take to read the Close frame that says so. */
    private static final Duration FAULT_LINGER = Duration.ofSeconds(2);

    /** The lifecycle of a wire; it only moves downwards. */
    private enum Phase {
        /** Messages flow. */
        OPEN,
        /** Our Close is sent or being sent; the peer's is awaited; its messages are dropped. */
        CLOSING,
        /** The listener has its onClosed; Close frames may still be under way; input is dropped. */
        LINGERING,
        /** The transport is to be ended, or has been. */
        ENDED
    }

    /** What the serial run does next. */
    private enum Action {
        OPEN,
        READ,
        NOTIFY_CLOSED,
        FINISH,
        PARK
    }

    private final WireContext context;
    private final Transport transport;
    private final Route route;
    private final UpgradeDecision.Lease lease;
    private final WireReader reader;
    private final WireWriter writer;
    private final WireListener listener;

    /** Guarded by this: a run is under way or handed to the executor. */
    private boolean running;

    /** Guarded by this. */
    private Phase phase = Phase.OPEN;

    /** Guarded by this: onOpen is due. */
    private boolean openDue;

    /** Guarded by this: onOpen was called, so onClosed is owed. */
    private boolean opened;

    /** Guarded by this: onClosed is due. */
    private boolean closedDue;

    /** Guarded by this: the listener permits a message. Written there, read anywhere. */
    private volatile boolean demanded;

    /** Guarded by this: a read may find something; false while the transport is to tell. */
    private boolean mayRead = true;

    /** Guarded by this: the transport said that it is readable, and no read has seen it yet. */
    private boolean readable;

    /** Guarded by this. */
    private boolean closeWritten;

    /** Guarded by this. */
    private boolean peerCloseReceived;

    /** Guarded by this: the transport was reset; closing it would be too late. */
    private boolean aborted;

    /** Guarded by this: the transport was over before the upgrade was. */
    private boolean lostEarly;

    /** Guarded by this: FINISH is done or under way. */
    private boolean finished;

    /** Guarded by this: what ended the session; the first cause wins. */
    private @Nullable CloseStatus status;

    /** Guarded by this. */
    private @Nullable CloseDeadline deadline;

    private volatile long maxMessageBytes;
    private volatile long lastReadNanos;
    private volatile long demandChangedNanos;
    private final long openedNanos;

    /**
     * The decision's lease is given back once, when the transport is over.
     *
     * @param extension what the answer agrees on, if anything; this wire's own
     */
    public WireConnection(
            WireContext context,
            Transport transport,
            Route route,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            @Nullable WireExtension extension,
            WireAcceptor.ResponseHeaders headers) {
        this.context = context;
        this.transport = transport;
        this.route = route;
        this.lease = decision.lease();
        this.maxMessageBytes = route.settings().maxMessageBytes();
        this.openedNanos = context.wheel().nowNanos();
        this.lastReadNanos = openedNanos;
        this.demandChangedNanos = openedNanos;
        this.reader = new WireReader(transport, context.buffers(), extension);
        this.writer = new WireWriter(transport, context.wheel(), new WriterOwner(), extension);
        this.listener = route.acceptor().accept(this, request, decision, headers);
    }

    // The transport's events.

    /** The upgrade is answered; {@code early} are bytes that came with the request. */
    public void onUpgraded(ByteBuffer early) {
        if (early.hasRemaining()) {
            reader.prefill(early);
        }
        context.observer().onOpened(transport.kind());
        synchronized (this) {
            openDue = true;
            opened = true;
            if (lostEarly) {
                endSession(CloseStatus.of(CloseStatus.ABNORMAL));
                phase = Phase.ENDED;
            }
        }
        wake();
    }

    /** The upgrade came to nothing: the listener hears of no opening and no end. */
    public void onUpgradeFailed() {
        synchronized (this) {
            phase = Phase.ENDED;
            finished = true;
        }
        reader.closeExtension();
        lease.release();
    }

    @Override
    public void onReadable() {
        synchronized (this) {
            mayRead = true;
            readable = true;
        }
        wake();
    }

    @Override
    public void onWritten() {
        writer.onWritten();
    }

    @Override
    public void onTransportClosed(@Nullable Throwable cause) {
        writer.shut();
        synchronized (this) {
            lostEarly = !opened;
            if (!opened || phase == Phase.ENDED) {
                return;
            }
            endSession(CloseStatus.of(CloseStatus.ABNORMAL));
            phase = Phase.ENDED;
        }
        outputLost();
        wake();
    }

    // The verbs.

    @Override
    public boolean write(OutboundFrame frame) {
        return writer.write(frame);
    }

    @Override
    public void ping(ByteBuffer payload) {
        writer.ping(FrameEncoder.encode(Opcode.PING.code() | FrameEncoder.FIN, payload));
    }

    @Override
    public void pong(ByteBuffer payload) {
        writer.pong(FrameEncoder.encode(Opcode.PONG.code() | FrameEncoder.FIN, payload));
    }

    @Override
    public void demand() {
        synchronized (this) {
            if (demanded || phase != Phase.OPEN) {
                return;
            }
            demanded = true;
            demandChangedNanos = context.wheel().nowNanos();
        }
        wake();
    }

    @Override
    public void maxMessageBytes(long bytes) {
        maxMessageBytes = bytes;
    }

    @Override
    public void close(CloseStatus ours) {
        synchronized (this) {
            if (phase != Phase.OPEN) {
                return;
            }
            phase = Phase.CLOSING;
            status = ours;
            expire(route.settings().closeTimeout());
        }
        writer.close(ours.frame());
        wake();
    }

    @Override
    public void fail(CloseStatus ours, Duration linger) {
        boolean closeSent;
        synchronized (this) {
            if (phase == Phase.LINGERING || phase == Phase.ENDED) {
                return;
            }
            closeSent = phase == Phase.CLOSING;
            endSession(ours);
            phase = Phase.LINGERING;
            if (!linger.isZero()) {
                expire(linger);
            }
        }
        if (linger.isZero()) {
            abort();
        } else if (closeSent) {
            shutdownAfterClose();
        } else {
            writer.closeNow(ours.frame());
        }
        outputLost();
        wake();
    }

    @Override
    public void abort() {
        writer.shut();
        synchronized (this) {
            endSession(CloseStatus.of(CloseStatus.ABNORMAL));
            phase = Phase.ENDED;
            if (finished || aborted) {
                return;
            }
            aborted = true;
        }
        transport.abort();
        outputLost();
        wake();
    }

    /** Not by way of the serial run: a callback of it may wait for just this. */
    private void outputLost() {
        synchronized (this) {
            if (!opened) {
                return;
            }
        }
        try {
            listener.onOutputLost();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a session's listener failed");
        }
    }

    @Override
    public WireActivity activity() {
        return this;
    }

    @Override
    public TransportKind kind() {
        return transport.kind();
    }

    @Override
    public String extensions() {
        return reader.extensions();
    }

    @Override
    public String remoteAddress() {
        return transport.remoteAddress();
    }

    // The serial run.

    private void wake() {
        synchronized (this) {
            if (running) {
                return;
            }
            running = true;
        }
        try {
            route.executor().execute(this);
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("no thread for a session: it is ended");
            transport.abort();
            over();
        }
    }

    @Override
    public void run() {
        while (true) {
            Action action;
            synchronized (this) {
                action = nextAction();
                if (action == Action.PARK) {
                    running = false;
                    return;
                }
            }
            try {
                perform(action);
            } catch (ProtocolViolation violation) {
                fail(violation.status(), FAULT_LINGER);
            } catch (IOException e) {
                onTransportClosed(e);
            } catch (RuntimeException | Error e) {
                LOG.atError().setCause(e).log("a session's listener failed");
                fail(new CloseStatus(CloseStatus.INTERNAL_ERROR, "internal error"), FAULT_LINGER);
            }
        }
    }

    private Action nextAction() {
        if (openDue) {
            openDue = false;
            return Action.OPEN;
        }
        if (closedDue) {
            closedDue = false;
            return Action.NOTIFY_CLOSED;
        }
        return switch (phase) {
            case OPEN -> mayRead && demanded ? Action.READ : Action.PARK;
            case CLOSING -> mayRead ? Action.READ : Action.PARK;
            case LINGERING -> mayRead && !peerCloseReceived ? Action.READ : Action.PARK;
            case ENDED -> {
                if (finished) {
                    yield Action.PARK;
                }
                finished = true;
                yield Action.FINISH;
            }
        };
    }

    private void perform(Action action) throws IOException, ProtocolViolation {
        switch (action) {
            case OPEN -> listener.onOpen();
            case READ -> read();
            case NOTIFY_CLOSED -> notifyClosed();
            case FINISH -> finish();
            case PARK -> throw new IllegalStateException("parked");
        }
    }

    private void read() throws IOException, ProtocolViolation {
        Phase now;
        synchronized (this) {
            if (readable) {
                readable = false;
                reader.transportReadable();
                lastReadNanos = context.wheel().nowNanos();
            }
            now = phase;
        }
        WireReader.Step step =
                now == Phase.LINGERING ? reader.discard() : reader.next(maxMessageBytes);
        switch (step) {
            case FRAGMENT -> onFragment();
            case PING ->
                    writer.pong(
                            FrameEncoder.encode(
                                    Opcode.PONG.code() | FrameEncoder.FIN, reader.payload()));
            case PONG -> listener.onPong(reader.payload());
            case CLOSE -> onPeerClose(CloseStatus.read(reader.payload()));
            case WAIT -> {
                synchronized (this) {
                    mayRead = false;
                }
                transport.whenReadable();
            }
            case END -> onTransportClosed(null);
        }
    }

    private void onFragment() {
        synchronized (this) {
            if (phase != Phase.OPEN) {
                return;
            }
            demanded = false;
            demandChangedNanos = context.wheel().nowNanos();
        }
        listener.onFragment(reader.opcode(), reader.payload(), reader.last());
    }

    private void onPeerClose(CloseStatus peers) {
        boolean answer;
        synchronized (this) {
            peerCloseReceived = true;
            answer = phase == Phase.OPEN;
            endSession(peers);
            if (phase == Phase.OPEN) {
                expire(route.settings().closeTimeout());
            }
            phase = closeWritten ? Phase.ENDED : Phase.LINGERING;
        }
        if (answer) {
            // RFC 6455 section 5.5.1: the answer typically echoes the code that was received.
            writer.closeNow(CloseStatus.of(peers.code()).frame());
        }
    }

    private void notifyClosed() {
        CloseStatus end;
        synchronized (this) {
            end = status == null ? CloseStatus.of(CloseStatus.ABNORMAL) : status;
        }
        context.observer().onClosed(transport.kind(), end, ageNanos());
        listener.onClosed(end);
    }

    // The end.

    /** Guarded by this: the listener gets its onClosed, once. */
    private void endSession(CloseStatus cause) {
        if (status == null) {
            status = cause;
        }
        if (phase == Phase.OPEN || phase == Phase.CLOSING) {
            closedDue = opened;
        }
        demanded = false;
    }

    private final class WriterOwner implements WireWriter.Owner {
        @Override
        public void onWritable() {
            listener.onWritable();
        }

        @Override
        public void onCloseWritten() {
            synchronized (WireConnection.this) {
                closeWritten = true;
                if (peerCloseReceived) {
                    phase = Phase.ENDED;
                }
            }
            shutdownAfterClose();
            wake();
        }

        @Override
        public void onWriteFailed(IOException cause) {
            onTransportClosed(cause);
        }
    }

    /** A session that was given up waits for no answer: our half ends with the Close frame. */
    private void shutdownAfterClose() {
        synchronized (this) {
            if (phase != Phase.LINGERING || !closeWritten) {
                return;
            }
        }
        transport.shutdownOutput();
    }

    private void finish() {
        reader.release();
        boolean reset;
        synchronized (this) {
            reset = aborted;
        }
        if (!reset) {
            transport.close();
        }
        over();
    }

    private void over() {
        CloseDeadline due;
        synchronized (this) {
            due = deadline;
            deadline = null;
        }
        if (due != null) {
            context.wheel().cancel(due);
        }
        reader.closeExtension();
        lease.release();
    }

    /** Guarded by this. */
    private void expire(Duration after) {
        CloseDeadline due = deadline;
        if (due == null) {
            deadline = due = new CloseDeadline();
        }
        context.wheel().schedule(due, context.wheel().nowNanos() + after.toNanos());
    }

    private final class CloseDeadline extends Timer {
        @Override
        protected void onDeadline(long nowNanos) {
            abort();
        }
    }

    // WireActivity.

    @Override
    public long ageNanos() {
        return context.wheel().nowNanos() - openedNanos;
    }

    @Override
    public long lastReadNanos() {
        return lastReadNanos;
    }

    @Override
    public long pingWrittenNanos() {
        return writer.pingWrittenNanos();
    }

    @Override
    public boolean isPingPending() {
        return writer.isPingPending();
    }

    @Override
    public boolean isWritePending() {
        return writer.isPending();
    }

    @Override
    public long writePendingSinceNanos() {
        return writer.pendingSinceNanos();
    }

    @Override
    public boolean isDemandWithheld() {
        return !demanded;
    }

    @Override
    public long demandChangedNanos() {
        return demandChangedNanos;
    }
}

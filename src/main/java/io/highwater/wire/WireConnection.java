package io.highwater.wire;

import io.highwater.handshake.UpgradeDecision;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.limits.Account;
import io.highwater.limits.Book;
import io.highwater.limits.Payer;
import io.highwater.time.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The engine of one WebSocket: RFC 6455 between a {@link Transport} and a {@link WireListener}.
 *
 * <p>Reading and all callbacks but onWritable happen in a serial run: events from any thread set a
 * flag under the lock, and whoever finds no run under way starts one. It is the route's executor's,
 * but begins on the transport's thread, and goes on there as long as nothing of it keeps others
 * waiting: an executor that reads must wake the selector to be told of more, which costs as much as
 * the message, and being woken itself costs that again. Writing is {@link WireWriter}'s. The lock
 * guards flags and phases only; no I/O and no callback happens under it. Lock order: this, then
 * {@link WireWriter}; never the other way round.
 *
 * <p>While a callback keeps the run for long, or nothing is demanded, another thread of the
 * executor looks at what comes, as far as {@link WireReader#AHEAD_BYTES}: Pings are answered, and
 * Pongs of keepalive's settled, out of their order. It has the reader meanwhile; a callback that
 * returns while it has leaves the run to it.
 */
public final class WireConnection
        implements Wire, WireActivity, Transport.Events, InboundCharge.Subject, Runnable {
    private static final String OBSERVER = "wire";

    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);

    /** How long a peer that broke the protocol may take to read the Close frame that says so. */
    private static final Duration FAULT_LINGER = Duration.ofSeconds(2);

    private static final CloseStatus LOST = CloseStatus.of(CloseStatus.ABNORMAL);
    private static final CloseStatus INTERNAL =
            new CloseStatus(CloseStatus.INTERNAL_ERROR, "internal error");

    /** What a peer that floods gets of the transport's thread at a time, which others wait for. */
    private static final int STEPS_ON_TRANSPORT = 16;

    /**
     * The same of the executor's, since a carrier preempts no virtual thread; and no more than 50
     * ms. A flood of 64 B was a sixth slower with turns of 16, and is a twentieth with these.
     */
    private static final int STEPS_ON_EXECUTOR = 512;

    /** Of which each reads this often at most, whatever the peer sends that makes none. */
    private static final int READS_A_STEP = 16;

    /** From when a message was handed over, or demand withheld, to the first look at what comes. */
    private static final long LOOK_AFTER_NANOS = Duration.ofMillis(100).toNanos();

    /** While messages that arrive have no room nobody reads ahead. */
    private static final long LOOK_PRESSED_NANOS = 1_000_000_000;

    /** What one look may read, each time that the transport says that there is more. */
    private static final int READS_A_LOOK = 4;

    /** How often; so, with the time between two looks, at most 2.5 MB/s of control frames. */
    private static final int ROUNDS_A_LOOK = 4;

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

    /** Whose the serial run is. */
    private enum Run {
        /** Nobody's: there is nothing to do. */
        PARKED,
        /** A thread's, which is at it or is about to hand it over. */
        UNDER_WAY,
        /** A thread's, which is in a callback meanwhile: the reader is nobody's. */
        CALLING,
        /** The same, but the reader is another thread's. */
        LOOKING,
        /** Whoever hands sessions over is to do so with it, and has not yet. */
        WAITING,
        /** The executor's, and no thread of it has taken it yet. */
        HANDED;

        boolean waits() {
            return this == WAITING || this == HANDED;
        }
    }

    /** How an action went. */
    private enum Outcome {
        GOES_ON,

        /** What comes next is the executor's, as it may be long. */
        IS_LONG,

        /** The run is another thread's by now. */
        HAS_LEFT
    }

    /** What the serial run does next. */
    private enum Action {
        OPEN,
        /** Of a step that was read on the transport's thread. */
        DELIVER,
        READ,
        NOTIFY_CLOSED,
        FINISH,
        PARK
    }

    private final WireContext context;
    private final Transport transport;
    private final Route route;
    private final UpgradeDecision.Lease lease;
    private final Writer writer;
    private final WireListener listener;
    private final Payer payer;

    /** Null where nothing was agreed on. */
    private final @Nullable WireExtension extension;

    /** The serial run's, or a look's. Null while nothing is half read: it is made for a burst. */
    private @Nullable WireReader reader;

    /** Written by who has the reader. Null while hardly anything of a message is kept. */
    private volatile @Nullable InboundCharge charge;

    /** Guarded by this. Written there, read anywhere. */
    private volatile Run run = Run.PARKED;

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

    /** Guarded by this: the transport is to tell when it is readable. */
    private boolean awaited;

    /** Guarded by this. */
    private boolean peerCloseReceived;

    /** Guarded by this: {@code status} is the peer's. */
    private boolean closedByPeer;

    /** Guarded by this: the transport was reset; closing it would be too late. */
    private boolean aborted;

    /** Guarded by this: the transport was over before the upgrade was. */
    private boolean lostEarly;

    /** Guarded by this: FINISH is done or under way. */
    private boolean finished;

    /** Guarded by this: what ended the session; the first cause wins. */
    private @Nullable CloseStatus status;

    /** Guarded by this: a {@link Look} while messages flow, then a {@link CloseDeadline}. */
    private @Nullable Timer timer;

    private volatile int maxMessageBytes;
    private volatile long lastReadNanos;
    private volatile long readingChangedNanos;
    private final long openedNanos;

    /**
     * The decision's lease is given back once, when the transport is over.
     *
     * @param payer the client's address
     * @param extension what the answer agrees on, if anything; this wire's own
     */
    public WireConnection(
            WireContext context,
            Transport transport,
            Route route,
            UpgradeRequest request,
            UpgradeDecision.Accepted decision,
            Payer payer,
            @Nullable WireExtension extension,
            WireAcceptor.ResponseHeaders headers) {
        this.context = context;
        this.transport = transport;
        this.route = route;
        this.lease = decision.lease();
        this.payer = payer;
        maxMessageBytes(route.settings().maxMessageBytes());
        this.openedNanos = context.wheel().nowNanos();
        this.lastReadNanos = openedNanos;
        this.readingChangedNanos = openedNanos;
        this.extension = extension;
        this.writer = new Writer();
        if (extension != null) {
            extension.attach(this);
        }
        this.listener = route.acceptor().accept(this, request, decision, headers);
    }

    // The transport's events.

    /** The upgrade is answered; {@code early} are bytes that came with the request. */
    public void onUpgraded(ByteBuffer early) {
        boolean came = early.hasRemaining();
        if (came) {
            reader().prefill(early);
        }
        observe(() -> context.observer().onOpened(transport.kind()));
        boolean idle;
        boolean waits;
        synchronized (this) {
            openDue = true;
            opened = true;
            if (lostEarly) {
                endSession(LOST);
                phase = Phase.ENDED;
            }
            // Nothing more will have come yet. Who asks later, from the executor, must wake the
            // transport's thread.
            waits = phase == Phase.OPEN && !came;
            mayRead = !waits;
            idle = takeParked();
        }
        try {
            if (waits) {
                awaitMore();
            }
        } catch (RuntimeException | Error e) {
            // The run, which is still to start, tells of it.
            fail(INTERNAL, FAULT_LINGER);
            failureLog().setCause(e).log("a transport failed at its opening");
        } finally {
            if (idle) {
                start();
            }
        }
    }

    /**
     * The handshake's request is over. Where no upgrade was part of it, none will come: the
     * listener hears of no opening and no end.
     */
    public void onUpgradeOver() {
        synchronized (this) {
            if (opened || finished) {
                return;
            }
            phase = Phase.ENDED;
            finished = true;
        }
        giveBack();
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

    /** Who counts is not to end whom it counts. */
    private void observe(Runnable news) {
        context.logs().tell(OBSERVER, news);
    }

    @Override
    public void onReadable() {
        synchronized (this) {
            mayRead = true;
            readable = true;
            awaited = false;
            if (run == Run.CALLING) {
                lookSoon();
            }
            if (!takeParked()) {
                return;
            }
        }
        start();
    }

    /** Whatever is thrown is this session's affair: the transport tells others next. */
    @Override
    public void onWritten() {
        try {
            writer.onWritten();
        } catch (RuntimeException | Error e) {
            failElsewhere(e);
        }
    }

    @Override
    public void onTransportClosed(@Nullable Throwable cause) {
        writer.shut();
        synchronized (this) {
            lostEarly = !opened;
            if (!opened || phase == Phase.ENDED) {
                return;
            }
            endSession(LOST);
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
    public int ownFormBytes() {
        return writer.ownFormBytes();
    }

    @Override
    public void ping(ByteBuffer payload) {
        writer.ping(FrameEncoder.encode(Opcode.PING.code() | FrameEncoder.FIN, payload));
    }

    @Override
    public void applicationPing(ByteBuffer payload) {
        writer.applicationPing(FrameEncoder.encode(Opcode.PING.code() | FrameEncoder.FIN, payload));
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
            readingChangedNanos = context.wheel().nowNanos();
            demanded = true;
        }
        wake();
    }

    @Override
    public void maxMessageBytes(long bytes) {
        maxMessageBytes = (int) Math.min(bytes, Integer.MAX_VALUE);
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
        boolean mayLinger;
        synchronized (this) {
            if (phase == Phase.LINGERING || phase == Phase.ENDED) {
                return;
            }
            closeSent = phase == Phase.CLOSING;
            endSession(ours);
            phase = Phase.LINGERING;
            mayLinger = !linger.isZero() && lingerFor(linger);
        }
        try {
            if (!mayLinger) {
                abort();
            } else if (closeSent) {
                shutdownAfterClose();
            } else {
                writer.closeNow(ours.frame());
            }
        } finally {
            outputLost();
            wake();
        }
    }

    @Override
    public void abort() {
        writer.shut();
        synchronized (this) {
            endSession(LOST);
            phase = Phase.ENDED;
            if (finished || aborted) {
                return;
            }
            aborted = true;
        }
        try {
            transport.abort();
        } finally {
            outputLost();
            wake();
        }
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
        } catch (RuntimeException | Error e) {
            // Its end is still to be told.
            failureLog().setCause(e).log("a session's listener failed");
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
        return extension == null ? "" : extension.answer();
    }

    @Override
    public synchronized boolean isClosedByPeer() {
        return closedByPeer;
    }

    @Override
    public Payer payer() {
        return payer;
    }

    @Override
    public String remoteAddress() {
        return transport.remoteAddress();
    }

    private LoggingEventBuilder failureLog() {
        return context.logs().limit(LOG.atError(), "session_failed", remoteAddress());
    }

    // The serial run.

    /** On the transport's thread: what it may do here is done, the rest handed over. */
    private void start() {
        if (route.executor() == Route.SAME_THREAD) {
            execute();
        } else {
            serve(false);
        }
    }

    private void wake() {
        synchronized (this) {
            if (!takeParked()) {
                return;
            }
        }
        execute();
    }

    /** Guarded by this. */
    private boolean takeParked() {
        boolean parked = run == Run.PARKED;
        if (parked) {
            run = Run.UNDER_WAY;
        }
        return parked;
    }

    private void execute() {
        synchronized (this) {
            readingChangedNanos = context.wheel().nowNanos();
            run = Run.HANDED;
        }
        handOver();
    }

    private void handOver() {
        try {
            detachReader();
            route.executor().execute(this);
        } catch (RuntimeException | Error e) {
            // An executor may throw when it has the task already (a thread pool that can't grow).
            // Where it has run that, and the session was handed over once more, the wrong one is
            // taken back: it ends, which is better than 8 bytes for each session to tell them
            // apart.
            if (takeBack(Run.HANDED)) {
                endHere();
            }
            context.logs()
                    .limit(LOG.atWarn(), "no_thread", remoteAddress())
                    .setCause(e)
                    .log("no thread for a session");
        }
    }

    /** With others that the transport's thread has read from. */
    private void executeSoon() {
        boolean waits = false;
        awaitTurn(); // Before what may fail: takeTurn is for who waits.
        try {
            detachReader();
            waits = transport.wakeSoon(route.executor(), this::takeTurn);
        } catch (RuntimeException | Error e) {
            LOG.debug("no memory to let a session wait", e);
        }
        if (!waits) {
            takeTurn();
        }
    }

    private synchronized void awaitTurn() {
        readingChangedNanos = context.wheel().nowNanos();
        run = Run.WAITING;
    }

    /** Once: who is not waiting any more has had it. */
    private void takeTurn() {
        synchronized (this) {
            if (run != Run.WAITING) {
                return;
            }
            run = Run.HANDED;
        }
        handOver();
    }

    /** As many may wait for the executor as there are sessions: each without a read buffer. */
    private void detachReader() {
        if (reader != null) {
            reader.detach();
        }
    }

    /** True where it still waited so: it is this thread's now. */
    private synchronized boolean takeBack(Run waiting) {
        boolean taken = run == waiting;
        if (taken) {
            readingChangedNanos = context.wheel().nowNanos();
            run = Run.UNDER_WAY;
        }
        return taken;
    }

    /**
     * On this thread, whose run it is; nothing runs after it. There may be no memory left: what
     * fails here must not keep what follows it.
     */
    private void endHere() {
        boolean unheard;
        boolean tell;
        synchronized (this) {
            endSession(LOST);
            phase = Phase.ENDED;
            finished = true;
            unheard = openDue;
            openDue = false;
            tell = closedDue;
            closedDue = false;
        }
        try {
            writer.shut();
            transport.abort();
        } finally {
            try {
                releaseReader();
                if (unheard) {
                    observe(() -> context.observer().onClosed(transport.kind(), LOST, ageNanos()));
                } else if (tell) {
                    notifyClosed();
                }
            } catch (RuntimeException | Error e) {
                failureLog().setCause(e).log("a session's listener failed");
            } finally {
                over();
            }
        }
    }

    @Override
    public void run() {
        if (takeBack(Run.HANDED)) {
            serve(true);
        }
    }

    /**
     * Until nothing is left to do, or others are to have the thread, or, on the transport's, only
     * the executor may do it.
     */
    private void serve(boolean onExecutor) {
        int steps = onExecutor ? STEPS_ON_EXECUTOR : STEPS_ON_TRANSPORT;
        long beganNanos = context.wheel().nowNanos();
        while (true) {
            Action action;
            boolean leave;
            synchronized (this) {
                action = nextAction();
                if (action == Action.PARK) {
                    run = Run.PARKED;
                    if (!demanded && mayLook()) {
                        lookSoon();
                    }
                    return;
                }
                leave = steps == 0 || (!onExecutor && isForExecutor(action));
                if (!leave) {
                    begin(action);
                }
            }
            if (leave && !onExecutor) {
                executeSoon();
                return;
            }
            if (leave) {
                if (giveWay()) {
                    return;
                }
                steps = STEPS_ON_EXECUTOR;
                beganNanos = context.wheel().nowNanos();
                continue;
            }
            try {
                Outcome outcome = perform(action, onExecutor);
                if (outcome == Outcome.HAS_LEFT) {
                    return;
                }
                boolean goesOn =
                        onExecutor ? isOfOneMoment(beganNanos) : outcome == Outcome.GOES_ON;
                steps = goesOn ? steps - 1 : 0;
            } catch (ProtocolViolation | IOException | RuntimeException | Error e) {
                if (!failed(e)) {
                    return;
                }
            }
        }
    }

    /** By the clock of the wheel, which moves twenty times a second. */
    private boolean isOfOneMoment(long beganNanos) {
        return context.wheel().nowNanos() == beganNanos;
    }

    /** To the end of the executor's queue. False: nobody else has the run, it goes on. */
    private boolean giveWay() {
        if (route.executor() == Route.SAME_THREAD) {
            return false;
        }
        awaitTurn();
        try {
            context.requeue().execute(this::takeTurn);
            return true;
        } catch (RuntimeException | Error e) {
            // It may have the task already.
            LOG.debug("no thread to hand a session over", e);
            return !takeBack(Run.WAITING);
        }
    }

    /** False where even that failed: the session is over then, and this run with it. */
    private boolean failed(Throwable cause) {
        try {
            if (cause instanceof ProtocolViolation violation) {
                fail(violation.status(), FAULT_LINGER);
            } else if (cause instanceof IOException) {
                onTransportClosed(cause);
            } else {
                fail(INTERNAL, FAULT_LINGER);
                failureLog().setCause(cause).log("a session's listener failed");
            }
            return true;
        } catch (RuntimeException | Error e) {
            endHere();
            return false;
        }
    }

    private Action nextAction() {
        if (openDue) {
            return Action.OPEN;
        }
        if (reader != null && reader.isStepDue()) {
            return Action.DELIVER;
        }
        if (closedDue) {
            return Action.NOTIFY_CLOSED;
        }
        return switch (phase) {
            case OPEN -> mayRead && demanded && !isHeld() ? Action.READ : Action.PARK;
            case CLOSING -> mayRead && !isHeld() ? Action.READ : Action.PARK;
            case LINGERING -> mayRead && !peerCloseReceived ? Action.READ : Action.PARK;
            case ENDED -> finished ? Action.PARK : Action.FINISH;
        };
    }

    /** Guarded by this: whether it may block, or take its time. */
    private boolean isForExecutor(Action action) {
        return switch (action) {
            case OPEN -> route.lifecycle() == Route.Lifecycle.MAY_BLOCK;
            case DELIVER -> true;
            // What is read here waits on the heap for its turn there.
            case READ ->
                    extension != null
                            || !transport.readsAtNobodysCost()
                            || inbound().isPressed()
                            || !inbound().fitsAddress(payer, 0);
            case NOTIFY_CLOSED ->
                    route.lifecycle() == Route.Lifecycle.MAY_BLOCK
                            || (status != null && !status.isOrdinary())
                            || listener.closedMayBlock();
            case FINISH -> !transport.readsAtNobodysCost() || lease.mayBlock();
            case PARK -> false;
        };
    }

    /** Guarded by this: the action is no longer due. */
    private void begin(Action action) {
        switch (action) {
            case OPEN -> openDue = false;
            case NOTIFY_CLOSED -> closedDue = false;
            case FINISH -> finished = true;
            case DELIVER, READ, PARK -> {}
        }
    }

    private Outcome perform(Action action, boolean onExecutor)
            throws IOException, ProtocolViolation {
        switch (action) {
            case OPEN -> {
                if (onExecutor) {
                    return call(listener::onOpen);
                }
                listener.onOpen();
            }
            case DELIVER -> {
                reader().takeStep();
                return deliver(reader());
            }
            case READ -> {
                return read(onExecutor);
            }
            case NOTIFY_CLOSED -> {
                if (reader != null) {
                    reader.dropMessage();
                    if (route.executor() != Route.SAME_THREAD) {
                        reader.detach();
                    }
                }
                endCharge();
                notifyClosed();
            }
            case FINISH -> finish();
            case PARK -> throw new IllegalStateException("parked");
        }
        return Outcome.GOES_ON;
    }

    private Outcome read(boolean onExecutor) throws IOException, ProtocolViolation {
        WireReader reader = reader();
        Phase now;
        synchronized (this) {
            if (readable) {
                readable = false;
                reader.transportReadable();
                lastReadNanos = context.wheel().nowNanos();
            }
            now = phase;
        }
        int reads = onExecutor ? READS_A_STEP : 1;
        WireReader.Step step =
                now == Phase.LINGERING || reader.refusal() != null
                        ? reader.discard(reads)
                        : reader.next(maxMessageBytes, reads);
        switch (step) {
            case FRAGMENT, TOO_LARGE -> {
                return deliverSoon(reader, onExecutor);
            }
            case PONG -> {
                if (!listener.settlePing(reader.payload())) {
                    return deliverSoon(reader, onExecutor);
                }
            }
            case PING -> answer(reader.payload());
            case CLOSE -> onPeerClose(CloseStatus.read(reader.payload()));
            case WAIT -> {
                if (now != Phase.LINGERING && reader.refusal() == null) {
                    keep(reader, 0, onExecutor);
                }
                if (reader.isIdle()) {
                    this.reader = null;
                }
                synchronized (this) {
                    mayRead = readable;
                }
                awaitMore();
            }
            case MORE -> {
                return Outcome.IS_LONG;
            }
            case END -> onTransportClosed(null);
        }
        return Outcome.GOES_ON;
    }

    private void answer(ByteBuffer ping) {
        writer.answer(FrameEncoder.encode(Opcode.PONG.code() | FrameEncoder.FIN, ping));
    }

    private Outcome deliverSoon(WireReader reader, boolean onExecutor) {
        // A callback that may block, or give no demand, must not keep a read buffer.
        boolean emptied = route.executor() != Route.SAME_THREAD && reader.detach();
        if (!onExecutor) {
            reader.keepStep();
            keep(reader, 0, onExecutor);
        }
        if (emptied) {
            awaitMore();
        }
        return onExecutor ? deliver(reader) : Outcome.GOES_ON;
    }

    /** The transport is empty, unless it has told of more since. */
    private void awaitMore() {
        boolean ask;
        synchronized (this) {
            ask = !readable && !awaited;
            awaited |= ask;
        }
        if (ask) {
            transport.whenReadable();
        }
    }

    private Outcome deliver(WireReader reader) {
        CloseStatus refusal = reader.refusal();
        if (refusal != null) {
            return call(() -> refuse(refusal));
        }
        ByteBuffer payload = reader.payload();
        if (reader.isPong()) {
            return call(() -> listener.onPong(payload));
        }
        Opcode opcode = reader.opcode();
        boolean last = reader.last();
        keep(reader, payload.remaining(), true);
        boolean open;
        synchronized (this) {
            open = phase == Phase.OPEN;
            if (open) {
                readingChangedNanos = context.wheel().nowNanos();
                demanded = false;
            }
        }
        if (!open) {
            keep(reader, 0, true);
            return Outcome.GOES_ON;
        }
        received(last ? 1 : 0, payload.remaining());
        return call(() -> listener.onFragment(opcode, payload, last));
    }

    /** On the way of a message: allocates nothing, like {@link Writer#onTaken}. */
    private void received(int messages, int bytes) {
        try {
            context.observer().onReceived(messages, bytes);
        } catch (RuntimeException | Error e) {
            context.logs().untold(OBSERVER, e);
        }
    }

    /** Calls the listener on the executor, where it may take its time. */
    private Outcome call(Runnable callback) {
        boolean here = route.executor() == Route.SAME_THREAD;
        synchronized (this) {
            if (!here) {
                run = Run.CALLING;
            }
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

    /** A callback has returned. False: a look has the reader, and the run from now on. */
    private boolean comesBack() {
        boolean left;
        synchronized (this) {
            left = run == Run.LOOKING;
            run = Run.UNDER_WAY;
        }
        if (!left) {
            keepRest();
        }
        return !left;
    }

    /** On a thread that may not have the run. */
    private void failElsewhere(Throwable cause) {
        try {
            if (cause instanceof IOException) {
                onTransportClosed(cause);
            } else {
                fail(INTERNAL, FAULT_LINGER);
                failureLog().setCause(cause).log("a session's listener failed");
            }
        } catch (RuntimeException | Error e) {
            abort();
        }
    }

    // The look at what comes while nothing is delivered.

    /** Guarded by this; for who has the reader, or just gives it away. */
    private boolean mayLook() {
        WireReader present = reader;
        return phase == Phase.OPEN
                && !openDue
                && (readable || (present != null && present.isWorthALook()));
    }

    /** Guarded by this. */
    private void lookSoon() {
        if (phase == Phase.OPEN && timer == null && route.executor() != Route.SAME_THREAD) {
            timer = new Look();
            context.wheel().schedule(timer, context.wheel().nowNanos() + LOOK_AFTER_NANOS);
        }
    }

    private final class Look extends Timer implements Runnable {
        @Override
        protected void onDeadline(long nowNanos) {
            synchronized (WireConnection.this) {
                if (timer != this) {
                    return;
                }
                if (!isToLook()) {
                    timer = null;
                    return;
                }
                long dueNanos = readingChangedNanos + LOOK_AFTER_NANOS;
                if (nowNanos - dueNanos < 0) {
                    context.wheel().schedule(this, dueNanos); // Another callback than before.
                    return;
                }
                if (inbound().isPressed() || !inbound().fitsAddress(payer, 0)) {
                    context.wheel().schedule(this, nowNanos + LOOK_PRESSED_NANOS);
                    return;
                }
            }
            try {
                route.executor().execute(this);
            } catch (RuntimeException | Error e) {
                LOG.debug("no thread to look for control frames", e);
                synchronized (WireConnection.this) {
                    // Else nobody would look again while a callback takes its time.
                    if (timer == this) {
                        context.wheel().schedule(this, nowNanos + LOOK_PRESSED_NANOS);
                    }
                }
            }
        }

        @Override
        public void run() {
            synchronized (WireConnection.this) {
                if (timer != this) {
                    return;
                }
                timer = null;
                context.wheel().cancel(this); // Where the executor threw, and had it all the same.
                if (!isToLook()) {
                    return;
                }
                run = run == Run.CALLING ? Run.LOOKING : Run.UNDER_WAY;
            }
            look();
        }
    }

    /** Guarded by this: whether nobody has the reader, who would see to what comes. */
    private boolean isToLook() {
        return phase == Phase.OPEN && (run == Run.CALLING || (run == Run.PARKED && !demanded));
    }

    /** The reader is this thread's, and the run too unless a callback has it. */
    private void look() {
        try {
            if (!isHeld() && !inbound().isPressed() && inbound().fitsAddress(payer, 0)) {
                boolean more = true;
                for (int rounds = 0; more && rounds < ROUNDS_A_LOOK; rounds++) {
                    readAhead();
                    synchronized (this) {
                        more = readable;
                    }
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            failElsewhere(e);
        } finally {
            handBack();
        }
    }

    /** The reader, to a callback that still runs; else this thread goes on with the run. */
    private void handBack() {
        synchronized (this) {
            if (run == Run.LOOKING) {
                run = Run.CALLING;
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
        serve(true);
    }

    private void readAhead() throws IOException {
        WireReader reader = reader();
        synchronized (this) {
            if (readable) {
                readable = false;
                reader.transportReadable();
                lastReadNanos = context.wheel().nowNanos();
            }
        }
        long before = reader.keptBytes();
        reader.lookAhead(READS_A_LOOK, this::takeAhead);
        keepAhead(before, reader.keptBytes());
        if (reader.waitsForTransport()) {
            if (reader.isIdle()) {
                this.reader = null;
            }
            awaitMore();
        }
    }

    private boolean takeAhead(Opcode opcode, ByteBuffer payload) {
        if (opcode == Opcode.PONG) {
            return listener.settlePing(payload);
        }
        answer(payload);
        return true;
    }

    /** Charges what the reader keeps; what the listener does is unknown while it runs. */
    private void keepAhead(long before, long now) {
        InboundCharge present = charge;
        if (present != null) {
            present.add(now - before);
        } else if (now >= InboundCharge.LEAST_BYTES) {
            charge = present = newCharge();
            present.add(now);
        }
        if (present != null) {
            present.settle();
        }
    }

    private void refuse(CloseStatus refusal) {
        boolean open;
        synchronized (this) {
            open = phase == Phase.OPEN;
            demanded = false;
            readingChangedNanos = context.wheel().nowNanos();
        }
        endCharge();
        if (!open || !listener.onTooLarge(refusal)) {
            fail(refusal, FAULT_LINGER);
        }
    }

    /**
     * Charges what is kept of messages, the listener's part included.
     *
     * @param delivered bytes that the listener is about to have
     */
    private void keep(WireReader reader, int delivered, boolean onExecutor) {
        long kept = reader.keptBytes() + listener.keptBytes() + delivered;
        boolean partial = reader.isInMessage();
        InboundCharge present = charge;
        if (kept < InboundCharge.LEAST_BYTES && !partial) {
            endCharge();
            return;
        }
        if (present == null) {
            charge = present = newCharge();
        }
        present.set(kept, reader.takeCame(), partial);
        if (onExecutor) {
            present.settle();
        }
    }

    private InboundCharge newCharge() {
        return new InboundCharge(
                this, inbound(), context.wheel(), route.settings().messageTimeout());
    }

    /** After a callback: what it kept is not in the reader any more. */
    private void keepRest() {
        WireReader present = reader;
        if (present == null) {
            // A look has found nothing more, and let it go.
            keepOfListener();
        } else if (present.refusal() == null) {
            keep(present, 0, true);
        }
    }

    private void keepOfListener() {
        InboundCharge present = charge;
        if (present == null) {
            return;
        }
        long kept = listener.keptBytes();
        if (kept < InboundCharge.LEAST_BYTES) {
            endCharge();
        } else {
            present.set(kept, 0, false);
        }
    }

    /** What is kept is let go. */
    private void endCharge() {
        InboundCharge last = charge;
        if (last != null) {
            charge = null;
            last.close();
        }
    }

    private Book inbound() {
        return context.ledger().book(Account.INBOUND);
    }

    private boolean isHeld() {
        InboundCharge present = charge;
        return present != null && present.isHeld();
    }

    @Override
    public void onLetGo() {
        wake();
    }

    @Override
    public void endSoon(CloseStatus status) {
        try {
            route.executor().execute(() -> fail(status, FAULT_LINGER));
        } catch (RuntimeException | Error e) {
            LOG.debug("no thread to end a session", e);
            abort();
        }
    }

    private WireReader reader() {
        WireReader made = reader;
        if (made == null) {
            reader = made = new WireReader(transport, context.buffers(), extension);
        }
        return made;
    }

    private void onPeerClose(CloseStatus peers) {
        boolean answer;
        boolean mayLinger = true;
        synchronized (this) {
            peerCloseReceived = true;
            answer = phase == Phase.OPEN;
            closedByPeer |= status == null;
            endSession(peers);
            if (phase == Phase.OPEN) {
                mayLinger = lingerFor(route.settings().closeTimeout());
            } else if (phase == Phase.CLOSING && timer instanceof CloseDeadline deadline) {
                // What was in flight when we began to close, and is still.
                mayLinger = chargeHeld(deadline);
            }
            // Another thread may have lost the transport since the Close was read.
            if (phase != Phase.ENDED) {
                phase = writer.closeWritten ? Phase.ENDED : Phase.LINGERING;
            }
        }
        if (!mayLinger) {
            abort();
        } else if (answer) {
            // RFC 6455 section 5.5.1: the answer typically echoes the code that was received.
            writer.closeNow(CloseStatus.of(peers.code()).frame());
        }
    }

    private void notifyClosed() {
        CloseStatus end;
        synchronized (this) {
            end = status == null ? LOST : status;
        }
        observe(() -> context.observer().onClosed(transport.kind(), end, ageNanos()));
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

    private final class Writer extends WireWriter {
        /** Guarded by the connection. Here, where there is room for it. */
        private boolean closeWritten;

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
                context.logs().untold(OBSERVER, e);
            }
        }

        @Override
        void onWritable() {
            listener.onWritable();
        }

        @Override
        void onCloseWritten() {
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
        void onWriteFailed(IOException cause) {
            onTransportClosed(cause);
        }
    }

    /** A session that was given up waits for no answer: our half ends with the Close frame. */
    private void shutdownAfterClose() {
        synchronized (this) {
            if (phase != Phase.LINGERING || !writer.closeWritten) {
                return;
            }
        }
        transport.shutdownOutput();
    }

    private void finish() {
        boolean reset;
        synchronized (this) {
            reset = aborted;
        }
        try {
            releaseReader();
            if (!reset) {
                transport.close();
            }
        } finally {
            over();
        }
    }

    private void releaseReader() {
        WireReader last = reader;
        if (last != null) {
            reader = null;
            last.release();
        }
    }

    private void over() {
        Timer due;
        synchronized (this) {
            due = timer;
            timer = null;
        }
        if (due != null) {
            context.wheel().cancel(due);
        }
        if (due instanceof CloseDeadline deadline) {
            context.lingering().giveBack(payer, deadline.heldBytes);
        }
        try {
            endCharge();
        } finally {
            giveBack();
        }
    }

    /**
     * Guarded by this: the session is over, the transport not yet. False where it holds more than
     * it may.
     */
    private boolean lingerFor(Duration time) {
        return chargeHeld(expire(time));
    }

    /** Guarded by this. */
    private boolean chargeHeld(CloseDeadline deadline) {
        long held = context.lingering().charge(payer, writer.heldBytes());
        if (held == Lingering.TOO_MUCH) {
            return false;
        }
        deadline.heldBytes += held;
        return true;
    }

    /** Guarded by this. */
    private CloseDeadline expire(Duration after) {
        Timer due = timer;
        if (due instanceof Look) {
            context.wheel().cancel(due);
        }
        CloseDeadline deadline =
                due instanceof CloseDeadline present ? present : new CloseDeadline();
        timer = deadline;
        context.wheel().schedule(deadline, context.wheel().nowNanos() + after.toNanos());
        return deadline;
    }

    private final class CloseDeadline extends Timer {
        /** Guarded by the connection: what was charged for what the transport holds. */
        private long heldBytes;

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
    public boolean isPingFollowed() {
        return writer.isPingFollowed();
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
    public boolean isReadingWithheld() {
        return !demanded || run.waits() || isHeld();
    }

    @Override
    public boolean isMessageArriving() {
        InboundCharge present = charge;
        return present != null && present.isMessageArriving();
    }

    @Override
    public long readingChangedNanos() {
        return readingChangedNanos;
    }
}

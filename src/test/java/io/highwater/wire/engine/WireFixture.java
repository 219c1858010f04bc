package io.highwater.wire.engine;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.Ledgers;
import io.highwater.testing.Stray;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.Route;
import io.highwater.wire.TransportKind;
import io.highwater.wire.Wire;
import io.highwater.wire.WireExtension;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** One engine on a scripted transport, with time and threads moved by hand. Confined to a test. */
final class WireFixture {
    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final ReadBuffers buffers = new ReadBuffers();
    final ScriptedTransport transport = new ScriptedTransport();
    final Recorder listener = new Recorder();
    final AtomicInteger leases = new AtomicInteger();
    final List<String> observed = new ArrayList<>();

    /** Messages and their payload bytes, as the observer was told of them. */
    final List<String> passed = new ArrayList<>();

    final Stray observers = new Stray();
    final WireConnection wire;
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    /** What the session's place costs to give back. */
    boolean leaseMayBlock;

    WireFixture() {
        this(null, Route.Lifecycle.MAY_BLOCK);
    }

    WireFixture(WireExtension extension, Route.Lifecycle lifecycle) {
        this(extension, lifecycle, null);
    }

    /**
     * @param executor the route's; null for one that is moved by hand
     */
    WireFixture(WireExtension extension, Route.Lifecycle lifecycle, Executor executor) {
        this(extension, lifecycle, executor, Ledger.unbounded(), null);
    }

    /** One that shares these accounts with others. */
    WireFixture(Ledger ledger) {
        this(null, Route.Lifecycle.MAY_BLOCK, null, ledger, null);
    }

    /** One of a node with others. */
    WireFixture(Ledger ledger, Lingering lingering, String address) {
        this(
                null,
                Route.Lifecycle.MAY_BLOCK,
                null,
                ledger,
                lingering,
                Ledgers.payer(ledger, address));
    }

    /** One that shares these accounts with others, and has agreed on this. */
    WireFixture(Ledger ledger, WireExtension extension) {
        this(extension, Route.Lifecycle.MAY_BLOCK, null, ledger, null);
    }

    private WireFixture(
            WireExtension extension,
            Route.Lifecycle lifecycle,
            Executor executor,
            Ledger ledger,
            Lingering lingering) {
        this(
                extension,
                lifecycle,
                executor,
                ledger,
                lingering,
                ledger.payers().of(InetAddress.getLoopbackAddress()));
    }

    private WireFixture(
            WireExtension extension,
            Route.Lifecycle lifecycle,
            Executor executor,
            Ledger ledger,
            Lingering lingering,
            Payer payer) {
        WireObserver observer =
                new WireObserver() {
                    @Override
                    public void onOpened(TransportKind kind) {
                        observers.call();
                        observed.add("opened");
                    }

                    @Override
                    public void onClosed(TransportKind kind, CloseStatus status, long ageNanos) {
                        observers.call();
                        observed.add("closed " + status.code());
                    }

                    @Override
                    public void onReceived(int messages, int payloadBytes) {
                        observers.call();
                        passed.add("in " + messages + " " + payloadBytes);
                    }

                    @Override
                    public void onSent(int messages, int payloadBytes) {
                        observers.call();
                        passed.add("out " + messages + " " + payloadBytes);
                    }
                };
        Route route =
                new Route(
                        RoutePolicy.of("/t"),
                        new WireSettings(100_000, Duration.ofSeconds(30), Duration.ofSeconds(10)),
                        executor == null ? this::hand : executor,
                        lifecycle,
                        (wire, request, decision, headers) -> {
                            listener.wire = wire;
                            return listener;
                        });
        wire =
                new WireConnection(
                        new WireContext(
                                wheel,
                                buffers,
                                observer,
                                ledger,
                                (woken, wake) -> wakes != null && wakes.add(wake),
                                this::requeue,
                                LogLimit.none(),
                                lingering == null ? new Lingering(ledger) : lingering),
                        transport,
                        route,
                        null,
                        UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress())
                                .withLease(new CountedLease()),
                        payer,
                        extension,
                        (name, value) -> {});
        transport.connect(wire);
    }

    WireFixture open() {
        wire.onOpened(ByteBuffer.allocate(0));
        run();
        return this;
    }

    /** Where those wait that are to be woken soon; null where they are woken at once. */
    Queue<Runnable> wakes;

    /** Whether the executor takes no more. */
    Error refusal;

    /** Whether it has run the task when it says so, as a pool may that can't grow. */
    boolean refusesTooLate;

    private void hand(Runnable task) {
        if (refusal == null) {
            tasks.add(task);
        } else {
            if (refusesTooLate) {
                task.run();
            }
            throw refusal;
        }
    }

    /** Whether no session can be handed to its executor once more. */
    boolean requeueFails;

    /** Whether one was when it says so. */
    boolean requeueFailsTooLate;

    /** While true, whoever hands sessions over is held up. */
    boolean holdsTurns;

    private final Queue<Runnable> turns = new ArrayDeque<>();

    void releaseTurns() {
        turns.forEach(Runnable::run);
        turns.clear();
    }

    private void requeue(Runnable handOver) {
        if (holdsTurns) {
            turns.add(handOver);
            return;
        }
        if (requeueFailsTooLate) {
            handOver.run();
        }
        if (requeueFails || requeueFailsTooLate) {
            throw new OutOfMemoryError("expected by the test");
        }
        handOver.run();
    }

    /** Runs what the engine handed to its executor. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    boolean hasTasks() {
        return !tasks.isEmpty();
    }

    /** Runs the first thing that waits for the executor. */
    void runNext() {
        tasks.remove().run();
    }

    void receive(String hex) {
        transport.receive(hex);
        run();
    }

    void advance(Duration time) {
        ticker.advance(time, wheel);
        run();
    }

    private final class CountedLease implements UpgradeDecision.Lease {
        @Override
        public void release() {
            leases.incrementAndGet();
        }

        @Override
        public boolean mayBlock() {
            return leaseMayBlock;
        }
    }

    /** What the listener heard, in order; demands more after each piece unless told not to. */
    static final class Recorder implements WireListener {
        final List<String> events = new ArrayList<>();
        Wire wire;
        boolean autoDemand = true;
        ByteBuffer ownPong;
        RuntimeException failure;
        Runnable whenClosed = () -> {};
        Runnable whenMessage = () -> {};
        Runnable whenOpen = () -> {};
        Runnable whenWritable = () -> {};
        Runnable whenOutputLost = () -> {};
        boolean closedMayBlock;

        @Override
        public void onOpen() {
            whenOpen.run();
            hear("open");
            if (autoDemand) {
                wire.demand();
            }
        }

        @Override
        public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
            whenMessage.run();
            hear(opcode + (last ? "! " : " ") + StandardCharsets.UTF_8.decode(payload));
            if (autoDemand) {
                wire.demand();
            }
        }

        @Override
        public boolean settlePing(ByteBuffer payload) {
            return payload.equals(ownPong);
        }

        @Override
        public boolean closedMayBlock() {
            return closedMayBlock;
        }

        @Override
        public void onPong(ByteBuffer payload) {
            hear("PONG " + StandardCharsets.UTF_8.decode(payload));
        }

        @Override
        public void onWritable() {
            whenWritable.run();
            hear("writable");
        }

        @Override
        public void onOutputLost() {
            whenOutputLost.run();
        }

        @Override
        public void onClosed(CloseStatus status) {
            whenClosed.run();
            hear("closed " + status.code() + " " + status.reason());
        }

        private void hear(String event) {
            events.add(event);
            if (failure != null) {
                RuntimeException thrown = failure;
                failure = null;
                throw thrown;
            }
        }

        List<String> take() {
            List<String> taken = List.copyOf(events);
            events.clear();
            return taken;
        }
    }
}

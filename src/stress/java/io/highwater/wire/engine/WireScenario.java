package io.highwater.wire.engine;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeDecision;
import io.highwater.time.TimerWheel;
import io.highwater.wire.CloseStatus;
import io.highwater.wire.Opcode;
import io.highwater.wire.Route;
import io.highwater.wire.WireListener;
import io.highwater.wire.WireObserver;
import io.highwater.wire.WireSettings;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open wire on a plain socket that receives A, B and C, and what its listener heard. Its two
 * roads are the selector's thread and whoever runs what was handed to the executor.
 */
class WireScenario implements WireListener {
    // Shared: a read buffer that a scenario does not give back is missed by those after it, until
    // direct memory runs out.
    private static final WireContext CONTEXT =
            new WireContext(new TimerWheel(0), new ReadBuffers(), WireObserver.NONE);

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final WireConnection wire;
    private final StressSocket socket = new StressSocket("ABC");
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inCallback = new AtomicBoolean();
    private final AtomicInteger leases = new AtomicInteger();
    private final boolean demands;

    /** Confined to the serial run: what {@code StringBuilder} shows broken where it is not. */
    private final StringBuilder heard = new StringBuilder();

    private volatile boolean overlapped;

    /**
     * @param demands whether the listener takes all that comes
     */
    WireScenario(boolean demands) {
        this.demands = demands;
        Route route =
                new Route(
                        RoutePolicy.of("/t"),
                        new WireSettings(100_000, Duration.ofSeconds(30), Duration.ofSeconds(10)),
                        tasks::add,
                        Route.Lifecycle.MAY_BLOCK,
                        (opened, request, decision, headers) -> this);
        wire =
                new WireConnection(
                        CONTEXT,
                        socket,
                        route,
                        null,
                        UpgradeDecision.Accepted.of(InetAddress.getLoopbackAddress())
                                .withLease(leases::incrementAndGet),
                        CONTEXT.ledger().payers().of(InetAddress.getLoopbackAddress()),
                        null,
                        (name, value) -> {});
        wire.onOpened(NOTHING);
        run();
    }

    // The selector's thread.

    final void receive() {
        socket.receive();
        select();
    }

    final boolean select() {
        return socket.select(wire);
    }

    // The executor's.

    final boolean run() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }

    /** When all actors are done: until neither road has anything to do. */
    final void settle() {
        boolean moved;
        do {
            moved = select() | run();
        } while (moved);
    }

    /** The letters it heard and "." for its end; before them, what went wrong. */
    final String verdict() {
        if (overlapped || socket.isMisread()) {
            return "two at once: " + heard;
        }
        boolean ended = heard.indexOf(".") >= 0;
        if (leases.get() != (ended ? 1 : 0) || socket.isClosed() != ended) {
            return "leases: " + leases + ", closed: " + socket.isClosed() + " " + heard;
        }
        return "ok " + heard;
    }

    @Override
    public void onOpen() {
        if (demands) {
            wire.demand();
        }
    }

    @Override
    public void onFragment(Opcode opcode, ByteBuffer payload, boolean last) {
        hear((char) payload.get());
        if (demands) {
            wire.demand();
        }
    }

    @Override
    public void onPong(ByteBuffer payload) {}

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(CloseStatus status) {
        hear('.');
    }

    private void hear(char event) {
        overlapped |= inCallback.getAndSet(true);
        heard.append(event);
        inCallback.setOpaque(false);
    }
}

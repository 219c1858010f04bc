package io.highwater.wire.upgrade;

import io.highwater.handshake.RoutePolicy;
import io.highwater.handshake.UpgradeRequest;
import io.highwater.wire.Gate;
import io.highwater.wire.Route;
import io.highwater.wire.Transport;
import io.highwater.wire.TransportKind;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A handshake on a stack that is no HTTP at all, and what it was answered. Confined to its test.
 */
final class FakeExchange implements UpgradeExchange {
    /** In their order: status, "end", "failed", "gate". */
    final List<String> answers = new ArrayList<>();

    final List<Runnable> tasks = new ArrayList<>();
    final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    @Nullable RejectedAnswer rejected;
    @Nullable AcceptedAnswer accepted;
    Transport.@Nullable Events wire;
    @Nullable Admission admission;
    boolean executes = true;

    private final UpgradeRequest.Kind kind;
    private final @Nullable Route route;

    FakeExchange(UpgradeRequest.Kind kind, @Nullable Route route) {
        this.kind = kind;
        this.route = route;
    }

    void runTasks() {
        List.copyOf(tasks).forEach(Runnable::run);
        tasks.clear();
    }

    @Override
    public UpgradeRequest request() {
        return new FakeRequest();
    }

    @Override
    public @Nullable Route route() {
        return route;
    }

    @Override
    public void execute(Runnable task) {
        if (!executes) {
            throw new RejectedExecutionException("thrown by a test");
        }
        tasks.add(task);
    }

    @Override
    public void endConnection() {
        answers.add("end");
    }

    @Override
    public void refuse(RejectedAnswer answer) {
        rejected = answer;
        answers.add(String.valueOf(answer.status()));
    }

    @Override
    public void fail() {
        answers.add("failed");
    }

    @Override
    public Runnable accept(
            Function<Transport, ? extends Transport.Events> made, AcceptedAnswer answer) {
        wire = made.apply(new SilentTransport());
        accepted = answer;
        return () -> answers.add("accepted");
    }

    @Override
    public void pass(Gate gate, Admission passing) {
        admission = passing;
        answers.add("gate");
    }

    private final class FakeRequest implements UpgradeRequest {
        @Override
        public Kind kind() {
            return kind;
        }

        @Override
        public String path() {
            return "/x";
        }

        @Override
        public @Nullable String query() {
            return null;
        }

        @Override
        public List<String> headers(String name) {
            String value = headers.get(name);
            return value == null ? List.of() : List.of(value);
        }

        @Override
        public Set<String> headerNames() {
            return headers.keySet();
        }

        @Override
        public String scheme() {
            return "http";
        }

        @Override
        public String authority() {
            return "a";
        }

        @Override
        public InetSocketAddress peer() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public Optional<RoutePolicy> route() {
            return route == null ? Optional.empty() : Optional.of(route.policy());
        }

        @Override
        public ConnectionScope connection() {
            throw new AssertionError("nobody asks");
        }
    }

    /** Brings nothing, and takes everything. */
    private static final class SilentTransport implements Transport {
        @Override
        public TransportKind kind() {
            return TransportKind.H2;
        }

        @Override
        public SocketAddress peer() {
            return new InetSocketAddress("127.0.0.1", 1);
        }

        @Override
        public int fill(ByteBuffer to) {
            return 0;
        }

        @Override
        public void whenReadable() {}

        @Override
        public boolean write(ByteBuffer from) {
            from.position(from.limit());
            return true;
        }

        @Override
        public void shutdownOutput() {}

        @Override
        public void close() {}

        @Override
        public void abort() {}
    }
}

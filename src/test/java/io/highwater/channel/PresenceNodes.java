package io.highwater.channel;

import io.highwater.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Hubs of several nodes, and what is on its way between them. Confined to its test. */
final class PresenceNodes {
    private static final Duration STEP = Duration.ofMillis(50);

    final List<Node> nodes = new ArrayList<>();
    private final FakeTicker ticker = new FakeTicker();

    /** In the order in which it was sent. */
    private final ArrayDeque<Runnable> underWay = new ArrayDeque<>();

    /** How many times all was told. */
    int snapshots;

    /** How many times a change was told. */
    int changes;

    /** The most names that were told at a time. */
    int mostNames;

    /** Whether changes are lost instead of sent. */
    boolean losing;

    PresenceNodes(int count) {
        LongStream.range(0, count).forEach(id -> nodes.add(new Node(id)));
        for (Node node : nodes) {
            nodes.forEach(other -> node.known.add(other.id));
            node.known.remove(node.id);
        }
    }

    void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(STEP)) {
            ticker.advance(STEP);
            for (Node node : nodes) {
                node.fixture.wheel.advance(ticker.nanoTime());
                node.fixture.shard.runAll();
            }
            carry();
        }
    }

    /** Delivers what is on its way, and what is sent because of that. */
    void carry() {
        for (Runnable next = underWay.poll(); next != null; next = underWay.poll()) {
            next.run();
            nodes.forEach(node -> node.fixture.shard.runAll());
        }
    }

    /** Two nodes do not hear each other any more, and have noticed. */
    void part(Node a, Node b) {
        a.lose(b);
        b.lose(a);
        nodes.forEach(node -> node.fixture.shard.runAll());
    }

    /** They do again. */
    void meet(Node a, Node b) {
        a.find(b);
        b.find(a);
    }

    final class Node implements OtherNodes {
        final long id;
        final PresenceFixture fixture;
        private final Set<Long> known = new HashSet<>();
        final Set<String> watched = new TreeSet<>();

        private Node(long id) {
            this.id = id;
            this.fixture = new PresenceFixture(ticker, this);
        }

        private void send(long to, Consumer<OtherNodesListener> message) {
            if (known.contains(to)) {
                underWay.add(
                        () -> {
                            Node other = nodes.get((int) to);
                            if (other.known.contains(id)) {
                                message.accept(other.fixture.hub);
                            }
                        });
            }
        }

        private void lose(Node other) {
            if (known.remove(other.id)) {
                fixture.hub.onGone(other.id);
            }
        }

        private void find(Node other) {
            if (known.add(other.id)) {
                watched.forEach(channel -> watchAgain(other.id, channel));
            }
        }

        @Override
        public Set<Long> known() {
            return Set.copyOf(known);
        }

        @Override
        public void watch(String channel) {
            watched.add(channel);
            known.forEach(node -> watchAgain(node, channel));
        }

        @Override
        public void watchAgain(long node, String channel) {
            send(node, hub -> hub.onObserved(id, channel));
        }

        @Override
        public void unwatch(String channel) {
            watched.remove(channel);
            known.forEach(node -> send(node, hub -> hub.onUnobserved(id, channel)));
        }

        @Override
        public void tellAll(long node, String channel, Members all) {
            snapshots++;
            mostNames = Math.max(mostNames, all.clients().size());
            send(node, hub -> hub.onAll(id, channel, all));
        }

        @Override
        public void tellChange(
                Set<Long> to, String channel, int count, Members joined, Members left) {
            changes++;
            if (!losing) {
                to.forEach(
                        node -> send(node, hub -> hub.onChange(id, channel, count, joined, left)));
            }
        }
    }
}

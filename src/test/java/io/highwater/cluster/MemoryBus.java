package io.highwater.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the nodes of a test send each other, until the test lets it pass. Confined to its test. */
public final class MemoryBus {
    /**
     * A message on its way.
     *
     * @param to null for all
     */
    private record UnderWay(@Nullable Long to, byte[] message) {}

    private final List<Node> nodes = new ArrayList<>();
    private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();

    /** Which batches are lost on the way. */
    Predicate<Batch> lost = batch -> false;

    /** One node's access to it. */
    public Node node() {
        Node node = new Node();
        nodes.add(node);
        return node;
    }

    /** Whatever anybody sends, as if somebody else had. */
    void inject(byte[] message) {
        underWay.add(new UnderWay(null, message));
    }

    /** Asks for each batch whether it is lost. */
    public void losing(BooleanSupplier decision) {
        lost = batch -> decision.getAsBoolean();
    }

    /** Delivers all that was sent, and what is sent because of that. */
    public void pass() {
        for (UnderWay next = underWay.poll(); next != null; next = underWay.poll()) {
            Batch batch = Batch.read(next.message);
            if (batch != null && lost.test(batch)) {
                continue;
            }
            for (Node node : nodes) {
                if (!node.deaf
                        && node.listener != null
                        && (next.to == null || next.to == node.id)) {
                    node.listener.onMessage(next.message);
                }
            }
        }
    }

    /** Its access can be cut. */
    public final class Node implements Bus {
        private @Nullable BusListener listener;
        private long id;

        /** It hears nothing, and what it sends fails. */
        public boolean cut;

        /** It hears nothing. */
        public boolean deaf;

        /** It takes messages, and does not say when it has sent them. */
        boolean hanging;

        /** Runs with each message that is sent. */
        Runnable duringSend = () -> {};

        /** How often its connections were renewed. */
        int renewals;

        @Override
        public CompletionStage<@Nullable Void> start(long number, BusListener hears) {
            id = number;
            listener = hears;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<@Nullable Void> send(byte[] message) {
            return send(null, message);
        }

        @Override
        public CompletionStage<@Nullable Void> sendTo(long node, byte[] message) {
            return send(node, message);
        }

        private CompletionStage<@Nullable Void> send(@Nullable Long to, byte[] message) {
            if (cut) {
                return CompletableFuture.failedFuture(new IllegalStateException("cut"));
            }
            duringSend.run();
            underWay.add(new UnderWay(to, message));
            return hanging ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
        }

        @Override
        public void renew() {
            renewals++;
            deaf = cut;
        }

        /** Cuts it off, or no longer. */
        public void cut(boolean off) {
            cut = off;
            deaf = off;
        }
    }
}

package io.highwater.cluster;

import io.highwater.backbone.Draft;
import io.highwater.channel.Relay;
import io.highwater.limits.Book;
import io.highwater.log.LogLimit;
import java.security.SecureRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node among the nodes that share a {@link Bus}. Thread-safe; no method blocks. */
public final class Cluster implements Relay {
    private final Bus bus;
    private final Outbox outbox;
    private final ClusterObserver observer;
    private final LogLimit logs;

    /** Tells this node's messages from those of others; new with each start. */
    private final long id = new SecureRandom().nextLong();

    /**
     * @param rings the account of what waits to be sent
     */
    public Cluster(Bus bus, Book rings, ClusterObserver observer, LogLimit logs) {
        this.bus = bus;
        this.observer = observer;
        this.logs = logs;
        this.outbox = new Outbox(id, bus::send, rings, observer, logs);
    }

    /**
     * Called once, before anything is sent. Completes when this node receives what others send.
     *
     * @param hub takes what was published on other nodes in ephemeral channels; called by one
     *     thread at a time
     */
    public CompletionStage<@Nullable Void> start(Consumer<Draft> hub) {
        return bus.start(message -> receive(message, hub));
    }

    @Override
    public void send(Draft draft) {
        outbox.offer(new Item.Published(draft));
    }

    private void receive(byte[] message, Consumer<Draft> hub) {
        Batch batch = Batch.read(message);
        if (batch == null) {
            logs.tell("cluster", observer::onUnreadable);
        } else if (batch.sender() != id) {
            logs.tell("cluster", () -> observer.onReceived(batch.items().size()));
            for (Item item : batch.items()) {
                if (item instanceof Item.Published published) {
                    logs.tell("cluster", () -> hub.accept(published.draft()));
                }
            }
        }
    }
}

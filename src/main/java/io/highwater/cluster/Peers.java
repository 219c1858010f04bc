package io.highwater.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes that are heard. One that is not heard for a while is gone; if it is heard again,
 * it is new. Confined to the cluster's tasks, except {@link #known}.
 */
final class Peers {
    /** A node sends something at least this often. */
    static final Duration BEAT = Duration.ofSeconds(3);

    /** A node that is not heard for this long is gone. */
    static final Duration GONE = Duration.ofSeconds(10);

    /** A node that has missed a beat may be gone: its answer is not waited for. */
    static final Duration SILENT = Duration.ofSeconds(5);

    private static final int MOST_ENDED = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    /** Told after {@link #known} has changed. */
    interface Listener {
        void onFound(Peer peer);

        void onGone(Peer peer);
    }

    private final ClusterNode node;
    private final LongFunction<Outbox> outboxes;
    private final Listener listener;
    private final Map<Long, Peer> peers = new HashMap<>();

    /** The last nodes that said so: what still comes from them is old. */
    private final Set<Long> ended =
            Collections.newSetFromMap(
                    new LinkedHashMap<>() {
                        @Override
                        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                            return size() > MOST_ENDED;
                        }
                    });

    private volatile Set<Long> known = Set.of();

    /**
     * @param outboxes makes what goes to a node alone
     */
    Peers(ClusterNode node, LongFunction<Outbox> outboxes, Listener listener) {
        this.node = node;
        this.outboxes = outboxes;
        this.listener = listener;
    }

    /** The numbers of all; unmodifiable. May be called by any thread. */
    Set<Long> known() {
        return known;
    }

    Collection<Peer> all() {
        return peers.values();
    }

    @Nullable Peer get(long id) {
        return peers.get(id);
    }

    /** Something came from this node, which is found if it is new. Null if the node has ended. */
    @Nullable Peer heard(long id, long nowNanos) {
        if (ended.contains(id)) {
            return null;
        }
        Peer peer = peers.get(id);
        if (peer == null) {
            Peer found = new Peer(id, outboxes.apply(id));
            peers.put(id, found);
            peer = found;
            changed(1);
            LOG.atInfo().addKeyValue("id", found.text()).log("node_found");
            listener.onFound(found);
        }
        peer.heardNanos = nowNanos;
        return peer;
    }

    /** The node said that it ends. */
    void ended(Peer peer) {
        ended.add(peer.id);
        gone(peer, "it ended");
    }

    /** Those that are not heard any more are gone. */
    void expire(long nowNanos) {
        for (Peer peer : List.copyOf(peers.values())) {
            if (isSilent(peer.heardNanos, nowNanos, GONE)) {
                gone(peer, "it is not heard");
            }
        }
    }

    private void gone(Peer peer, String why) {
        if (peers.remove(peer.id, peer)) {
            peer.outbox.close();
            changed(-1);
            LOG.atInfo().addKeyValue("id", peer.text()).addKeyValue("why", why).log("node_gone");
            listener.onGone(peer);
        }
    }

    private void changed(int change) {
        known = Set.copyOf(peers.keySet());
        node.logs().tell("cluster", () -> node.observer().onNodes(change));
    }

    /** Whether nothing came from it lately. */
    boolean isSilent(long id, long nowNanos) {
        Peer peer = peers.get(id);
        return peer != null && isSilent(peer.heardNanos, nowNanos, SILENT);
    }

    /** Time in which this node stood still does not count: what came meanwhile is read now. */
    boolean isSilent(long heardNanos, long nowNanos, Duration limit) {
        return nowNanos - heardNanos >= limit.toNanos()
                && nowNanos - node.wheel().resumedNanos() >= limit.toNanos();
    }
}

package io.highwater.channel;

import io.highwater.limits.Book;
import io.highwater.limits.HeapBytes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which other nodes want to know who is in a channel, whether it is used here or not. Confined to
 * the shard's thread.
 */
final class Observers {
    /** Heap of an entry in the map, with a set of one node, and without the name. */
    private static final int BYTES = HeapBytes.MAP_ENTRY + 160;

    private final Book names;

    /** By channel; the sets are never empty. */
    private final Map<String, Set<Long>> nodes = new HashMap<>();

    /**
     * @param names the account of the channels' names; whoever asks is charged on its own node
     */
    Observers(Book names) {
        this.names = names;
    }

    boolean has(String channel) {
        return nodes.containsKey(channel);
    }

    Set<Long> of(String channel) {
        return nodes.getOrDefault(channel, Set.of());
    }

    /** The channels that a node asks about. */
    List<String> channels(long node) {
        return nodes.entrySet().stream()
                .filter(entry -> entry.getValue().contains(node))
                .map(Map.Entry::getKey)
                .toList();
    }

    void add(long node, String channel) {
        Set<Long> known = nodes.get(channel);
        if (known == null) {
            known = new HashSet<>(2);
            nodes.put(channel, known);
            names.add(null, BYTES + HeapBytes.of(channel));
        }
        known.add(node);
    }

    void remove(long node, String channel) {
        Set<Long> known = nodes.get(channel);
        if (known != null && known.remove(node) && known.isEmpty()) {
            nodes.remove(channel);
            names.add(null, -BYTES - HeapBytes.of(channel));
        }
    }
}

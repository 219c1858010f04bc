package io.highwater.channel;

import java.util.List;

/**
 * Subscriptions to a channel, as a subscriber that watches presence is told of them. Immutable.
 *
 * @param count how many
 * @param clients the names of some or all of their clients, each once for each of its subscriptions
 */
public record Members(int count, List<String> clients) {
    static final Members NONE = new Members(0, List.of());

    public Members {
        clients = List.copyOf(clients);
    }

    boolean isEmpty() {
        return count == 0;
    }
}

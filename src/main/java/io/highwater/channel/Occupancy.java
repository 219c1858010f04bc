package io.highwater.channel;

import java.util.List;

/**
 * The subscribers of a channel: on this node, or, as a cluster answers, on all. Immutable.
 *
 * @param count number of subscribers; two sessions of one client count twice
 * @param clients their names in alphabetical order, without repeats; only some of them if there are
 *     more subscribers than the caller asked names for
 */
public record Occupancy(int count, List<String> clients) {
    public Occupancy {
        clients = List.copyOf(clients);
    }
}

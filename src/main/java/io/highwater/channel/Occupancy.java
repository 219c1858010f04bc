package io.highwater.channel;

import java.util.List;

/**
 * Who is subscribed to a channel on this node. Immutable.
 *
 * @param count subscribers; two sessions of one client count twice
 * @param clients their names in order of the alphabet, each once; of some of the subscribers where
 *     there are more than names were asked for
 */
public record Occupancy(int count, List<String> clients) {
    public Occupancy {
        clients = List.copyOf(clients);
    }
}

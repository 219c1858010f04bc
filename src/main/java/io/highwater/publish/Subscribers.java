package io.highwater.publish;

import io.highwater.api.Api;
import java.util.List;

/**
 * Who is subscribed to a channel, on all nodes. Immutable.
 *
 * @param count number of subscriptions of clients
 * @param clients the names of their clients, each once, in alphabetical order; some of them if
 *     there are very many
 */
@Api
public record Subscribers(int count, List<String> clients) {
    public Subscribers {
        clients = List.copyOf(clients);
    }
}

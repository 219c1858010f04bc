package io.highwater.admin;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.List;

/**
 * What {@code /clients/slow} shows: sessions whose queue has been above its low-water mark for a
 * second. Immutable.
 *
 * @param slow how many there are
 * @param largest those that retain most, the largest first
 */
public record SlowClients(int slow, List<Client> largest) {
    public SlowClients {
        largest = List.copyOf(largest);
    }

    /**
     * One of them. Immutable.
     *
     * @param id the session's; may come from the client itself
     * @param address the other end of its TCP connection
     * @param policy that acts on its queue, such as EVICT
     * @param queuedMessages queued and in flight
     * @param queuedBytes of them, headers included
     * @param unsentMessages those of which the transport has had nothing yet
     * @param retainedBytes on the heap: a frame that it has twice counts once, one that it shares
     *     with others counts in full
     * @param aboveLowWaterMillis since its queue passed the mark
     */
    public record Client(
            String id,
            String address,
            String policy,
            int queuedMessages,
            long queuedBytes,
            int unsentMessages,
            long retainedBytes,
            long aboveLowWaterMillis) {}

    String json() {
        JsonArrayBuilder clients = Json.createArrayBuilder();
        for (Client client : largest) {
            clients.add(
                    Json.createObjectBuilder()
                            .add("id", client.id)
                            .add("address", client.address)
                            .add("policy", client.policy)
                            .add("queuedMessages", client.queuedMessages)
                            .add("queuedBytes", client.queuedBytes)
                            .add("unsentMessages", client.unsentMessages)
                            .add("retainedBytes", client.retainedBytes)
                            .add("aboveLowWaterMillis", client.aboveLowWaterMillis));
        }
        return Json.createObjectBuilder().add("slow", slow).add("clients", clients).build() + "\n";
    }
}

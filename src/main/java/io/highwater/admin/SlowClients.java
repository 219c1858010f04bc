package io.highwater.admin;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.List;

/**
 * What {@code /clients/slow} shows: sessions whose queue has been above its low-water mark for a
 * second. Immutable.
 *
 * @param slow the number of such sessions
 * @param largest the sessions that retain most, the largest first
 */
public record SlowClients(int slow, List<Client> largest) {
    public SlowClients {
        largest = List.copyOf(largest);
    }

    /**
     * One slow session. Immutable.
     *
     * @param id the session's id; may come from the client itself
     * @param address the other end of its TCP connection
     * @param policy the policy of its queue, such as EVICT
     * @param queuedMessages number of messages queued or in flight
     * @param queuedBytes their bytes, headers included
     * @param unsentMessages messages of which the transport has not taken a byte yet
     * @param retainedBytes bytes kept on the heap: a frame that the session has twice counts once,
     *     a frame that it shares with others counts in full
     * @param aboveLowWaterMillis time since its queue rose above the mark
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

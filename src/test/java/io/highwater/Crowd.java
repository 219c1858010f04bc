package io.highwater;

import io.highwater.testing.RawClient;
import io.highwater.testing.TestServer;
import java.util.List;
import java.util.Set;

/**
 * Clients that chat in a lobby and clients that read nothing, of one kind: of annotated endpoints,
 * or of channels. Confined to its test.
 */
interface Crowd extends AutoCloseable {
    RawClient lobbyMember(TestServer server);

    /** Is called "slow" and its number, and reads nothing once this has returned. */
    RawClient slow(TestServer server, int number);

    /** Has all the slow sessions' queues, then one message for them all. */
    void fill(List<Integer> kilobytes, int commonBytes) throws Exception;

    /** One of the lobby speaks, and all hear it. */
    void chat(List<RawClient> lobby, String words);

    /** The names of the slow that are not gone yet. */
    Set<String> left() throws Exception;

    @Override
    void close();
}

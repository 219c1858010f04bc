package io.highwater;

import static org.awaitility.Awaitility.await;

import io.highwater.endpoint.HighWaterAsync;
import io.highwater.testing.RawClient;
import io.highwater.testing.TestEndpoints.Named;
import io.highwater.testing.TestServer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** The annotated endpoints' sessions, whose queues the test offers to by itself. */
final class EndpointCrowd implements Crowd {
    @Override
    public RawClient lobbyMember(TestServer server) {
        return RawClient.connect(server.http(), "/v1/chat/lobby");
    }

    @Override
    public RawClient slow(TestServer server, int number) {
        RawClient client = RawClient.connect(server.http(), "/test/named/slow" + number);
        await().until(() -> Named.sessions().containsKey("slow" + number));
        return client;
    }

    @Override
    public void fill(List<Integer> kilobytes, int commonBytes) {
        for (int i = 0; i < kilobytes.size(); i++) {
            HighWaterAsync remote = HighWaterAsync.of(Named.sessions().get("slow" + (i + 1)));
            for (int n = 0; n < 20; n++) {
                remote.offerBinary(ByteBuffer.allocate(kilobytes.get(i) * 1024 / 20));
            }
        }
        HighWaterAsync.broadcastText(Named.sessions().values(), "x".repeat(commonBytes));
    }

    @Override
    public void chat(List<RawClient> lobby, String words) {
        lobby.get(0).send("{\"name\":\"Ada\",\"text\":\"" + words + "\"}");
        lobby.forEach(member -> member.readUntil(words));
    }

    @Override
    public Set<String> left() {
        return Named.sessions().keySet();
    }

    @Override
    public void close() {}
}

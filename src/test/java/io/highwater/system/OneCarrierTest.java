package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.testing.FrameClient;
import io.highwater.testing.FrameClient.Protocol;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that send without pause, on a node whose virtual threads have one core. With two, others
 * are served by luck.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OneCarrierTest {
    /** Ten seconds of work for the node. */
    private static final int FLOOD_MESSAGES = 2_000;

    private static final String BUSY =
            """
            import jakarta.enterprise.context.Dependent;
            import jakarta.websocket.OnMessage;
            import jakarta.websocket.server.ServerEndpoint;
            import java.util.concurrent.atomic.AtomicInteger;

            @Dependent
            @ServerEndpoint("/busy")
            public class Busy {
                private static final AtomicInteger HEARD = new AtomicInteger();

                @OnMessage
                public String onText(String text) {
                    if (text.equals("heard")) {
                        return HEARD.toString();
                    }
                    long endNanos = System.nanoTime() + 5_000_000;
                    while (System.nanoTime() - endNanos < 0) {
                        Thread.onSpinWait();
                    }
                    HEARD.incrementAndGet();
                    return null;
                }
            }
            """;

    @TempDir private static Path folder;
    private static Path team;

    private final List<FrameClient> floods = new ArrayList<>();
    private NodeProcess node;

    @BeforeAll
    static void compile() throws Exception {
        team = TeamClasses.compile(folder, "Busy", BUSY);
    }

    @AfterEach
    void close() {
        node.close();
        floods.forEach(FrameClient::vanish);
    }

    private void start(Map<String, String> settings) throws Exception {
        List<String> java = new ArrayList<>(NodeProcess.java("-Xmx128m", List.of(team)));
        java.addAll(
                1,
                List.of(
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1"));
        node = NodeProcess.start(folder, java, settings);
    }

    private FrameClient open(Protocol protocol) {
        return FrameClient.open(protocol, URI.create("http://127.0.0.1:" + node.port()), "/busy");
    }

    private void flood(Protocol protocol, int clients, int messages) {
        for (int i = 0; i < clients; i++) {
            FrameClient client = open(protocol);
            floods.add(client);
            for (int message = 0; message < messages; message++) {
                client.text("flood");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void floodsLeaveTheThreadToTheOthers(Protocol protocol) throws Exception {
        start(Map.of());
        try (FrameClient other = open(protocol)) {
            flood(protocol, 4, FLOOD_MESSAGES);
            int before = heard(other);
            for (int i = 1; i < 10; i++) {
                heard(other);
            }
            assertThat(heard(other) - before).isLessThan(FLOOD_MESSAGES);
        }
    }

    private static int heard(FrameClient client) {
        return Integer.parseInt(client.text("heard").nextText());
    }

    /**
     * A round of their turns takes three seconds, a Pong may take half of it. Over HTTP/2, whose
     * Pongs are read by the executor.
     */
    @Test
    void whoAnswersItsPingsStaysHoweverLongItsTurnIsAwaited() throws Exception {
        start(
                Map.of(
                        "highwater.keepalive.ping-interval", "1s",
                        "highwater.keepalive.pong-timeout", "1500ms",
                        // All floods come from one address, to a node of 128 MB.
                        "highwater.limits.address-share", "1",
                        "highwater.limits.heap-share", "1"));
        flood(Protocol.H2C, 60, 300);
        try (FrameClient other = open(Protocol.H2C)) {
            for (int answered = 0; answered < 5; answered++) {
                FrameClient.Frame ping = other.nextPing();
                other.frame(FrameClient.PONG, true, ping.payload());
            }
            assertThat(heard(other)).isPositive();
        }
    }
}

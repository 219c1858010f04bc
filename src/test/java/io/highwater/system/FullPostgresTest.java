package io.highwater.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.highwater.testing.FreePort;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.SmallDisk;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disk of a node's PostgreSQL is full: the node says so, waits, and goes on by itself. */
@Timeout(600)
final class FullPostgresTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String FULL = "the disk of the database";

    @TempDir private Path folder;

    @Test
    void publicationsAreRefusedUntilThereIsRoomAndNothingIsLost() throws Exception {
        try (SmallDisk disk = SmallDisk.ofMemory(folder.resolve("disk"), 32);
                PostgresServer postgres = PostgresServer.start(folder.resolve("data"))) {
            Path space = Files.createDirectory(disk.path().resolve("space"));
            postgres.execute("CREATE TABLESPACE small LOCATION '" + space + "'");
            String url = postgres.newDatabase();
            PostgresServer.execute(url, "ALTER ROLE postgres SET default_tablespace = 'small'");
            try (NodeProcess node = start(url)) {
                LogClients clients =
                        new LogClients(URI.create("http://127.0.0.1:" + node.port()), "durable");
                clients.awaitProgress(50);
                assertThat(node.admin().health()).doesNotContain(FULL);

                disk.fill();
                await().atMost(PATIENCE).until(() -> node.admin().health().contains(FULL));
                assertThat(node.admin().readyStatus()).as("clients stay").isEqualTo(200);
                assertThat(node.admin().metrics().value("highwater_archive_available")).isZero();
                assertThat(failedWrites(node)).isPositive();
                assertThat(refusal(node)).contains("\"retryAfterMs\":");

                disk.free();
                clients.awaitProgress(50);
                clients.endAndCheck(0);
                await().atMost(PATIENCE).until(() -> !node.admin().health().contains(FULL));
                assertThat(node.admin().metrics().value("highwater_archive_available"))
                        .isEqualTo(1);
                node.terminate();
                node.awaitExit();
            }
        }
    }

    private NodeProcess start(String archive) throws Exception {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.port",
                        String.valueOf(FreePort.find()),
                        "highwater.archive.url",
                        archive,
                        "highwater.limits.commands-per-second",
                        "1000000",
                        "highwater.limits.commands-burst",
                        "1000000"));
    }

    private static double failedWrites(NodeProcess node) {
        return node.admin().metrics().value("highwater_archive_failures_total{of=\"write\"}");
    }

    /** Publishes until a publication is refused: a small one may still find room somewhere. */
    private static String refusal(NodeProcess node) throws Exception {
        Random incompressible = new Random(1);
        try (ChannelClient client = new ChannelClient(node)) {
            for (int id = 10; ; id++) {
                client.send(
                        "{'type':'publish','id':"
                                + id
                                + ",'channel':'large','msgId':'m"
                                + id
                                + "','data':'"
                                + incompressible
                                        .ints(500)
                                        .mapToObj(Integer::toHexString)
                                        .collect(Collectors.joining())
                                + "'}");
                String answer = client.await("'id':" + id);
                if (answer.contains("UNAVAILABLE")) {
                    return answer;
                }
            }
        }
    }
}

package io.highwater.system;

import io.highwater.testing.FreePort;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.Seed;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A single node with an archive is killed under load, again and again, or its database is. */
@Timeout(600)
final class KilledNodeTest {
    private static final int KILLS = 5;
    private static final int KILLS_WITH_POSTGRES = 2;

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    private final Random random = Seed.random();
    private NodeProcess node;

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private NodeProcess start(int port, String archive) throws Exception {
        return NodeProcess.start(
                folder,
                Map.of(
                        "highwater.port", String.valueOf(port),
                        "highwater.node", "killed",
                        "highwater.archive.url", archive,
                        "highwater.limits.commands-per-second", "1000000",
                        "highwater.limits.commands-burst", "1000000"));
    }

    @Test
    void withAFolderNothingIsLostDoubledOrReorderedAndClientsResume() throws Exception {
        kill(KILLS, "file:" + folder.resolve("archive"));
    }

    @Test
    void withPostgresNothingIsLostDoubledOrReorderedAndClientsResume() throws Exception {
        kill(KILLS_WITH_POSTGRES, PostgresServer.shared().newDatabase());
    }

    private void kill(int kills, String archive) throws Exception {
        node = start(FreePort.findForRestarts(), archive);
        LogClients clients = new LogClients(server(), "durable");
        for (int kill = 0; kill < kills; kill++) {
            clients.awaitProgress(100 + random.nextInt(100));
            node.signal("KILL");
            node.awaitExit();
            node = start(node.port(), archive);
        }
        clients.awaitProgress(50);
        clients.endAndCheck(kills);
    }

    private URI server() {
        return URI.create("http://127.0.0.1:" + node.port());
    }

    @Test
    void nothingIsLostDoubledOrReorderedWhenPostgresIsKilled() throws Exception {
        try (PostgresServer postgres = PostgresServer.start(folder.resolve("data"))) {
            node = start(FreePort.findForRestarts(), postgres.newDatabase());
            LogClients clients = new LogClients(server(), "durable");
            for (int kill = 0; kill < KILLS_WITH_POSTGRES; kill++) {
                clients.awaitProgress(100 + random.nextInt(100));
                postgres.kill();
                postgres.start();
            }
            clients.awaitProgress(50);
            clients.endAndCheck(0);
        }
    }
}

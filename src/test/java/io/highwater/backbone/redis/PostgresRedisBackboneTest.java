package io.highwater.backbone.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.SharedArchive;
import io.highwater.backbone.ReadResult.Slice;
import io.highwater.backbone.UnavailableException;
import io.highwater.limits.Ledger;
import io.highwater.testing.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same with a real PostgreSQL. */
final class PostgresRedisBackboneTest extends ArchivedNodes {
    private PostgresArchives archives;

    @BeforeEach
    void openDatabase() throws Exception {
        archives = new PostgresArchives(PostgresServer.shared().newDatabase());
    }

    @AfterEach
    void endTimers() {
        archives.close();
    }

    @Override
    protected SharedArchive openArchive() {
        return archives.open();
    }

    @Test
    void whileTheServerIsAwayEntriesAreDeliveredAndPublishersAreToldToComeBack(@TempDir Path folder)
            throws Exception {
        try (PostgresServer server = PostgresServer.start(folder.resolve("data"));
                PostgresArchives own = new PostgresArchives(server.newDatabase());
                BackboneNode a =
                        new BackboneNode(
                                redis.uri(),
                                SHORT,
                                StreamBounds.defaults(),
                                Ledger.unbounded(),
                                LogNode.TIMING,
                                own.open())) {
            a.start();
            List<String> heard = a.follow(CHANNEL);
            a.append(CHANNEL, "m0");
            server.kill();
            assertThatThrownBy(() -> a.append(CHANNEL, "m1"))
                    .isInstanceOf(UnavailableException.class);
            assertThat(heard).containsExactly("m0", "m1");
            assertThatThrownBy(() -> a.append(CHANNEL, "m2"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage("the archive cannot be written now");
            server.start();
            await().ignoreExceptions().until(() -> a.append(CHANNEL, "m1", null).duplicate());
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(a.append(CHANNEL, "m2")).isNotNull());
            assertThat(heard).containsExactly("m0", "m1", "m2");
            // The first reads may be given connections that ended with the server.
            await().ignoreExceptions()
                    .untilAsserted(
                            () ->
                                    assertThat(msgIds((Slice) a.read(CHANNEL, null, 100)))
                                            .isEqualTo(names(0, 3)));
        }
    }
}

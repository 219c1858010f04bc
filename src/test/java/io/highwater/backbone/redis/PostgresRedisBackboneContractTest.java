package io.highwater.backbone.redis;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.testing.PostgresServer;
import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Each test has another node of one log in Redis and PostgreSQL, which lives on. */
final class PostgresRedisBackboneContractTest extends BackboneContract {
    private static RedisProcess redis;
    private static PostgresArchives archives;

    @BeforeAll
    static void startServers(@TempDir Path directory) throws Exception {
        redis = RedisProcess.start(directory);
        archives = new PostgresArchives(PostgresServer.shared().newDatabase());
    }

    @AfterAll
    static void stopServers() throws Exception {
        archives.close();
        redis.close();
    }

    @Override
    protected Backbone open() {
        return new BackboneNode(redis.uri(), RingBounds.defaults(), archives.open()).backbone;
    }
}

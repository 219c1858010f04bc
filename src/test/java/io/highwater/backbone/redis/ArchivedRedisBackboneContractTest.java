package io.highwater.backbone.redis;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Each test has another node of one archived log, which lives on. */
final class ArchivedRedisBackboneContractTest extends BackboneContract {
    private static final Disk DISK = new Disk();
    private static RedisProcess redis;

    @BeforeAll
    static void startRedis(@TempDir Path directory) throws Exception {
        redis = RedisProcess.start(directory);
    }

    @AfterAll
    static void stopRedis() throws Exception {
        redis.close();
    }

    @Override
    protected Backbone open() {
        return new BackboneNode(redis.uri(), RingBounds.defaults(), new MemoryArchive(DISK))
                .backbone;
    }
}

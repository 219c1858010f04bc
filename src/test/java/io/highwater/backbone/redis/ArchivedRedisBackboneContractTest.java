package io.highwater.backbone.redis;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.backbone.RingBounds;
import io.highwater.limits.Ledger;
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

    /** Its archive is full for a while. */
    @Override
    protected Breakable breakable() {
        MemoryArchive archive = new MemoryArchive(new Disk());
        Backbone impatient =
                new BackboneNode(
                                redis.uri(),
                                RingBounds.defaults(),
                                StreamBounds.defaults(),
                                Ledger.unbounded(),
                                LogNode.TIMING,
                                archive)
                        .backbone;
        return new Breakable() {
            @Override
            public Backbone backbone() {
                return impatient;
            }

            @Override
            public void fail() {
                archive.setFull(true);
            }

            @Override
            public void recover() {
                archive.setFull(false);
            }
        };
    }
}

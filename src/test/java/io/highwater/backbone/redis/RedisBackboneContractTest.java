package io.highwater.backbone.redis;

import io.highwater.backbone.Backbone;
import io.highwater.backbone.BackboneContract;
import io.highwater.testing.RedisProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Each test has another node of one log, which lives on. */
final class RedisBackboneContractTest extends BackboneContract {
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
        return new BackboneNode(redis.uri()).backbone;
    }

    @Override
    protected Breakable breakable() {
        Backbone impatient = new BackboneNode(redis.uri(), LogNode.TIMING).backbone;
        return new Breakable() {
            @Override
            public Backbone backbone() {
                return impatient;
            }

            @Override
            public void fail() throws Exception {
                redis.pause();
            }

            @Override
            public void recover() throws Exception {
                redis.resume();
            }
        };
    }
}

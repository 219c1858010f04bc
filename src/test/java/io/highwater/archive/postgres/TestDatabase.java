package io.highwater.archive.postgres;

import io.highwater.archive.ArchiveObserver;
import io.highwater.log.LogLimit;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.PostgresServer;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Databases on the server that tests share. Stateless. */
final class TestDatabase {
    static final String NODE = "node-1";
    static final int SHARDS = 64;

    private TestDatabase() {}

    /** The URL of a database that an archive has opened before. */
    static String prepared() throws Exception {
        return PostgresServer.shared().copyOf(Template.NAME);
    }

    static PostgresSettings settings(String url) {
        return new PostgresSettings(url, NODE, SHARDS, Duration.ofDays(30));
    }

    private static final class Template {
        private static final String NAME = make();

        private static String make() {
            String name = "prepared";
            PostgresServer server = PostgresServer.shared();
            FakeTicker ticker = new FakeTicker();
            try {
                server.execute("CREATE DATABASE " + name);
                PostgresArchive archive =
                        new PostgresArchive(
                                settings(server.url(name)),
                                WallClock.system(),
                                ticker,
                                new TimerWheel(ticker.nanoTime()),
                                ArchiveObserver.NONE,
                                LogLimit.none());
                archive.start().toCompletableFuture().get(60, TimeUnit.SECONDS);
                archive.close();
                return name;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}

package io.highwater.archive.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.PostgresServer;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Measures how many entries the archive in PostgreSQL acknowledges per second: a real server on
 * this machine with fsync on, 64 shards, 10,000 channels, 105 bytes of JSON and a msgId of 36
 * characters. Arguments, each with its default: seconds (20), the most entries of a call (16),
 * calls under way (400).
 */
final class PostgresThroughput {
    private static final int CHANNELS = 10_000;
    private static final int DATA_BYTES = 105;
    private static final int MOST_TIMES = 2_000_000;

    private final PostgresArchive archive;
    private final int callEntries;
    private final long generation = WallClock.system().millis();
    private final List<ArchiveWriter> writers = new ArrayList<>();
    private final AtomicLong[] next = new AtomicLong[TestDatabase.SHARDS];
    private final AtomicLong[] channelNext = new AtomicLong[CHANNELS];
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final long[] times = new long[MOST_TIMES];
    private final AtomicLong writes = new AtomicLong();

    private PostgresThroughput(String url, Ticker ticker, TimerWheel wheel, int callEntries) {
        this.callEntries = callEntries;
        archive =
                new PostgresArchive(
                        TestDatabase.settings(url),
                        WallClock.system(),
                        ticker,
                        wheel,
                        new ArchiveObserver() {
                            @Override
                            public void onWritten(
                                    int entries, long bytes, long nanos, long oldestNanos) {
                                writes.incrementAndGet();
                            }
                        },
                        LogLimit.none());
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int callEntries = args.length > 1 ? Integer.parseInt(args[1]) : 16;
        int underWay = args.length > 2 ? Integer.parseInt(args[2]) : 400;
        Ticker ticker = Ticker.system();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        String url = PostgresServer.shared().newDatabase();
        try (TimerThread timers = TimerThread.start(wheel, ticker)) {
            new PostgresThroughput(url, ticker, wheel, callEntries).measure(seconds, underWay);
        }
        System.exit(0);
    }

    private void measure(int seconds, int underWay) throws Exception {
        open();
        run(5, underWay);
        acknowledged.set(0);
        calls.set(0);
        writes.set(0);
        long begun = System.nanoTime();
        run(seconds, underWay);
        double elapsed = (System.nanoTime() - begun) / 1e9;
        int count = (int) Math.min(calls.get(), MOST_TIMES);
        Arrays.sort(times, 0, count);
        System.out.printf(
                "calls of 1 to %d, %d under way: %,.0f entries/s, %,.0f calls/s, %,.0f writes/s,"
                        + " p50 %.1f ms, p99 %.1f ms%n",
                callEntries,
                underWay,
                acknowledged.get() / elapsed,
                calls.get() / elapsed,
                writes.get() / elapsed,
                times[count / 2] / 1e6,
                times[count * 99 / 100] / 1e6);
        archive.close();
    }

    private void open() throws Exception {
        archive.start().toCompletableFuture().get(60, TimeUnit.SECONDS);
        for (int i = 0; i < next.length; i++) {
            next[i] = new AtomicLong(1);
            ArchiveWriter writer =
                    archive.writer("local", i).toCompletableFuture().get(60, TimeUnit.SECONDS);
            writer.begin(new ShardPosition("local", generation, 0))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            writers.add(writer);
        }
        for (int i = 0; i < CHANNELS; i++) {
            channelNext[i] = new AtomicLong(1);
        }
    }

    private void run(int seconds, int underWay) throws Exception {
        Semaphore room = new Semaphore(underWay);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int i = 0; System.nanoTime() - end < 0; i++) {
            room.acquire();
            Throwable broken = failure.get();
            if (broken != null) {
                throw new IllegalStateException(broken);
            }
            append(i % writers.size(), room);
        }
        room.acquire(underWay);
    }

    private void append(int shard, Semaphore room) {
        int size = 1 + ThreadLocalRandom.current().nextInt(callEntries);
        List<ArchivedEntry> entries = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            entries.add(entry(shard));
        }
        long begun = System.nanoTime();
        var unused =
                writers.get(shard)
                        .append(entries)
                        .whenComplete(
                                (done, cause) -> {
                                    failure.compareAndSet(null, cause);
                                    acknowledged.addAndGet(size);
                                    int at = (int) calls.getAndIncrement();
                                    if (at < MOST_TIMES) {
                                        times[at] = System.nanoTime() - begun;
                                    }
                                    room.release();
                                });
    }

    private ArchivedEntry entry(int shard) {
        int perShard = CHANNELS / writers.size();
        int channel = shard + writers.size() * ThreadLocalRandom.current().nextInt(perShard);
        Position position =
                new Position(
                        "local",
                        generation,
                        next[shard].getAndIncrement(),
                        channelNext[channel].getAndIncrement());
        byte[] data = "{\"text\":\"".getBytes(UTF_8);
        data = Arrays.copyOf(data, DATA_BYTES);
        for (int i = 9; i < DATA_BYTES - 2; i++) {
            data[i] = (byte) ('a' + ThreadLocalRandom.current().nextInt(26));
        }
        data[DATA_BYTES - 2] = '"';
        data[DATA_BYTES - 1] = '}';
        String msgId = new UUID(ThreadLocalRandom.current().nextLong(), shard).toString();
        return new ArchivedEntry(
                new Entry("room/" + channel, position, null, msgId, null, false, data, 0),
                "client-" + channel % 1_000,
                WallClock.system().millis());
    }
}

package io.highwater.bench.engine;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.file.FileArchive;
import io.highwater.archive.file.FileArchiveSettings;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.ChannelShards;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerThread;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Fills the archive of a node, by its own writer, with messages of 10,000 channels: {@code
 * ArchiveMaker FOLDER NODE MESSAGES}.
 */
public final class ArchiveMaker {
    private static final String ORIGIN = "local";
    private static final int SHARDS = 64;
    private static final int CHANNELS = 10_000;
    private static final int AT_ONCE = 500;
    private static final int DATA_CHARS = 100;
    private static final long GUARD_SECONDS = 120;

    private final Random random = new Random(1);
    private final WallClock clock = WallClock.system();
    private final long generation = clock.millis();

    private ArchiveMaker() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        long messages = Long.parseLong(arguments[2]);
        Ticker ticker = Ticker.system();
        TimerWheel wheel = new TimerWheel(ticker.nanoTime());
        TimerThread timers = TimerThread.start(wheel, ticker);
        try (FileArchive archive =
                new FileArchive(
                        new FileArchiveSettings(folder, arguments[1], SHARDS, Duration.ofDays(30)),
                        WallClock.system(),
                        ticker,
                        wheel,
                        ArchiveObserver.NONE,
                        LogLimit.none())) {
            get(archive.start());
            long begunNanos = ticker.nanoTime();
            new ArchiveMaker().fill(archive, messages);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(ticker.nanoTime() - begunNanos);
            System.out.println(messages + " messages archived in " + seconds + " s");
        } finally {
            timers.close();
        }
    }

    /** One shard with its channels. */
    private final class Shard {
        private final ArchiveWriter writer;
        private final List<String> channels = new ArrayList<>();
        private final List<Long> sequences = new ArrayList<>();
        private long sequence;

        Shard(FileArchive archive, int number) throws Exception {
            writer = get(archive.writer(ORIGIN, number));
            get(writer.begin(new ShardPosition(ORIGIN, generation, 0)));
            for (int i = 0; i < CHANNELS; i++) {
                String channel = "bench." + i;
                if (ChannelShards.shardOf(channel, SHARDS) == number) {
                    channels.add(channel);
                    sequences.add(0L);
                }
            }
        }

        /** Returns once so many more are archived, or are sure to be. */
        void append(int count) throws Exception {
            List<ArchivedEntry> entries = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                int channel = (int) (sequence % channels.size());
                long next = sequences.get(channel) + 1;
                sequences.set(channel, next);
                entries.add(
                        entry(
                                channels.get(channel),
                                new Position(ORIGIN, generation, ++sequence, next)));
            }
            while (!isArchived(writer.append(entries))) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private void fill(FileArchive archive, long messages) throws Exception {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < SHARDS; i++) {
            shards.add(new Shard(archive, i));
        }
        long million = 1_000_000;
        for (long done = 0; done < messages; ) {
            for (Shard shard : shards) {
                int count = (int) Math.min(AT_ONCE, messages - done);
                if (count > 0) {
                    shard.append(count);
                    done += count;
                    if (done % million < count) {
                        System.out.println(done / million + " million");
                    }
                }
            }
        }
        for (Shard shard : shards) {
            shard.writer.close();
        }
    }

    private ArchivedEntry entry(String channel, Position position) {
        StringBuilder data = new StringBuilder(DATA_CHARS + 5).append("{\"");
        while (data.length() < DATA_CHARS) {
            data.append(Long.toString(random.nextLong(), 36)).append("\":1,\"");
        }
        data.append("e\":1}");
        String msgId = new UUID(random.nextLong(), random.nextLong()).toString();
        byte[] bytes = data.toString().getBytes(StandardCharsets.US_ASCII);
        return new ArchivedEntry(
                new Entry(channel, position, null, msgId, null, false, bytes, 0),
                "bench",
                clock.millis());
    }

    /** False if the disk is slower than we are, and the call is to be made again. */
    private static boolean isArchived(CompletionStage<?> stage) throws Exception {
        try {
            get(stage);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnavailableException) {
                return false;
            }
            throw e;
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }
}

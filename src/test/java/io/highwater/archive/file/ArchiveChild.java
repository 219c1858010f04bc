package io.highwater.archive.file;

import io.highwater.archive.ArchiveObserver;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.time.Ticker;
import io.highwater.time.TimerWheel;
import io.highwater.time.WallClock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes an archive until it is killed, and prints what is acknowledged: {@code shard generation
 * sequence}, one a line; or why it cannot start.
 */
final class ArchiveChild {
    /** Of each shard; their entries take turns. */
    static final int CHANNELS = 3;

    private static final int MAX_UNDER_WAY = 64;

    private final PrintStream out;
    private final FileArchive archive;

    private ArchiveChild(PrintStream out, FileArchive archive) {
        this.out = out;
        this.archive = archive;
    }

    /** An archive as a node has it. */
    private static FileArchive archive(Path folder) {
        return new FileArchive(
                FileArchiveSettings.of(folder, ArchiveFixture.NODE, ArchiveFixture.SHARDS),
                WallClock.system(),
                Ticker.system(),
                new TimerWheel(System.nanoTime()),
                ArchiveObserver.NONE,
                LogLimit.none());
    }

    static String channel(int shard, long sequence) {
        return "shard-" + shard + "-" + sequence % CHANNELS;
    }

    public static void main(String[] arguments) throws Exception {
        // Each line leaves with one write, so that a kill loses none.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        FileArchive archive = archive(Path.of(arguments[0]));
        try {
            archive.start().toCompletableFuture().get(2, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            out.println("failed " + e.getCause().getMessage());
            return;
        }
        new ArchiveChild(out, archive).writeForever();
    }

    private final class Shard {
        private final int number;
        private final ArchiveWriter writer;
        private final Map<String, Position> lasts = new HashMap<>();
        private final ArrayDeque<CompletionStage<@Nullable Void>> underWay = new ArrayDeque<>();
        private final Random random = new Random(1);
        private ShardPosition last;

        Shard(int number) throws Exception {
            this.number = number;
            writer = ArchiveFixture.get(archive.writer(ArchiveFixture.ORIGIN, number));
            ShardPosition watermark = writer.watermark();
            last = ArchiveFixture.shard(watermark == null ? 1 : watermark.generation() + 1, 0);
            for (int i = 0; i < CHANNELS; i++) {
                String channel = channel(number, i);
                Position top = (Position) ArchiveFixture.get(archive.tops(channel));
                if (top != null) {
                    lasts.put(channel, top);
                }
            }
            ArchiveFixture.get(writer.begin(last));
        }

        void append() throws Exception {
            last = last.at(last.sequence() + 1);
            String channel = channel(number, last.sequence());
            Position before = lasts.get(channel);
            boolean first = before == null || before.generation() < last.generation();
            Position position =
                    ArchiveFixture.position(
                            last.generation(),
                            last.sequence(),
                            first ? 1 : before.channelSequence() + 1);
            lasts.put(channel, position);
            byte[] data = new byte[20 + random.nextInt(300)];
            random.nextBytes(data);
            ArchivedEntry entry =
                    new ArchivedEntry(
                            new Entry(
                                    channel,
                                    position,
                                    first ? before : null,
                                    "m" + last.generation() + "-" + last.sequence(),
                                    null,
                                    false,
                                    data,
                                    0),
                            "p",
                            System.currentTimeMillis());
            String line = number + " " + last.generation() + " " + last.sequence();
            CompletionStage<@Nullable Void> stage =
                    writer.append(List.of(entry)).thenRun(() -> out.println(line));
            underWay.add(stage);
            if (underWay.size() > MAX_UNDER_WAY) {
                ArchiveFixture.get(underWay.remove());
            }
        }
    }

    private void writeForever() throws Exception {
        Shard[] shards = new Shard[ArchiveFixture.SHARDS];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = new Shard(i);
        }
        out.println("ready");
        for (; ; ) {
            for (Shard shard : shards) {
                shard.append();
            }
        }
    }
}

package io.highwater.archive.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchivePage;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.RecordingArchiveObserver;
import io.highwater.time.TimerWheel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An archive in a folder, with a clock and timers that the test moves. Confined to the test. */
final class ArchiveFixture implements AutoCloseable {
    static final String ORIGIN = "local";
    static final String NODE = "node-1";
    static final int SHARDS = 4;
    static final long GENERATION = 1_795_301_843_554L;

    private static final PageBounds PAGE = new PageBounds(500, 1 << 20);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final long GUARD_SECONDS = 120;

    final AtomicLong clock = new AtomicLong(GENERATION);

    /** How often the upkeep has asked what time it is: at least once each time it runs. */
    final AtomicInteger upkeeps = new AtomicInteger();

    final FakeTicker ticker = new FakeTicker();
    final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    final RecordingArchiveObserver observer = new RecordingArchiveObserver();

    private final FileArchiveSettings settings;
    private final GroupCommit.Sync sync;
    private FileArchive archive;

    private ArchiveFixture(FileArchiveSettings settings, GroupCommit.Sync sync) {
        this.settings = settings;
        this.sync = sync;
        archive = newArchive();
    }

    static ArchiveFixture in(Path folder) {
        return in(folder, Duration.ofDays(30));
    }

    static ArchiveFixture in(Path folder, Duration retention) {
        return new ArchiveFixture(
                new FileArchiveSettings(folder, NODE, SHARDS, retention), Store::write);
    }

    static ArchiveFixture in(Path folder, GroupCommit.Sync sync) {
        return new ArchiveFixture(FileArchiveSettings.of(folder, NODE, SHARDS), sync);
    }

    static ArchiveFixture with(FileArchiveSettings settings) {
        return new ArchiveFixture(settings, Store::write);
    }

    private FileArchive newArchive() {
        return new FileArchive(
                settings, this::millis, ticker, wheel, observer, LogLimit.none(), sync);
    }

    private long millis() {
        if (Thread.currentThread().getName().equals("highwater-archive-upkeep")) {
            upkeeps.incrementAndGet();
        }
        return clock.get();
    }

    ArchiveFixture started() throws Exception {
        get(archive.start());
        return this;
    }

    FileArchive archive() {
        return archive;
    }

    void reopen() throws Exception {
        archive.close();
        archive = newArchive();
        started();
    }

    ArchiveWriter writer(int shard) throws Exception {
        return get(archive.writer(ORIGIN, shard));
    }

    /**
     * Moves the clock and the timers, and so has the archive do what is due. For that, at least a
     * minute passes.
     */
    void advance(Duration by) {
        clock.addAndGet(by.toMillis());
        ticker.advance(by.compareTo(MINUTE) < 0 ? MINUTE : by);
        wheel.advance(ticker.nanoTime());
    }

    static ShardPosition shard(long generation, long sequence) {
        return new ShardPosition(ORIGIN, generation, sequence);
    }

    static Position position(long generation, long shardSequence, long channelSequence) {
        return new Position(ORIGIN, generation, shardSequence, channelSequence);
    }

    ArchivedEntry entry(String channel, Position position, @Nullable Position previous) {
        String msgId = "m" + position.generation() + "-" + position.channelSequence();
        return entry(channel, position, previous, msgId, ("\"" + msgId + "\"").getBytes(UTF_8));
    }

    ArchivedEntry entry(
            String channel,
            Position position,
            @Nullable Position previous,
            String msgId,
            byte[] data) {
        return new ArchivedEntry(
                new Entry(channel, position, previous, msgId, null, false, data, 5),
                "p",
                clock.get());
    }

    /** Entries of a channel that has a shard to itself. */
    List<ArchivedEntry> entries(String channel, long generation, int from, int to) {
        List<ArchivedEntry> entries = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            entries.add(entry(channel, position(generation, i, i), null));
        }
        return entries;
    }

    /** All that is kept of a channel, page by page. */
    List<ArchivedEntry> all(String channel) throws Exception {
        return all(archive, channel);
    }

    static List<ArchivedEntry> all(Archive archive, String channel) throws Exception {
        List<ArchivedEntry> all = new ArrayList<>();
        Position last = null;
        ArchivePage page;
        do {
            page = get(archive.readAfter(channel, ORIGIN, last, PAGE));
            all.addAll(page.entries());
            if (!all.isEmpty()) {
                last = all.get(all.size() - 1).entry().position();
            }
        } while (!page.complete());
        return all;
    }

    static List<Long> sequences(List<ArchivedEntry> entries) {
        return entries.stream().map(entry -> entry.entry().position().channelSequence()).toList();
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    /** The stage's failure, which says that the archive cannot do it now. */
    static UnavailableException unavailable(CompletionStage<?> stage) throws Exception {
        try {
            get(stage);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnavailableException unavailable) {
                return unavailable;
            }
            throw e;
        }
        throw new AssertionError("did not fail");
    }

    @Override
    public void close() {
        archive.close();
    }
}

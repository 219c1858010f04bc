package io.highwater.backbone.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.PageBounds;
import io.highwater.backbone.Entry;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.redis.StreamItem.Marker;
import io.highwater.backbone.redis.StreamItem.Stored;
import io.highwater.backbone.ring.PendingBytes;
import io.highwater.limits.Account;
import io.highwater.limits.Ledger;
import io.highwater.limits.Payer;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.MemoryArchive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ShardArchiverTest {
    private static final int SHARD = 3;
    private static final String ORIGIN = "local";
    private static final String CHANNEL = "c";

    /** Longer than a node waits before it asks again. */
    private static final Duration LONG = Duration.ofSeconds(5);

    private final ManualLoop loop = new ManualLoop();
    private final List<Long> gaps = new ArrayList<>();
    private final AtomicInteger leases = new AtomicInteger();
    private final ShardContext context =
            new ShardContext(
                    SHARD,
                    loop,
                    Timing.defaults(),
                    new SplittableRandom(1),
                    new RedisObserver() {
                        @Override
                        public void onArchiveGap(long entries) {
                            gaps.add(entries);
                        }

                        @Override
                        public void onLeases(int change) {
                            leases.addAndGet(change);
                        }
                    },
                    LogLimit.none());
    private final Disk disk = new Disk();
    private final MemoryArchive archive = new MemoryArchive(disk);
    private final ArchiveTail tail =
            new ArchiveTail(new PendingBytes(Ledger.unbounded().book(Account.RINGS)));
    private final ShardCursor cursor = new ShardCursor(context, new Nobody());

    /** What the stream has. */
    private final TreeMap<StreamId, StreamItem> stream = new TreeMap<>();

    private final List<String> restored = new ArrayList<>();
    private boolean cutOff;
    private int streamReads;
    private StreamId archived = StreamId.NONE;
    private int leasesLost;
    private final ShardArchiver archiver =
            new ShardArchiver(
                    context,
                    this::between,
                    this::restore,
                    cursor,
                    tail,
                    new ArchiveParts(
                            archive,
                            new ArchivedForm(archive, ORIGIN),
                            new PendingBytes(Ledger.unbounded().book(Account.RINGS)),
                            new CatchUps(),
                            new WatermarkPoll(
                                    archive,
                                    ORIGIN,
                                    loop,
                                    context.backoff(),
                                    LogLimit.none(),
                                    all -> {}),
                            Runnable::run),
                    new ShardArchiver.Owner() {
                        @Override
                        public void onArchived(StreamId id) {
                            archived = id;
                            tail.archived(id);
                        }

                        @Override
                        public void onLeaseLost() {
                            leasesLost++;
                        }
                    });

    private CompletionStage<List<StreamItem>> between(StreamId after, StreamId last, int most) {
        streamReads++;
        return CompletableFuture.completedFuture(
                after.compareTo(last) >= 0
                        ? List.of()
                        : stream.subMap(after, false, last, true).values().stream()
                                .limit(most)
                                .toList());
    }

    private CompletionStage<@Nullable Void> restore(StreamId kept, StreamId last, StreamId base) {
        restored.add(kept.text() + " " + last.text() + " " + base.text());
        return CompletableFuture.completedFuture(null);
    }

    @BeforeEach
    void open() {
        archive.start();
    }

    private static StreamId id(long generation, long sequence) {
        return new StreamId(generation, sequence);
    }

    private static Stored stored(long generation, long sequence) {
        return new Stored(
                id(generation, sequence),
                1,
                CHANNEL,
                sequence,
                "m" + generation + "-" + sequence,
                "p",
                false,
                null,
                "1".getBytes(UTF_8));
    }

    /** The node begins to read after this entry. */
    private void begin(StreamId first) {
        cursor.begin(first);
        tail.begin(first);
    }

    private void read(long generation, int from, int to) {
        for (int i = from; i <= to; i++) {
            Stored entry = stored(generation, i);
            stream.put(entry.id(), entry);
            cursor.entry(entry, 0, null);
            tail.add(entry);
        }
    }

    private void start() {
        archiver.start(() -> cutOff);
        loop.advance(LONG);
    }

    private ShardPosition watermark() {
        ShardPosition found = archive.watermarks(ORIGIN).toCompletableFuture().join().get(SHARD);
        assertThat(found).isNotNull();
        return found;
    }

    private List<String> archived() {
        return archive
                .readAfter(CHANNEL, ORIGIN, null, new PageBounds(10_000, 1 << 20))
                .toCompletableFuture()
                .join()
                .entries()
                .stream()
                .map(entry -> entry.entry().msgId())
                .toList();
    }

    private ArchiveWriter writer() {
        return archive.writer(ORIGIN, SHARD).toCompletableFuture().join();
    }

    private void archivedBefore(StreamId upTo) {
        try (ArchiveWriter writer = writer()) {
            writer.begin(new ShardPosition(ORIGIN, upTo.generation(), 0));
            for (int i = 1; i <= upTo.sequence(); i++) {
                Stored entry = stored(upTo.generation(), i);
                Position position = new Position(ORIGIN, upTo.generation(), i, i);
                writer.append(
                        List.of(
                                new ArchivedEntry(
                                        new Entry(
                                                CHANNEL,
                                                position,
                                                null,
                                                entry.msgId(),
                                                null,
                                                false,
                                                entry.data(),
                                                0),
                                        "p",
                                        1)));
            }
        }
    }

    @Test
    void whatTheNodeReadsIsArchivedFromItsTail() {
        stream.put(id(8, 0), new Marker(id(8, 0), StreamId.NONE));
        begin(id(8, 0));
        start();
        assertThat(watermark()).isEqualTo(new ShardPosition(ORIGIN, 8, 0));
        assertThat(archived).isEqualTo(id(8, 0));
        streamReads = 0;
        read(8, 1, 5);
        archiver.wake();
        loop.run();
        assertThat(watermark().sequence()).isEqualTo(5);
        assertThat(archived).isEqualTo(id(8, 5));
        assertThat(archived()).hasSize(5);
        assertThat(streamReads).isZero();
        assertThat(gaps).isEmpty();
        assertThat(leases).hasValue(1);
    }

    @Test
    void aNewShardIsArchivedFromTheOldestEntryThatTheStreamHas() {
        for (int i = 7; i <= 300; i++) {
            stream.put(id(8, i), stored(8, i));
        }
        begin(id(8, 300));
        start();
        assertThat(watermark().sequence()).isEqualTo(300);
        assertThat(archived()).hasSize(294).startsWith("m8-7").endsWith("m8-300");
        assertThat(gaps).isEmpty();
    }

    @Test
    void whatAnotherNodeDidNotArchiveComesFromTheStreamAcrossGenerations() {
        archivedBefore(id(8, 3));
        for (int i = 2; i <= 6; i++) {
            stream.put(id(8, i), stored(8, i));
        }
        stream.put(id(9, 0), new Marker(id(9, 0), id(8, 6)));
        for (int i = 1; i <= 100; i++) {
            stream.put(id(9, i), stored(9, i));
        }
        begin(id(9, 98));
        read(9, 99, 100);
        start();
        assertThat(watermark()).isEqualTo(new ShardPosition(ORIGIN, 9, 100));
        assertThat(archived()).hasSize(106);
        assertThat(gaps).isEmpty();
        List<ArchivedEntry> all =
                archive.readAfter(
                                CHANNEL,
                                ORIGIN,
                                new Position(ORIGIN, 8, 6, 6),
                                new PageBounds(1, 1 << 20))
                        .toCompletableFuture()
                        .join()
                        .entries();
        assertThat(all.get(0).entry().previous()).isEqualTo(new Position(ORIGIN, 8, 6, 6));
    }

    @Test
    void whatTheStreamHasDroppedIsAGapAndTheRestIsArchived() {
        archivedBefore(id(8, 3));
        for (int i = 9; i <= 12; i++) {
            stream.put(id(8, i), stored(8, i));
        }
        begin(id(8, 12));
        start();
        assertThat(gaps).containsExactly(5L);
        assertThat(watermark().sequence()).isEqualTo(12);
        assertThat(archived()).hasSize(7);
    }

    @Test
    void whereTheStreamHasNothingTheArchiveGoesOnBehindWhatTheNodeHasRead() {
        archivedBefore(id(8, 3));
        begin(id(8, 12));
        start();
        assertThat(gaps).containsExactly(9L);
        assertThat(watermark().sequence()).isEqualTo(12);
        read(8, 13, 14);
        archiver.wake();
        loop.run();
        assertThat(watermark().sequence()).isEqualTo(14);
    }

    @Test
    void aGenerationEndsOnceItsEntriesAreArchived() {
        archivedBefore(id(8, 3));
        begin(id(8, 3));
        read(8, 4, 6);
        tail.generation(id(9, 0), id(8, 5));
        start();
        assertThat(watermark()).isEqualTo(new ShardPosition(ORIGIN, 9, 0));
        assertThat(archived()).hasSize(6);
        assertThat(gaps).isEmpty();
        assertThat(restored).as("Redis lost 8-6").containsExactly("8-5 8-6 9-0");
    }

    @Test
    void aGenerationAlsoEndsIfTheTailWasForgotten() {
        archivedBefore(id(8, 3));
        begin(id(8, 3));
        tail.begin(id(9, 0));
        start();
        assertThat(watermark()).isEqualTo(new ShardPosition(ORIGIN, 9, 0));
        assertThat(gaps).isEmpty();
    }

    @Test
    void aWriteThatFailsIsTriedAgainUntilItSucceeds() {
        begin(id(8, 0));
        start();
        archive.holdWrites();
        read(8, 1, 3);
        archiver.wake();
        loop.run();
        read(8, 4, 5);
        archive.failWrites(); // The first was made all the same.
        archive.setFull(true);
        loop.advance(Duration.ofSeconds(30));
        assertThat(watermark().sequence()).isEqualTo(3);
        archive.setFull(false);
        loop.advance(LONG);
        assertThat(watermark().sequence()).isEqualTo(5);
        assertThat(archived()).hasSize(5);
    }

    @Test
    void aNodeThatLostItsLeaseAsksAgainUntilItHasIt() {
        begin(id(8, 0));
        start();
        archive.loseLeases();
        ArchiveWriter other = writer();
        read(8, 1, 3);
        archiver.wake();
        loop.run();
        assertThat(archiver.leads()).isFalse();
        assertThat(leasesLost).isEqualTo(1);
        assertThat(leases).hasValue(0);
        loop.advance(Duration.ofSeconds(30));
        assertThat(archiver.leads()).isFalse();
        other.close();
        loop.advance(LONG);
        assertThat(archiver.leads()).isTrue();
        assertThat(watermark().sequence()).isEqualTo(3);
    }

    @Test
    void aNodeThatIsCutOffLeavesItsLeaseToOthers() {
        begin(id(8, 0));
        start();
        assertThat(archiver.leads()).isTrue();
        cutOff = true;
        loop.advance(LONG);
        assertThat(archiver.leads()).isFalse();
        try (ArchiveWriter other = writer()) {
            assertThat(other.watermark()).isNotNull();
        }
        loop.advance(LONG);
        assertThat(archiver.leads()).isFalse();
        cutOff = false;
        loop.advance(LONG);
        assertThat(archiver.leads()).isTrue();
    }

    @Test
    void onceItIsClosedItHasNoLease() {
        begin(id(8, 0));
        start();
        archiver.close();
        loop.advance(LONG);
        assertThat(archiver.leads()).isFalse();
        writer().close();
    }

    /** The cursor's. */
    private static final class Nobody implements ShardSink {
        @Override
        public void onBegin(StreamId first) {}

        @Override
        public void onEntry(Stored entry, long appendedNanos, @Nullable Payer payer) {}

        @Override
        public void onLate(Stored entry, long nowNanos) {}

        @Override
        public void onGap(StreamId from, StreamId to) {}

        @Override
        public void onGeneration(long generation) {}

        @Override
        public void onPause() {}
    }
}

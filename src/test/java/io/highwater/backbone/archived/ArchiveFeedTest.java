package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.Archive;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.LeaseLostException;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.ShardPosition;
import io.highwater.backbone.UnavailableException;
import io.highwater.backbone.memory.MemoryChannel;
import io.highwater.backbone.memory.MemorySettings;
import io.highwater.backbone.memory.NodeMemory;
import io.highwater.backbone.memory.ShardMemory;
import io.highwater.limits.Ledger;
import io.highwater.log.LogLimit;
import io.highwater.protocol.Position;
import io.highwater.testing.Disk;
import io.highwater.testing.FakeTicker;
import io.highwater.testing.MemoryArchive;
import io.highwater.time.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a write or an owner does: entries are told in their order, and none is left behind. */
final class ArchiveFeedTest {
    private static final String ORIGIN = "local";

    private final FakeTicker ticker = new FakeTicker();
    private final TimerWheel wheel = new TimerWheel(ticker.nanoTime());
    private final MemoryArchive archive = new MemoryArchive(new Disk());
    private final ShardMemory memory =
            new NodeMemory(
                            ORIGIN,
                            new MemorySettings(
                                    1,
                                    Ledger.unbounded(),
                                    name -> RingBounds.defaults(),
                                    LogLimit.none()),
                            ticker,
                            wheel)
                    .shards()
                    .get(0);
    private final RecordingOwner owner = new RecordingOwner();
    private final ArchiveFeed feed = feed(archive);

    private ArchiveFeed feed(Archive kept) {
        return new ArchiveFeed(
                kept, ORIGIN, 0, memory.lock(), ticker, wheel, LogLimit.none(), owner);
    }

    /** Where it is to throw, the second write is done while it is told of the first. */
    private final class RecordingOwner implements ArchiveFeed.Owner {
        final List<String> archived = new ArrayList<>();
        final List<String> settled = new ArrayList<>();
        boolean throwsUnderLock;
        boolean throwsOnce;

        @Override
        public void onArchived(List<Pending> pending) {
            pending.forEach(one -> archived.add(one.archived.entry().msgId()));
            if (throwsUnderLock && archived.size() == 1) {
                throw new IllegalStateException("thrown by a test");
            }
        }

        @Override
        public void onSettled(List<Pending> pending) {
            pending.forEach(one -> settled.add(one.archived.entry().msgId()));
            if (throwsOnce && settled.size() == 1) {
                archive.releaseWrites();
                throw new IllegalStateException("thrown by a test");
            }
        }

        @Override
        public void onStalled() {}

        @Override
        public void onRecovered(Later later) {}

        @Override
        public void onLost(long missed, Later later) {
            throw new AssertionError("nothing is lost");
        }
    }

    @BeforeEach
    void begin() {
        archive.start().toCompletableFuture().join();
        ArchiveWriter writer = archive.writer(ORIGIN, 0).toCompletableFuture().join();
        writer.begin(new ShardPosition(ORIGIN, 7, 0)).toCompletableFuture().join();
        feed.start(writer);
        archive.holdWrites();
    }

    private void addTwo() {
        add(feed, 1);
        add(feed, 2);
    }

    private void add(ArchiveFeed to, int number) {
        String msgId = "m" + number;
        Draft draft = new Draft("c", "p", msgId, null, false, new byte[] {'1'});
        Position position = new Position(ORIGIN, 7, number, number);
        Entry entry = new Entry("c", position, null, msgId, null, false, draft.data(), 0);
        synchronized (memory.lock()) {
            MemoryChannel channel = Objects.requireNonNull(memory.open("c", null));
            to.add(
                    new Pending(
                            new ArchivedEntry(entry, "p", 0),
                            memory.window().key("p", "c", msgId),
                            channel,
                            new Waiting(draft, new CompletableFuture<>(), 0)));
        }
        to.handOver();
    }

    @Test
    void whatIsArchivedBehindAThrowIsToldAllTheSame() {
        owner.throwsOnce = true;
        addTwo();
        archive.releaseWrites();
        assertThat(owner.settled).containsExactly("m1", "m2");
        assertThat(feed.size()).isZero();
    }

    @Test
    void whatTheOwnerCouldNotKeepIsSettledAllTheSame() {
        owner.throwsOnce = true;
        addTwo();
        owner.throwsUnderLock = true;
        archive.releaseWrites();
        assertThat(owner.archived).containsExactly("m1", "m2");
        assertThat(owner.settled).containsExactly("m1", "m2");
        assertThat(feed.size()).isZero();
    }

    /** The answer was lost on its way, and the archive went on before the feed heard of it. */
    @Test
    void whatIsArchivedBehindAFailedWriteIsToldBehindIt() {
        addTwo();
        archive.loseAnswer();
        archive.releaseWrites();
        assertThat(owner.settled).isEmpty();
        assertThat(feed.state()).isEqualTo(ArchiveFeed.State.STALLED);
        ticker.advance(Duration.ofSeconds(1), wheel);
        assertThat(owner.archived).containsExactly("m1", "m2");
        assertThat(owner.settled).containsExactly("m1", "m2");
        assertThat(feed.size()).isZero();
        assertThat(feed.state()).isEqualTo(ArchiveFeed.State.WRITING);
    }

    /** The failure is told while the thread that handed over is still at it. */
    @Test
    void aRetryThatFindsAnotherThreadHandingOverComesAgain() {
        ScriptedWriter writer = new ScriptedWriter();
        writer.answer = new TellingLate(Duration.ofSeconds(1));
        ArchiveFeed scripted = feed(archive);
        scripted.start(writer);
        add(scripted, 1);
        assertThat(writer.appends).isEqualTo(1);
        writer.answer = CompletableFuture.completedFuture(null);
        ticker.advance(Duration.ofSeconds(2), wheel);
        assertThat(owner.settled).containsExactly("m1");
        assertThat(scripted.state()).isEqualTo(ArchiveFeed.State.WRITING);
    }

    /**
     * The archive, which is closed next, gives it back: a close here may wait for its own thread.
     */
    @Test
    void aLeaseThatComesAfterTheCloseIsNotClosedOnTheThreadThatBringsIt() {
        CompletableFuture<ArchiveWriter> granted = new CompletableFuture<>();
        ScriptedWriter writer = new ScriptedWriter();
        writer.answer = CompletableFuture.failedFuture(new LeaseLostException("by a test"));
        ArchiveFeed scripted =
                feed(
                        new MemoryArchive(new Disk()) {
                            @Override
                            public CompletionStage<ArchiveWriter> writer(String origin, int shard) {
                                return granted;
                            }
                        });
        scripted.start(writer);
        add(scripted, 1);
        ticker.advance(Duration.ofSeconds(1), wheel);
        assertThat(writer.closes).isEqualTo(1);
        scripted.close();
        ScriptedWriter late = new ScriptedWriter();
        granted.complete(late);
        assertThat(late.closes).isZero();
    }

    /** Has failed, and lets time pass once whoever asks for that has been told. */
    private final class TellingLate extends CompletableFuture<@Nullable Void> {
        private final Duration pause;

        TellingLate(Duration pause) {
            this.pause = pause;
            completeExceptionally(new UnavailableException("by a test", Duration.ZERO));
        }

        @Override
        public CompletableFuture<@Nullable Void> whenComplete(
                BiConsumer<? super @Nullable Void, ? super Throwable> action) {
            CompletableFuture<@Nullable Void> told = super.whenComplete(action);
            ticker.advance(pause, wheel);
            return told;
        }
    }

    /** Answers as a test says. */
    private static final class ScriptedWriter implements ArchiveWriter {
        CompletionStage<@Nullable Void> answer = CompletableFuture.completedFuture(null);
        int appends;
        int closes;

        @Override
        public ShardPosition watermark() {
            return new ShardPosition(ORIGIN, 7, 0);
        }

        @Override
        public CompletionStage<@Nullable Void> begin(ShardPosition base) {
            throw new AssertionError("it is begun");
        }

        @Override
        public CompletionStage<@Nullable Void> append(List<ArchivedEntry> entries) {
            appends++;
            return answer;
        }

        @Override
        public void close() {
            closes++;
        }
    }
}

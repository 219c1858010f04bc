package io.highwater.backbone.archived;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.backbone.Draft;
import io.highwater.backbone.Entry;
import io.highwater.backbone.RingBounds;
import io.highwater.backbone.ShardPosition;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an owner that throws leaves to the entries behind. */
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
    private final ThrowingOwner owner = new ThrowingOwner();
    private final ArchiveFeed feed =
            new ArchiveFeed(
                    archive, ORIGIN, 0, memory.lock(), ticker, wheel, LogLimit.none(), owner);

    /** While it is told of the first write, the second is done; and then it throws. */
    private final class ThrowingOwner implements ArchiveFeed.Owner {
        final List<String> archived = new ArrayList<>();
        final List<String> settled = new ArrayList<>();
        boolean throwsUnderLock;

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
            if (settled.size() == 1) {
                archive.releaseWrites();
                throw new IllegalStateException("thrown by a test");
            }
        }

        @Override
        public void onStalled() {
            throw new AssertionError("no write failed");
        }

        @Override
        public void onRecovered(Later later) {
            throw new AssertionError("no write failed");
        }
    }

    @BeforeEach
    void begin() {
        archive.start().toCompletableFuture().join();
        ArchiveWriter writer = archive.writer(ORIGIN, 0).toCompletableFuture().join();
        writer.begin(new ShardPosition(ORIGIN, 7, 0)).toCompletableFuture().join();
        feed.start(writer);
        archive.holdWrites();
        add(1);
        add(2);
    }

    private void add(int number) {
        String msgId = "m" + number;
        Draft draft = new Draft("c", "p", msgId, null, false, new byte[] {'1'});
        Position position = new Position(ORIGIN, 7, number, number);
        Entry entry = new Entry("c", position, null, msgId, null, false, draft.data(), 0);
        synchronized (memory.lock()) {
            MemoryChannel channel = Objects.requireNonNull(memory.open("c", null));
            feed.add(
                    new Pending(
                            new ArchivedEntry(entry, "p", 0),
                            memory.window().key("p", "c", msgId),
                            channel,
                            new Waiting(draft, new CompletableFuture<>(), 0)));
        }
        feed.handOver();
    }

    @Test
    void whatIsArchivedBehindItIsToldAllTheSame() {
        archive.releaseWrites();
        assertThat(owner.settled).containsExactly("m1", "m2");
        assertThat(feed.size()).isZero();
    }

    @Test
    void whatItCouldNotKeepIsSettledAllTheSame() {
        owner.throwsUnderLock = true;
        archive.releaseWrites();
        assertThat(owner.archived).containsExactly("m1", "m2");
        assertThat(owner.settled).containsExactly("m1", "m2");
        assertThat(feed.size()).isZero();
    }
}

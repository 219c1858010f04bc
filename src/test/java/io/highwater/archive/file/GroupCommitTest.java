package io.highwater.archive.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.highwater.archive.ArchiveHealth;
import io.highwater.archive.ArchiveWriter;
import io.highwater.archive.ArchivedEntry;
import io.highwater.archive.queue.ShardState;
import io.highwater.archive.queue.WorkQueue;
import io.highwater.backbone.UnavailableException;
import io.highwater.testing.RecordingArchiveObserver;
import io.highwater.testing.RecordingArchiveObserver.Written;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** What has gathered is written at once, and what fails fails in its order. */
final class GroupCommitTest {
    /** A disk whose writes a test holds or fails. */
    private static final class HeldDisk implements GroupCommit.Sync {
        final AtomicInteger writes = new AtomicInteger();
        volatile CountDownLatch held = new CountDownLatch(0);
        volatile boolean failsBefore;
        volatile boolean failsAfter;

        @Override
        public void write(Store store, WriteBatch batch) throws RocksDBException {
            writes.incrementAndGet();
            try {
                if (!held.await(2, TimeUnit.MINUTES)) {
                    throw new RocksDBException("held too long");
                }
            } catch (InterruptedException e) {
                throw new RocksDBException("interrupted");
            }
            if (failsBefore) {
                throw new RocksDBException("a broken disk");
            }
            store.write(batch);
            if (failsAfter) {
                throw new RocksDBException("a broken disk");
            }
        }
    }

    @TempDir private Path folder;

    private final HeldDisk disk = new HeldDisk();
    private final List<String> completed = new ArrayList<>();
    private ArchiveFixture fixture;
    private ArchiveWriter writer;

    @BeforeEach
    void open() throws Exception {
        fixture = ArchiveFixture.in(folder, disk).started();
        writer = fixture.writer(0);
        ArchiveFixture.get(writer.begin(ArchiveFixture.shard(7, 0)));
        disk.writes.set(0);
    }

    @AfterEach
    void close() {
        disk.held.countDown();
        fixture.close();
    }

    private CompletionStage<@Nullable Void> append(int from, int to) {
        return named("append " + to, writer.append(fixture.entries("c", 7, from, to)));
    }

    private CompletionStage<@Nullable Void> named(
            String name, CompletionStage<@Nullable Void> stage) {
        stage.whenComplete(
                (none, failure) -> {
                    synchronized (completed) {
                        completed.add(name + (failure == null ? "" : " failed"));
                    }
                });
        return stage;
    }

    private List<String> completed() {
        synchronized (completed) {
            return List.copyOf(completed);
        }
    }

    private void holdFirstWrite() {
        disk.held = new CountDownLatch(1);
        append(1, 1);
        await().until(() -> disk.writes.get() == 1);
    }

    @Test
    void appendsOfAllShardsThatGatherWhileTheDiskSyncsShareTheNextSync() throws Exception {
        List<ArchiveWriter> others = new ArrayList<>();
        for (int shard = 1; shard < ArchiveFixture.SHARDS; shard++) {
            others.add(fixture.writer(shard));
        }
        holdFirstWrite();
        List<CompletionStage<@Nullable Void>> stages = new ArrayList<>();
        for (ArchiveWriter other : others) {
            stages.add(other.begin(ArchiveFixture.shard(7, 0)));
            for (int i = 1; i <= 50; i++) {
                stages.add(other.append(fixture.entries("c" + other, 7, i, i)));
            }
        }
        for (int i = 2; i <= 50; i++) {
            stages.add(append(i, i));
        }
        long syncs = fixture.archive().syncs();
        disk.held.countDown();
        for (CompletionStage<@Nullable Void> stage : stages) {
            ArchiveFixture.get(stage);
        }
        assertThat(disk.writes).hasValue(2);
        assertThat(fixture.archive().syncs() - syncs).isEqualTo(2);
        assertThat(fixture.all("c")).hasSize(50);
    }

    @Test
    void nothingIsAcknowledgedOrReadBeforeItsSync() throws Exception {
        holdFirstWrite();
        assertThat(completed()).isEmpty();
        assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(7, 0));
        assertThat(fixture.all("c")).isEmpty();
    }

    @Test
    void whatWaitsForASlowDiskIsBounded() throws Exception {
        holdFirstWrite();
        List<CompletionStage<@Nullable Void>> stages = new ArrayList<>();
        byte[] data = new byte[1 << 20];
        UnavailableException refusal = null;
        for (int i = 2; refusal == null; i++) {
            ArchivedEntry large =
                    fixture.entry("c", ArchiveFixture.position(7, i, i), null, "m" + i, data);
            CompletionStage<@Nullable Void> stage =
                    named("large " + i, writer.append(List.of(large)));
            stages.add(stage);
            assertThat(i).as("entries of 1 MiB that wait").isLessThan(10);
            // A refusal comes in its turn, after the calls before it.
            if (i == 9) {
                assertThat(stage.toCompletableFuture()).isNotDone();
                disk.held.countDown();
                refusal = ArchiveFixture.unavailable(stage);
            }
        }
        assertThat(refusal).hasMessageContaining("slower than what is published");
        assertThat(refusal.retryAfter()).isPositive();
        assertThat(completed()).endsWith("large 8", "large 9 failed");
        // It goes on where it stands.
        assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(7, 8));
        ArchiveFixture.get(append(9, 20));
        assertThat(fixture.all("c")).hasSize(20);
    }

    @Test
    void allThatWasHandedOverBeforeAFailureWasKnownFailsInItsOrder() throws Exception {
        holdFirstWrite();
        named("begin", writer.begin(ArchiveFixture.shard(8, 0)));
        CompletionStage<@Nullable Void> last = append(2, 3);
        disk.failsBefore = true;
        disk.held.countDown();
        assertThat(ArchiveFixture.unavailable(last)).hasMessageContaining("a broken disk");
        assertThat(completed())
                .containsExactly("append 1 failed", "begin failed", "append 3 failed");
        assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(7, 0));
        await().until(() -> state() == ArchiveHealth.State.UNAVAILABLE);
        assertThat(fixture.archive().health().detail())
                .contains(folder.toString(), "a broken disk");
        assertThat(ArchiveFixture.unavailable(append(1, 1)).retryAfter()).isPositive();
        assertThat(fixture.all("c")).isEmpty();
    }

    private ArchiveHealth.State state() {
        return fixture.archive().health().state();
    }

    private void awaitRecovery() {
        await().until(
                        () -> {
                            fixture.ticker.advance(Duration.ofSeconds(1), fixture.wheel);
                            return state() == ArchiveHealth.State.AVAILABLE;
                        });
    }

    @Test
    void itRecoversByItselfAndGoesOnFromTheWatermark() throws Exception {
        ArchiveFixture.get(append(1, 5));
        disk.failsBefore = true;
        ArchiveFixture.unavailable(append(6, 6));
        disk.failsBefore = false;
        awaitRecovery();
        assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(7, 5));
        // What would follow the entry that failed does not follow what is there.
        ArchiveFixture.unavailable(append(7, 7));
        ArchiveFixture.get(append(6, 9));
        assertThat(ArchiveFixture.sequences(fixture.all("c")))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void aWriteThatFailedButTookEffectIsThereOnce() throws Exception {
        ArchiveFixture.get(append(1, 5));
        disk.failsAfter = true;
        ArchiveFixture.unavailable(append(6, 7));
        disk.failsAfter = false;
        awaitRecovery();
        assertThat(writer.watermark()).isEqualTo(ArchiveFixture.shard(7, 7));
        ArchiveFixture.get(append(6, 8));
        assertThat(ArchiveFixture.sequences(fixture.all("c")))
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    }

    /** The failures of writes, each of which lets more be written until there is no more. */
    private static final class Failures implements GroupCommit.Listener {
        final List<String> explained = new ArrayList<>();
        private final WorkQueue<FileWork> queue;
        private final Iterator<FileWork> more;

        Failures(WorkQueue<FileWork> queue, List<FileWork> more) {
            this.queue = queue;
            this.more = more.iterator();
        }

        @Override
        public void onWritten(int entries, long bytes, long nanos, long oldestNanos) {
            throw new AssertionError("there is no store");
        }

        @Override
        public String explain(Throwable cause) {
            return "explained by a test";
        }

        @Override
        public void onWriteFailed(Throwable cause, String why) {
            explained.add(why);
            queue.open();
            if (more.hasNext()) {
                assertThat(queue.offer(more.next())).isNull();
            } else {
                queue.end();
            }
        }
    }

    @Test
    void withoutAThreadThatCompletesThemStagesEndAllTheSame() throws Exception {
        WorkQueue<FileWork> queue =
                new WorkQueue<>(
                        WorkQueue.MAX_BYTES,
                        fixture.ticker,
                        task -> {
                            throw new OutOfMemoryError("no thread can be started, by a test");
                        },
                        change -> {});
        ShardState shard = new ShardState(ArchiveFixture.ORIGIN, 0);
        FileWork first = FileWork.begin(shard, ArchiveFixture.shard(7, 0));
        FileWork second = FileWork.begin(shard, ArchiveFixture.shard(8, 0));
        Failures failures = new Failures(queue, List.of(second));
        queue.open();
        assertThat(queue.offer(first)).isNull();
        new GroupCommit(
                        queue,
                        new CurrentStore(),
                        new Contents(Duration.ofDays(1)),
                        fixture.clock::get,
                        disk,
                        fixture.ticker,
                        failures)
                .run();
        assertThat(ArchiveFixture.unavailable(first.done())).hasMessage("explained by a test");
        assertThat(ArchiveFixture.unavailable(second.done())).hasMessage("explained by a test");
        assertThat(failures.explained).hasSize(2);
    }

    @Test
    void closeWritesWhatItHasAndEndsAllThreads() throws Exception {
        holdFirstWrite();
        List<CompletionStage<@Nullable Void>> stages = new ArrayList<>();
        for (int i = 2; i <= 30; i++) {
            stages.add(append(i, i));
        }
        CompletionStage<?> question = fixture.archive().tops("c");
        ArchiveFixture.get(question);
        Thread closing = new Thread(fixture::close, "closing");
        closing.start();
        disk.held.countDown();
        closing.join(TimeUnit.MINUTES.toMillis(2));
        for (CompletionStage<@Nullable Void> stage : stages) {
            ArchiveFixture.get(stage);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("highwater-archive-"));
        fixture.reopen();
        assertThat(fixture.all("c")).hasSize(30);
    }

    @Test
    void theObserverIsToldWhatWaitsAndWhatWasWritten() throws Exception {
        RecordingArchiveObserver observer = fixture.observer;
        observer.written.clear();
        holdFirstWrite();
        CompletionStage<@Nullable Void> last = append(2, 4);
        assertThat(observer.waiting).hasValue(2);
        assertThat(observer.written).isEmpty();
        fixture.ticker.advance(Duration.ofMillis(30));
        disk.held.countDown();
        ArchiveFixture.get(last);
        await().until(() -> observer.waiting.get() == 0);
        long held = Duration.ofMillis(30).toNanos();
        assertThat(observer.written)
                .extracting(Written::entries, Written::nanos, Written::oldestNanos)
                .containsExactly(tuple(1, held, held), tuple(3, 0L, held));
        assertThat(observer.written).allMatch(written -> written.bytes() > 100);
        assertThat(fixture.all("c")).hasSize(4);
        assertThat(observer.reads).hasPositiveValue();
        assertThat(observer.failedWrites).hasValue(0);
    }

    @Test
    void theObserverIsToldOfAFailedWriteAndNothingWaitsAnyMore() throws Exception {
        RecordingArchiveObserver observer = fixture.observer;
        observer.written.clear();
        disk.failsBefore = true;
        ArchiveFixture.unavailable(append(1, 1));
        await().until(() -> observer.failedWrites.get() == 1 && observer.waiting.get() == 0);
        assertThat(observer.written).isEmpty();
    }

    @Test
    void anObserverThatThrowsCostsNoEntry() throws Exception {
        fixture.observer.throwing = true;
        for (int i = 1; i <= 3; i++) {
            ArchiveFixture.get(append(i, i));
        }
        assertThat(fixture.all("c")).hasSize(3);
        assertThat(fixture.observer.written).hasSize(3);
    }
}

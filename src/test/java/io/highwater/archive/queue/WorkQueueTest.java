package io.highwater.archive.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.highwater.backbone.UnavailableException;
import io.highwater.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In which order stages complete and the queue opens, with or without a thread for them. */
final class WorkQueueTest {
    private static final class Call extends Work {
        Call(long bytes) {
            super(bytes);
        }
    }

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Call first = new Call(10);
    private final Call second = new Call(10);

    /** Whether no thread can be started for the stages. */
    private boolean failing;

    private final Executor completing =
            task -> {
                if (failing) {
                    throw new OutOfMemoryError("no thread can be started, by a test");
                }
                tasks.add(task);
            };
    private final WorkQueue<Call> queue =
            new WorkQueue<>(25, new FakeTicker(), completing, waiting::addAndGet);
    private final WriterCalls<Call> calls = new WriterCalls<>(queue);

    WorkQueueTest() {
        queue.open();
    }

    private void runTasks() {
        for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
            next.run();
        }
    }

    private static UnavailableException unavailable() {
        return new UnavailableException("by a test", Duration.ZERO);
    }

    /** Fails what was handed over, as whoever writes does. */
    private void fail() throws InterruptedException {
        List<Call> failed = new ArrayList<>(queue.take());
        failed.addAll(queue.shut("failed by a test"));
        failed.forEach(call -> call.refuse(unavailable()));
        queue.complete(failed);
    }

    @Test
    void afterAFailureItOpensOnceThoseWhoMadeTheCallsKnow() throws Exception {
        CompletionStage<@Nullable Void> call = calls.handOver(first);
        fail();
        queue.openBehindStages();
        assertThat(call.toCompletableFuture()).isNotDone();
        assertThat(queue.offer(second)).hasMessage("failed by a test");
        runTasks();
        assertThat(call.toCompletableFuture()).isCompletedExceptionally();
        assertThat(queue.offer(second)).isNull();
    }

    @Test
    void withoutAThreadStagesEndAndItOpensAllTheSame() throws Exception {
        failing = true;
        CompletionStage<@Nullable Void> call = calls.handOver(first);
        fail();
        queue.openBehindStages();
        assertThat(call.toCompletableFuture()).isCompletedExceptionally();
        assertThat(calls.handOver(second).toCompletableFuture()).isNotDone();
        queue.complete(queue.take());
        assertThat(second.done()).isCompleted();
        assertThat(waiting).hasValue(0);
    }

    @Test
    void aCallThatWasRefusedWithoutAThreadEndsAndTheNextOneIsTaken() throws Exception {
        CompletionStage<@Nullable Void> call = calls.handOver(first);
        CompletionStage<@Nullable Void> refused = calls.refuse(unavailable());
        assertThat(refused.toCompletableFuture()).isNotDone();
        failing = true;
        queue.complete(queue.take());
        assertThat(call.toCompletableFuture()).isCompleted();
        assertThat(refused.toCompletableFuture()).isCompletedExceptionally();
        assertThat(calls.handOver(second).toCompletableFuture()).isNotDone();
    }

    @Test
    void whatIsCompletedTwiceIsReleasedOnce() throws Exception {
        assertThat(queue.offer(first)).isNull();
        List<Call> taken = queue.take();
        queue.complete(taken);
        first.refuse(unavailable());
        queue.complete(taken);
        runTasks();
        assertThat(waiting).hasValue(0);
        assertThat(queue.offer(new Call(20))).isNull();
        assertThat(queue.offer(new Call(6))).hasMessageContaining("20 bytes wait");
    }
}
